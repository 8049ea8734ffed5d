"""The exchange: all calls and conferences, and the clockwork, outbox and ids that they share."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Literal
from uuid import UUID

from sinch_voice_mcp.sandbox.engine.accounts import SimulatedAccount
from sinch_voice_mcp.sandbox.engine.attached import AttachedScripts
from sinch_voice_mcp.sandbox.engine.endpoints import IncomingCall, Region
from sinch_voice_mcp.sandbox.engine.events import TimedEvent
from sinch_voice_mcp.sandbox.engine.outbox import Outbox, OutgoingCallback
from sinch_voice_mcp.sandbox.engine.state import (
    AwaitingReply,
    CallPlan,
    SimulatedCall,
    SimulatedConference,
    TimelineEntry,
    TimelineKind,
    TimelineValue,
)
from sinch_voice_mcp.sandbox.engine.timers import Timers

MAX_CALLS = 10_000
"""The number of calls to keep; above it, the oldest ended calls are dropped."""

ConferenceKey = tuple[str, Region, str]
"""The application, the region and the conference id: the same id is another conference elsewhere."""

IdKind = Literal["call", "reference"]


class SeededIds:
    """UUIDs in an order that a seed fixes, one sequence for each kind: an error does not shift the ids of calls."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._given: Counter[IdKind] = Counter()

    def next(self, kind: IdKind) -> str:
        """Return the next id of a kind."""
        self._given[kind] += 1
        digest = hashlib.sha256(f"{self._seed}/{kind}/{self._given[kind]}".encode()).digest()
        return str(UUID(bytes=digest[:16], version=4))


class Exchange:
    """Calls and conferences at one simulated instant, ``now``."""

    def __init__(self, start: datetime, seed: int, account: SimulatedAccount, base_url: str) -> None:
        self.now = start
        self.base_url = base_url
        self.account = account
        self.scripts = AttachedScripts()
        self.outbox = Outbox()
        self.ids = SeededIds(seed)
        self.timers = Timers[TimedEvent]()
        self.calls: dict[str, SimulatedCall] = {}
        self.conferences: dict[ConferenceKey, SimulatedConference] = {}
        # What is called after each entry of a timeline; it must change nothing.
        self.on_entry: Callable[[TimelineEntry], None] | None = None
        self._entries = 0

    def open(
        self, application_key: str, plan: CallPlan, region: Region, incoming: IncomingCall | None = None
    ) -> SimulatedCall:
        """Create a call; nothing is dialed yet."""
        self._drop_old_calls()
        call = SimulatedCall(self.ids.next("call"), application_key, plan, self.now, region, incoming)
        self.calls[call.id] = call
        return call

    def note(self, call: SimulatedCall, event: TimelineKind, detail: dict[str, TimelineValue]) -> None:
        """Add an entry to the timeline of a call."""
        self._entries += 1
        entry = TimelineEntry(self._entries, self.now, call.id, event, detail)
        call.timeline.append(entry)
        if self.on_entry is not None:
            self.on_entry(entry)

    def post(self, outgoing: OutgoingCallback) -> None:
        """Put a callback into the outbox."""
        call = self.calls.get(outgoing.call_id)
        # A delayed callback may arrive here when its call no longer waits for the reply.
        awaited = (
            call is not None
            and isinstance(call.activity, AwaitingReply)
            and call.activity.sequence == outgoing.sequence
        )
        self.outbox.put(outgoing, awaited=awaited)

    def timeline(self) -> Iterator[TimelineEntry]:
        """Yield everything that happened in all calls, in order."""
        entries = (entry for call in self.calls.values() for entry in call.timeline)
        return iter(sorted(entries, key=lambda entry: entry.sequence))

    def _drop_old_calls(self) -> None:
        surplus = len(self.calls) - MAX_CALLS + 1
        if surplus <= 0:
            return
        over = (call.id for call in self.calls.values() if call.ended is not None)
        for call_id in tuple(islice(over, surplus)):
            del self.calls[call_id]
