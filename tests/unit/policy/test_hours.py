from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.tzdata import TIMEZONE_DATA

from sinch_voice_mcp.policy import Allow, Facts, Policy, Refuse, describe_number
from sinch_voice_mcp.policy.hours import (
    AHEAD,
    DAYS,
    PRESETS,
    Hours,
    hours_for,
    next_opening,
    normalize_hours,
    parse_hours,
)
from sinch_voice_mcp.policy.zones import candidate_zones, region_zones
from tests.unit.policy.decisions import NOON, OWN, REAL, answer, tts

ANYWHERE = Policy(allowed_regions=frozenset({"*"}))
MINUTE = timedelta(minutes=1)
ZONES = (
    "America/New_York",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "Africa/Cairo",
)


def example(region: str, kind: int = PhoneNumberType.MOBILE) -> str:
    number = phonenumbers.example_number_for_type(region, kind)
    assert number is not None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def at(zone: str, day: int, hour: int, minute: int = 0) -> datetime:
    """A local time in the week of Monday the 5th of January 2026."""
    return datetime(2026, 1, 4 + day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def decided(number: str, now: datetime, policy: Policy = ANYWHERE) -> Allow | Refuse:
    decision = answer(tts(number), policy, now=now)
    assert isinstance(decision, Allow | Refuse)
    return decision


def closed(number: str, now: datetime, policy: Policy = ANYWHERE) -> Refuse:
    decision = decided(number, now, policy)
    assert isinstance(decision, Refuse), decision
    assert decision.rule == "calling_hours"
    return decision


def is_open(number: str, now: datetime, policy: Policy = ANYWHERE) -> bool:
    return isinstance(decided(number, now, policy), Allow)


@pytest.mark.parametrize(("hour", "minute", "open_"), [(7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)])
def test_no_phone_rings_before_eight_or_from_nine_in_the_evening_local_time(
    hour: int, minute: int, open_: bool
) -> None:
    assert is_open("+46701740605", at("Europe/Stockholm", 3, hour, minute)) is open_
    assert is_open(REAL, at("America/New_York", 7, hour, minute)) is open_


PARIS, HALIFAX, SYDNEY = "Europe/Paris", "America/Halifax", "Australia/Sydney"


@pytest.mark.parametrize(
    ("region", "zone", "day", "clock", "open_"),
    [
        ("FR", PARIS, 1, (9, 59), False),
        ("FR", PARIS, 1, (10, 0), True),
        ("FR", PARIS, 1, (13, 0), False),
        ("FR", PARIS, 5, (14, 0), True),
        ("FR", PARIS, 5, (20, 0), False),
        ("FR", PARIS, 6, (11, 0), False),
        ("CA", HALIFAX, 1, (8, 59), False),
        ("CA", HALIFAX, 1, (21, 29), True),
        ("CA", HALIFAX, 7, (9, 59), False),
        ("CA", HALIFAX, 7, (17, 59), True),
        ("CA", HALIFAX, 7, (18, 0), False),
        ("AU", SYDNEY, 1, (8, 59), False),
        ("AU", SYDNEY, 1, (19, 59), True),
        ("AU", SYDNEY, 6, (16, 59), True),
        ("AU", SYDNEY, 6, (17, 0), False),
        ("AU", SYDNEY, 7, (12, 0), False),
    ],
)
def test_some_regions_have_hours_of_their_own(
    region: str, zone: str, day: int, clock: tuple[int, int], open_: bool
) -> None:
    number = example(region, PhoneNumberType.FIXED_LINE)

    assert is_open(number, at(zone, day, *clock)) is open_


def test_a_number_that_may_be_anywhere_in_its_country_rings_only_if_every_zone_is_open() -> None:
    mobile = example("AU")

    assert not is_open(mobile, at("Australia/Perth", 1, 8, 0))
    assert is_open(mobile, at("Australia/Perth", 1, 9, 0))
    assert not is_open(mobile, at("Australia/Lord_Howe", 1, 20, 0))


def test_the_refusal_gives_the_local_time_and_the_next_allowed_time() -> None:
    refusal = closed(REAL, datetime(2026, 1, 7, 3, 30, 12, tzinfo=UTC))

    assert refusal.message == (
        "The local time for +14045005000 is Tue 22:30 in America/New_York; calls are allowed 08:00-21:00, in every "
        "time zone that the number may be in."
    )
    assert refusal.next_allowed_at == "2026-01-07T13:00:00Z"
    assert refusal.next_step == "Tell the user, and call again at 2026-01-07T13:00:00Z or later."
    assert "SINCH_VOICE_CALLING_HOURS" in refusal.how_to_change
    assert refusal.error().to_json()["next_allowed_at"] == "2026-01-07T13:00:00Z"


def test_other_refusals_have_no_such_time() -> None:
    refusal = answer(tts("911"))

    assert isinstance(refusal, Refuse)
    assert "next_allowed_at" not in refusal.error().to_json()


def test_hours_that_never_open_are_refused_without_a_time() -> None:
    never = Policy(allowed_regions=frozenset({"*"}), calling_hours="00:00-00:01")

    refusal = closed(example("AU"), NOON, never)

    assert refusal.message.endswith(", which does not happen within eight days.")
    assert refusal.next_allowed_at is None


@pytest.mark.parametrize("number", ["+18005551212", "+80012345678"])
def test_toll_free_and_universal_numbers_ring_at_any_time(number: str) -> None:
    policy = Policy(allowed_regions=frozenset({"US"}), allowed_numbers=frozenset({number}))

    assert is_open(number, at("America/New_York", 1, 3, 0), policy)


def test_trusted_numbers_ring_at_any_time() -> None:
    policy = Policy(allowed_regions=frozenset({"US"}), trusted_numbers=frozenset({REAL}))

    assert is_open(REAL, at("America/New_York", 1, 3, 0), policy)
    assert not is_open("+14045005001", at("America/New_York", 1, 3, 0), policy)


def test_a_satellite_number_has_no_time_zone() -> None:
    satellite = describe_number("+881612345678")

    assert candidate_zones(satellite) == ()


def test_the_sandbox_has_no_quiet_hours() -> None:
    assert is_open(REAL, at("America/New_York", 1, 3, 0), Policy.sandbox())


def test_without_a_time_calling_hours_are_not_checked() -> None:
    decision = answer(tts(), now=None)

    assert isinstance(decision, Allow)
    assert "calling_hours" not in {verdict.rule for verdict in decision.verdicts}


def test_the_owners_hours_hold_for_every_region() -> None:
    policy = Policy(allowed_regions=frozenset({"*"}), calling_hours="mon-fri  09:00-12:00 13:00-18:00, Sun 10:00-11:00")

    assert policy.calling_hours == "mon-fri 09:00-12:00 13:00-18:00, Sun 10:00-11:00"
    for day, hour, open_ in (
        (1, 9, True),
        (1, 12, False),
        (5, 17, True),
        (6, 10, False),
        (7, 10, True),
        (7, 11, False),
    ):
        assert is_open(example("FR"), at(PARIS, day, hour), policy) is open_


def test_days_may_run_past_the_end_of_the_week() -> None:
    week = parse_hours("Sat-Mon 10:00-24:00")

    assert [day for day, spans in zip(DAYS, week, strict=True) if spans] == ["Mon", "Sat", "Sun"]


@given(st.sampled_from([*PRESETS.values(), "auto", "any", "AUTO", " Any "]))
def test_normalized_hours_stay_as_they_are(text: str) -> None:
    assert normalize_hours(normalize_hours(text)) == normalize_hours(text)


def test_every_zone_that_numbering_metadata_names_is_known() -> None:
    assert all(ZoneInfo(name).key == name for names in TIMEZONE_DATA.values() for name in names)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_region_has_a_time_zone(region: str) -> None:
    example_number = phonenumbers.example_number(region)
    assert example_number is not None
    facts = describe_number(phonenumbers.format_number(example_number, PhoneNumberFormat.E164))

    zones = {zone.key for zone in candidate_zones(facts)}

    assert zones
    if region_zones(facts.region):
        assert zones & set(region_zones(facts.region))


def test_an_area_code_is_narrower_than_its_country() -> None:
    assert [zone.key for zone in candidate_zones(describe_number(REAL))] == ["America/New_York"]
    assert {zone.key for zone in candidate_zones(describe_number(example("AU")))} == set(region_zones("AU"))
    assert [zone.key for zone in candidate_zones(describe_number(example("NI")))] == ["America/Managua"]


spans = st.lists(st.integers(0, 1440), min_size=2, max_size=4, unique=True).map(sorted)


@st.composite
def weeks(draw: st.DrawFn) -> Hours:
    def span(start: int, end: int) -> str:
        return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"

    def day() -> str:
        minutes = draw(spans)
        return " ".join(span(*pair) for pair in zip(minutes[::2], minutes[1::2], strict=False))

    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
    text = ", ".join(f"{name} {day()}" for name in days)
    return Hours(text, parse_hours(text))


# The days around which the clocks of these zones are changed.
CHANGES = [
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 7), (3, 28), (4, 3), (9, 5), (10, 3), (10, 30))
]


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    anywhere = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 365 * 86_400)))
    near = draw(st.sampled_from(CHANGES)) + timedelta(seconds=draw(st.integers(0, 3 * 86_400)))
    return draw(st.sampled_from([anywhere, near]))


