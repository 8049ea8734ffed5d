"""The claim of a request: what the journal stores before the request is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sinch_voice_mcp.operations.admission import limits
from sinch_voice_mcp.operations.dispatch.sameness import sameness
from sinch_voice_mcp.operations.requester import Requester, digest
from sinch_voice_mcp.policy import Exposure, Policy
from sinch_voice_mcp.ports import HOME, OTHERS, PROLONGS, Claim, ClaimKey, EventKind, Journal, Place
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import CallId, JsonObject, Millis, Token, amount_text

SAME_REQUEST_MS = 120_000
"""Milliseconds in which equal arguments without an idempotency key are the same request."""

KEY_MS = 30 * limits.DAY
"""Milliseconds for which an idempotency key belongs to one request."""

ANSWER_MS = limits.HOUR
"""Milliseconds for which a sealed answer belongs to one request; longer than the SDK accepts a sealed answer."""

SENDING_MS = 90_000
"""Milliseconds that sending may take: more than four tries and the wait that the platform may request."""

SETTLING_MS = 600_000
"""Milliseconds between the latest possible end of a call and the end of its lease, so that a late event settles it."""

_CONFERENCE_DIGEST_CHARS = 16
"""Characters of a conference's digest in the audit log: enough to recognize it, too few to guess its name."""


@dataclass(frozen=True, slots=True)
class Request:
    """An admitted request, with what its claim needs.

    Attributes:
        kind: Method of the callout, ``update``, or ``prolong`` for a change that rings no phone.
        wire: The JSON object to send, without our token.
        exposure: The numbers that ring, the longest duration, and the highest cost.
        conference: ID of the conference that the call joins.
        subject: ID of the call that an update changes.
        called: The callees, as results name them.
        together: All requests of the same list, for a list; part of the request's identity.
        text: The spoken texts, which the audit log records if the owner allows it.
        events: The kinds of events that it asks for; no part of the request's identity, because they can depend on
            where events are sent at that moment.
        joins: ID of the conference that the call joins, also by a change.
        place: Where the call is; no part of the request's identity.
        number_at: JSON path of the number in a list of requests, which a refusal names; None outside a list.
    """

    kind: str
    wire: JsonObject
    exposure: Exposure
    conference: str | None = None
    subject: CallId | None = None
    called: tuple[str, ...] = ()
    together: object = None
    text: str | None = None
    events: frozenset[EventKind] = frozenset()
    joins: str | None = None
    place: Place = HOME
    number_at: str | None = None


def claim_of(request: Request, requester: Requester, policy: Policy, journal: Journal, place: int = 0) -> Claim:
    """Return the claim of a request: its identity, what it uses of the limits, and how long it is held.

    Args:
        request: The request.
        requester: The client and principal.
        policy: The owner's limits.
        journal: Gives the time and the hashes of numbers.
        place: How many other requests are sent before this one.
    """
    now = journal.now()
    wire = sameness(request.wire)
    fingerprint = digest(requester.principal, request.kind, request.subject, wire, request.together)
    repeatable = request.kind == PROLONGS
    numbers = [found.e164 for found in request.exposure.numbers]
    # Other targets count like numbers, so that calls to them have the same limits.
    hashes = {target: journal.hashed(target) for target in (*numbers, *request.exposure.targets)}
    counted = [hashed for target, hashed in hashes.items() if target not in policy.trusted_numbers]
    micros = request.exposure.micros
    sending = SENDING_MS * (place + 1)
    return Claim(
        token=Token(uuid4().hex),
        principal=requester.principal,
        kind=request.kind,
        keys=tuple(_keys(requester, fingerprint, now, repeatable=repeatable)),
        fingerprint=fingerprint,
        content="" if repeatable else digest("content", requester.principal, request.kind, request.subject, wire),
        # Who else may listen decides whether a person is asked before the next change of this call.
        destinations=(*hashes.values(), *((journal.hashed(OTHERS),) if request.exposure.others else ())),
        number=next(map(shortened, _parties(request)), None),
        conference=request.conference,
        subject=request.subject,
        limits=limits.spending_limits(policy, micros) if repeatable else limits.counted_limits(policy, counted, micros),
        gaps=limits.gaps(policy, counted),
        reserved=micros,
        currency=request.exposure.currency,
        seconds=request.exposure.seconds,
        rate=request.exposure.rate,
        now=now,
        deadline=Millis(now + sending),
        lease=Millis(now + sending + lasting_ms(request.exposure.seconds, policy) + SETTLING_MS),
        details=_details(request, requester, hashes, with_text=policy.audit_text),
        numbers=tuple(numbers),
        called=request.called,
        events=request.events,
        sandbox=journal.sandbox,
        joins=request.joins,
        place=request.place,
    )


def lasting_ms(seconds: int, policy: Policy) -> int:
    """Return the milliseconds that a call with this longest time after its answer can last, with its ringing."""
    return (seconds + policy.dial_timeout_s) * 1000


def _details(request: Request, requester: Requester, hashes: Mapping[str, str], *, with_text: bool) -> JsonObject:
    """Return what the audit log records of a claim; it contains no full number."""
    recorded: dict[str, object] = {
        "principal": requester.principal,
        "kind": request.kind,
        "numbers": [shortened(party) for party in _parties(request)],
        "destinations": list(hashes.values()),
        "answer": requester.answer,
        "confirmed_by": requester.confirmer if requester.answer == "yes" else None,
        "reserved": amount_text(request.exposure.micros),
        "currency": request.exposure.currency,
        "conference": None if request.conference is None else conference_digest(request.conference),
        "subject": request.subject,
        "text": request.text if with_text else None,
    }
    return {name: value for name, value in recorded.items() if value not in (None, [])}


def _parties(request: Request) -> tuple[str, ...]:
    """Return the numbers that ring, and the names of everyone else who is called or connected."""
    numbers = (found.e164 for found in request.exposure.numbers)
    return tuple(dict.fromkeys((*numbers, *request.called)))


def conference_digest(conference: str) -> str:
    """Return what the audit log records of the ID of a conference, which may contain a name."""
    return digest(conference)[:_CONFERENCE_DIGEST_CHARS]


def _keys(requester: Requester, fingerprint: str, now: Millis, *, repeatable: bool) -> Sequence[ClaimKey]:
    keys: list[ClaimKey] = []
    if requester.key is not None:
        keys.append(ClaimKey(digest("key", requester.principal, requester.key), Millis(now + KEY_MS)))
    elif not repeatable:
        keys.append(ClaimKey(digest("same", fingerprint), Millis(now + SAME_REQUEST_MS), until_unanswered=True))
    if requester.answer_key is not None:
        keys.append(ClaimKey(requester.answer_key, Millis(now + ANSWER_MS)))
    # Always in the same order, so that two transactions never lock the same keys in opposite order.
    return sorted(keys, key=lambda key: key.digest)
