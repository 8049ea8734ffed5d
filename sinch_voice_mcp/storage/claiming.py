"""The claim: one transaction that lets requests be sent, or says why not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sinch_voice_mcp.ports import Claim, Claimed, CountedLimit, Duplicate, Gap, Granted, InFlight, Mismatch, Withheld
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.counting import bucket_of, counter, keep_gap, merged, sum_windows, use_limits
from sinch_voice_mcp.storage.database import Commit, Rollback, Row, Rows, Statement, Steps, Transaction
from sinch_voice_mcp.storage.refusing import refusing

GAP = "gap"
"""Release of a gap: it ends early if the destination was not called after all."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two statements of one claim contradict each other: something changed between them, so it has to run again."""

    reason: str


@dataclass(slots=True)
class _Taken:
    """The rows that the statements of some claims returned, by what they are about."""

    keys: list[tuple[int, str, Rows]] = field(default_factory=list[tuple[int, str, Rows]])
    unknown: list[Rows] = field(default_factory=list[Rows])
    gaps: list[tuple[Gap, Rows]] = field(default_factory=list[tuple[Gap, Rows]])
    limits: Rows = field(default_factory=list[Row])
    sums: Rows = field(default_factory=list[Row])
    gate: Rows = field(default_factory=list[Row])


def claiming(claims: Sequence[Claim]) -> Transaction[list[Claimed] | Undecided]:
    """Take keys, gaps, limits and the next audit numbers for all of these claims, or for none.

    All of it is requested in one batch, because an ordinary claim is granted and then needs one round trip; what was
    taken by a claim that is refused is rolled back. The row of the kill switch and the audit number comes last, so it
    is locked for the shortest time.

    If some claims are duplicates, nothing is written for the others either, and these are :class:`Withheld`: what was
    taken for a duplicate may have been missing for them, so they have to be claimed again without it.
    """
    limits = merged(claims)
    taken = yield from _taking(claims, limits)
    answers = yield from _same_requests(claims, taken)
    if answers is None and not taken.gate:
        stopped = yield from _stopped()
        answers = stopped if isinstance(stopped, Undecided) else [stopped, *[Withheld()] * (len(claims) - 1)]
    if answers is None:
        gaps = [gap for gap, rows in taken.gaps if not rows]
        answers = yield from refusing(claims, gaps, limits, {row["name"] for row in taken.limits}, taken.sums)
    if answers is not None:
        return Rollback(answers)
    (gate,) = taken.gate
    return Commit([Granted() for _ in claims], _audited(claims, int(gate["seq"]), str(gate["head"])))


def _taking(claims: Sequence[Claim], limits: Sequence[CountedLimit]) -> Steps[_Taken]:
    """Write everything that the claims need, in the same order for every claim; returns what each statement found."""
    keys = sorted((key.digest, at) for at, claim in enumerate(claims) for key in claim.keys)
    gaps = sorted(((gap, claim.now) for claim in claims for gap in claim.gaps), key=lambda one: counter(one[0]))
    now = claims[0].now
    windows = [limit for limit in limits if limit.width]
    batch = [
        *(Statement(sql.TAKE_KEY, _key_values(claims[at], digest)) for digest, at in keys),
        *(Statement(sql.FIND_UNKNOWN, {"content": claim.content, "now": claim.now}) for claim in claims),
        *(sql.insert_call(claim, _used(claim)) for claim in claims),
        *(keep_gap(gap, at) for gap, at in gaps),
        *([use_limits(limits, now)] if limits else []),
        *([sum_windows(windows, now)] if windows else []),
        Statement(sql.CHECK_SWITCH, {"many": len(claims)}),
    ]
    rows = iter((yield batch))
    taken = _Taken()
    taken.keys = [(at, digest, next(rows)) for digest, at in keys]
    taken.unknown = [next(rows) for _ in claims]
    for _ in claims:
        next(rows)
    taken.gaps = [(gap, next(rows)) for gap, _ in gaps]
    taken.limits = next(rows) if limits else []
    taken.sums = next(rows) if windows else []
    taken.gate = next(rows)
    return taken


def _audited(claims: Sequence[Claim], newest: int, head: str) -> tuple[Statement, ...]:
    """Return the statements that append one row to the audit log for each claim; their numbers are taken."""
    statements: list[Statement] = []
    for at, claim in enumerate(claims):
        seq = newest - len(claims) + 1 + at
        row, sealed = appended(seq, head, claim.now, "claim", claim.token, claim.details)
        head = str(sealed.values["digest"])
        statements += [row, sealed] if at == len(claims) - 1 else [row]
    return tuple(statements)


def _key_values(claim: Claim, digest: str) -> dict[str, object]:
    (key,) = {key for key in claim.keys if key.digest == digest}
    return {
        "digest": digest,
        "token": claim.token,
        "fingerprint": claim.fingerprint,
        "until": key.until,
        "until_unanswered": int(key.until_unanswered),
        "now": claim.now,
    }


def _used(claim: Claim) -> str:
    """Return what the claim uses, as JSON in the order in which it is taken.

    It is released in the same order, so that no two transactions deadlock.
    """
    used = [[counter(gap), 0, claim.now, GAP] for gap in claim.gaps]
    used += [[counter(limit), bucket_of(limit.width, claim.now), limit.amount, limit.release] for limit in claim.limits]
    return json.dumps(used, separators=(",", ":"))


def _same_requests(claims: Sequence[Claim], taken: _Taken) -> Steps[list[Claimed] | Undecided | None]:
    """Return the answers if some of the requests were claimed before; None if none was."""
    answers: list[Claimed] = [Withheld()] * len(claims)
    for at, digest, rows in taken.keys:
        if not rows and answers[at] == Withheld():
            found = yield from _same_request(claims[at], digest)
            if isinstance(found, Undecided):
                return found
            answers[at] = found
    for at, rows in enumerate(taken.unknown):
        if rows and answers[at] == Withheld():
            entry = sql.read_entry(rows[0])
            answers[at] = InFlight(entry) if entry.state == "pending" else Duplicate(entry)
    in_flight = next((at for at, answer in enumerate(answers) if isinstance(answer, InFlight)), None)
    if in_flight is not None:
        return [answers[at] if at == in_flight else Withheld() for at in range(len(claims))]
    mismatch = next((at for at, answer in enumerate(answers) if isinstance(answer, Mismatch)), None)
    if mismatch is not None:
        return [Mismatch() if at == mismatch else Withheld() for at in range(len(claims))]
    return None if all(answer == Withheld() for answer in answers) else answers


def _same_request(claim: Claim, digest: str) -> Steps[Duplicate | Mismatch | Undecided]:
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
