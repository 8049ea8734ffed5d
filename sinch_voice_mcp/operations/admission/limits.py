"""What a request uses of the owner's limits, and the refusals if a limit is reached or calling is stopped."""

from collections.abc import Sequence
from decimal import Decimal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy import REFUSALS, Policy
from sinch_voice_mcp.policy.refusal import never_unchanged
from sinch_voice_mcp.ports import CallingStopped, CountedLimit, Exhausted, Gap, Journal, Release, iso
from sinch_voice_mcp.types import MICROS_PER_UNIT, Micros, Millis
from sinch_voice_mcp.wire.calls import Price

# Windows of counters, in milliseconds, as the journal counts time.
MINUTE, HOUR, DAY = Millis(60_000), Millis(3_600_000), Millis(86_400_000)
WEEK = Millis(7 * DAY)

MAX_PRICE = 1_000_000_000
"""A price above this, in the account's currency, counts as a mistake of the platform."""

UNTIL_ENDED = frozenset(row.code for row in REFUSALS.values() if row.passes_when == "call_ends")
"""Limits that release what a call uses when the call ends."""

_RESUME = "Only the owner of this server can resume calling, with the command `sinch-voice-mcp resume`."
_RESTART = "Only the owner of this server can resume calling, by restarting it."
_NEVER = never_unchanged("Tell the user about the limit.")
_NO_WINDOW = Millis(0)
"""Width of a limit that counts what is in use now, not what was used in a window."""


def counted_limits(
    policy: Policy, destinations: Sequence[str], micros: Micros, now: Millis
) -> tuple[CountedLimit, ...]:
    """Return what one call uses of each limit.

    The order is always the same, so that two claims never lock the same rows in opposite order.

    Args:
        policy: The owner's limits.
        destinations: Keyed hashes of the numbers that the call rings and that are not trusted.
        micros: The highest cost of the call.
        now: Instant of the claim.
    """
    rows: list[CountedLimit] = []

    def use(rule: str, cap: int | None, width: Millis, release: Release, scope: str = "", amount: int = 1) -> None:
        if cap is not None:
            bucket = Millis(now - now % width if width else 0)
            rows.append(CountedLimit(rule, scope, bucket, width, amount, cap, release))

    for scope in sorted(set(destinations)):
        use("repeat_in_flight", policy.repeat_in_flight, _NO_WINDOW, "ended", scope)
        use("repeat_per_week", policy.repeat_per_week, WEEK, "rejected", scope)
        use("repeat_per_day", policy.repeat_per_day, DAY, "rejected", scope)
    use("max_concurrent_calls", policy.max_concurrent_calls, _NO_WINDOW, "ended")
    use("calls_per_day", policy.calls_per_day, DAY, "not_sent")
    use("calls_per_hour", policy.calls_per_hour, HOUR, "not_sent")
    use("calls_per_minute", policy.calls_per_minute, MINUTE, "not_sent")
    use("max_spend_per_day", _micros(policy.max_spend_per_day), DAY, "rejected", amount=micros)
    return tuple(rows)


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
    never = limit.next_at is None and row.passes_when != "call_ends"
    message = f"This call alone is more than `{row.code}` allows." if never else row.message
    value = number if limit.scope and number else _amount(limit)
    next_allowed_at = None if limit.next_at is None else iso(limit.next_at)
    return RefusedError(
        message if next_allowed_at is None else f"{message} The next call is allowed at {next_allowed_at}.",
        rule=row.code,
        value=value or "",
        how_to_change=row.how_to_change,
        next_step=_NEVER if never else row.steps(),
        next_allowed_at=next_allowed_at,
    )


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
    """Return what a call cost; None if the platform gives no price, or an impossible one."""
    return None if price is None or abs(price.amount) > MAX_PRICE else Micros(round(price.amount * MICROS_PER_UNIT))


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * MICROS_PER_UNIT)


def _amount(limit: Exhausted) -> str:
    if limit.rule == "max_spend_per_day":
        return f"{limit.used / MICROS_PER_UNIT:.2f} of {limit.cap / MICROS_PER_UNIT:.2f}"
    return f"{limit.used} of {limit.cap}"
