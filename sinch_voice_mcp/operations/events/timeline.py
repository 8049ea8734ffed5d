"""The timeline of a call: our request and the platform's events, in the order and at the time of one clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.shown_numbers import ShownNumbers, e164_of
from sinch_voice_mcp.ports import INBOUND, CallsApi, EventLog, Journal, JournalEntry, StoredEvent
from sinch_voice_mcp.text.masking import is_shortened
from sinch_voice_mcp.types import CallId, JsonObject, Millis, is_object, to_millis

_PLACED = "placed"
"""The event of our request. Its row says what was requested, and never changes with what becomes of the call."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lists what happened in calls.

    Attributes:
        api: The platform.
        journal: The requests.
        events: The platform's events.
        clock: Limits the wait for the platform's answer.
        patience_s: Seconds of that wait.
        simulated: Whether the platform is a sandbox, whose time can be faster than ours.
        shown: How numbers are shown.
    """

    api: CallsApi
    journal: Journal
    events: EventLog
    clock: Clock
    patience_s: float
    simulated: Callable[[], bool]
    shown: ShownNumbers

    async def of(self, call_id: CallId) -> list[JsonObject]:
        """List our request and the platform's events of a call, in order.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        entry = await self.journal.by_call_id(call_id)
        events = await self.events.events(call_id)
        if entry is None and not events:
            # Nothing is recorded of it; the lookup raises if there is no such call.
            await self.api.get_call(call_id)
        if not self.simulated():
            # Both clocks show the real time.
            return self._rows(entry, None if entry is None else entry.claimed_at, events, received=False)
        started = await self._started_at(call_id)
        if started is None:
            # The sandbox does not know the call any more, so only our own clock has times for all of it.
            return self._rows(entry, None if entry is None else entry.claimed_at, events, received=True)
        return self._rows(entry, started, events, received=False)

    async def _started_at(self, call_id: CallId) -> Millis | None:
        """Return when a call started by the platform's clock; None if the platform does not say."""
        try:
            with self.clock.move_on_after(self.patience_s):
                started = (await self.api.get_call(call_id)).timestamp
                return None if started is None else to_millis(started)
        except VoiceError:
            pass
        return None

    def _rows(
        self, entry: JournalEntry | None, at: Millis | None, events: Sequence[StoredEvent], *, received: bool
    ) -> list[JsonObject]:
        ours = [] if entry is None else [self._request_row(entry, at)]
        own = None if entry is None or entry.kind == INBOUND else entry
        theirs = [self._without_parties(_event_row(event, received=received), own) for event in events]
        # The platform's instants are whole seconds, so the first event may seem older than our request.
        return [*ours, *sorted(theirs, key=lambda row: int(str(row["at_ms"])))]

    def _without_parties(self, row: JsonObject, entry: JournalEntry | None) -> JsonObject:
        """Leave out the callee and the caller ID where they repeat those of the request."""
        said, number = row.get("untrusted"), None if entry is None else self.shown.of_entry(entry)
        if number is None or not is_object(said):
            return row
        to, caller = said.get("to"), said.get("from")
        if not isinstance(to, str) or not (_is_called(to, entry) or _are_same(self.shown.number(to) or "", number)):
            return row
        is_number = isinstance(caller, str) and (is_shortened(caller) or e164_of(caller) is not None)
        known = {"to", "from"} if is_number else {"to"}
        rest = {name: value for name, value in said.items() if name not in known}
        bare = {name: value for name, value in row.items() if name != "untrusted"}
        return bare | {"untrusted": rest} if rest else bare

    def _request_row(self, entry: JournalEntry, at: Millis | None) -> JsonObject:
        event = INBOUND if entry.kind == INBOUND else _PLACED
        row: dict[str, object] = {"at_ms": at, "event": event, "kind": entry.kind}
        number = self.shown.of_entry(entry)
        return row if number is None else row | {"number": number}


def _is_called(to: str, entry: JournalEntry | None) -> bool:
    """Whether the platform's words for the callee are the address or the name that a request called."""
    return entry is not None and to in (name.partition(":")[2] for name in entry.called)


def _are_same(one: str, other: str) -> bool:
    """Whether two numbers are the same, as far as can be seen if one of them is shortened."""
    if not is_shortened(one) and not is_shortened(other):
        return one == other
    # Earlier versions stored numbers without their plus, and then one digit more.
    first, second = (digits[:4] + digits[-2:] for digits in (one.lstrip("+"), other.lstrip("+")))
    return first == second


def _event_row(event: StoredEvent, *, received: bool) -> JsonObject:
    at = event.received_at if received or event.at is None else event.at
    return {"at_ms": at, "event": event.kind, **event.details}
