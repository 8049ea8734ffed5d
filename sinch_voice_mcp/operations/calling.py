"""Placing calls and steering them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sinch_voice_mcp.errors import InvalidInputError, NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.operations.gate import Gate
from sinch_voice_mcp.policy import Dial, Verdict, effects_of
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Instruction, Reading
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.callouts import CalloutRequest, ConferenceCalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg


@dataclass(frozen=True, slots=True)
class Placed:
    """A callout that went through the guard.

    ``call_id`` is None after a dry run; ``rings`` is the number in E.164, None where it is no telephone.
    """

    call_id: str | None
    rings: str | None
    request: JsonObject
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """One participant of a conference callout: placed, or what went wrong."""

    to: str
    placed: Placed | None
    error: VoiceError | None


class Calling:
    """Callouts and calls in progress."""

    def __init__(self, api: VoiceApi, gate: Gate) -> None:
        self._api = api
        self._gate = gate

    async def place(self, request: CalloutRequest, *, dry_run: bool = False, unknown: tuple[str, ...] = ()) -> Placed:
        """Start a call, or with ``dry_run`` only say what would be sent.

        Args:
            request: The callout; nested SVAML may be in it as JSON text.
            dry_run: Run every rule and send nothing.
            unknown: JSON paths of members of its SVAML that no documentation names.

        Raises:
            RefusedError: The guard says no; nothing was sent.
            PlatformError: The platform says no; nothing was placed.
            NotSentError: The platform was not reached; nothing was placed.
            OutcomeUnknownError: The call may have been placed.
        """
        allowed = await self._gate.admit(request, unknown=unknown)
        admitted = cast("CalloutRequest", allowed.request)
        call_id = None if dry_run else await self._api.place_callout(admitted)
        rings = next((effect.number for effect in effects_of(admitted) if isinstance(effect, Dial)), None)
        return Placed(call_id, rings, admitted.to_wire(), allowed.verdicts, allowed.warnings)

    async def place_conference(
        self, requests: Sequence[ConferenceCalloutRequest], *, dry_run: bool = False
    ) -> list[Leg]:
        """Ring several people into one conference: all pass the guard before the first is rung.

        A leg that fails does not stop the others; when every leg failed, the first error is raised.

        Raises:
            RefusedError: The guard refuses one of them; nobody was rung. Its path begins with the place in the list.
            InvalidInputError: Two of them ring the same number; nobody was rung.
            VoiceError: Every leg failed.
        """
        await self._admit_all(requests)
        legs = [await self._leg(request, dry_run=dry_run) for request in requests]
        errors = [leg.error for leg in legs if leg.error is not None]
        if len(errors) == len(legs):
            # One leg that may have rung makes the whole request unsafe to repeat.
            raise next((error for error in errors if not error.retry_safe), errors[0])
        return legs

    async def _admit_all(self, requests: Sequence[ConferenceCalloutRequest]) -> None:
        seen: set[str] = set()
        for index, request in enumerate(requests):
            place = f"$[{index}]"
            try:
                allowed = await self._gate.admit(request)
            except VoiceError as error:
                error.field = None if error.field is None else place + error.field[1:]
                raise
            number = cast("ConferenceCalloutRequest", allowed.request).conference_callout.destination.endpoint
            if number in seen:
                field = f"{place}.conferenceCallout.destination.endpoint"
                raise InvalidInputError(f"{number} is there twice; one phone takes one call", field=field)
            seen.add(number)

    async def _leg(self, request: ConferenceCalloutRequest, *, dry_run: bool) -> Leg:
        to = request.conference_callout.destination.endpoint
        try:
            return Leg(to, await self.place(request, dry_run=dry_run), None)
        except VoiceError as error:
            return Leg(to, None, error)

    async def get(self, call_id: str) -> Call:
        """State and outcome of a call.

        Raises:
            NotFoundError: There is no such call.
        """
        return await self._api.get_call(call_id)

    async def update(self, call_id: str, reading: Reading) -> tuple[str, ...]:
        """Give a call in progress new instructions; returns warnings.

        Raises:
            RefusedError: The guard says no; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
        """
        document, warnings = await self._gate.admit_document(reading, "update")
        await self._api.update_call(call_id, document)
        return warnings

    async def play(self, call_id: str, instruction: Instruction, leg: CallLeg) -> None:
        """Speak or play to one side of a call in progress. Never repeated by itself.

        Raises:
            RefusedError: The guard says no; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been heard.
        """
        document = Document(instructions=(instruction,), action=Continue())
        admitted, _ = await self._gate.admit_document(Reading(document, (), ()), "update")
        await self._api.manage_leg(call_id, leg, admitted)

    async def hang_up(self, call_id: str) -> tuple[Call, bool]:
        """End a call; returns it and whether it was this request that ended it. Safe to repeat.

        Raises:
            NotFoundError: There never was such a call.
            OutcomeUnknownError: It is not known whether the call goes on.
        """
        try:
            await self._api.update_call(call_id, Document(action=Hangup()))
        except NotFoundError:
            return await self._ended(call_id, NotFoundError), False
        except OutcomeUnknownError:
            return await self._ended(call_id, OutcomeUnknownError), True
        return await self._api.get_call(call_id), True

    async def _ended(self, call_id: str, cause: type[VoiceError]) -> Call:
        """Read a call back after an answer that leaves open whether it ended."""
        call = await self._api.get_call(call_id)
        if call.status != "FINAL" and cause is OutcomeUnknownError:
            raise OutcomeUnknownError(
                "The call still goes on, and it is not known whether the request to end it arrived.",
                next_step="Hang up again; ending a call twice does no harm.",
            )
        return call
