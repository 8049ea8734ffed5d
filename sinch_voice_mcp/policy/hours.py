"""Calling hours: local times at which a callee may be called, and the next time that is inside them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sinch_voice_mcp.text.quoting import quoted

AUTO = "auto"
ANY = "any"
PRESETS: Mapping[str, str] = {
    "US": "08:00-21:00",
    "CA": "Mon-Fri 09:00-21:30, Sat-Sun 10:00-18:00",
    "FR": "Mon-Fri 10:00-13:00 14:00-20:00",
    "AU": "Mon-Fri 09:00-20:00, Sat 09:00-17:00",
}
"""Hours that `auto` means in regions whose law or custom sets them."""

USUAL_HOURS = "08:00-21:00"
"""Hours that `auto` means in every other region."""

AHEAD = timedelta(days=8)
"""How far ahead the next opening is searched: more than a week, so that every weekly schedule repeats."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
OpenSpan = tuple[int, int]
"""First minute of the day that is open, and the first after it that is closed."""

Week = tuple[tuple[OpenSpan, ...], ...]
"""The open spans of each day, from Monday to Sunday."""

_DAY = "|".join(DAYS)
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_ENTRY = re.compile(
    rf"(?:(?P<first>{_DAY})(?:-(?P<last>{_DAY}))?\s+)?(?P<spans>{_SPAN}(?:\s+{_SPAN})*)", re.ASCII | re.IGNORECASE
)
_MINUTES_PER_DAY = 24 * 60
_MINUTES_PER_HOUR = 60
_MINUTE = timedelta(minutes=1)
_EXAMPLE = f"write `{AUTO}`, `{ANY}`, or hours such as `Mon-Fri 09:00-20:00, Sat 09:00-17:00`"


@dataclass(frozen=True, slots=True)
class Hours:
    """Calling hours in local time: the text, and what it means for each day."""

    text: str
    week: Week

    def open_at(self, instant: datetime, zones: Sequence[ZoneInfo]) -> bool:
        """Whether an instant lies inside the hours in every one of the zones."""
        return all(is_open(self.week, instant, zone) for zone in zones)


def hours_for(setting: str, region: str | None) -> Hours | None:
    """Return the hours that a setting means for a region; None if calls are allowed at any time."""
    if setting == ANY:
        return None
    text = PRESETS.get(region or "", USUAL_HOURS) if setting == AUTO else setting
    return Hours(text, parse_hours(text))


def normalize_hours(text: str) -> str:
    """Return the setting with single spaces, and its words in lower case.

    Raises:
        ValueError: The text names no calling hours.
    """
    written = " ".join(text.split())
    if written.lower() in {AUTO, ANY}:
        return written.lower()
    parse_hours(written)
    return written


# Called for every number of every request; an owner has one setting, and the presets are few.
@lru_cache(maxsize=64)
def parse_hours(text: str) -> Week:
    """Parse hours: ``09:00-18:00`` for every day, or ``Mon-Fri 09:00-13:00 14:00-20:00, Sat 09:00-17:00``.

    Days that are not named are closed. A span ends by midnight, written ``24:00``.

    Raises:
        ValueError: The text is malformed; the message says where.
    """
    days: dict[int, tuple[OpenSpan, ...]] = {}
    for entry in text.split(","):
        found = _ENTRY.fullmatch(entry.strip())
        if found is None:
            raise ValueError(f"{quoted(entry.strip())} is not a valid calling-hours entry; {_EXAMPLE}")
        spans = _spans(found["spans"])
        for day in _days(found["first"], found["last"]):
            if day in days:
                raise ValueError(f"the calling hours name {DAYS[day]} twice; write all spans of a day in one entry")
            days[day] = spans
    return tuple(days.get(day, ()) for day in range(len(DAYS)))


