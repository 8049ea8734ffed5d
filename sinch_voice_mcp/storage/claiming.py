"""The claim: one transaction that lets a request be sent, or says why not."""

import json
from dataclasses import dataclass

from sinch_voice_mcp.ports import Claim, Claimed, CountedLimit, Duplicate, Exhausted, Gap, Granted, Mismatch
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.database import Commit, Rollback, Rows, Statement, Steps, Transaction
from sinch_voice_mcp.types import Millis

GAP = "gap"
"""Release of a gap: it ends early if the destination was not called after all."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two statements of one claim contradict each other: something changed between them, so it has to run again."""

    reason: str


def claiming(claim: Claim) -> Transaction[Claimed | Undecided]:
    """Take keys, gaps, limits and the next audit number, in this order, all or none.

    All of it is requested in one batch, because an ordinary claim is granted and then needs one round trip; what was
    taken by a claim that is refused is rolled back. The row of the kill switch and the audit number comes last, so it
    is locked for the shortest time.
    """
    keys = [Statement(sql.TAKE_KEY, _key_values(claim, at)) for at in range(len(claim.keys))]
    gaps = [sql.keep_gap(gap, claim.now) for gap in claim.gaps]
    limits = [sql.use_limits(claim.limits, claim.now)] if claim.limits else []
    written = sql.insert_call(claim, _used(claim))
    rows = yield (*keys, written, *gaps, *limits, Statement(sql.CHECK_SWITCH))
    key_rows, rest = rows[: len(keys)], rows[len(keys) + 1 : -1]
    gap_rows, limit_rows = rest[: len(gaps)], [row for rows in rest[len(gaps) :] for row in rows]
    refusal = yield from _refusal(claim, key_rows, gap_rows, limit_rows, passed=bool(rows[-1]))
    if refusal is not None:
        return Rollback(refusal)
    (gate,) = rows[-1]
    return Commit(Granted(), appended(gate["seq"], gate["head"], claim.now, "claim", claim.token, claim.details))


def _refusal(
    claim: Claim, keys: list[Rows], gaps: list[Rows], limits: Rows, *, passed: bool
) -> Steps[Claimed | Undecided | None]:
    """Return why a claim is refused: the first statement that returned no row decides."""
    for key, taken in zip(claim.keys, keys, strict=True):
        if not taken:
            return (yield from _same_request(claim, key.digest))
    if not passed:
        return (yield from _stopped())
    for gap, kept in zip(claim.gaps, gaps, strict=True):
        if not kept:
            return (yield from _too_soon(gap, claim))
    return (yield from _exhausted(claim, limits))


def _key_values(claim: Claim, at: int) -> dict[str, object]:
    key = claim.keys[at]
    return {
        "digest": key.digest,
        "token": claim.token,
        "fingerprint": claim.fingerprint,
        "until": key.until,
        "now": claim.now,
    }


def _used(claim: Claim) -> str:
    """Return what the claim uses, as JSON in the order in which it is taken.

    It is released in the same order, so that no two transactions deadlock.
    """
    used = [[sql.counter(gap), 0, claim.now, GAP] for gap in claim.gaps]
    used += [[sql.counter(limit), limit.bucket, limit.amount, limit.release] for limit in claim.limits]
    return json.dumps(used, separators=(",", ":"))


def _same_request(claim: Claim, digest: str) -> Steps[Claimed | Undecided]:
    (found,) = yield (Statement(sql.FIND_KEY, {"digest": digest, "now": claim.now}),)
    if not found:
        # The other request released its key between the two statements.
        return Undecided("one of its keys could not be taken, and no other request has it")
    if found[0]["fingerprint"] != claim.fingerprint:
        return Mismatch()
    (rows,) = yield (Statement(sql.CALL, {"token": found[0]["call"]}),)
    return Duplicate(sql.read_entry(rows[0]))


def _stopped() -> Steps[Claimed | Undecided]:
    (rows,) = yield (Statement(sql.SWITCH),)
    # The switch may have been turned off between the two statements.
    return sql.read_switch(rows) or Undecided("the kill switch did not let it pass, and is not on")


def _too_soon(gap: Gap, claim: Claim) -> Steps[Claimed]:
    (rows,) = yield (Statement(sql.USED, {"name": sql.counter(gap), "bucket": 0}),)
    last = int(rows[0]["used"]) if rows else claim.now
    return Exhausted(gap.rule, gap.scope, 1, 1, Millis(last + gap.length))


def _exhausted(claim: Claim, rows: Rows) -> Steps[Claimed | None]:
    """Return the first limit that is reached, if one is."""
    granted = {row["name"] for row in rows}
    reached = next((limit for limit in claim.limits if sql.counter(limit) not in granted), None)
    # The statement does not compare the first amount of a new counter with its cap.
    reached = reached or next((limit for limit in claim.limits if limit.amount > limit.cap), None)
    if reached is None:
        return None
    (found,) = yield (Statement(sql.USED, {"name": sql.counter(reached), "bucket": reached.bucket}),)
    used = int(found[0]["used"]) if found else 0
    if sql.counter(reached) in granted:
        # This claim's own amount is not rolled back yet.
        used -= reached.amount
    return _limit_reached(reached, used)


def _limit_reached(limit: CountedLimit, used: int) -> Exhausted:
    next_at = Millis(limit.bucket + limit.width) if limit.width and limit.amount <= limit.cap else None
    return Exhausted(limit.rule, limit.scope, min(used, limit.cap), limit.cap, next_at)
