"""The time zones in which a number may ring, checked for every area code of +1 and every country with several times."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

from sinch_voice_mcp.policy.hours import hours_for
from sinch_voice_mcp.policy.numbers import NumberFacts, examine
from sinch_voice_mcp.policy.overlays import OVERLAYS, overlaid
from sinch_voice_mcp.policy.zones import OUTDATED, candidate_zones, region_zones

FINER = {prefix for prefix in TIMEZONE_DATA if prefix.startswith("1") and len(prefix) > 4}
"""Exchanges of +1 whose zone metadata knows."""

UNLISTED = ("234", "345", "678", "789", "456", "567", "893", "942", "262", "393")
"""Exchanges; metadata does not list at least one of them in any area code."""

PAIRS = [(older, newer) for older, codes in OVERLAYS.items() for newer in codes.split()]


def zones(number: str) -> set[str]:
    found = examine(number, {number})
    assert isinstance(found, NumberFacts), found
    return {zone.key for zone in candidate_zones(found)}


def area_codes() -> Iterator[str]:
    """Every area code of +1 that has a place, according to metadata."""
    for code in range(200, 1000):
        number = phonenumbers.parse(f"+1{code}2342345", None)
        if phonenumbers.is_valid_number(number) and any(prefix.startswith(f"1{code}") for prefix in TIMEZONE_DATA):
            yield str(code)


AREA_CODES = list(area_codes())


def unlisted(code: str) -> str:
    """A number of an area code in an exchange whose zone metadata does not list; in any if it lists all of them."""
    numbers = [f"+1{code}{exchange}2345" for exchange in UNLISTED]
    return next((number for number in numbers if not _is_listed(number)), numbers[0])


def _is_listed(number: str) -> bool:
    return any(number[1:].startswith(prefix) for prefix in FINER)


def in_exchange(prefix: str) -> str:
    """A number in an exchange whose zone metadata knows."""
    return f"+{prefix}2345678"[:12]


def test_there_is_a_test_for_every_area_code() -> None:
    assert len(AREA_CODES) > 400


def test_an_unlisted_exchange_may_be_in_every_zone_of_its_area_code_and_of_what_it_overlays() -> None:
    missing: dict[str, set[str]] = {}
    assert {code for code in AREA_CODES if _is_listed(unlisted(code))} == {"208", "310"}
    for code in AREA_CODES:
        areas = (f"1{code}", *(f"1{older}" for older in overlaid(code)))
        finer = {zone for prefix in FINER if prefix.startswith(areas) for zone in zones(in_exchange(prefix))}
        if finer - zones(unlisted(code)) and not _is_listed(unlisted(code)):
            missing[code] = finer - zones(unlisted(code))

    assert missing == {}


def test_a_listed_exchange_has_its_own_zone() -> None:
    assert zones("+18504322345") == {"America/Chicago"}
    assert zones("+18676671234") == {"America/Whitehorse"}


@pytest.mark.parametrize(("older", "newer"), PAIRS)
def test_an_overlay_is_in_the_country_and_state_of_the_older_code_and_has_its_zones(older: str, newer: str) -> None:
    first, second = examine(unlisted(older)), examine(unlisted(newer), {unlisted(newer)})

    assert isinstance(first, NumberFacts)
    assert isinstance(second, NumberFacts)
    assert first.region == second.region
    assert _state(older) in {_state(newer), None} or _state(newer) is None
    assert zones(unlisted(newer)) >= zones(unlisted(older))


def _state(code: str) -> str | None:
    """The state or province of an area code, according to metadata; None if it does not say."""
    named = GEOCODE_DATA.get(f"1{code}", {}).get("en")
    last = None if named is None else named.split(", ")[-1].replace("Colombia", "Columbia")
    return _ABBREVIATED.get(last or "", last)


_ABBREVIATED = {
    "NY": "New York",
    "CA": "California",
    "FL": "Florida",
    "IL": "Illinois",
    "ON": "Ontario",
    "PA": "Pennsylvania",
    "QC": "Quebec",
    "TX": "Texas",
}


IN_ONE_ZONE = """
210 214 254 260 281 325 361 409 432 512 806 817 830 903 915 936 940 956 979 317 765 416 519 613 705
231 248 269 313 517 586 616 734 810 989 604 239 305 352 386 407 561 727 772 813 863 904 941 954 450
514 819 502 859 306 402 316 913 615 731 865 901 931 503 480 520 602 623 702 709
"""
"""Area codes of states with two times that are in one of them, although metadata lists no exchange."""


def test_every_area_code_of_a_state_with_two_times_is_split_or_overlays_or_is_in_one_of_them() -> None:
    """A new area code without exchanges in metadata has to be placed here, or in the table of overlays."""
    in_one = IN_ONE_ZONE.split()
    states: dict[str, dict[str, set[str]]] = {}
    for code in AREA_CODES:
        if (state := _state(code)) is not None:
            states.setdefault(state, {})[code] = zones(unlisted(code))
    several = {state for state, codes in states.items() if len(set[str]().union(*codes.values())) > 1}
    bare = {
        code
        for state in several
        for code in states[state]
        if not any(prefix.startswith(f"1{code}") for prefix in FINER)
    }

    assert bare - {newer for _, newer in PAIRS}.union(in_one) == set()


@pytest.mark.parametrize(
    ("number", "at", "place"),
    [
        ("+14482342345", "2026-11-25T13:10Z", "America/Chicago"),
        ("+13642342345", "2026-11-25T13:10Z", "America/Chicago"),
        ("+12362342345", "2026-11-26T04:35Z", "America/Edmonton"),
        ("+18792342345", "2026-11-25T12:45Z", "America/Halifax"),
        ("+18676671234", "2026-11-26T05:20Z", "America/Whitehorse"),
        ("+18672342345", "2026-11-26T02:40Z", "America/Toronto"),
        ("+13062342345", "2026-11-25T15:30Z", "America/Edmonton"),
        ("+62812345678", "2026-11-25T13:30Z", "Asia/Jayapura"),
        ("+526141234567", "2026-11-26T03:30Z", "America/Chihuahua"),
        ("+78452123456", "2026-11-25T17:30Z", "Europe/Saratov"),
        ("+6919701234", "2026-11-25T10:30Z", "Pacific/Kosrae"),
    ],
)
def test_a_number_is_not_called_while_it_is_too_late_or_early_in_one_of_its_zones(
    number: str, at: str, place: str
) -> None:
    found = examine(number, {number})
    assert isinstance(found, NumberFacts)
    hours = hours_for("auto", found.region)
    assert hours is not None
    now = datetime.fromisoformat(at)

    assert not hours.open_at(now, [ZoneInfo(place)])
    assert not hours.open_at(now, candidate_zones(found))


def test_an_unlisted_exchange_of_the_northern_territories_may_be_in_any_of_their_five_zones() -> None:
    assert zones("+18672342345") == {
        "America/Fort_Nelson",
        "America/Whitehorse",
        "America/Edmonton",
        "America/Winnipeg",
        "America/Toronto",
    }


WITH_PLACE = {1, 52, 54, 55}
PLACELESS = (
    PhoneNumberType.MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.UAN,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_numbers_without_an_area_code_have_every_zone_of_their_region(region: str) -> None:
    for kind in PLACELESS:
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None or number.country_code in WITH_PLACE:
            continue
        found = examine(phonenumbers.format_number(number, PhoneNumberFormat.E164))
        assert isinstance(found, NumberFacts)
        if found.type not in {"fixed", "fixed_or_mobile"}:
            assert {zone.key for zone in candidate_zones(found)} >= set(region_zones(found.region))


def test_a_number_that_only_the_owner_knows_has_the_zones_of_its_region_or_of_what_it_overlays() -> None:
    assert zones("+14362342345") == {"America/New_York"}
    assert zones("+18612342345") == set(region_zones("US"))


def test_every_replaced_zone_is_known_and_still_named_by_metadata() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for prefix, (old, new) in OUTDATED.items():
        around = [name for start, name in TIMEZONE_DATA.items() if start.startswith(prefix) or prefix.startswith(start)]
        assert any(old in names for names in around), prefix
        assert all(now.astimezone(ZoneInfo(name)).utcoffset() is not None for name in new)
