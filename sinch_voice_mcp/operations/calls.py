"""Placing calls and steering them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sinch_voice_mcp.errors import InvalidInputError, NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.operations.admission.confirmation import Confirmation, placed_at
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.admission.limits import too_many_at_once
from sinch_voice_mcp.operations.dispatch.dispatcher import KEY, Dispatcher, Request, StillAllowed
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.replying import withhold_replies
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.policy import Allow, Dial, Reach, Speak, SpeakSsml, Verdict, effects_of
from sinch_voice_mcp.ports import EntryState, EventLog, JournalEntry, VoiceApi
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Instruction, Reading
from sinch_voice_mcp.types import JsonObject, Payload
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import Call, CallLeg


@dataclass(frozen=True, slots=True)
class Placed:
    """A callout that went through the guard.

    ``call_id`` is None after a dry run; ``rings`` is the number in E.164, None where it is no telephone.
    ``duplicate_of`` is the record of the same request where it was made before; no second call was placed then.
    """

    call_id: str | None
    rings: str | None
    request: JsonObject
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One participant of a conference callout: placed, or what went wrong."""

    to: str
    placed: Placed | None
    error: VoiceError | None


class Calls:
    """Callouts and calls in progress."""

    def __init__(
        self,
        api: VoiceApi,
        guard: Guard,
        dispatcher: Dispatcher,
        settlement: Settlement,
        confirmation: Confirmation,
        events: EventLog,
        *,
        live: bool,
    ) -> None:
        self._api = api
        self._events = events
        self._guard = guard
        self._dispatcher = dispatcher
        self._settlement = settlement
        self._confirmation = confirmation
        self._live = live

    async def place(
        self,
        request: CalloutRequest,
        requester: Requester = Requester(),  # noqa: B008 - frozen
        *,
        dry_run: bool = False,
        unknown: tuple[str, ...] = (),
        replies_from_receiver: bool = False,
    ) -> Placed:
        """Start a call, or with ``dry_run`` only say what would be sent.

        Args:
            request: The callout; nested SVAML may be in it as JSON text.
            requester: Who asks, by which name, and what a person said to it.
            dry_run: Run every rule and send nothing.
            unknown: JSON paths of members of its SVAML that no documentation names.
            replies_from_receiver: Keep the documents of a custom callout back, and answer its events with them.

        Raises:
            RefusedError: The guard or a limit says no, or calling is stopped; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform says no; nothing was placed.
            NotSentError: The platform was not reached; nothing was placed.
            OutcomeUnknownError: The call may have been placed.
        """
        if dry_run:
            return await self._rehearsed(await self._guard.admit(request, unknown=unknown), requester)
        async with self._dispatcher.audited(request.method, requester):
            (allow,) = await self._confirmation.admit([request], requester, unknown=unknown)
            return await self._place(allow, requester, replies_from_receiver=replies_from_receiver)

    async def place_conference(
        self,
        requests: Sequence[CalloutRequest],
        requester: Requester = Requester(),  # noqa: B008 - frozen
        *,
        dry_run: bool = False,
    ) -> list[Leg]:
        """Ring several people into one conference: all pass the guard before the first is rung.

        A leg that fails does not stop the others; when every leg failed, the first error is raised.

        Raises:
            RefusedError: The guard refuses one of them; nobody was rung. Its path begins with the place in the list.
            InvalidInputError: Two of them ring the same number; nobody was rung.
            VoiceError: Every leg failed.
        """
        if dry_run:
            every = [await self._placing(request, at) for at, request in enumerate(requests)]
            _once_each(every)
            together = [allow.request.to_wire() for allow in every]
            return [
                Leg(_rings(allow) or "", await self._rehearsed(allow, requester.part(at), together), None)
                for at, allow in enumerate(every)
            ]
        async with self._dispatcher.audited("conferenceCallout", requester):
            most = self._guard.policy.max_concurrent_calls
            if most is not None and len(requests) > most:
                raise too_many_at_once(len(requests), most)
            every = await self._confirmation.admit(requests, requester, numbered=True)
            _once_each(every)
        together = [allow.request.to_wire() for allow in every]
        legs = [await self._leg(allow, requester.part(at), together) for at, allow in enumerate(every)]
        errors = [leg.error for leg in legs if leg.error is not None]
        if len(errors) == len(legs):
            # One leg that may have rung makes the whole request unsafe to repeat.
            raise next((error for error in errors if not error.retry_safe), errors[0])
        return legs

    async def question(
        self, requests: Sequence[CalloutRequest], requester: Requester, unknown: tuple[str, ...] = ()
    ) -> str | None:
        """What to ask a person before these are placed; None where nobody has to be asked, or a rule says no."""
        return await self._confirmation.question(requests, requester, unknown)

    async def _placing(self, request: CalloutRequest, at: int) -> Allow:
        with placed_at(at):
            return await self._guard.admit(request)

    async def _leg(self, allow: Allow, requester: Requester, together: object) -> Leg:
        to = _rings(allow) or ""
        try:
            async with self._dispatcher.audited("conferenceCallout", requester):
                return Leg(to, await self._place(allow, requester, together), None)
        except VoiceError as error:
            if error.field == KEY:
                # The key belongs to another list; nobody of this one is rung, not even those who are new in it.
                raise
            return Leg(to, None, error)

    async def _place(
        self, allow: Allow, requester: Requester, together: object = None, *, replies_from_receiver: bool = False
    ) -> Placed:
        admitted = cast("CalloutRequest", allow.request)

        async def send(token: str, again: StillAllowed) -> str:
            sent = admitted
            if replies_from_receiver and isinstance(admitted, CustomCalloutRequest):
                sent, replies = withhold_replies(admitted)
                await self._events.save_replies(token, replies)
            return await self._api.place_callout(marked(sent, token, live=self._live), again=again)

        request = await self._request(admitted, together)
        carried = await self._dispatcher.carry_out(request, requester, send, self._settlement.refresh)
        warnings = () if carried.warning is None else (carried.warning,)
        return _placed(allow, carried.call_id, warnings, carried.duplicate_of)

    async def check_limits(self, allow: Allow, requester: Requester, together: object = None) -> None:
        """Say no where a limit or the kill switch would, to a callout that the guard lets pass.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
        """
        await self._dispatcher.check_limits(
            await self._request(cast("CalloutRequest", allow.request), together), requester
        )

    async def _rehearsed(self, allow: Allow, requester: Requester, together: object = None) -> Placed:
        await self.check_limits(allow, requester, together)
        return _placed(allow, None)

    async def _request(self, admitted: CalloutRequest, together: object) -> Request:
        return Request(
            kind=admitted.method,
            wire=admitted.to_wire(),
            exposure=await self._guard.exposure(admitted),
            conference=_room(admitted),
            together=together,
            text=_text(admitted),
        )

    async def get(self, call_id: str) -> Call:
        """State and outcome of a call; one that has ended is settled in the journal.

        Raises:
            NotFoundError: There is no such call.
        """
        call = await self._api.get_call(call_id)
        await self._settlement.observe(call)
        return call

    async def recent(
        self, *, limit: int, states: Sequence[EntryState], since: int | None, inbound: bool | None = None
    ) -> list[JournalEntry]:
        """Requests of the journal and calls that came in, newest first.

        Raises:
            StorageError: The journal cannot be used.
        """
        return await self._dispatcher.journal.entries(limit=limit, states=states, since=since, inbound=inbound)

    async def update(self, call_id: str, reading: Reading, requester: Requester = Requester()) -> tuple[str, ...]:  # noqa: B008 - frozen
        """Give a call in progress new instructions; returns warnings. What can ring is written down first.

        Raises:
            RefusedError: The guard or a limit says no; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been carried out.
        """
        unknown = tuple(member.path for member in reading.unknown)
        async with self._dispatcher.audited("update", requester):
            (allow,) = await self._confirmation.admit([reading.document], requester, event="update", unknown=unknown)
            return await self._update(call_id, allow, requester)

    async def _update(self, call_id: str, allow: Allow, requester: Requester) -> tuple[str, ...]:
        document = cast("Document", allow.request)
        if not any(isinstance(effect, Dial | Reach) for effect in effects_of(document)):
            await self._api.update_call(call_id, document)
            return allow.warnings

        async def send(token: str, again: StillAllowed) -> None:
            # A change of a call carries no token, and is sent once.
            del token, again
            await self._api.update_call(call_id, document)

        request = Request(
            kind="update",
            wire=document.to_wire(),
            exposure=await self._guard.exposure(document),
            subject=call_id,
            text=_text(document),
        )
        carried = await self._dispatcher.carry_out(request, requester, send, self._settlement.refresh)
        if carried.duplicate_of is not None:
            return (*allow.warnings, "The same change was made a moment ago; it was not made again.")
        return allow.warnings

    async def question_update(self, reading: Reading, requester: Requester) -> str | None:
        """What to ask a person before a call is changed; None where nobody has to be asked."""
        unknown = tuple(member.path for member in reading.unknown)
        return await self._confirmation.question([reading.document], requester, unknown, event="update")

    async def play(self, call_id: str, instruction: Instruction, leg: CallLeg) -> None:
        """Speak or play to one side of a call in progress. Never repeated by itself.

        Raises:
            RefusedError: The guard says no; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been heard.
        """
        document = Document(instructions=(instruction,), action=Continue())
        admitted, _ = await self._guard.admit_document(Reading(document, (), ()), "update")
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
        return await self.get(call_id), True

    async def _ended(self, call_id: str, cause: type[VoiceError]) -> Call:
        """Read a call back after an answer that leaves open whether it ended."""
        call = await self.get(call_id)
        if call.status != "FINAL" and cause is OutcomeUnknownError:
            raise OutcomeUnknownError(
                "The call still goes on, and it is not known whether the request to end it arrived.",
                next_step="Hang up again; ending a call twice does no harm.",
            )
        return call


