"""Place calls, and control calls in progress."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sinch_voice_mcp.errors import InvalidInputError, NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.operations.admission.confirmation import Confirmation, located_at
from sinch_voice_mcp.operations.admission.guard import Admitted, Guard
from sinch_voice_mcp.operations.admission.limits import too_many_at_once
from sinch_voice_mcp.operations.dispatch.changes import Changes
from sinch_voice_mcp.operations.dispatch.claims import Request
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatched, Dispatcher, Part, StillAllowed
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.policy import Verdict, is_hangup
from sinch_voice_mcp.ports import EntryState, EventLog, JournalEntry, Replies, VoiceApi
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Instruction, Reading
from sinch_voice_mcp.types import CallId, JsonObject, Millis, Token
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import Call, CallLeg

_CONFERENCE = "conferenceCallout"


@dataclass(frozen=True, slots=True)
class Placed:
    """A callout that was placed, or that a dry run would place.

    Attributes:
        call_id: ID of the call; None after a dry run.
        rings: The number that rings, in E.164 form; None if no telephone rings or a callback names it.
        request: The JSON object that was sent, or would be.
        verdicts: What every rule of the guard found.
        warnings: What the requester should know.
        earlier: The earlier request, if the same call was placed before and no second one was.
    """

    call_id: CallId | None
    rings: str | None
    request: JsonObject
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    earlier: JournalEntry | None = None

    @property
    def duplicate_of(self) -> Token | None:
        """Our token of the earlier request."""
        return None if self.earlier is None else self.earlier.token


@dataclass(frozen=True, slots=True)
class PlacedLeg:
    """One callout of a conference: placed, or the error."""

    to: str
    placed: Placed | None
    error: VoiceError | None


class Calls:
    """Operations on callouts and calls in progress."""

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
        self._changes = Changes(dispatcher, guard.policy)
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
        """Start a call, or with ``dry_run`` only return what would be sent.

        Args:
            request: The callout; it may contain SVAML as JSON text.
            requester: The client and principal, the idempotency key, and what a person answered.
            dry_run: Apply every rule and limit, and send nothing.
            unknown: JSON paths of undocumented members of its SVAML.
            replies_from_receiver: Send a custom callout without its replies; the receiver replies with them.

        Raises:
            RefusedError: The guard or a limit refuses, or calling is stopped; nothing was sent.
            StorageError: The journal cannot be used; nothing was sent.
            PlatformError: The platform rejected it; nothing was placed.
            NotSentError: The platform was not reached; nothing was placed.
            OutcomeUnknownError: The call may have been placed.
        """
        if dry_run:
            admitted = await self._guard.admit(request, unknown=unknown)
            await self.check_limits(admitted, requester)
            return _placed(admitted, None)
        async with self._dispatcher.audited(request.method, requester):
            (admitted,) = await self._confirmation.admit([request], requester, unknown=unknown)
            return await self._place(
                admitted, _request(admitted), requester, replies_from_receiver=replies_from_receiver
            )

    async def place_conference(
        self, requests: Sequence[CalloutRequest], requester: Requester = ANONYMOUS, *, dry_run: bool = False
    ) -> list[PlacedLeg]:
        """Call several phones into one conference. All callouts are admitted and claimed before the first is placed.

        A callout that the platform rejects does not stop the others; if all fail, the first error is raised.

        Raises:
            RefusedError: The guard or a limit refuses one of them; no phone was called. Its path begins with the list
                index.
            InvalidInputError: Two of them call the same number; no phone was called.
            VoiceError: Every callout failed.
        """
        if dry_run:
            self._check_concurrency(len(requests))
            every = await self._admit_all(requests)
            await self._dispatcher.check_limits(self._parts(every, requester))
            return [PlacedLeg(admitted.rings or "", _placed(admitted, None), None) for admitted in every]
        async with self._dispatcher.audited(_CONFERENCE, requester):
            self._check_concurrency(len(requests))
            every = await self._confirmation.admit(requests, requester, numbered=True)
            results = await self._dispatcher.dispatch_together(self._parts(every, requester))
        legs = [_leg(admitted, result) for admitted, result in zip(every, results, strict=True)]
        errors = [leg.error for leg in legs if leg.error is not None]
        if len(errors) == len(legs):
            # If one phone may have been called, the whole request is unsafe to repeat.
            raise next((error for error in errors if not error.retry_safe), errors[0])
        return legs

    async def question(
        self, requests: Sequence[CalloutRequest], requester: Requester, unknown: tuple[str, ...] = ()
    ) -> str | None:
        """Write the question to ask a person before these are placed; None if no person has to confirm."""
        return await self._confirmation.question(requests, requester, unknown)

    async def check_limits(self, admitted: Admitted[CalloutRequest], requester: Requester = ANONYMOUS) -> None:
        """Raise what :meth:`place` would raise for a limit now; record and send nothing.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
        """
        await self._dispatcher.check_limits([self._part(admitted, _request(admitted), requester)])

    async def get(self, call_id: CallId) -> Call:
        """Look up the state and outcome of a call; settle it in the journal if it has ended.

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
        since: Millis | None = None,
        inbound: bool | None = None,
    ) -> list[JournalEntry]:
        """List requests of the journal and incoming calls, newest first.

        Args:
            limit: Highest number of entries to return.
            states: Only entries in one of these states; all states if empty.
            since: Only entries claimed at this instant or later.
            inbound: Only incoming calls (True), or only requests of this server (False).

        Raises:
            StorageError: The journal cannot be used.
        """
        return await self._dispatcher.journal.entries(
            limit=limit, states=states, since=since, inbound=inbound, prolonging=False
        )

    async def update(self, call_id: CallId, reading: Reading, requester: Requester = ANONYMOUS) -> tuple[str, ...]:
        """Send new instructions to a call in progress; returns warnings. Every change but a hang-up is claimed.

        Raises:
            RefusedError: The guard or a limit refuses; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: The change may have been made.
        """
        async with self._dispatcher.audited("update", requester):
            (admitted,) = await self._confirmation.admit(
                [reading.document], requester, event="update", unknown=_unknown(reading)
            )
            if is_hangup(admitted.request):
                await self._api.update_call(call_id, admitted.request)
                return admitted.warnings
            send = partial(self._api.update_call, call_id, admitted.request)
            return await self._changes.dispatch(call_id, admitted, requester, send)

    async def question_update(self, reading: Reading, requester: Requester) -> str | None:
        """Write the question to ask a person before a call is changed; None if no person has to confirm."""
        return await self._confirmation.question([reading.document], requester, _unknown(reading), event="update")

    async def play(self, call_id: CallId, instruction: Instruction, leg: CallLeg) -> None:
        """Speak or play to one leg of a call in progress. The server never repeats the request.

        Raises:
            RefusedError: The guard or a limit refuses, or calling is stopped; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been played.
        """
        document = Document(instructions=(instruction,), action=Continue())
        async with self._dispatcher.audited("play", ANONYMOUS):
            admitted = await self._guard.admit(document, "update")
            send = partial(self._api.manage_leg, call_id, leg, admitted.request)
            await self._changes.dispatch(call_id, admitted, ANONYMOUS, send)

    async def hang_up(self, call_id: CallId) -> tuple[Call, bool]:
        """End a call; returns the call, and whether this request ended it. Safe to repeat.

        Raises:
            NotFoundError: There never was such a call.
            OutcomeUnknownError: It is not known whether the call has ended.
        """
        try:
            await self._api.update_call(call_id, Document(action=Hangup()))
        except NotFoundError:
            # The platform also reports a call that has ended as not found for a change.
            return await self.get(call_id), False
        except OutcomeUnknownError:
            return await self._read_back(call_id), True
        return await self.get(call_id), True

    async def _read_back(self, call_id: CallId) -> Call:
        """Look up a call whose hang-up got no answer; raise unless it has ended."""
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
        part = self._part(admitted, request, requester, replies_from_receiver=replies_from_receiver)
        return _placed(admitted, await self._dispatcher.dispatch(part.request, part.requester, part.send))

    def _part(
        self,
        admitted: Admitted[CalloutRequest],
        request: Request,
        requester: Requester,
        *,
        replies_from_receiver: bool = False,
    ) -> Part:
        async def send(token: Token, still_allowed: StillAllowed) -> CallId:
            callout = admitted.request
            if replies_from_receiver and isinstance(callout, CustomCalloutRequest):
                # Saved before the callout is sent, because its first event can arrive before the answer.
                callout, replies = withhold_replies(callout)
                await self._events.save_replies(token, replies)
            live = self._guard.mode == "live"
            return await self._api.place_callout(with_token(callout, token, live=live), again=still_allowed)

        return Part(request, requester, send)

    def _parts(self, every: Sequence[Admitted[CalloutRequest]], requester: Requester) -> list[Part]:
        """Return the callouts of a conference; raise InvalidInputError if two of them call the same number."""
        _check_distinct(every)
        together = [admitted.wire for admitted in every]
        return [
            self._part(
                admitted, replace(_request(admitted, together), number_at=_number_at(index)), requester.part(index)
            )
            for index, admitted in enumerate(every)
        ]

    async def _admit_all(self, requests: Sequence[CalloutRequest]) -> list[Admitted[CalloutRequest]]:
        every: list[Admitted[CalloutRequest]] = []
        for index, request in enumerate(requests):
            with located_at(index):
                every.append(await self._guard.admit(request))
        return every

    def _check_concurrency(self, count: int) -> None:
        allowed = self._guard.policy.max_concurrent_calls
        if allowed is not None and count > allowed:
            raise too_many_at_once(count, allowed)


