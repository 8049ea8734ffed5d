"""Why a claim is refused: of all limits that are reached, the one that has room again last."""

from collections.abc import Sequence
from dataclasses import replace

from sinch_voice_mcp.ports import Claim, Claimed, CountedLimit, Exhausted, Gap, Withheld
from sinch_voice_mcp.storage.counting import HOLDERS, USED, USES, counter, fits_at, window
from sinch_voice_mcp.storage.database import Rows, Statement, Steps
from sinch_voice_mcp.types import Millis, Token


def refusing(
    claims: Sequence[Claim],
    gaps: Sequence[Gap],
    limits: Sequence[CountedLimit],
    counted: set[str],
    sums: Rows,
) -> Steps[list[Claimed] | None]:
    """Return the answers to claims that a limit refuses; None if every limit has room.

    Args:
        claims: The claims, whose rows are written already.
        gaps: The gaps that are too short.
        limits: What the claims use together of each limit.
        counted: Names of the counters to which the claims' amounts were added.
        sums: What is used in each window, in the order of the limits that have one.
    """
    windows = [limit for limit in limits if limit.width]
    used = {counter(windows[int(row["at"])]): int(row["used"]) for row in sums}
    # What these claims used is not rolled back yet.
    before = {name: many - _own(name, limits, counted) for name, many in used.items()}
    reached = [limit for limit in limits if _is_reached(limit, before, counted)]
    if not gaps and not reached:
        return None
    now, tokens = claims[0].now, {claim.token for claim in claims}
    found = yield [*(_last_call(gap) for gap in gaps), *(_users(limit, now) for limit in reached)]
    refusals = [_too_soon(gap, rows, now) for gap, rows in zip(gaps, found, strict=False)]
    for limit, rows in zip(reached, found[len(gaps) :], strict=True):
        refusals.append(_full(limit, rows, before) if limit.width else _held(limit, rows, tokens))
    return _answers(claims, refusals)


def _own(name: str, limits: Sequence[CountedLimit], counted: set[str]) -> int:
    return sum(limit.amount for limit in limits if name in counted and counter(limit) == name)


def _is_reached(limit: CountedLimit, before: dict[str, int], counted: set[str]) -> bool:
    name = counter(limit)
    # The statement compares neither the first amount of a new counter with its cap, nor the sum of a window.
    return name not in counted or before.get(name, 0) + limit.amount > limit.cap


def _last_call(gap: Gap) -> Statement:
    return Statement(USED, {"name": counter(gap), "bucket": 0})


def _users(limit: CountedLimit, now: Millis) -> Statement:
    if limit.width:
        return Statement(USES, window(limit, now))
    return Statement(HOLDERS, {"pattern": f'%"{counter(limit)}"%'})


def _too_soon(gap: Gap, rows: Rows, now: Millis) -> Exhausted:
    last = int(rows[0]["used"]) if rows else now
    return Exhausted(gap.rule, gap.scope, 1, 1, Millis(last + gap.length))


def _full(limit: CountedLimit, rows: Rows, before: dict[str, int]) -> Exhausted:
    used = before[counter(limit)]
    uses = [(Millis(row["bucket"]), int(row["used"])) for row in rows]
    next_at = fits_at(uses, limit, used) if limit.amount <= limit.cap else None
    return Exhausted(limit.rule, limit.scope, min(used, limit.cap), limit.cap, next_at)


def _held(limit: CountedLimit, rows: Rows, tokens: set[Token]) -> Exhausted:
    """Return the refusal of a limit on what is in use: who has it, and until when at most."""
    holders = [row for row in rows if row["call"] not in tokens]
    unknown = sum(row["state"] == "unknown" for row in holders)
    # So many holders have to release it, those whose lease ends first.
    missing = len(holders) + limit.amount - limit.cap
    next_at = None
    if limit.amount <= limit.cap and holders:
        next_at = Millis(holders[min(max(missing, 1), len(holders)) - 1]["lease"])
    return Exhausted(limit.rule, limit.scope, min(len(holders), limit.cap), limit.cap, next_at, unknown)


def _answers(claims: Sequence[Claim], refusals: Sequence[Exhausted]) -> list[Claimed]:
    """Return one refusal, at the claim that it is about: the one after which no other limit refuses."""
    last = max(refusals, key=lambda one: float("inf") if one.next_at is None else one.next_at)
    also = tuple(dict.fromkeys(one.rule for one in refusals if one is not last and one.rule != last.rule))
    at = next((at for at, claim in enumerate(claims) if _concerns(claim, last)), 0)
    return [replace(last, also=also) if index == at else Withheld() for index in range(len(claims))]


def _concerns(claim: Claim, refusal: Exhausted) -> bool:
    return any((one.rule, one.scope) == (refusal.rule, refusal.scope) for one in (*claim.limits, *claim.gaps))
