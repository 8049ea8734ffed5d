"""The rule about when people are rung."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sinch_voice_mcp.policy.hours import DAYS, Hours, hours_for, is_open, next_opening
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.rules.case import (
    NO_REGION,
    Case,
    Failed,
    Judgement,
    Passed,
    Rule,
    Unsettled,
    listed,
)
from sinch_voice_mcp.policy.zones import candidate_zones


def calling_hours(case: Case) -> Iterator[Judgement]:
    """Nobody is rung at night."""
    for path, found in case.sound:
        hours = hours_for(case.policy.calling_hours, found.region)
        if hours is None or _is_exempt(case, found):
            yield Passed(path, found.e164)
        elif case.intent.now is None:
            yield Unsettled(path, "now")
        else:
            yield _judged(path, found, hours, case.intent.now)


def _is_exempt(case: Case, found: NumberFacts) -> bool:
    return found.e164 in case.policy.trusted_numbers or found.type == "toll_free" or found.region == NO_REGION


def _judged(path: str, found: NumberFacts, hours: Hours, now: datetime) -> Judgement:
    zones = candidate_zones(found)
    if not zones:
        message = f"Nobody knows in which time zone {found.e164} is, so it may be night there."
        return Failed(path, found.e164, message)
    closed = [zone for zone in zones if not is_open(hours.week, now, zone)]
    if not closed:
        return Passed(path, f"{found.e164} ({listed(_local_times(now, zones))})")
    value = f"{found.e164} ({listed(_local_times(now, closed))})"
    message = (
        f"For {found.e164} it is {listed(_local_times(now, closed))}; calls are allowed {hours.text} local time, "
        "wherever the number may be."
    )
    opening = next_opening(hours, now, zones)
    if opening is None:
        message = f"{message[:-1]}, and no such time comes within eight days."
        return Failed(path, value, message)
    at = opening.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Failed(path, value, message, f"Tell the user, and call again at {at} or later.", next_allowed_at=at)


def _local_times(now: datetime, zones: Sequence[ZoneInfo]) -> tuple[str, ...]:
    times = ((now.astimezone(zone), zone.key) for zone in zones)
    return tuple(f"{DAYS[local.weekday()]} {local:%H:%M} in {name}" for local, name in times)


RULES = (
    Rule(
        "calling_hours",
        "Calling hours",
        "Inside `calling_hours` at this moment, in every time zone that the number may be in; the refusal names the "
        "next time that is. `auto` is 08:00-21:00, CA Mon-Fri 09:00-21:30 and Sat-Sun 10:00-18:00, FR Mon-Fri "
        "10:00-13:00 and 14:00-20:00, AU Mon-Fri 09:00-20:00 and Sat 09:00-17:00. Toll-free numbers, numbers of no "
        "country and `trusted_numbers` pass at any time.",
        ("calling_hours", "trusted_numbers"),
        calling_hours,
    ),
)
