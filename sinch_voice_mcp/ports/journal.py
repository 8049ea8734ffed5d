"""The journal: what is about to be sent is written down first, and what became of it afterwards.

Instants are milliseconds since 1970 in UTC, money is in millionths of the account's currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from sinch_voice_mcp.types import JsonObject

INBOUND = "inbound"
"""The kind of a call that came in; nobody asked for it."""

State = Literal["pending", "accepted", "rejected", "not_sent", "unknown", "ended", "lost"]
"""``pending``: written down, not answered yet. ``accepted``: the platform gave a call id. ``rejected`` and
``not_sent``: nothing was placed. ``unknown``: may have been placed. ``ended``: settled. ``lost``: unknown for ever."""

Release = Literal["ended", "rejected", "not_sent"]
"""When a unit is given back: when the call has ended, when nothing rang, or only when nothing was sent."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a request the same as another: a digest, and until when it counts."""

    digest: str
    until: int


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that a claim uses up.

    Attributes:
        rule: The setting that limits it.
        scope: Whose it is: a destination's keyed hash, or empty for everybody's.
        bucket: Start of the window; 0 where it has none.
        width: Length of the window; 0 where it has none.
        amount: How much is used.
        cap: How much there is.
        release: When it is given back.
    """

    rule: str
    scope: str
    bucket: int
    width: int
    amount: int
    cap: int
    release: Release

    @property
    def name(self) -> str:
        """The counter's name."""
        return f"{self.rule}:{self.scope}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A pause between two calls to one destination, in milliseconds."""

    rule: str
    scope: str
    length: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The intent to send one request that can ring.

    Attributes:
        call: Our token; the platform carries it in ``custom``.
        principal: Who asks.
        kind: The callout's method, or ``update``.
        keys: What it must not share with another request.
        fingerprint: Digest of the normalised request.
        destinations: Keyed hashes of the numbers that ring.
        number: The first of them, shortened.
        conference: The room that it joins.
        subject: The call that an update changes.
        units: What it uses up, in a fixed order.
        gaps: Pauses that it keeps.
        reserved: Money set aside.
        currency: ISO 4217.
        now: When it is made.
        deadline: When it counts as unknown if nobody says what became of it.
        lease: When its slots are given back even if nobody says that it ended.
        details: What the audit log keeps of it.
    """

    call: str
    principal: str
    kind: str
    keys: tuple[Key, ...]
    fingerprint: str
    destinations: tuple[str, ...]
    number: str | None
    conference: str | None
    subject: str | None
    units: tuple[Unit, ...]
    gaps: tuple[Gap, ...]
    reserved: int
    currency: str | None
    now: int
    deadline: int
    lease: int
    details: JsonObject = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the journal, as it stands."""

    call: str
    principal: str
    kind: str
    state: State
    call_id: str | None
    number: str | None
    destinations: tuple[str, ...]
    conference: str | None
    subject: str | None
    claimed_at: int
    deadline: int
    lease: int
    reserved: int
    currency: str | None
    error: JsonObject | None = None
    cost: int | None = None
    duration: int | None = None
    result: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """The request is written down and may be sent."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same request was made before; ``entry`` is that one."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key belongs to a request with other arguments."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A limit is reached. ``used`` is what is used up; ``next_at`` is when there is room again, where that is known."""

    rule: str
    scope: str
    used: int
    cap: int
    next_at: int | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The kill switch is on."""

    since: int
    reason: str
    by: str


Claimed = Granted | Duplicate | Mismatch | Exhausted | Stopped
Switch = Stopped | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request that was sent, or not. ``error`` is what the caller was told."""

    state: Literal["accepted", "rejected", "not_sent", "unknown", "lost"]
    call_id: str | None = None
    error: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How a call ended: seconds, money, the platform's words."""

    duration: int
    cost: int | None
    result: str
    reason: str
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A person said yes to calling these destinations, until then."""

    principal: str
    destinations: tuple[str, ...]
    until: int


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the audit log; ``digest`` covers it and every row before it."""

    seq: int
    at: int
    event: str
    call: str | None
    details: JsonObject
    digest: str

    def to_json(self) -> JsonObject:
        """The row as a JSON object; the instant in ISO 8601."""
        return {
            "seq": self.seq,
            "at": iso(self.at),
            "event": self.event,
            "call": self.call,
            **self.details,
            "digest": self.digest,
        }


def iso(at: int) -> str:
    """An instant in ISO 8601, UTC, to the second."""
    # No clock is read: this only writes an instant differently.
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Journal(Protocol):
    """Where requests that can ring are written down.

    Every method raises a :class:`~sinch_voice_mcp.errors.StorageError` where the database cannot be used.
    """

    @property
    def durable(self) -> bool:
        """Whether it outlives this process."""
        ...

    def now(self) -> int:
        """The current instant, the same for every server on this database."""
        ...

    def hashed(self, number: str) -> str:
        """The keyed hash of a number; what the database knows it by."""
        ...

    async def claim(self, claim: Claim) -> Claimed:
        """Write down an intent, all of it or nothing: kill switch, keys, counters, money, audit."""
        ...

    async def peek(self, claim: Claim) -> Claimed:
        """What a claim would be answered now; nothing is written down."""
        ...

    async def record(self, call: str, outcome: Outcome, *, max_unknown: int | None = None) -> Entry:
        """Write down what became of it; what was recorded before stays, unless it was unknown.

        With ``max_unknown`` unknown outcomes within ten minutes the kill switch trips.
        """
        ...

    async def settle(self, call: str, report: Report) -> None:
        """Write down how a call ended and give back what it held; only the first time counts."""
        ...

    async def entry(self, call: str) -> Entry | None:
        """A request by our token."""
        ...

    async def by_call_id(self, call_id: str) -> Entry | None:
        """A request by the platform's call id."""
        ...

    async def entries(
        self,
        *,
        limit: int,
        states: Sequence[State] = (),
        since: int | None = None,
        overdue: int | None = None,
        inbound: bool | None = None,
    ) -> list[Entry]:
        """Requests, newest first: of these states, not older than ``since``, with a deadline before ``overdue``.

        With ``inbound`` only calls that came in, or only those that did not.
        """
        ...

    async def approve(self, approval: Approval) -> None:
        """Remember that a person said yes."""
        ...

    async def approved(self, principal: str, destinations: Sequence[str]) -> bool:
        """Whether a person said yes to every one of these destinations and that still holds."""
        ...

    async def switch(self) -> Switch:
        """The kill switch: what stopped calling, or None."""
        ...

    async def stop(self, reason: str, by: str) -> Stopped:
        """Refuse every claim from now on; returns what stopped calling first."""
        ...

    async def resume(self, by: str) -> bool:
        """Allow claims again; returns whether they were refused."""
        ...

    async def note(self, event: str, details: Mapping[str, object], call: str | None = None) -> None:
        """Add a row to the audit log."""
        ...

    async def audit(self, *, after: int = 0, limit: int = 1_000) -> list[AuditRow]:
        """Rows of the audit log after a number, in order."""
        ...

    async def verify(self) -> tuple[int, str | None]:
        """How many rows of the audit log were checked, and what is wrong with the first bad one."""
        ...

    async def prune(self) -> None:
        """Drop what has run out: keys, counters, approvals."""
        ...

    async def forget(self, number: str) -> int:
        """Erase what is known of a number, other than the audit log; returns how many requests it was in."""
        ...