@given(weeks(), instants(), st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
def test_the_next_time_is_the_first_whole_minute_at_which_every_zone_is_open(
    hours: Hours, now: datetime, names: list[str]
) -> None:
    zones = [ZoneInfo(name) for name in names]
    if hours.open_at(now, zones):
        return
    minute = now.replace(second=0, microsecond=0) + MINUTE

    opening = next_opening(hours, now, zones)

    if opening is None:
        steps = (minute + step * MINUTE for step in range(0, AHEAD // MINUTE - 1, 7))
        assert not any(hours.open_at(step, zones) for step in steps)
        return
    assert hours.open_at(opening, zones)
    assert not hours.open_at(opening - MINUTE, zones)
    assert (opening.second, opening.microsecond) == (0, 0)
    assert not any(hours.open_at(minute + step * MINUTE, zones) for step in range(0, (opening - minute) // MINUTE, 7))


@pytest.mark.parametrize(
    ("now", "zone", "text", "opening"),
    [
        # Clocks go from 02:00 to 03:00: half past two does not come, and at three it is past.
        ("2026-03-08T05:00:00", "America/New_York", "02:30-04:00", "2026-03-08T07:00:00"),
        # Clocks go from 02:00 back to 01:00: what was over at half past one begins again.
        ("2026-11-01T05:40:00", "America/New_York", "00:30-01:30", "2026-11-01T06:00:00"),
        # Half past one comes twice; the first counts.
        ("2026-11-01T04:30:00", "America/New_York", "01:30-02:30", "2026-11-01T05:30:00"),
        ("2026-03-29T00:00:00", "Europe/Paris", "10:00-13:00", "2026-03-29T08:00:00"),
        ("2026-10-25T00:00:00", "Europe/Paris", "10:00-13:00", "2026-10-25T09:00:00"),
    ],
)
def test_daylight_saving_changes_are_taken_into_account(now: str, zone: str, text: str, opening: str) -> None:
    hours = Hours(text, parse_hours(text))
    start = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert next_opening(hours, start, [ZoneInfo(zone)]) == datetime.fromisoformat(opening).replace(tzinfo=UTC)


def test_any_means_no_hours_and_auto_the_preset_of_the_region() -> None:
    assert hours_for("any", "US") is None
    assert {region: hours.text for region in (*PRESETS, "SE", None) if (hours := hours_for("auto", region))} == {
        **PRESETS,
        "SE": "08:00-21:00",
        None: "08:00-21:00",
    }


def test_a_region_that_the_table_does_not_know_has_the_zone_of_its_calling_code() -> None:
    assert region_zones("XK") == ()
    assert is_open(example("XK"), at("Europe/Belgrade", 1, 8))
    assert not is_open(example("XK"), at("Europe/Belgrade", 1, 7))


def test_a_fault_that_the_client_can_correct_is_refused_before_calling_hours() -> None:
    decision = answer(tts(cli=None), now=at("America/New_York", 1, 3), facts=Facts(own_numbers=(OWN,)))

    assert isinstance(decision, Refuse)
    assert decision.rule == "cli_missing"
