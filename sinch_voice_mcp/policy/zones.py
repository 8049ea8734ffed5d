"""Time zones that the callee of a number may be in."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from sinch_voice_mcp.policy.numbers import NumberFacts


def candidate_zones(number: NumberFacts) -> tuple[ZoneInfo, ...]:
    """Return every time zone that the number may ring in; none if no table knows the number.

    Numbering metadata knows the zones of many area codes. For the others it gives those of the calling code, some
    named after another country; these are replaced by the zones of the number's region.
    """
    known = _known(number)
    region = region_zones(number.region)
    if not region:
        names = known
    elif not known or known == TIMEZONE_DATA.get(str(number.calling_code)):
        names = region
    else:
        # An area code whose zone is named after another country could be anywhere in the region.
        names = tuple(name for name in known if name in region) or known + region
    return tuple(ZoneInfo(name) for name in dict.fromkeys(names))


def _known(number: NumberFacts) -> tuple[str, ...]:
    found = timezone.time_zones_for_number(phonenumbers.parse(number.e164, None))
    return tuple(name for name in found if name != timezone.UNKNOWN_TIMEZONE)


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