def marked(request: CalloutRequest, token: str, *, live: bool) -> CalloutRequest:
    """The request with our token, by which every event of the call names it.

    A live call always tells its end, or nobody could say what became of it. A custom callout does so by itself.
    """
    tells: dict[str, object] = {"custom": token, "enable_dice": True} if live else {"custom": token}
    match request:
        case TtsCalloutRequest():
            return request.model_copy(update={"tts_callout": request.tts_callout.model_copy(update=tells)})
        case ConferenceCalloutRequest():
            callout = request.conference_callout.model_copy(update=tells)
            return request.model_copy(update={"conference_callout": callout})
        case CustomCalloutRequest():
            callout = request.custom_callout.model_copy(update={"custom": token})
            return request.model_copy(update={"custom_callout": callout})


def _placed(
    allow: Allow, call_id: str | None, warnings: tuple[str, ...] = (), duplicate_of: str | None = None
) -> Placed:
    request = allow.request.to_wire()
    return Placed(call_id, _rings(allow), request, allow.verdicts, (*allow.warnings, *warnings), duplicate_of)


def _rings(allow: Allow) -> str | None:
    return next((effect.number for effect in effects_of(allow.request) if isinstance(effect, Dial)), None)


def _room(request: CalloutRequest) -> str | None:
    return request.conference_callout.conference_id if isinstance(request, ConferenceCalloutRequest) else None


def _text(request: Payload) -> str | None:
    spoken = [effect.text for effect in effects_of(request) if isinstance(effect, Speak)]
    spoken += [effect.ssml for effect in effects_of(request) if isinstance(effect, SpeakSsml)]
    return " / ".join(spoken) or None


def _once_each(every: Sequence[Allow]) -> None:
    """Insist that nobody is rung twice by one request.

    Raises:
        InvalidInputError: A number is there twice.
    """
    seen: set[str] = set()
    for at, allow in enumerate(every):
        number = _rings(allow) or ""
        if number in seen:
            field = f"$[{at}].conferenceCallout.destination.endpoint"
            raise InvalidInputError(f"{number} is there twice; one phone takes one call", field=field)
        seen.add(number)
