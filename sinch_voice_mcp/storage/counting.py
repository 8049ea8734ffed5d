"""Counters: what is in use now, what was used in rolling windows, and the last call to a destination.

A limit on what is in use has one counter, in bucket 0. A limit on a window has one for each small part of the window;
their sum is compared with the limit. Both are exact, because one transaction writes at a time.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sinch_voice_mcp.ports import Claim, CountedLimit, Gap
from sinch_voice_mcp.storage.database import Statement
from sinch_voice_mcp.types import Millis

PARTS = 240
"""Parts of a window, each at least a second long. What was used leaves the window when its part does: late by at most
1/240 of the window, or by a second."""

_SECOND_MS = 1_000

USED = "SELECT used FROM counters WHERE name = :name AND bucket = :bucket"
USES = (
    "SELECT bucket, used FROM counters WHERE name = :name AND bucket > :after AND bucket <= :latest AND used > 0 "
    "ORDER BY bucket"
)
HOLDERS = (
    "SELECT call, state, lease FROM calls WHERE state IN ('pending', 'accepted', 'unknown') AND units LIKE :pattern "
    "ORDER BY lease"
)
"""Requests that use a limit on what is in use now, those that release it first in front."""

_UNBOUNDED_LIMIT_MS = 366 * 24 * 3_600_000
"""Time after which the counter of a limit without a window is deleted if no claim has used it since."""


def counter(one: CountedLimit | Gap) -> str:
    """Return the name of a counter. The scope comes first, so that one claim's rows lie together on the disk."""
    return f"{one.scope}:{one.rule}"


def bucket_of(width: Millis, now: Millis) -> Millis:
    """Return the start of the part of a window in which an instant lies; 0 for a limit without a window."""
    return Millis(now - now % _part(width) if width else 0)


def leaves_at(bucket: Millis, width: Millis) -> Millis:
    """Return the instant at which what was used in a part of a window no longer counts."""
    return Millis(bucket + _part(width) + width)


def window(limit: CountedLimit, now: Millis) -> dict[str, object]:
    """Return the values of :data:`USES` for the window that ends now.

    Uses in the near future count, because other servers' clocks may be ahead. Those further away than the window is
    long were recorded by a clock that was wrong.
    """
    after = now - limit.width - _part(limit.width)
    return {"name": counter(limit), "after": after, "latest": now + limit.width}


def merged(claims: Sequence[Claim]) -> list[CountedLimit]:
    """Return what several claims use together of each limit, in the order in which it is taken."""
    limits: dict[str, CountedLimit] = {}
    for each in (limit for claim in claims for limit in claim.limits):
        before = limits.get(counter(each))
        amount = each.amount + (0 if before is None else before.amount)
        limits[counter(each)] = CountedLimit(each.rule, each.scope, each.width, amount, each.cap, each.release)
    return list(limits.values())


def use_limits(limits: Sequence[CountedLimit], now: Millis) -> Statement:
    """Use all of these limits in one statement; it returns no row for a counter that has too little left."""
    values: dict[str, object] = {}
    for at, limit in enumerate(limits):
        bucket = bucket_of(limit.width, now)
        until = bucket + 2 * limit.width if limit.width else now + _UNBOUNDED_LIMIT_MS
        values |= {f"n{at}": counter(limit), f"b{at}": bucket, f"a{at}": limit.amount, f"c{at}": limit.cap}
        values[f"u{at}"] = until
    return Statement(_use_limits(len(limits)), values)


@lru_cache
def _use_limits(many: int) -> str:
    rows = ", ".join(f"(:n{at}, :b{at}, :a{at}, :c{at}, :u{at})" for at in range(many))
    return (
        f"INSERT INTO counters (name, bucket, used, cap, until) VALUES {rows} "  # noqa: S608 - numbered names
        "ON CONFLICT (name, bucket) DO UPDATE SET used = counters.used + excluded.used, cap = excluded.cap, "
        "until = excluded.until WHERE counters.used + excluded.used <= excluded.cap RETURNING name"
    )


def sum_windows(limits: Sequence[CountedLimit], now: Millis) -> Statement:
    """Add up what is used in the windows of these limits, with what this transaction used."""
    values: dict[str, object] = {}
    for at, limit in enumerate(limits):
        values |= {f"{name}{at}": value for name, value in window(limit, now).items()}
    return Statement(_sum_windows(len(limits)), values)


@lru_cache
def _sum_windows(many: int) -> str:
    return " UNION ALL ".join(
        f"SELECT {at} AS at, coalesce(sum(used), 0) AS used FROM counters "  # noqa: S608 - numbered names
        f"WHERE name = :name{at} AND bucket > :after{at} AND bucket <= :latest{at}"
        for at in range(many)
    )


def keep_gap(gap: Gap, now: Millis) -> Statement:
    """Record a call to a destination; the statement returns no row if the gap since the last call is too short."""
    return Statement(
        "INSERT INTO counters (name, bucket, used, cap, until) VALUES (:name, 0, :now, 0, :until) "
        "ON CONFLICT (name, bucket) DO UPDATE SET used = excluded.used, until = excluded.until "
        "WHERE counters.used <= :latest RETURNING name",
        {"name": counter(gap), "now": now, "latest": now - gap.length, "until": now + gap.length},
    )


def add_use(name: str, width: Millis, amount: int, now: Millis) -> Statement:
    """Count a use that has happened, whatever the limit is."""
    bucket = bucket_of(width, now)
    return Statement(
        "INSERT INTO counters (name, bucket, used, cap, until) VALUES (:name, :bucket, :amount, 0, :until) "
        "ON CONFLICT (name, bucket) DO UPDATE SET used = counters.used + excluded.used",
        {"name": name, "bucket": bucket, "amount": amount, "until": bucket + 2 * width},
    )


def fits_at(uses: Iterable[tuple[Millis, int]], limit: CountedLimit, used: int) -> Millis:
    """Return the instant at which a limit on a window has room again, from the uses in the window, oldest first."""
    for bucket, amount in uses:
        used -= amount
        if used + limit.amount <= limit.cap:
            return leaves_at(bucket, limit.width)
    raise ValueError("the uses of a window add up to less than was read before")


def _part(width: Millis) -> int:
    return max(width // PARTS // _SECOND_MS, 1) * _SECOND_MS
