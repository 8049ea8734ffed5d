"""Confirmations in the database: what a person granted, and the tones of a call."""

from collections.abc import Sequence

from sinch_voice_mcp.ports import Approval, Grant
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.database import Commit, Rollback, Statement, Transaction
from sinch_voice_mcp.types import Millis

_TONES_MS = 86_400_000
"""Time for which the tones of a call are counted after the last ones: longer than any call lasts."""

_UNBOUNDED = 2**53
"""More digits than any call can send."""


def approving(approval: Approval, now: Millis) -> Transaction[bool]:
    """Store what a person confirmed; the value is False, and nothing is stored, while calling is stopped."""
    # Before anything is written, because an answer that was used must not prolong what it granted.
    used = yield [Statement(sql.FIND_KEY, {"digest": answer, "now": now}) for answer in approval.answers]
    grants = sorted(approval.grants, key=lambda grant: grant.digest)
    hashes = sorted({hashed for grant in grants for hashed in grant.destinations})
    # The audit row locks the row of the kill switch, so that a stop comes before or after all of this.
    yield from audited("approved", None, {"principal": approval.principal, "destinations": hashes}, now)
    (stopped,) = yield (Statement(sql.SWITCH),)
    if stopped:
        return Rollback(value=False)
    if any(used):
        return Rollback(value=True)
    yield [_storing(grant, approval) for grant in grants]
    return Commit(value=True)


def _storing(grant: Grant, approval: Approval) -> Statement:
    values = {
        "principal": approval.principal,
        "digest": grant.digest,
        "destinations": " ".join(grant.destinations),
        "until": approval.until,
    }
    return Statement(sql.APPROVE, values)


def covering(principal: str, digests: Sequence[str], now: Millis) -> Transaction[bool]:
    """Find the confirmations of these requests; the value is whether each has one that has not expired."""
    found = yield [Statement(sql.APPROVED, {"principal": principal, "digest": one, "now": now}) for one in digests]
    return Commit(all(found))


def counting(call: str, digits: int, most: int | None, now: Millis) -> Transaction[bool]:
    """Count digits of a call; the value is False, and nothing is counted, if they would be more than ``most``."""
    most = _UNBOUNDED if most is None else most
    if digits > most:
        return Rollback(value=False)
    values = {"call": call, "digits": digits, "most": most, "until": now + _TONES_MS}
    (rows,) = yield (Statement(sql.COUNT_DIGITS, values),)
    return Commit(bool(rows))
