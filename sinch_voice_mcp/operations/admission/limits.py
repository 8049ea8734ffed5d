"""What a request uses of the owner's limits, and the refusals if a limit is reached or calling is stopped."""

from collections.abc import Sequence
from decimal import Decimal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy import REFUSALS, Policy
from sinch_voice_mcp.policy.refusal import never_unchanged
from sinch_voice_mcp.ports import (
    INBOUND,
    CallingStopped,
    CountedLimit,
    Exhausted,
    Gap,
    Journal,
    JournalEntry,
    Release,
    iso,
)
from sinch_voice_mcp.types import MICROS_PER_UNIT, Micros, Millis, amount_text
from sinch_voice_mcp.wire.calls import Price

# Rolling windows of counters, in milliseconds, as the journal counts time.
MINUTE, HOUR, DAY = Millis(60_000), Millis(3_600_000), Millis(86_400_000)
WEEK = Millis(7 * DAY)

UNTIL_ENDED = frozenset(row.code for row in REFUSALS.values() if row.passes_when == "call_ends")
"""Limits that release what a call uses when the call ends."""

_RESUME = "Only the owner of this server can resume calling, with the command `sinch-voice-mcp resume`."
_RESTART = "Only the owner of this server can resume calling, by restarting it."
_NEVER = never_unchanged("Tell the user about the limit.")
_WAIT = "Tell the user that calls may have been placed, and try again at `next_allowed_at` or later."
_NO_WINDOW = Millis(0)
"""Width of a limit that counts what is in use now, not what was used in a window."""


def counted_limits(policy: Policy, destinations: Sequence[str], micros: Micros) -> tuple[CountedLimit, ...]:
    """Return what one call uses of each limit.

    The order is always the same, so that two claims never lock the same rows in opposite order.

    Args:
        policy: The owner's limits.
        destinations: Keyed hashes of the numbers that the call rings and that are not trusted.
        micros: The highest cost of the call.
    """
    rows: list[CountedLimit] = []

    def use(rule: str, cap: int | None, width: Millis, release: Release, scope: str = "", amount: int = 1) -> None:
        if cap is not None:
            rows.append(CountedLimit(rule, scope, width, amount, cap, release))

    for scope in sorted(set(destinations)):
        use("repeat_in_flight", policy.repeat_in_flight, _NO_WINDOW, "ended", scope)
        use("repeat_per_week", policy.repeat_per_week, WEEK, "rejected", scope)
        use("repeat_per_day", policy.repeat_per_day, DAY, "rejected", scope)
    use("max_concurrent_calls", policy.max_concurrent_calls, _NO_WINDOW, "ended")
    use("calls_per_day", policy.calls_per_day, DAY, "not_sent")
    use("calls_per_hour", policy.calls_per_hour, HOUR, "not_sent")
    use("calls_per_minute", policy.calls_per_minute, MINUTE, "not_sent")
    return (*rows, *spending_limits(policy, micros))


def spending_limits(policy: Policy, micros: Micros) -> tuple[CountedLimit, ...]:
    """Return what a request uses of the limit on spending; a change that rings no phone uses no other."""
    cap = _micros(policy.max_spend_per_day)
    return () if cap is None else (CountedLimit("max_spend_per_day", "", DAY, micros, cap, "rejected"),)


def gaps(policy: Policy, destinations: Sequence[str]) -> tuple[Gap, ...]:
    """Return the shortest times that must have passed since earlier calls to the same numbers."""
    if not policy.repeat_gap_s:
        return ()
    length = Millis(policy.repeat_gap_s * 1000)
    return tuple(Gap("repeat_gap_s", scope, length) for scope in sorted(set(destinations)))


def exhausted(limit: Exhausted, number: str | None) -> RefusedError:
    """Return the refusal of a request that would exceed a limit.

    Args:
        limit: The limit, and how much of it is used.
        number: The number that the request rings, masked.
    """
    row = REFUSALS[limit.rule]
    # Neither time nor the end of a call helps: the limit is smaller than this one request.
    never = limit.next_at is None
    message = f"This call alone is more than `{row.code}` allows." if never else _reached(limit)
    value = number if limit.scope and number else _amount(limit)
    return RefusedError(
        message,
        rule=row.code,
        value=value or "",
        how_to_change=row.how_to_change,
        next_step=_NEVER if never else _step(limit),
        next_allowed_at=None if limit.next_at is None else _instant(limit.next_at),
    )


