"""What a request uses up, by the owner's limits, and what to say when there is nothing left."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy import Policy, owner_sets
from sinch_voice_mcp.ports import CallingStopped, CountedLimit, Exhausted, Gap, Release, iso
from sinch_voice_mcp.wire.calls import Price

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WEEK = 7 * DAY
MICROS = 1_000_000
_MOST_MONEY = 1_000_000_000

LIMITS: Mapping[str, str] = {
    "repeat_in_flight": "A call to this number is still going on.",
    "repeat_gap_s": "This number was called a moment ago.",
    "repeat_per_day": "This number was called often enough today.",
    "repeat_per_week": "This number was called often enough this week.",
    "max_concurrent_calls": "As many calls as allowed are going on.",
    "calls_per_minute": "As many calls as allowed were placed in this minute.",
    "calls_per_hour": "As many calls as allowed were placed in this hour.",
    "calls_per_day": "As many calls as allowed were placed today.",
    "max_spend_per_day": "What may be spent today is spent or set aside.",
}
"""What a reached limit means, by the setting that sets it."""

_ENDING = "Look with list_calls; it ends by itself, or with hang_up."
_WAITING = "Tell the user; try again when the limit allows, not before."
_NEVER = "Tell the user of the limit."
UNTIL_ENDED = frozenset({"repeat_in_flight", "max_concurrent_calls"})
"""Limits with room again as soon as a call has ended."""

STOP_RULE = "stopped"
RESUME = "Only the owner can change this, at a shell: sinch-voice-mcp resume."
RESTART = "Only the owner can change this: by starting this server again."


def units(policy: Policy, destinations: Sequence[str], micros: int, now: int) -> tuple[CountedLimit, ...]:
    """What one call uses up. Counters are always taken in this order, so that two claims never wait for each other."""
    rows: list[CountedLimit] = []

    def use(rule: str, cap: int | None, width: int, release: Release, scope: str = "", amount: int = 1) -> None:
        if cap is not None:
            bucket = now - now % width if width else 0
            rows.append(CountedLimit(rule, scope, bucket, width, amount, cap, release))

    for scope in sorted(set(destinations)):
        use("repeat_in_flight", policy.repeat_in_flight, 0, "ended", scope)
        use("repeat_per_week", policy.repeat_per_week, WEEK, "rejected", scope)
        use("repeat_per_day", policy.repeat_per_day, DAY, "rejected", scope)
    use("max_concurrent_calls", policy.max_concurrent_calls, 0, "ended")
    use("calls_per_day", policy.calls_per_day, DAY, "not_sent")
    use("calls_per_hour", policy.calls_per_hour, HOUR, "not_sent")
    use("calls_per_minute", policy.calls_per_minute, MINUTE, "not_sent")
    use("max_spend_per_day", _micros(policy.max_spend_per_day), DAY, "rejected", amount=micros)
    return tuple(rows)


def gaps(policy: Policy, destinations: Sequence[str]) -> tuple[Gap, ...]:
    """The pauses that one call keeps."""
    if not policy.repeat_gap_s:
        return ()
    return tuple(Gap("repeat_gap_s", scope, policy.repeat_gap_s * 1000) for scope in sorted(set(destinations)))


def exhausted(limit: Exhausted, number: str | None) -> RefusedError:
    """The refusal of a request for which there is nothing left."""
    # Where no time brings room, one such call is more than there ever is.
    never = limit.next_at is None and limit.rule not in UNTIL_ENDED
    told = f"One such call is more than `{limit.rule}` ever allows." if never else LIMITS[limit.rule]
    value = number if limit.scope and number else _amount(limit)
    when = "" if limit.next_at is None else f" The next one is allowed at {iso(limit.next_at)}."
    return RefusedError(
        told + when,
        rule=limit.rule,
        value=value or "",
        how_to_change=owner_sets(limit.rule),
        next_step=_ENDING if limit.rule in UNTIL_ENDED else _NEVER if never else _WAITING,
        next_allowed_at=None if limit.next_at is None else iso(limit.next_at),
    )


def too_many_at_once(asked: int, cap: int) -> RefusedError:
    """The refusal of a request for more calls at once than may ever be."""
    return RefusedError(
        f"This asks for {asked} calls at once; allowed are {cap}.",
        rule="max_concurrent_calls",
        value=f"{asked} of {cap}",
        how_to_change=owner_sets("max_concurrent_calls"),
        next_step="Ring fewer people, or tell the user of the limit.",
    )


def stopped(switch: CallingStopped, *, durable: bool) -> RefusedError:
    """The refusal while the kill switch is on."""
    return RefusedError(
        f"Calling was stopped at {iso(switch.since)}: {switch.reason}.",
        rule=STOP_RULE,
        value=f"by {switch.by}",
        how_to_change=RESUME if durable else RESTART,
        next_step="Tell the user that calling is stopped and why. Nothing that you can do starts it again.",
    )


def price_micros(price: Price | None) -> int | None:
    """What a call cost, in millionths; None where nobody says, or what is said can be no price."""
    return None if price is None or abs(price.amount) > _MOST_MONEY else round(price.amount * MICROS)


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * MICROS)


def _amount(limit: Exhausted) -> str:
    if limit.rule == "max_spend_per_day":
        return f"{limit.used / MICROS:.2f} of {limit.cap / MICROS:.2f}"
    return f"{limit.used} of {limit.cap}"
