"""The exchange: the calls, their clockwork and the few primitives that every part of the engine uses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sinch_voice_mcp.sandbox.engine.events import Event, Slot
from sinch_voice_mcp.sandbox.engine.ids import Ids
from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result
from sinch_voice_mcp.sandbox.engine.state import (
    Call,
    Conference,
    Connected,
    Detail,
    Ended,
    Entry,
    EntryKind,
    InConference,
    Plan,
)
from sinch_voice_mcp.sandbox.engine.timers import Timers

KEPT_CALLS = 10_000
"""Above so many calls the oldest ended ones are forgotten."""


class Exchange:
    """Calls and conferences at one simulated instant, ``now``."""

    def __init__(self, start: datetime, seed: int) -> None:
        self.now = start
        self.ids = Ids(seed)
        self.timers = Timers[Event]()
        self.calls: dict[str, Call] = {}
        self.conferences: dict[tuple[str, str], Conference] = {}
        self._entries = 0

    def open(self, application_key: str, plan: Plan) -> Call:
        """Take a call; nothing is dialled yet."""
        self._forget()
        call = Call(self.ids.next("call"), application_key, plan, self.now)
        self.calls[call.id] = call
        return call

    def note(self, call: Call, event: EntryKind, **detail: Detail) -> None:
        """Write into the timeline of a call."""
        self._entries += 1
        call.timeline.append(Entry(self._entries, self.now, call.id, event, detail))

    def after(self, seconds: float, slot: Slot, event: Event) -> None:
        """Let something happen to a call after so many simulated seconds."""
        due = self.now + timedelta(milliseconds=round(seconds * 1000))
        self.timers.set(event.call_id, slot, due, event)

    def end(self, call: Call, result: Result, reason: Reason) -> None:
        """End a call for good: out of its conference, no leg open, nothing waiting."""
        self.timers.cancel_all(call.id)
        self.leave_conference(call)
        for leg in call.open_legs():
            leg.ended_at = self.now
        call.frames.clear()
        call.step = Ended(self.now, result, reason)
        self.note(call, "ended", result=result, reason=reason)

    def leave_conference(self, call: Call) -> None:
        """Take a call out of its conference, if it is in one; an empty conference is gone."""
        if not isinstance(call.place, InConference):
            return
        key = (call.application_key, call.place.conference_id)
        conference = self.conferences[key]
        del conference.members[call.id]
        call.place = Connected()
        self.note(call, "left", conference=conference.id)
        if not conference.members:
            del self.conferences[key]

    def timeline(self) -> Iterator[Entry]:
        """Everything that happened in every call, in order."""
        entries = (entry for call in self.calls.values() for entry in call.timeline)
        return iter(sorted(entries, key=lambda entry: entry.sequence))

    def _forget(self) -> None:
        surplus = len(self.calls) - KEPT_CALLS + 1
        if surplus <= 0:
            return
        over = (call.id for call in self.calls.values() if call.ended is not None)
        for call_id in tuple(islice(over, surplus)):
            del self.calls[call_id]
