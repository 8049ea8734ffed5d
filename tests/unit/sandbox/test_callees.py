"""Every fictional number, as a callout and as a lookup."""

from decimal import Decimal

import pytest

from sinch_voice_mcp.sandbox.destinations import DESTINATIONS, PLATFORM_TEST_NUMBERS
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.engine.profiles import FICTIONAL, OLD_TEST_NUMBERS
from tests.unit.sandbox.world import World

ANSWERED = ("FINAL", "ANSWERED", "MANAGERHANGUP")
PREFIX = "+120255501"


@pytest.mark.parametrize("digits", ["00", "02", "03", "04", "05", "06", "08", "20", "45", "60", "63", "77", "99"])
def test_most_numbers_answer_after_3_s_and_listen_to_the_end(world: World, digits: str) -> None:
    call_id = world.tts(PREFIX + digits)
    world.wait(2.999)
    assert world.outcome(call_id) == ("ONGOING", "N/A", "N/A")
    world.wait(0.001)
    assert world.outcome(call_id) == ("ONGOING", "ANSWERED", "N/A")
    world.wait(1)
    assert world.outcome(call_id) == ANSWERED


def test_01_answers_after_20_s(world: World) -> None:
    call_id = world.tts(f"{PREFIX}01")
    world.wait(19.9)
    assert world.get(call_id).result == "N/A"
    world.wait(0.1)
    assert world.get(call_id).result == "ANSWERED"


def test_07_hangs_up_2_s_into_the_prompt(world: World) -> None:
    call_id = world.tts(f"{PREFIX}07", text="a" * 140)
    world.wait(4.9)
    assert world.get(call_id).status == "ONGOING"
    world.wait(0.1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP")
    assert world.get(call_id).duration == 2


def test_07_hangs_up_2_s_into_silence(world: World) -> None:
    call_id = world.custom(f"{PREFIX}07")
    world.wait(5)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP")


def test_07_does_not_stay_longer_for_a_second_prompt(world: World) -> None:
    call_id = world.conference(f"{PREFIX}07", greeting="x" * 140)
    world.wait(4)
    world.update(call_id, None, "x" * 140)
    world.wait(1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP")


def test_07_hears_a_short_prompt_to_its_end(world: World) -> None:
    call_id = world.tts(f"{PREFIX}07")
    world.wait(10)
    assert world.outcome(call_id) == ANSWERED


def test_08_stays_until_the_maximum_duration(world: World) -> None:
    call_id = world.conference(f"{PREFIX}08", max_duration=600)
    world.wait(602.9)
    assert world.get(call_id).status == "ONGOING"
    world.wait(0.1)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "TIMEOUT")


@pytest.mark.parametrize(
    ("number", "seconds", "result", "reason"),
    [
        (f"{PREFIX}10", 1, "BUSY", "CANCEL"),
        (f"{PREFIX}11", 31, "NOANSWER", "TIMEOUT"),
        (f"{PREFIX}12", 1, "FAILED", "GENERALERROR"),
        (f"{PREFIX}13", 1, "FAILED", "CONGESTION"),
        (f"{PREFIX}14", 1, "FAILED", "NOCREDITPARTNER"),
        (f"{PREFIX}15", 1, "FAILED", "BLOCKED"),
        (f"{PREFIX}16", 1, "FAILED", "CANCEL"),
        (f"{PREFIX}17", 1, "FAILED", "TIMEOUT"),
        (f"{PREFIX}18", 1, "FAILED", "USERNOTFOUND"),
        (f"{PREFIX}19", 1, "FAILED", "CALLBACKERROR"),
        ("+4600000000030", 1, "BUSY", "CANCEL"),
        ("+4600000000031", 3, "BUSY", "CANCEL"),
        ("+4600000000040", 31, "NOANSWER", "TIMEOUT"),
        ("+4600000000050", 1, "FAILED", "CONGESTION"),
        ("+4600000000051", 3, "FAILED", "CONGESTION"),
    ],
)
def test_a_call_that_is_not_answered_ends_with_result_and_reason_and_costs_nothing(
    world: World, number: str, seconds: float, result: str, reason: str
) -> None:
    call_id = world.tts(number)
    world.wait(seconds - 0.001)
    assert world.outcome(call_id) == ("ONGOING", "N/A", "N/A")
    world.wait(0.001)
    report = world.get(call_id)
    assert (report.status, report.result, report.reason) == ("FINAL", result, reason)
    assert (report.duration, report.debit) == (0, 0)
    assert report.user_rate > 0


@pytest.mark.parametrize("number", ["+46000000000", "+14045005000", "+1202555010", "+120255501000", "+447700900123"])
def test_any_other_number_answers(world: World, number: str) -> None:
    call_id = world.tts(number)
    world.wait(10)
    assert world.outcome(call_id) == ANSWERED


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("30", 40001),
        ("31", 40002),
        ("32", 40003),
        ("33", 40004),
        ("34", 40005),
        ("35", 40108),
        ("36", 40301),
        ("37", 40400),
        ("38", 42900),
        ("39", 50000),
        ("64", 40300),
    ],
)
def test_a_rejected_number_places_nothing_by_any_kind_of_callout(world: World, digits: str, code: int) -> None:
    number = PREFIX + digits
    ice = {"action": {"name": "connectPstn", "number": number}}
    for place in (
        lambda: world.tts(number),
        lambda: world.conference(number),
        lambda: world.custom(number),
        lambda: world.custom(None, ice=ice),
    ):
        with pytest.raises(RejectedError) as refused:
            place()
        assert refused.value.code == code
        assert refused.value.retry_after_s == (1 if digits == "38" else None)
    assert world.engine.timeline() == ()
    assert world.engine.next_due() is None


@pytest.mark.parametrize(
    ("digits", "rate"), [("00", "0.02"), ("60", "0.01"), ("61", "0.20"), ("62", "0.50"), ("63", "5.00")]
)
def test_a_call_costs_the_rate_that_the_lookup_reports(world: World, digits: str, rate: str) -> None:
    found = world.engine.query(PREFIX + digits)
    assert (found.rate, found.restricted) == (Decimal(rate), False)
    call_id = world.tts(PREFIX + digits)
    world.wait(10)
    assert (world.get(call_id).user_rate, world.get(call_id).debit) == (Decimal(rate), Decimal(rate))


def test_64_is_restricted(world: World) -> None:
    assert world.engine.query(f"{PREFIX}64").restricted


def test_every_special_number_has_a_row_in_the_documentation() -> None:
    assert {row.digits for row in DESTINATIONS} == set(FICTIONAL)
    assert {row.number for row in PLATFORM_TEST_NUMBERS} == set(OLD_TEST_NUMBERS)
