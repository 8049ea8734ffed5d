"""The rule about the time of day at which a callee may be called."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.hours import DAYS, Hours, hours_for, is_open, next_opening
from sinch_voice_mcp.policy.numbers import NO_REGION, NumberFacts
from sinch_voice_mcp.policy.refusal import TELL_THE_USER, never_unchanged
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled, listed
from sinch_voice_mcp.policy.zones import candidate_zones
from sinch_voice_mcp.types import iso_seconds

_NO_TIME = never_unchanged(TELL_THE_USER)


def calling_hours(case: Case) -> Iterator[RuleResult]:
    """Refuse a number if it may be outside calling hours where its callee is."""
    for path, found in case.sound:
        hours = hours_for(case.policy.calling_hours, found.region)
        if hours is None or _is_exempt(case, found):
            yield Passed(path, found.e164)
        elif case.intent.now is None:
            yield Unsettled(path, "now")
        else:
            yield _result(path, found, hours, case.intent.now)


def _is_exempt(case: Case, found: NumberFacts) -> bool:
    # A toll-free number or one of no country is a business line; its area says nothing about who answers it.
    return found.e164 in case.policy.trusted_numbers or found.type == "toll_free" or found.region == NO_REGION


def _result(path: str, found: NumberFacts, hours: Hours, now: datetime) -> RuleResult:
    zones = candidate_zones(found)
    if not zones:
        message = f"The time zone of {found.e164} is unknown, so calling hours cannot be checked."
        return Failed(path, found.e164, message, _NO_TIME)
    # The callee may be in any of the zones, so every one of them must be open.
    closed = [zone for zone in zones if not is_open(hours.week, now, zone)]
    if not closed:
        return Passed(path, f"{found.e164} ({listed(_local_times(now, zones))})")
    value = f"{found.e164} ({listed(_local_times(now, closed))})"
    message = (
        f"The local time for {found.e164} is {listed(_local_times(now, closed))}; calls are allowed {hours.text}, in "
        "every time zone that the number may be in."
    )
    opening = next_opening(hours, now, zones)
    if opening is None:
        return Failed(path, value, f"{message[:-1]}, which does not happen within eight days.", _NO_TIME)
    at = iso_seconds(opening)
    return Failed(path, value, message, f"Tell the user, and call again at {at} or later.", next_allowed_at=at)


def _local_times(now: datetime, zones: Sequence[ZoneInfo]) -> tuple[str, ...]:
    times = ((now.astimezone(zone), zone.key) for zone in zones)
    return tuple(f"{DAYS[local.weekday()]} {local:%H:%M} in {name}" for local, name in times)


RULES = (Rule(REFUSALS["calling_hours"], calling_hours),)
