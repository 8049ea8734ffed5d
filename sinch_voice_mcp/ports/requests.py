"""Requests in the journal: what is claimed before a request is sent, the entry it becomes, and its outcome."""

from dataclasses import dataclass, field
from typing import Literal

from sinch_voice_mcp.ports.kill_switch import CallingStopped
from sinch_voice_mcp.ports.places import HOME, Place
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


UPDATES = "update"
"""Kind of the entry of a change that connects something, so that a phone may ring."""

OTHERS = "others"
"""Its keyed hash is a destination of every request that may connect a party without a number."""

_FREE = Micros(0)
PROLONGS = "prolong"
"""Kind of the entry of a change that rings no phone, but lets a call last longer."""

CHANGES = frozenset({UPDATES, PROLONGS})
"""Kinds of entries that change a call instead of placing one."""


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A digest that two requests share if they are the same request.

    Attributes:
        digest: The digest.
        until: Instant at which it expires.
        until_unanswered: Whether it also expires when the call has ended without an answer.
    """

    digest: str
    until: Millis
    until_unanswered: bool = False


@dataclass(frozen=True, slots=True)
class CountedLimit:
    """A limit, and how much of it one claim uses.

    Attributes:
        rule: Setting that defines the limit.
        scope: Keyed hash of the destination that the limit is counted for; empty for a limit on all calls.
        width: Length of the rolling window that ends now, a duration; 0 for a limit on what is in use now.
        amount: How much the claim uses: calls, or money in millionths of the currency.
        cap: The most that may be used in any window of that length, in the same unit.
        release: When the amount is released.
    """

    rule: str
    scope: str
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
        kind: Method of the callout, ``update``, or :data:`PROLONGS`.
        keys: Digests that no other unexpired request may have.
        fingerprint: Digest of the normalized request.
        content: Digest of what the callee would notice; empty if it may be repeated. While a request with the same
            content may have rung without a known outcome, this one is its duplicate, whatever its keys are.
        destinations: Keyed hashes of the numbers that will ring, of other targets, and of :data:`OTHERS`.
        number: The first of these numbers or targets, masked.
        conference: ID of the conference that the call joins.
        subject: ID of the call that an update changes.
        limits: Limits that the request uses, in an order that is the same for all claims.
        gaps: Shortest times since earlier calls to the same numbers.
        reserved: Money set aside until the cost of the call is known.
        currency: ISO 4217 code.
        seconds: Longest time between answer and end; for a change, how much longer the call may last.
        rate: What a minute costs at most, of all its legs together.
        now: Instant of the claim.
        deadline: Instant after which the outcome counts as unknown if none was recorded.
        lease: Instant after which the limits are released even if no end of the call was reported.
        details: What the audit log records of the claim.
        numbers: The numbers that will ring; stored sealed.
        called: The callees, as results name them; stored sealed.
        events: The kinds of events that the request asks for.
        sandbox: ID of the embedded sandbox that the request goes to; None for a platform outside the process.
        joins: ID of the conference that the call joins, also by a change; stored as a keyed hash.
        place: Where the call is.
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
    content: str = ""
    seconds: int = 0
    rate: Micros = _FREE
    details: JsonObject = field(default_factory=dict[str, object])
    numbers: tuple[PhoneNumber, ...] = ()
    called: tuple[str, ...] = ()
    events: frozenset[EventKind] = frozenset()
    sandbox: str | None = None
    joins: str | None = None
    place: Place = HOME


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request in the journal in its present state.

    Attributes up to ``rate`` are those of the :class:`Claim`; ``seconds`` is None in entries of older versions.

    Attributes:
        call_id: ID of the call, once it is known.
        error: The error that the requester received.
        cost: What the call cost, if the platform reported it.
        duration: Seconds between answer and end.
        result: The platform's word for how the call ended.
        reason: The platform's word for why the call ended.
        numbers: The numbers that rang, or the caller's; empty if they are not known, forgotten, or unreadable.
        called: The callees, or the caller of an incoming call, as results name them; empty if all are numbers, and in
            entries of older versions.
        unreadable: Whether numbers, conference or error were sealed under another secret, so that they are missing.
        events: The kinds of events that the request asks for; None if that was not recorded.
        place: Where the call is.
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
    seconds: int | None = None
    rate: Micros = _FREE
    error: JsonObject | None = None
    cost: Micros | None = None
    duration: int | None = None
    result: str | None = None
    reason: str | None = None
    numbers: tuple[PhoneNumber, ...] = ()
    called: tuple[str, ...] = ()
    unreadable: bool = False
    events: frozenset[EventKind] | None = None
    place: Place = HOME

    @property
    def of_call(self) -> CallId | None:
        """The call that the request led to, or that it changed; None if it is not known."""
        return self.call_id or self.subject


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a number.

    Attributes:
        requests: Requests and incoming calls of the calls in which it occurs.
        sealed: Sealed rows of these calls, and others that contain it: numbers, replies, keys pressed, texts.
        confirmations: Confirmations of calls to it.
        in_progress: How many of the calls have not ended; what is still reported of them is kept without anything of
            a person.
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
class InFlight:
    """A request with another key and the same content is being sent; its outcome decides whether this one is new."""

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
        next_at: Instant from which the request fits into every limit; None if it never does.
        unknown: How many of the places in use are held by requests whose outcome is unknown.
        also: Other limits that are reached too.
    """

    rule: str
    scope: str
    used: int
    cap: int
    next_at: Millis | None
    unknown: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing was written, because another claim of the same list was refused."""


@dataclass(frozen=True, slots=True)
class Prolonged:
    """By how many seconds changes may prolong a call, and how much money is reserved for that."""

    seconds: int
    reserved: Micros


Claimed = Granted | Duplicate | InFlight | Mismatch | Exhausted | CallingStopped | Withheld
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
        ignored: An amount that the platform reported and that cannot be a cost.
    """

    duration: int
    cost: Micros | None
    result: str
    reason: str
    call_id: CallId | None = None
    ignored: float | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One request that a person confirmed.

    Attributes:
        digest: Digest of everything that the person was shown of it, and of the request.
        destinations: Keyed hashes of the callees.
    """

    digest: str
    destinations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """A person, named by the principal for confirmations, confirmed these requests until an instant.

    Attributes:
        principal: The person.
        grants: The requests.
        until: The instant.
        answers: Digests of keys that belong to the sealed answer: if a request has one of them, the answer was used.
    """

    principal: str
    grants: tuple[Grant, ...]
    until: Millis
    answers: tuple[str, ...] = ()
