"""Requests in the journal: what is claimed before a request is sent, the entry it becomes, and its outcome."""

from dataclasses import dataclass, field
from typing import Literal

from sinch_voice_mcp.ports.kill_switch import CallingStopped
from sinch_voice_mcp.types import CallId, JsonObject, Micros, Millis, PhoneNumber, Token

INBOUND = "inbound"
"""Kind of the entry of an incoming call, which no client requested."""

EntryState = Literal["pending", "accepted", "rejected", "not_sent", "unknown", "ended", "lost"]
"""State of a request. ``pending``: claimed, no outcome recorded. ``accepted``: the platform returned a call ID.
``rejected`` and ``not_sent``: no call was placed. ``unknown``: a call may have been placed. ``ended``: the call has
ended. ``lost``: the outcome will never be known."""

EventKind = Literal["ace", "pie", "dice"]
"""An event of a callout that a request can ask for: the answer, the input of a menu, the end."""

Release = Literal["ended", "rejected", "not_sent"]
"""When a limit's use is released: when the call has ended, when the request was rejected too, or only when nothing
was sent. Each value includes those after it."""


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A digest that two requests share if they are the same request, and the instant at which it expires."""

    digest: str
    until: Millis


@dataclass(frozen=True, slots=True)
class CountedLimit:
    """A limit, and how much of it one claim uses.

    Attributes:
        rule: Setting that defines the limit.
        scope: Keyed hash of the destination that the limit is counted for; empty for a limit on all calls.
        bucket: Start of the window, an instant; 0 for a limit without a window.
        width: Length of the window, a duration; 0 for a limit without a window.
        amount: How much the claim uses: calls, or money in millionths of the currency.
        cap: The most that may be used in the window, in the same unit.
        release: When the amount is released.
    """

    rule: str
    scope: str
    bucket: Millis
    width: Millis
    amount: int
    cap: int
    release: Release


@dataclass(frozen=True, slots=True)
class Gap:
    """The shortest time between two calls to one destination.

    Attributes:
        rule: Setting that defines it.
        scope: Keyed hash of the destination.
        length: A duration.
    """

    rule: str
    scope: str
    length: Millis


@dataclass(frozen=True, slots=True)
class Claim:
    """The intent to send one request that can ring or change a call.

    Attributes:
        token: Our identifier of the request.
        principal: The authenticated user who requests it.
        kind: Method of the callout, or ``update``.
        keys: Digests that no other unexpired request may have.
        fingerprint: Digest of the normalized request.
        destinations: Keyed hashes of the numbers that will ring.
        number: The first of these numbers, masked.
        conference: ID of the conference that the call joins.
        subject: ID of the call that an update changes.
        limits: Limits that the request uses, in an order that is the same for all claims.
        gaps: Shortest times since earlier calls to the same numbers.
        reserved: Money set aside until the cost of the call is known.
        currency: ISO 4217 code.
        now: Instant of the claim.
        deadline: Instant after which the outcome counts as unknown if none was recorded.
        lease: Instant after which the limits are released even if no end of the call was reported.
        details: What the audit log records of the claim.
        numbers: The numbers that will ring; stored sealed.
        events: The kinds of events that the request asks for.
        sandbox: ID of the embedded sandbox that the request goes to; None for a platform outside the process.
    """

    token: Token
    principal: str
    kind: str
    keys: tuple[ClaimKey, ...]
    fingerprint: str
    destinations: tuple[str, ...]
    number: str | None
    conference: str | None
    subject: CallId | None
    limits: tuple[CountedLimit, ...]
    gaps: tuple[Gap, ...]
    reserved: Micros
    currency: str | None
    now: Millis
    deadline: Millis
    lease: Millis
    details: JsonObject = field(default_factory=dict[str, object])
    numbers: tuple[PhoneNumber, ...] = ()
    events: frozenset[EventKind] = frozenset()
    sandbox: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request in the journal in its present state.

    Attributes up to ``currency`` are those of the :class:`Claim`.

    Attributes:
        call_id: ID of the call, once it is known.
        error: The error that the requester received.
        cost: What the call cost, if the platform reported it.
        duration: Seconds between answer and end.
        result: The platform's word for how the call ended.
        reason: The platform's word for why the call ended.
        numbers: The numbers that rang, or the caller's; empty if they are not known, forgotten, or unreadable.
        unreadable: Whether numbers, conference or error were sealed under another secret, so that they are missing.
        events: The kinds of events that the request asks for; None if that was not recorded.
    """

    token: Token
    principal: str
    kind: str
    state: EntryState
    call_id: CallId | None
    number: str | None
    destinations: tuple[str, ...]
    conference: str | None
    subject: CallId | None
    claimed_at: Millis
    deadline: Millis
    lease: Millis
    reserved: Micros
    currency: str | None
    error: JsonObject | None = None
    cost: Micros | None = None
    duration: int | None = None
    result: str | None = None
    reason: str | None = None
    numbers: tuple[PhoneNumber, ...] = ()
    unreadable: bool = False
    events: frozenset[EventKind] | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a number.

    Attributes:
        requests: Requests and incoming calls that named it.
        sealed: Sealed rows of these calls, and others that contain it: numbers, replies, keys pressed, texts.
        confirmations: Confirmations of calls to it.
        in_progress: How many of the calls have not ended, so that further events of them may name it again.
    """

    requests: int
    sealed: int
    confirmations: int
    in_progress: int


@dataclass(frozen=True, slots=True)
class Granted:
    """The claim was written; the request may be sent."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same request was claimed before; ``entry`` is that request."""

    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The idempotency key belongs to a request with other arguments."""


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A limit is reached.

    Attributes:
        rule: Setting that defines the limit.
        scope: Keyed hash of the destination that it is counted for; empty for a limit on all calls.
        used: How much is used, in the unit of ``cap``.
        cap: The most that may be used.
        next_at: Instant at which the request fits again, if that is known.
    """

    rule: str
    scope: str
    used: int
    cap: int
    next_at: Millis | None


Claimed = Granted | Duplicate | Mismatch | Exhausted | CallingStopped
"""Answer to a claim."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a claimed request.

    Attributes:
        state: The state that the request is in now.
        call_id: ID of the call, if it is known.
        error: The error that the requester received.
        answered: Whether the platform's own answer to the request gave the ID, and not an event or a lookup.
    """

    state: Literal["accepted", "rejected", "not_sent", "unknown", "lost"]
    call_id: CallId | None = None
    error: JsonObject | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class EndReport:
    """How a call ended.

    Attributes:
        duration: Seconds between answer and end.
        cost: What the call cost, if the platform reported it.
        result: The platform's word for how the call ended.
        reason: The platform's word for why the call ended.
        call_id: ID of the call, if the report names it.
    """

    duration: int
    cost: Micros | None
    result: str
    reason: str
    call_id: CallId | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One request that a person confirmed.

    Attributes:
        digest: Digest of everything that the person was shown of it, and of the request.
        destinations: Keyed hashes of the numbers that it rings.
    """

    digest: str
    destinations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """A person, named by the principal for confirmations, confirmed these requests until an instant."""

    principal: str
    grants: tuple[Grant, ...]
    until: Millis
