"""The exchange: all calls and conferences, and the clockwork, outbox and ids that they share."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sinch_voice_mcp.sandbox.engine.accounts import SimulatedAccount
from sinch_voice_mcp.sandbox.engine.attached import AttachedScripts
from sinch_voice_mcp.sandbox.engine.directory import Directory
from sinch_voice_mcp.sandbox.engine.endpoints import IncomingCall, Region
from sinch_voice_mcp.sandbox.engine.events import TimedEvent
from sinch_voice_mcp.sandbox.engine.outbox import Outbox, OutgoingCallback
from sinch_voice_mcp.sandbox.engine.rooms import ConferenceKey, SimulatedConference
from sinch_voice_mcp.sandbox.engine.state import (
    AwaitingReply,
    CallPlan,
    SimulatedCall,
    TimelineEntry,
    TimelineKind,
    TimelineValue,
)
from sinch_voice_mcp.sandbox.engine.timers import Timers
from sinch_voice_mcp.sandbox.ledger import chosen

KEEP = 500
"""How many ended calls are kept, unless a sandbox says otherwise."""

MAX_KEEP = 10_000
"""How many ended calls can be kept at most."""

IdKind = Literal["call", "reference"]


class SeededIds:
    """UUIDs in an order that a seed fixes, one sequence for each kind: an error does not shift the ids of calls."""

    def __init__(self, seed: int, given: Mapping[IdKind, int] | None = None) -> None:
        """Create sequences.

        Args:
            seed: What fixes them.
            given: How many ids of each kind have been given already; 0 unless given.
        """
        self.seed = seed
        self._given: Counter[IdKind] = Counter(given)

    @property
    def given(self) -> Mapping[IdKind, int]:
        """How many ids of each kind have been given."""
        return dict(self._given)

    def next(self, kind: IdKind) -> str:
        """Return the next id of a kind."""
        self._given[kind] += 1
        digest = hashlib.sha256(f"{self.seed}/{kind}/{self._given[kind]}".encode()).digest()
        return str(UUID(bytes=digest[:16], version=4))


@dataclass(frozen=True, slots=True)
class PlatformState:
    """Everything that a platform holds, apart from the time.

    Attributes:
        account: The applications and numbers.
        directory: What happens at every number.
        scripts: What callees do.
        ids: The sequences of ids.
        calls: The calls, in the order in which they were created.
    """

    account: SimulatedAccount
    directory: Directory
    scripts: AttachedScripts
    ids: SeededIds
    calls: tuple[SimulatedCall, ...] = ()


class Exchange:
    """Calls and conferences at one simulated instant, ``now``.

    Attributes:
        on_drop: Called with the id of each call that is dropped.
    """

    def __init__(
        self, start: datetime, seed: int, account: SimulatedAccount, base_url: str, *, keep: int = KEEP
    ) -> None:
        if not 1 <= keep <= MAX_KEEP:
            raise ValueError(f"a sandbox keeps 1 to {MAX_KEEP:,} ended calls")
        self.now = start
        self.base_url = base_url
        self.account = account
        self.scripts = AttachedScripts()
        self.directory = Directory()
        self.keep = keep
        self.on_drop: Callable[[str], None] = lambda _: None
        self.outbox = Outbox()
        self.ids = SeededIds(seed)
        self.timers = Timers[TimedEvent]()
        self.calls: dict[str, SimulatedCall] = {}
        self.conferences: dict[ConferenceKey, SimulatedConference] = {}
        # What is called after each entry of a timeline; it must change nothing.
        self.on_entry: Callable[[TimelineEntry], None] | None = None
        self._entries = 0
        # The ended calls, in the order in which they ended.
        self._ended: OrderedDict[str, None] = OrderedDict()

    def open(
        self, application_key: str, plan: CallPlan, region: Region, incoming: IncomingCall | None = None
    ) -> SimulatedCall:
        """Create a call; nothing is dialed yet."""
        call_id = self.ids.next("call")
        while call_id in self.calls:
            # An imported state can contain ids that its sequence has yet to give.
            call_id = self.ids.next("call")
        call = SimulatedCall(call_id, application_key, plan, self.now, region, incoming)
        self.calls[call.id] = call
        return call

    def retire(self, call: SimulatedCall) -> None:
        """Keep a call that has ended, and drop the one that ended first if there are too many."""
        self._ended[call.id] = None
        if len(self._ended) > self.keep:
            self.drop(next(iter(self._ended)))

    def drop(self, call_id: str) -> None:
        """Drop a call that has ended; its id is not known any more."""
        del self.calls[call_id], self._ended[call_id]
        self.on_drop(call_id)

    def restart(self, now: datetime, state: PlatformState) -> None:
        """Forget everything and begin with another state. What is on its way to applications stays without effect."""
        self.now, self.account, self.directory = now, state.account, state.directory
        self.scripts, self.ids = state.scripts, state.ids
        self.outbox.clear()
        self.timers = Timers[TimedEvent]()
        self.conferences.clear()
        self._ended.clear()
        self.calls = {call.id: call for call in state.calls}
        self._entries = max((entry.sequence for call in state.calls for entry in call.timeline), default=0)
        for call in sorted(state.calls, key=_end):
            self.retire(call)

    def state(self) -> PlatformState:
        """Return the whole state; it changes with the exchange."""
        return PlatformState(self.account, self.directory, self.scripts, self.ids, tuple(self.calls.values()))

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


def _end(call: SimulatedCall) -> datetime:
    return call.created_at if call.ended is None else call.ended.at


BEHAVIORS = (
    chosen(
        "api",
        "calls that have ended",
        "the last 500 are kept, or as many as `--keep` says; the others are not found",
        covers=("KEEP", "MAX_KEEP"),
    ),
)