def with_token(request: CalloutRequest, token: Token, *, live: bool) -> CalloutRequest:
    """Add our token to a callout, so that every event of the call contains it.

    A live call is made to report its end (DiCE), because its cost and outcome would stay unknown otherwise; a custom
    callout always reports it.
    """
    added: dict[str, object] = {"custom": token, "enable_dice": True} if live else {"custom": token}
    match request:
        case TtsCalloutRequest():
            return request.model_copy(update={"tts_callout": request.tts_callout.model_copy(update=added)})
        case ConferenceCalloutRequest():
            callout = request.conference_callout.model_copy(update=added)
            return request.model_copy(update={"conference_callout": callout})
        case CustomCalloutRequest():
            callout = request.custom_callout.model_copy(update={"custom": token})
            return request.model_copy(update={"custom_callout": callout})


def withhold_replies(request: CustomCalloutRequest) -> tuple[CustomCalloutRequest, Replies]:
    """Split a custom callout into the callout without its replies, and the replies that the receiver sends.

    The platform sends no events for replies inside the callout, so it would report neither what answered nor which
    keys were pressed. A call is hung up if a machine answers, or if it ends before it is known what answered.
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
        earlier=None if dispatched is None else dispatched.earlier,
    )


def _leg(admitted: Admitted[CalloutRequest], result: Dispatched | VoiceError) -> PlacedLeg:
    if isinstance(result, VoiceError):
        return PlacedLeg(admitted.rings or "", None, result)
    return PlacedLeg(admitted.rings or "", _placed(admitted, result), None)


def _unknown(reading: Reading) -> tuple[str, ...]:
    return tuple(member.path for member in reading.unknown)


def _number_at(index: int) -> str:
    return f"$[{index}].conferenceCallout.destination.endpoint"


def _check_distinct(every: Sequence[Admitted[CalloutRequest]]) -> None:
    """Raise InvalidInputError if a list calls a number twice."""
    seen: set[str] = set()
    for index, admitted in enumerate(every):
        number = admitted.rings or ""
        if number in seen:
            message = f"{number} is in the list twice; a phone can take one call"
            raise InvalidInputError(message, field=_number_at(index))
        seen.add(number)
