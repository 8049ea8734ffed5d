"""The exchange: the calls, their clockwork and the few primitives that every part of the engine uses."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from sinch_voice_mcp.sandbox.engine import bodies
from sinch_voice_mcp.sandbox.engine.accounts import Account
from sinch_voice_mcp.sandbox.engine.events import Event, Sends, Slot
from sinch_voice_mcp.sandbox.engine.ids import Ids
from sinch_voice_mcp.sandbox.engine.outbox import AnsweredKind, CallbackFault, CallbackKind, Outbox, Outgoing
from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result
from sinch_voice_mcp.sandbox.engine.state import (
    Awaiting,
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

LATE_S = 30
"""How late the callbacks of a call are whose callbacks are late."""

KEPT_CALLS = 10_000
"""Above so many calls the oldest ended ones are forgotten."""


class Exchange:
    """Calls and conferences at one simulated instant, ``now``."""

    def __init__(self, start: datetime, seed: int, account: Account) -> None:
        self.now = start
        self.account = account
        self.outbox = Outbox()
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

    def ask(self, call: Call, kind: AnsweredKind, body: bytes, url: str | None) -> bool:
        """Ask the application what to do; False where nobody can be asked, or nobody is waited for."""
        outgoing = self._outgoing(call, kind, body, url, needs_answer=True)
        if outgoing is None:
            return False
        if outgoing.fault == "out of order" and kind == "ace":
            call.held = outgoing
            return False
        call.step = Awaiting(kind, outgoing.sequence)
        self._send(outgoing)
        return True

    def tell(self, call: Call, kind: CallbackKind, body: bytes, url: str | None = None) -> None:
        """Tell the application something that needs no answer."""
        outgoing = self._outgoing(call, kind, body, url, needs_answer=False)
        if outgoing is not None:
            self._send(outgoing)

    def post(self, outgoing: Outgoing) -> None:
        """Put an event into the outbox; its call may wait for the answer, or wait no longer."""
        call = self.calls.get(outgoing.call_id)
        awaited = call is not None and isinstance(call.step, Awaiting) and call.step.sequence == outgoing.sequence
        self.outbox.put(outgoing, awaited=awaited)

    def end(self, call: Call, result: Result, reason: Reason) -> None:
        """End a call for good: out of its conference, no leg open, nothing waiting, and the application told."""
        self.timers.cancel_all(call.id)
        self.outbox.withdraw(call.id)
        self.leave_conference(call)
        for leg in call.open_legs():
            leg.ended_at = self.now
        call.frames.clear()
        call.menu = None
        call.step = Ended(self.now, result, reason)
        self.note(call, "ended", result=result, reason=reason)
        if call.plan.dice and not call.suppressed and _fault(call) != "no dice":
            self.tell(call, "dice", bodies.dice(call, self.now))
        if call.held is not None:
            self.post(call.held)

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

    def _outgoing(
        self, call: Call, kind: CallbackKind, body: bytes, url: str | None, *, needs_answer: bool
    ) -> Outgoing | None:
        """An event for the URL that was given, or for the application's; None where there is neither."""
        urls = self.account.application(call.application_key).urls if url is None else (url,)
        if not urls:
            return None
        self.note(call, "callback", kind=kind, body=body.decode())
        return Outgoing(
            self.outbox.number(), call.id, call.application_key, kind, urls, body, self.now, needs_answer, _fault(call)
        )

    def _send(self, outgoing: Outgoing) -> None:
        if outgoing.fault == "late":
            # The end of a call takes back what the call waits for, but not what is on its way.
            due = self.now + timedelta(seconds=LATE_S)
            self.timers.set("outbox", ("send", outgoing.sequence), due, Sends(outgoing.call_id, outgoing))
        else:
            self.post(outgoing)

    def _forget(self) -> None:
        surplus = len(self.calls) - KEPT_CALLS + 1
        if surplus <= 0:
            return
        over = (call.id for call in self.calls.values() if call.ended is not None)
        for call_id in tuple(islice(over, surplus)):
            del self.calls[call_id]


def _fault(call: Call) -> CallbackFault | None:
    """What goes wrong with the callbacks of a call: the phone that was rung first decides."""
    return call.legs[0].callbacks if call.legs else None
