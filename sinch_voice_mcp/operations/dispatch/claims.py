"""The claim of a request: what the journal writes down before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sinch_voice_mcp.operations.admission import limits
from sinch_voice_mcp.operations.requester import Requester, digest
from sinch_voice_mcp.policy import Exposure, Policy
from sinch_voice_mcp.ports import Claim, ClaimKey, Journal
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import JsonObject

SAME_REQUEST_MS = 120_000
"""For this long, the same arguments without a key are the same request."""

KEY_MS = 30 * limits.DAY
"""For this long, an idempotency key names the same request."""

ANSWER_MS = limits.HOUR
"""For this long, a sealed answer is good for one call only; longer than the SDK accepts one."""

SENDING_MS = 90_000
"""Longer than the client ever takes: four tries, and the wait that the platform may ask for."""

_SETTLING_MS = 600_000
"""The lease outlasts the longest possible call by this much, so that a late event still settles it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that passed the guard, as the journal sees it.

    Attributes:
        kind: The callout's method, or ``update``.
        wire: Its JSON object as it would be sent, without our token.
        exposure: The numbers that ring, how long it may last, and what that may cost.
        conference: The conference that it joins.
        subject: The call that it changes.
        together: The other requests of the same list; part of its identity.
        text: What is spoken, for owners who keep that.
    """

    kind: str
    wire: JsonObject
    exposure: Exposure
    conference: str | None = None
    subject: str | None = None
    together: object = None
    text: str | None = None


def claim_of(request: Request, requester: Requester, policy: Policy, journal: Journal) -> Claim:
    """Write the claim of a request: its identity, what it uses up, and how long it is held."""
    now = journal.now()
    fingerprint = digest(requester.principal, request.kind, request.subject, request.wire, request.together)
    numbers = [found.e164 for found in request.exposure.numbers]
    hashes = {number: journal.hashed(number) for number in numbers}
    counted = [hashes[number] for number in numbers if number not in policy.trusted_numbers]
    seconds = request.exposure.seconds + policy.dial_timeout_s
    return Claim(
        token=uuid4().hex,
        principal=requester.principal,
        kind=request.kind,
        keys=tuple(_keys(requester, fingerprint, now)),
        fingerprint=fingerprint,
        destinations=tuple(hashes.values()),
        number=shortened(numbers[0]) if numbers else None,
        conference=request.conference,
        subject=request.subject,
        limits=limits.units(policy, counted, request.exposure.micros, now),
        gaps=limits.gaps(policy, counted),
        reserved=request.exposure.micros,
        currency=request.exposure.currency,
        now=now,
        deadline=now + SENDING_MS,
        lease=now + SENDING_MS + seconds * 1000 + _SETTLING_MS,
        details=_details(request, requester, hashes, with_text=policy.audit_text),
    )


def _details(request: Request, requester: Requester, hashes: dict[str, str], *, with_text: bool) -> JsonObject:
    """What the audit log keeps of a claim; it holds no full number."""
    kept: dict[str, object] = {
        "principal": requester.principal,
        "kind": request.kind,
        "numbers": [shortened(number) for number in hashes],
        "destinations": list(hashes.values()),
        "answer": requester.answer,
        "reserved": request.exposure.micros / limits.MICROS,
        "currency": request.exposure.currency,
        "conference": None if request.conference is None else digest(request.conference)[:16],
        "subject": request.subject,
        "text": request.text if with_text else None,
    }
    return {name: value for name, value in kept.items() if value not in (None, [])}


def _keys(requester: Requester, fingerprint: str, now: int) -> Sequence[ClaimKey]:
    if requester.key is not None:
        keys = [ClaimKey(digest("key", requester.principal, requester.key), now + KEY_MS)]
    else:
        keys = [ClaimKey(digest("same", fingerprint), now + SAME_REQUEST_MS)]
    if requester.token is not None:
        keys.append(ClaimKey(digest("token", requester.token), now + ANSWER_MS))
    # In one order everywhere, so that no two transactions take the same keys crosswise.
    return sorted(keys, key=lambda key: key.digest)
