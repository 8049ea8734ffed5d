"""Time zones that the callee of a number may be in."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from phonenumbers.tzdata import TIMEZONE_DATA

from sinch_voice_mcp.policy.numbers import NANP, NumberFacts, NumberType
from sinch_voice_mcp.policy.overlays import overlaid

OUTDATED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # Yukon has had one time all year since 2020; no place in this area code has that of Vancouver.
    "1867": ("America/Vancouver", ("America/Whitehorse",)),
    # One city of Saskatchewan keeps the time of Alberta.
    "1306": ("America/Regina", ("America/Regina", "America/Edmonton")),
    "1879": ("America/Puerto_Rico", ("America/Halifax",)),
    # The state of Chihuahua left the zone of Mazatlan in 2022.
    **{
        f"52{code}": ("America/Mazatlan", ("America/Chihuahua",))
        for code in ("614", "621", "625", "627", "628", "629", "635", "636", "639", "648", "649", "652", "657", "659")
    },
    "52626": ("America/Mazatlan", ("America/Ojinaga",)),
    # Saratov left the zone of Moscow in 2016.
    "7845": ("Europe/Moscow", ("Europe/Saratov",)),
}
"""By prefix: a zone that metadata names although no number of the prefix is in it alone, and the zones in its place."""

_WITH_PLACE: frozenset[NumberType] = frozenset({"fixed", "fixed_or_mobile"})
_MOBILES_WITH_PLACE = frozenset({52, 54, 55})
"""Calling codes whose mobile numbers have area codes."""

_AREA_CODE_END = 4
"""Digits of a number of +1 up to the end of its area code."""


def candidate_zones(number: NumberFacts) -> tuple[ZoneInfo, ...]:
    """Return every time zone that the number may ring in; none if no table knows the number.

    Numbering metadata knows the zones of many area codes. For a number whose exchange it does not know, these are the
    zones of every exchange of the area code, and of the area codes that it overlays. Numbers without an area code, and
    area codes whose zone is named after another country, have every zone of their region.
    """
    known = _known(number.e164.removeprefix("+"), str(number.calling_code))
    region = region_zones(number.region)
    if not region:
        names = known or TIMEZONE_DATA.get(str(number.calling_code), ())
    elif not known or not _has_place(number):
        names = region
    elif all(name in region for name in known):
        names = known
    else:
        # An area code whose zone is named after another country could be anywhere in the region.
        names = known + region
    return tuple(ZoneInfo(name) for name in dict.fromkeys(names))


def zones_of_region(region: str) -> tuple[ZoneInfo, ...]:
    """Return every time zone of a region; none if no table knows the region."""
    return tuple(ZoneInfo(name) for name in region_zones(region))


def _has_place(number: NumberFacts) -> bool:
    """Whether the digits of a number tell where in its region it is."""
    if str(number.calling_code) == NANP or number.type in _WITH_PLACE:
        return True
    return number.type == "mobile" and number.calling_code in _MOBILES_WITH_PLACE


@lru_cache(maxsize=256)
def _known(digits: str, calling_code: str) -> tuple[str, ...]:
    """Return the zones of an area code or exchange; none if metadata knows only those of the calling code."""
    prefixes = (digits[:length] for length in range(len(digits), len(calling_code), -1))
    entry = next((prefix for prefix in prefixes if prefix in TIMEZONE_DATA), None)
    if calling_code == NANP:
        area = digits[:_AREA_CODE_END]
        starts = (area, *(f"{NANP}{older}" for older in overlaid(area[1:])))
        if entry is not None and len(entry) > _AREA_CODE_END:
            starts = (entry,)
        return tuple(dict.fromkeys(name for start in starts for name in _zones_below(start)))
    zones = () if entry is None else TIMEZONE_DATA[entry]
    return () if zones == TIMEZONE_DATA.get(calling_code) else tuple(_current(digits, zones))


@lru_cache(maxsize=1024)
def _zones_below(start: str) -> tuple[str, ...]:
    """Return the zones of an area code or a part of it, and of every exchange in it; an unlisted one may be in any."""
    rows = (zones for prefix, zones in TIMEZONE_DATA.items() if prefix.startswith(start))
    return tuple(dict.fromkeys(name for zones in rows for name in _current(start, zones)))


def _current(digits: str, zones: Iterable[str]) -> Iterator[str]:
    """Yield the zones that metadata names for some digits, with the ones of today in place of outdated ones."""
    row = next((found for start, found in OUTDATED.items() if digits.startswith(start)), None)
    for name in zones:
        yield from row[1] if row is not None and name == row[0] else (name,)


def region_zones(region: str | None) -> tuple[str, ...]:
    """Return the names of a region's time zones; none if the table does not know the region."""
    return _table().get(region or "", ())


# The file has a few hundred rows and does not change while the server runs.
@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Read the zones of every region from the time zone database."""
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    table: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            region, _, name = line.split("\t")[:3]
            table[region] = (*table.get(region, ()), name)
    return table
