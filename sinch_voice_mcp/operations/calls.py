"""Placing calls and steering calls in progress."""

from collections.abc import Sequence
from dataclasses import dataclass

from sinch_voice_mcp.errors import InvalidInputError, NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.operations.admission.confirmation import Confirmation, located_at
from sinch_voice_mcp.operations.admission.guard import Admitted, Guard
from sinch_voice_mcp.operations.admission.limits import too_many_at_once
from sinch_voice_mcp.operations.dispatch.claims import Request
from sinch_voice_mcp.operations.dispatch.dispatcher import KEY, Dispatched, Dispatcher, StillAllowed
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.ports import EntryState, EventLog, JournalEntry, Replies, VoiceApi
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Instruction, Reading
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import Call, CallLeg

_CONFERENCE = "conferenceCallout"
_SAME_CHANGE = "The same change was made a moment ago; it was not made again."


@dataclass(frozen=True, slots=True)
class Placed:
    """A callout that went through the guard.

    Attributes:
        call_id: The call; None after a dry run.
        rings: The number in E.164; None where no telephone rings or a callback names it.
        request: The JSON object that was sent, or would be.
        verdicts: What every rule of the guard found.
        warnings: What the requester should know.
        duplicate_of: Our token of the same request where it was placed before; then no second call was placed.
    """

    call_id: str | None
    rings: str | None
    request: JsonObject
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One participant of a conference callout: placed, or the error."""

    to: str
    placed: Placed | None
    error: VoiceError | None


class Calls:
    """Callouts and calls in progress."""

    def __init__(
        self,
        api: VoiceApi,
        guard: Guard,
        confirmation: Confirmation,
        dispatcher: Dispatcher,
        settlement: Settlement,
        events: EventLog,
    ) -> None:
        self._api = api
        self._guard = guard
        self._confirmation = confirmation
        self._dispatcher = dispatcher
        self._settlement = settlement
        self._events = events

    async def place(
        self,
        request: CalloutRequest,
        requester: Requester = ANONYMOUS,
        *,
        dry_run: bool = False,
        unknown: tuple[str, ...] = (),
        replies_from_receiver: bool = False,
    ) -> Placed:
        """Start a call, or with ``dry_run`` only say what would be sent.

        Args:
            request: The callout; nested SVAML may be in it as JSON text.
            requester: Who asks, with which key, and what a person answered.
            dry_run: Apply every rule and limit, and send nothing.
            unknown: JSON paths of members of its SVAML that are not documented.
            replies_from_receiver: Withhold the documents of a custom callout, and answer its events with them.

        Raises:
            RefusedError: The guard or a limit refuses, or calling is stopped; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform rejected it; nothing was placed.
            NotSentError: The platform was not reached; nothing was placed.
            OutcomeUnknownError: The call may have been placed.
        """
        if dry_run:
            admitted = await self._guard.admit(request, unknown=unknown)
            return await self._dry_run(admitted, _request(admitted), requester)
        async with self._dispatcher.audited(request.method, requester):
            (admitted,) = await self._confirmation.admit([request], requester, unknown=unknown)
            return await self._place(
                admitted, _request(admitted), requester, replies_from_receiver=replies_from_receiver
            )

    async def place_conference(
        self, requests: Sequence[CalloutRequest], requester: Requester = ANONYMOUS, *, dry_run: bool = False
    ) -> list[Leg]:
        """Ring several people into one conference: all pass the guard before the first phone rings.

        A leg that fails does not stop the others; when every leg failed, the first error is raised.

        Raises:
            RefusedError: The guard refuses one of them; no phone rang. Its path begins with the index in the list.
            InvalidInputError: Two of them ring the same number; no phone rang.
            VoiceError: Every leg failed.
        """
        if dry_run:
            return await self._dry_run_conference(requests, requester)
        async with self._dispatcher.audited(_CONFERENCE, requester):
            self._check_concurrency(len(requests))
            every = await self._confirmation.admit(requests, requester, numbered=True)
            _check_distinct(every)
        together = [admitted.wire for admitted in every]
        legs = [
            await self._leg(admitted, _request(admitted, together), requester.part(index))
            for index, admitted in enumerate(every)
        ]
        errors = [leg.error for leg in legs if leg.error is not None]
        if len(errors) == len(legs):
            # One leg that may have rung makes the whole request unsafe to repeat.
            raise next((error for error in errors if not error.retry_safe), errors[0])
        return legs

    async def question(
        self, requests: Sequence[CalloutRequest], requester: Requester, unknown: tuple[str, ...] = ()
    ) -> str | None:
        """Word the question to ask a person before these are placed; None where none has to confirm."""
        return await self._confirmation.question(requests, requester, unknown)

    async def check_limits(self, admitted: Admitted[CalloutRequest], requester: Requester = ANONYMOUS) -> None:
        """Raise what placing an admitted callout would raise now; record and send nothing.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
        """
        await self._dispatcher.check_limits(_request(admitted), requester)

    async def get(self, call_id: str) -> Call:
        """Look up the state and outcome of a call; one that has ended is settled in the journal.

        Raises:
            NotFoundError: There is no such call.
        """
        call = await self._api.get_call(call_id)
        await self._settlement.observe(call)
        return call

    async def recent(
        self,
        *,
        limit: int,
        states: Sequence[EntryState] = (),
        since: int | None = None,
        inbound: bool | None = None,
    ) -> list[JournalEntry]:
        """List requests of the journal and calls that came in, newest first.

        Args:
            limit: The most entries to return.
            states: Only entries in one of these states; empty for all.
            since: Only entries claimed at this instant or later, in milliseconds since 1970.
            inbound: Only calls that came in, or only requests of this server.

        Raises:
            StorageError: The journal cannot be used.
        """
        return await self._dispatcher.journal.entries(limit=limit, states=states, since=since, inbound=inbound)

    async def update(self, call_id: str, reading: Reading, requester: Requester = ANONYMOUS) -> tuple[str, ...]:
        """Give a call in progress new instructions; returns warnings. A change that can ring is claimed first.

        Raises:
            RefusedError: The guard or a limit refuses; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: The change may have been made.
        """
        async with self._dispatcher.audited("update", requester):
            (admitted,) = await self._confirmation.admit(
                [reading.document], requester, event="update", unknown=_unknown(reading)
            )
            if admitted.connects:
                return await self._dispatch_update(call_id, admitted, requester)
            await self._api.update_call(call_id, admitted.request)
            return admitted.warnings

    async def question_update(self, reading: Reading, requester: Requester) -> str | None:
        """Word the question to ask a person before a call is changed; None where none has to confirm."""
        return await self._confirmation.question([reading.document], requester, _unknown(reading), event="update")

    async def play(self, call_id: str, instruction: Instruction, leg: CallLeg) -> None:
        """Speak or play to one side of a call in progress. Never repeated by the server.

        Raises:
            RefusedError: The guard refuses; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been played.
        """
        document = Document(instructions=(instruction,), action=Continue())
        admitted = await self._guard.admit(document, "update")
        await self._api.manage_leg(call_id, leg, admitted.request)

    async def hang_up(self, call_id: str) -> tuple[Call, bool]:
        """End a call; returns it and whether this request ended it. Safe to repeat.

        Raises:
            NotFoundError: There never was such a call.
            OutcomeUnknownError: Whether the call continues is not known.
        """
        try:
            await self._api.update_call(call_id, Document(action=Hangup()))
        except NotFoundError:
            return await self.get(call_id), False
        except OutcomeUnknownError:
            return await self._read_back(call_id), True
        return await self.get(call_id), True

    async def _read_back(self, call_id: str) -> Call:
        """Read a call whose hang-up got no answer; the call must have ended."""
        call = await self.get(call_id)
        if call.status != "FINAL":
            raise OutcomeUnknownError(
                "The call is still in progress, and it is not known whether the request to end it arrived.",
                next_step="Hang up again; ending a call twice does no harm.",
            )
        return call

    async def _place(
        self,
        admitted: Admitted[CalloutRequest],
        request: Request,
        requester: Requester,
        *,
        replies_from_receiver: bool = False,
    ) -> Placed:
        async def send(token: str, still_allowed: StillAllowed) -> str:
            callout = admitted.request
            if replies_from_receiver and isinstance(callout, CustomCalloutRequest):
                callout, replies = withhold_replies(callout)
                await self._events.save_replies(token, replies)
            live = self._guard.mode == "live"
            return await self._api.place_callout(marked(callout, token, live=live), again=still_allowed)

        return _placed(admitted, await self._dispatcher.dispatch(request, requester, send))

    async def _leg(self, admitted: Admitted[CalloutRequest], request: Request, requester: Requester) -> Leg:
        to = admitted.rings or ""
        try:
            async with self._dispatcher.audited(_CONFERENCE, requester):
                return Leg(to, await self._place(admitted, request, requester), None)
        except VoiceError as error:
            if error.field == KEY:
                # The key belongs to another list, so no phone of this one rings, not even a number new in it.
                raise
            return Leg(to, None, error)

    async def _dry_run(self, admitted: Admitted[CalloutRequest], request: Request, requester: Requester) -> Placed:
        await self._dispatcher.check_limits(request, requester)
        return _placed(admitted, None)

    async def _dry_run_conference(self, requests: Sequence[CalloutRequest], requester: Requester) -> list[Leg]:
        every: list[Admitted[CalloutRequest]] = []
        for index, request in enumerate(requests):
            with located_at(index):
                every.append(await self._guard.admit(request))
        _check_distinct(every)
        together = [admitted.wire for admitted in every]
        return [
            Leg(
                admitted.rings or "",
                await self._dry_run(admitted, _request(admitted, together), requester.part(index)),
                None,
            )
            for index, admitted in enumerate(every)
        ]

    def _check_concurrency(self, count: int) -> None:
        allowed = self._guard.policy.max_concurrent_calls
        if allowed is not None and count > allowed:
            raise too_many_at_once(count, allowed)

    async def _dispatch_update(
        self, call_id: str, admitted: Admitted[Document], requester: Requester
    ) -> tuple[str, ...]:
        async def send(token: str, still_allowed: StillAllowed) -> None:
            # A change of a call carries no token, and is sent once.
            del token, still_allowed
            await self._api.update_call(call_id, admitted.request)

        request = Request(
            kind="update",
            wire=admitted.wire,
            exposure=admitted.exposure,
            subject=call_id,
            text=admitted.spoken,
        )
        dispatched = await self._dispatcher.dispatch(request, requester, send)
        return admitted.warnings if dispatched.duplicate_of is None else (*admitted.warnings, _SAME_CHANGE)


def marked(request: CalloutRequest, token: str, *, live: bool) -> CalloutRequest:
    """Put our token into a callout, so that every event of the call carries it.

    A live call always reports its end (DiCE), or its cost and outcome would stay unknown; a custom callout reports it
    by itself.
    """
    marks: dict[str, object] = {"custom": token, "enable_dice": True} if live else {"custom": token}
    match request:
        case TtsCalloutRequest():
            return request.model_copy(update={"tts_callout": request.tts_callout.model_copy(update=marks)})
        case ConferenceCalloutRequest():
            callout = request.conference_callout.model_copy(update=marks)
            return request.model_copy(update={"conference_callout": callout})
        case CustomCalloutRequest():
            callout = request.custom_callout.model_copy(update={"custom": token})
            return request.model_copy(update={"custom_callout": callout})


def withhold_replies(request: CustomCalloutRequest) -> tuple[CustomCalloutRequest, Replies]:
    """Split a custom callout into the callout without its replies, and the replies for the receiver to give.

    A callout that carries its replies inline reports neither who answered nor which keys were pressed. A call that
    a machine answers, or that is left before it is known who answered, is hung up.
    """
    callout = request.custom_callout
    hang_up = Document(action=Hangup()).to_json()
    bare = callout.model_copy(update={"ace": None, "pie": None})
    replies = {
        "ace": callout.ace or hang_up,
        "ace.machine": hang_up,
        "ace.hangup": hang_up,
        "pie.return": callout.pie or hang_up,
        "pie.sequence": callout.pie or hang_up,
        "pie": hang_up,
    }
    return request.model_copy(update={"custom_callout": bare}), replies


def _request(admitted: Admitted[CalloutRequest], together: object = None) -> Request:
    callout = admitted.request
    joins = isinstance(callout, ConferenceCalloutRequest)
    return Request(
        kind=callout.method,
        wire=admitted.wire,
        exposure=admitted.exposure,
        conference=callout.conference_callout.conference_id if joins else None,
        together=together,
        text=admitted.spoken,
    )


def _placed(admitted: Admitted[CalloutRequest], dispatched: Dispatched | None) -> Placed:
    warnings = admitted.warnings
    if dispatched is not None and dispatched.warning is not None:
        warnings = (*warnings, dispatched.warning)
    return Placed(
        call_id=None if dispatched is None else dispatched.call_id,
        rings=admitted.rings,
        request=admitted.wire,
        verdicts=admitted.verdicts,
        warnings=warnings,
        duplicate_of=None if dispatched is None else dispatched.duplicate_of,
    )


def _unknown(reading: Reading) -> tuple[str, ...]:
    return tuple(member.path for member in reading.unknown)


def _check_distinct(every: Sequence[Admitted[CalloutRequest]]) -> None:
    """Refuse a list that rings a number twice.

    Raises:
        InvalidInputError: A number is in the list twice.
    """
    seen: set[str] = set()
    for index, admitted in enumerate(every):
        number = admitted.rings or ""
        if number in seen:
            field = f"$[{index}].conferenceCallout.destination.endpoint"
            raise InvalidInputError(f"{number} is in the list twice; one phone takes one call", field=field)
        seen.add(number)
