"""Place calls, and control calls in progress."""

from collections.abc import Sequence
from dataclasses import replace

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError
from sinch_voice_mcp.operations.admission.confirmation import Confirmation, located_at
from sinch_voice_mcp.operations.admission.guard import Admitted, Guard
from sinch_voice_mcp.operations.admission.limits import too_many_at_once
from sinch_voice_mcp.operations.callouts import with_token
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.dispatch.call_changes import CallChanges
from sinch_voice_mcp.operations.dispatch.claims import Request
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatcher, Part
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.requested import conference_replies, kinds_of, withhold_replies
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.operations.placing import (
    Placed,
    PlacedLeg,
    Prepared,
    check_distinct,
    leg_of,
    naming_legs,
    number_at,
    request_of,
)
from sinch_voice_mcp.operations.regional import RegionalCalls
from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.policy import is_hangup
from sinch_voice_mcp.ports import EntryState, EventLog, JournalEntry, StillAllowed
from sinch_voice_mcp.svaml import HANG_UP, Document, Reading
from sinch_voice_mcp.types import CallId, Millis, Token
from sinch_voice_mcp.wire.callouts import CalloutRequest, CustomCalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg

_CONFERENCE = "conferenceCallout"


class Calls:
    """Operations on callouts and calls in progress."""

    def __init__(
        self,
        api: RegionalCalls,
        guard: Guard,
        confirmation: Confirmation,
        dispatcher: Dispatcher,
        settlement: Settlement,
        events: EventLog,
        changes: Changes,
        routing: EventRouting,
    ) -> None:
        self._api = api
        self._guard = guard
        self._confirmation = confirmation
        self._dispatcher = dispatcher
        self._call_changes = CallChanges(dispatcher, guard.policy)
        self._settlement = settlement
        self._events = events
        self._changes = changes
        self._routing = routing

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
            prepared = await self._prepared(admitted, request_of(admitted), requester)
            await self._dispatcher.check_limits([prepared.part])
            return prepared.placed(None)
        async with self._dispatcher.audited(request.method, requester):
            (admitted,) = await self._confirmation.admit([request], requester, unknown=unknown)
            prepared = await self._prepared(
                admitted, request_of(admitted), requester, replies_from_receiver=replies_from_receiver
            )
            part = prepared.part
            return prepared.placed(await self._dispatcher.dispatch(part.request, part.requester, part.send))

    async def place_conference(
        self, requests: Sequence[CalloutRequest], requester: Requester = ANONYMOUS, *, dry_run: bool = False
    ) -> list[PlacedLeg]:
        """Call several phones into one conference. All callouts are admitted and claimed before the first is placed.

        A callout that the platform rejects does not stop the others. If all fail, one of the errors is raised, with the
        number and the reason of each.

        Raises:
            RefusedError: The guard or a limit refuses one of them; no phone was called. Its path begins with the list
                index.
            InvalidInputError: Two of them call the same number; no phone was called.
            VoiceError: Every callout failed.
        """
        if dry_run:
            self._check_concurrency(len(requests))
            every = await self._admit_all(requests)
            prepared = await self._prepared_all(every, requester)
            await self._dispatcher.check_limits([one.part for one in prepared])
            return [leg_of(one, None) for one in prepared]
        async with self._dispatcher.audited(_CONFERENCE, requester):
            self._check_concurrency(len(requests))
            every = await self._confirmation.admit(requests, requester, numbered=True)
            prepared = await self._prepared_all(every, requester)
            results = await self._dispatcher.dispatch_together([one.part for one in prepared])
        legs = [leg_of(one, result) for one, result in zip(prepared, results, strict=True)]
        errors = [leg.error for leg in legs if leg.error is not None]
        if len(errors) == len(legs):
            # If one phone may have been called, the whole request is unsafe to repeat.
            worst = next((error for error in errors if not error.retry_safe), errors[0])
            raise naming_legs(worst, legs)
        return legs

    async def check_limits(self, admitted: Admitted[CalloutRequest], requester: Requester = ANONYMOUS) -> None:
        """Raise what :meth:`place` would raise for a limit now; record and send nothing.

        Raises:
            RefusedError: A limit is reached, or calling is stopped.
        """
        prepared = await self._prepared(admitted, request_of(admitted), requester)
        await self._dispatcher.check_limits([prepared.part])

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
        number: str | None = None,
    ) -> list[JournalEntry]:
        """List requests of the journal and incoming calls, newest first.

        Args:
            limit: Highest number of entries to return.
            states: Only entries in one of these states; all states if empty.
            since: Only entries claimed at this instant or later.
            inbound: Only incoming calls (True), or only requests of this server (False).
            number: Only requests that call this number or other target, and incoming calls from it.

        Raises:
            StorageError: The journal cannot be used.
        """
        entries = self._dispatcher.journal.entries
        return await entries(limit=limit, states=states, since=since, inbound=inbound, number=number, prolonging=False)

    async def update(self, call_id: CallId, reading: Reading, requester: Requester = ANONYMOUS) -> tuple[str, ...]:
        """Send new instructions to a call in progress; returns warnings. Every change but a hang-up is claimed.

        Raises:
            RefusedError: The guard or a limit refuses; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: The change may have been made.
        """
        ends = is_hangup(reading.document)
        async with self._dispatcher.audited("update", requester):
            if not ends:
                await self._changes.require_running()
            (admitted,) = await self._confirmation.admit(
                [reading.document], requester, subject=call_id, unknown=_unknown(reading)
            )
            if ends:
                what = {"call_id": call_id, "action": "hangup"}
                async with self._changes.made("update_call", requester, although_stopped=True, **what) as again:
                    await self._api.update_call(call_id, admitted.request, again=again)
                return admitted.warnings

            async def change(again: StillAllowed) -> None:
                await self._api.update_call(call_id, admitted.request, again=again)

            return await self._call_changes.dispatch(call_id, admitted, requester, change)

    async def play(
        self, call_id: CallId, document: Document, leg: CallLeg, requester: Requester = ANONYMOUS
    ) -> tuple[str, ...]:
        """Speak or play to one leg of a call in progress; returns warnings. The server never repeats the request.

        Raises:
            RefusedError: The guard or a limit refuses, or calling is stopped; nothing was sent.
            NotFoundError: There is no such call, or it has ended.
            OutcomeUnknownError: It may have been played.
        """
        async with self._dispatcher.audited("play", requester):
            await self._changes.require_running()
            (admitted,) = await self._confirmation.admit([document], requester, subject=call_id)

            async def change(again: StillAllowed) -> None:
                await self._api.manage_leg(call_id, leg, admitted.request, again=again)

            return await self._call_changes.dispatch(call_id, admitted, requester, change)

    async def hang_up(self, call_id: CallId, requester: Requester = ANONYMOUS) -> tuple[Call, bool]:
        """End a call; returns the call, and whether this request ended it. Safe to repeat.

        Raises:
            NotFoundError: There never was such a call.
            OutcomeUnknownError: It is not known whether the call has ended.
        """
        async with self._changes.made("hang_up", requester, although_stopped=True, call_id=call_id):
            try:
                await self._api.update_call(call_id, HANG_UP)
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

    async def _prepared(
        self,
        admitted: Admitted[CalloutRequest],
        request: Request,
        requester: Requester,
        *,
        replies_from_receiver: bool = False,
    ) -> Prepared:
        """Return a callout in the form in which it is sent, and how to send it."""
        callout, kinds = await self._routing.asking(admitted.request)
        place = await self._api.place_for(callout)
        replies = conference_replies(callout)
        if replies_from_receiver and isinstance(callout, CustomCalloutRequest):
            callout, replies = withhold_replies(callout)
            kinds = kinds_of(callout)

        async def send(token: Token, still_allowed: StillAllowed) -> CallId:
            if replies:
                # Saved before the callout is sent, because its first event can arrive before the answer.
                await self._events.save_replies(token, replies)
            if admitted.digits:
                # Under our token, because the ID of the call is not known yet.
                await self._dispatcher.journal.count_digits(token, admitted.digits)
            return await self._api.at(place).place_callout(with_token(callout, token), again=still_allowed)

        return Prepared(admitted, callout, Part(replace(request, events=kinds, place=place), requester, send))

    async def _prepared_all(self, every: Sequence[Admitted[CalloutRequest]], requester: Requester) -> list[Prepared]:
        """Prepare the callouts of a conference; raise InvalidInputError if two of them call the same number."""
        check_distinct(every)
        together = [admitted.wire for admitted in every]
        return [
            await self._prepared(
                admitted, replace(request_of(admitted, together), number_at=number_at(index)), requester.part(index)
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


def _unknown(reading: Reading) -> tuple[str, ...]:
    return tuple(member.path for member in reading.unknown)
