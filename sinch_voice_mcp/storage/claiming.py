"""The claim: one transaction that lets a request be sent, or says why not."""

import json

from sinch_voice_mcp.ports import Claim, Claimed, CountedLimit, Duplicate, Exhausted, Gap, Granted, Mismatch
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.database import Abandon, Final, Rows, Statement, Transaction
from sinch_voice_mcp.storage.rows import read_entry, read_switch
from sinch_voice_mcp.types import Millis

GAP = "gap"
"""How a pause is given back: a destination that nobody was connected to was not called."""


def claiming(claim: Claim) -> Transaction[Claimed | None]:
    """Take keys, counters, money and the gate in this order, all or none.

    Everything is asked for at once, for there is one way to the database and back until it is decided;
    what is not granted is rolled back. The gate comes last, so it is held for the shortest time. None means
    that things changed in between: ask again.
    """
    keys = [
        Statement(
            sql.TAKE_KEY,
            {
                "digest": key.digest,
                "token": claim.token,
                "fingerprint": claim.fingerprint,
                "until": key.until,
                "now": claim.now,
            },
        )
        for key in claim.keys
    ]
    gaps = [sql.keep_gap(gap, claim.now) for gap in claim.gaps]
    limits = [sql.use_limits(claim.limits, claim.now)] if claim.limits else []
    written = sql.insert_call(claim, _units(claim))
    answers = yield (*keys, written, *gaps, *limits, Statement(sql.GO_THROUGH))
    taken, rest = answers[: len(keys)], answers[len(keys) + 1 :]
    for key, rows in zip(claim.keys, taken, strict=True):
        if not rows:
            yield from _same(claim, key.digest)
    if not answers[-1]:
        yield from _stopped()
    for gap, rows in zip(claim.gaps, rest, strict=False):
        if not rows:
            yield from _too_soon(gap, claim)
    if claim.limits:
        yield from _all_taken(claim, rest[len(gaps)])
    (gate,) = answers[-1]
    return Final(Granted(), appended(gate["seq"], gate["head"], claim.now, "claim", claim.token, claim.details))  # pyright: ignore[reportReturnType] - the driver unpacks it


def _units(claim: Claim) -> str:
    """What is taken, in the order in which it is: whoever gives it back keeps that order, so nobody waits in a ring."""
    taken = [[sql.counter(gap), 0, claim.now, GAP] for gap in claim.gaps]
    taken += [[sql.counter(limit), limit.bucket, limit.amount, limit.release] for limit in claim.limits]
    return json.dumps(taken, separators=(",", ":"))


def _same(claim: Claim, digest: str) -> Transaction[None]:
    (found,) = yield (Statement(sql.FIND_KEY, {"digest": digest, "now": claim.now}),)
    if not found:
        # Whoever had it gave it back in this very moment; asking again will do.
        raise Abandon(None)
    if found[0]["fingerprint"] != claim.fingerprint:
        raise Abandon(Mismatch())
    (rows,) = yield (Statement(sql.CALL, {"token": found[0]["call"]}),)
    raise Abandon(Duplicate(read_entry(rows[0])))


def _stopped() -> Transaction[None]:
    (rows,) = yield (Statement(sql.SWITCH),)
    # Somebody may have let calling go on in this very moment; asking again will do.
    raise Abandon(read_switch(rows))


def _too_soon(gap: Gap, claim: Claim) -> Transaction[None]:
    (rows,) = yield (Statement(sql.USED, {"name": sql.counter(gap), "bucket": 0}),)
    last = int(rows[0]["used"]) if rows else claim.now
    raise Abandon(Exhausted(gap.rule, gap.scope, 1, 1, Millis(last + gap.length)))


def _all_taken(claim: Claim, rows: Rows) -> Transaction[None]:
    granted = {row["name"] for row in rows}
    refused = next((limit for limit in claim.limits if sql.counter(limit) not in granted), None)
    # A counter that is new takes the amount without a look at the cap.
    refused = refused or next((limit for limit in claim.limits if limit.amount > limit.cap), None)
    if refused is not None:
        (found,) = yield (Statement(sql.USED, {"name": sql.counter(refused), "bucket": refused.bucket}),)
        used = int(found[0]["used"]) if found else 0
        # What this claim took is not yet given back.
        raise Abandon(_exhausted(refused, used - refused.amount if sql.counter(refused) in granted else used))


def _exhausted(limit: CountedLimit, used: int) -> Exhausted:
    next_at = Millis(limit.bucket + limit.width) if limit.width and limit.amount <= limit.cap else None
    return Exhausted(limit.rule, limit.scope, min(used, limit.cap), limit.cap, next_at)