def _days(first: str | None, last: str | None) -> Iterator[int]:
    if first is None:
        yield from range(len(DAYS))
        return
    start, end = (DAYS.index(name.capitalize()) for name in (first, last or first))
    # Sat-Mon runs past the end of the week.
    yield from ((start + step) % len(DAYS) for step in range((end - start) % len(DAYS) + 1))


def _spans(text: str) -> tuple[OpenSpan, ...]:
    spans: list[OpenSpan] = []
    for written in text.split():
        start, end = (_minute(clock) for clock in written.split("-"))
        if start >= end:
            raise ValueError(f"{quoted(written)} ends before it begins; calling hours cannot cross midnight")
        if spans and start < spans[-1][1]:
            raise ValueError(f"{quoted(text)} is not in order; write the earlier span of a day first")
        spans.append((start, end))
    return tuple(spans)


def _minute(clock: str) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    if minute >= _MINUTES_PER_HOUR or hour * _MINUTES_PER_HOUR + minute > _MINUTES_PER_DAY:
        raise ValueError(f"{quoted(clock)} is not a time of day; use 00:00 to 24:00")
    return hour * _MINUTES_PER_HOUR + minute


def is_open(week: Week, instant: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant lies inside the hours in one zone."""
    local = instant.astimezone(zone)
    minute = local.hour * _MINUTES_PER_HOUR + local.minute
    return any(start <= minute < end for start, end in week[local.weekday()])


def next_opening(hours: Hours, now: datetime, zones: Sequence[ZoneInfo]) -> datetime | None:
    """Return the first whole minute after ``now``, in UTC, that lies inside the hours in every zone.

    Args:
        hours: Local hours.
        now: An instant outside the hours.
        zones: Time zones that the callee may be in.

    Returns:
        None if there is no such minute within eight days.
    """
    # A zone can open only when a span begins or when its clocks change, so no other minute has to be checked.
    candidates = {instant for zone in zones for instant in (*_starts(hours.week, now, zone), *_changes(now, zone))}
    ahead = (instant for instant in sorted(candidates) if now < instant <= now + AHEAD)
    return next((instant for instant in ahead if hours.open_at(instant, zones)), None)


def next_common_opening(schedules: Sequence[tuple[Hours, Sequence[ZoneInfo]]], now: datetime) -> datetime | None:
    """Return the first whole minute from ``now`` on, in UTC, that lies inside every one of several hours.

    Args:
        schedules: Local hours, each with the time zones in which they apply.
        now: An instant.

    Returns:
        None if there is no such minute within eight days.
    """
    at: datetime | None = now
    while at is not None and at <= now + AHEAD:
        closed = next(((hours, zones) for hours, zones in schedules if not hours.open_at(at, zones)), None)
        if closed is None:
            return at
        # No earlier minute lies inside these hours, so none lies inside all of them.
        at = next_opening(closed[0], at, closed[1])
    return None


def _starts(week: Week, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which a span begins in a zone."""
    today = now.astimezone(zone).date()
    for days in range(AHEAD.days + 2):
        day = today + timedelta(days=days)
        for start, _ in week[day.weekday()]:
            yield from _instants(day, start, zone)


def _instants(day: date, minute: int, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the one or two instants at which the clocks of a zone show a time of day."""
    hour, rest = divmod(minute, _MINUTES_PER_HOUR)
    for fold in (0, 1):
        yield datetime.combine(day, time(hour, rest, fold=fold), zone).astimezone(UTC)


def _changes(now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which the clocks of a zone change, to the minute."""
    start = now.astimezone(UTC).replace(second=0, microsecond=0)
    for days in range(AHEAD.days + 1):
        before, after = start + timedelta(days=days), start + timedelta(days=days + 1)
        if _offset(before, zone) == _offset(after, zone):
            continue
        # Bisect the day in which the offset differs.
        while after - before > _MINUTE:
            middle = before + (after - before) // _MINUTE // 2 * _MINUTE
            before, after = (before, middle) if _offset(middle, zone) != _offset(before, zone) else (middle, after)
        yield after


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()
