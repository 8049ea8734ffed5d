"""The rule about the time of day at which a callee may be called."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Reach
from sinch_voice_mcp.policy.hours import ANY, DAYS, Hours, hours_for, is_open, next_common_opening, next_opening
from sinch_voice_mcp.policy.numbers import NO_REGION, NumberFacts
from sinch_voice_mcp.policy.refusal import TELL_THE_USER, never_unchanged
from sinch_voice_mcp.policy.refusals import REFUSALS
from sinch_voice_mcp.policy.rules.numbers import home_regions
from sinch_voice_mcp.policy.rules.rule import Failed, Passed, Rule, RuleResult, Unsettled, listed
from sinch_voice_mcp.policy.targets import is_callee
from sinch_voice_mcp.policy.zones import candidate_zones, zones_of_region
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import iso_seconds

Schedule = tuple[Hours, Sequence[ZoneInfo]]
"""Hours, and the time zones in which they apply."""

_NO_TIME = never_unchanged(TELL_THE_USER)


def calling_hours(case: Case) -> Iterator[RuleResult]:
    """Refuse a call that may be outside calling hours where its callee is."""
    for path, found in case.sound:
        hours = hours_for(case.policy.calling_hours, found.region)
        if hours is None or _is_exempt(case, found):
            yield Passed(path, found.e164)
        elif case.intent.now is None:
            yield Unsettled(path, "now")
        else:
            yield _result(path, found, hours, case.intent.now)
    for reach in case.all(Reach):
        if is_callee(reach.kind, reach.target):
            yield _of_target(case, reach)


def _of_target(case: Case, reach: Reach) -> RuleResult:
    """Decide about a callee without a number, who may be anywhere in the regions of the account's own numbers."""
    name, home = printable(reach.target or "The in-app user"), home_regions(case)
    if case.policy.calling_hours == ANY:
        return Passed(reach.path, name)
    if home is None:
        return Unsettled(reach.path, "own_numbers")
    if case.intent.now is None:
        return Unsettled(reach.path, "now")
    return _in_all(reach.path, name, _schedules(case.policy.calling_hours, home), case.intent.now)


def _schedules(setting: str, regions: Iterable[str]) -> tuple[Schedule, ...]:
    found = ((hours_for(setting, region), zones_of_region(region)) for region in sorted(regions))
    return tuple((hours, zones) for hours, zones in found if hours is not None and zones)


def _in_all(path: str, name: str, schedules: Sequence[Schedule], now: datetime) -> RuleResult:
    if not schedules:
        message = f"{name} may be anywhere: no region of an own number is known, so calling hours cannot be checked."
        return Failed(path, name, message, _NO_TIME)
    closed = [(hours, zone) for hours, zones in schedules for zone in zones if not is_open(hours.week, now, zone)]
    if not closed:
        return Passed(path, name)
    message = (
        f"{name} has no number that tells where it is. In the regions of the account's own numbers, it is "
        f"{listed(_local_times(now, [zone for _, zone in closed]))}; calls are allowed {closed[0][0].text}, in every "
        "time zone of these regions."
    )
    return _until(path, name, message, next_common_opening(schedules, now))


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
    return _until(path, value, message, next_opening(hours, now, zones))


def _until(path: str, value: str, message: str, opening: datetime | None) -> Failed:
    """Refuse a call that is allowed from an instant on; with None, not within eight days."""
    if opening is None:
        return Failed(path, value, f"{message[:-1]}, which does not happen within eight days.", _NO_TIME)
    at = iso_seconds(opening)
    return Failed(path, value, message, f"Tell the user, and call again at {at} or later.", next_allowed_at=at)


def _local_times(now: datetime, zones: Sequence[ZoneInfo]) -> tuple[str, ...]:
    times = ((now.astimezone(zone), zone.key) for zone in zones)
    return tuple(f"{DAYS[local.weekday()]} {local:%H:%M} in {name}" for local, name in times)


RULES = (Rule(REFUSALS["calling_hours"], calling_hours, needs_facts=True),)