def _reached(limit: Exhausted) -> str:
    """Return what is used up, who holds it, and when it is free again."""
    row, at = REFUSALS[limit.rule], _instant(limit.next_at or Millis(0))
    parts = [row.message]
    if row.passes_when != "call_ends":
        parts.append(f"The next call is allowed at {at}.")
    else:
        if limit.unknown:
            parts.append(f"{_held(limit)} whose outcome is unknown: a call may have been placed.")
        parts.append(f"A place is free at {at} at the latest.")
    if limit.also:
        parts.append(f"Also reached: {', '.join(f'`{rule}`' for rule in limit.also)}.")
    return " ".join(parts)


def _instant(at: Millis) -> str:
    """Return an instant in whole seconds, not before it."""
    return iso(Millis(at + -at % 1_000))


def _held(limit: Exhausted) -> str:
    places = f"{limit.unknown} of {limit.used} places" if limit.used > 1 else "The place"
    return f"{places} is held by a request" if limit.unknown == 1 else f"{places} are held by requests"


def _step(limit: Exhausted) -> str:
    # A request whose outcome is unknown has no call to hang up.
    return _WAIT if limit.unknown and limit.unknown >= limit.used else REFUSALS[limit.rule].steps()


def too_many_at_once(asked: int, cap: int) -> RefusedError:
    """Return the refusal of a request for more calls at the same time than the owner allows."""
    row = REFUSALS["max_concurrent_calls"]
    return RefusedError(
        f"This request is for {asked} calls at the same time; at most {cap} are allowed.",
        rule=row.code,
        value=f"{asked} of {cap}",
        how_to_change=row.how_to_change,
        next_step=never_unchanged("Call fewer numbers, or tell the user about the limit."),
    )


def stopped(switch: CallingStopped, *, durable: bool) -> RefusedError:
    """Return the refusal while the kill switch is on.

    Args:
        switch: When calling was stopped, why, and by which client or command.
        durable: Whether the journal outlives the server, so that a restart does not resume calling.
    """
    row = REFUSALS["stopped"]
    since = iso(switch.since)
    error = RefusedError(
        f"{row.message} It was stopped at {since}; `untrusted` says why.",
        rule=row.code,
        value=f"since {since}",
        how_to_change=_RESUME if durable else _RESTART,
        next_step=row.steps(),
    )
    # Another session may have written them.
    error.untrusted = {"reason": switch.reason, "by": switch.by}
    return error


def refusal_by_setting() -> RefusedError:
    """Return the refusal while the setting ``stop`` is on."""
    row = REFUSALS["stopped"]
    return RefusedError(
        f"{row.message} The owner set `stop`.",
        rule=row.code,
        value="",
        how_to_change=row.how_to_change,
        next_step=row.steps(),
    )


async def refuse_if_stopped(journal: Journal, policy: Policy) -> None:
    """Raise if calling is stopped, by the kill switch or by the setting.

    Raises:
        RefusedError: It is.
        StorageError: The journal cannot be used.
    """
    if policy.stop:
        raise refusal_by_setting()
    switch = await journal.switch()
    if switch is not None:
        raise stopped(switch, durable=journal.durable)


def price_micros(price: Price | None) -> Micros | None:
    """Return what a call cost; None if the platform gives no amount, or an impossible one."""
    amount = None if price is None else price.known
    return None if amount is None else Micros(round(amount * MICROS_PER_UNIT))


def known_rate(entry: JournalEntry | None) -> Micros | None:
    """Return what a minute of a call costs at most; None if this journal did not place it."""
    return None if entry is None or entry.kind == INBOUND or entry.seconds is None else entry.rate


def most_per_minute(policy: Policy) -> Micros:
    """Return the price of a minute of a call whose price is unknown.

    Raises:
        RefusedError: Neither the price nor the owner's limits bound what the call can cost.
    """
    most = policy.max_rate_per_minute
    if most is None and policy.max_spend_per_day is not None:
        row = REFUSALS["price"]
        message = "What a minute of this call costs is unknown, and without a highest price it cannot be reserved."
        step = row.steps("Tell the user; the owner can set a highest price per minute.")
        raise RefusedError(message, rule=row.code, value="unknown", how_to_change=row.how_to_change, next_step=step)
    return Micros(_micros(most) or 0)


def ignored_amount(price: Price | None) -> float | None:
    """Return the amount that the platform gives as a price if it cannot be one."""
    return None if price is None or price.known is not None else price.amount


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * MICROS_PER_UNIT)


def _amount(limit: Exhausted) -> str:
    if limit.rule == "max_spend_per_day":
        return f"{amount_text(limit.used)} of {amount_text(limit.cap)}"
    return f"{limit.used} of {limit.cap}"
