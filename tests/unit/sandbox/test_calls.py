"""A call from the callout to its end: times, results, costs."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.signing import Credentials
from tests.unit.sandbox.world import ANNA, KEY, World, make_world

SLOW_TO_ANSWER = "+12025550101"


def test_a_call_is_dialed_rings_is_answered_speaks_and_ends(world: World) -> None:
    call_id = world.tts()
    world.wait(60)
    assert [
        (entry.event, (entry.at - world.get(call_id).timestamp).total_seconds()) for entry in world.engine.timeline()
    ] == [
        ("created", 0),
        ("dialing", 0),
        ("ringing", 1),
        ("answered", 3),
        ("say", 3),
        ("ended", 4),
    ]


def test_a_call_ends_by_itself_and_reading_it_changes_nothing() -> None:
    unseen, watched = make_world(), make_world()
    for world in (unseen, watched):
        world.tts(custom="one")
        world.conference("+12025550107")
    for _ in range(100):
        watched.wait(0.25)
        watched.engine.timeline()
    unseen.wait(25)
    assert unseen.engine.timeline_bytes() == watched.engine.timeline_bytes()


def test_the_engine_runs_ahead_of_its_clock_when_it_is_driven(world: World) -> None:
    call_id = world.tts()
    while (due := world.engine.next_due()) is not None:
        world.engine.run_until(due)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert world.engine.now - world.clock.now() == timedelta(seconds=4)


def test_the_same_seed_gives_the_same_ids_and_another_seed_others() -> None:
    assert make_world(7).tts() == make_world(7).tts() != make_world(8).tts()


def test_ids_are_unique_uuids(world: World) -> None:
    given = [world.tts(), world.tts(), world.engine.reference(), world.engine.reference()]
    assert [str(UUID(one)) for one in given] == given
    assert len(set(given)) == 4


def test_a_rejected_request_does_not_shift_the_ids_of_calls() -> None:
    calm, troubled = make_world(), make_world()
    with pytest.raises(RejectedError):
        troubled.tts("+12025550130")
    troubled.engine.reference()
    assert calm.tts() == troubled.tts()


def test_a_text_takes_a_second_for_14_characters(world: World) -> None:
    call_id = world.tts(text="x" * 700)
    world.wait(3 + 49.9)
    assert world.get(call_id).status == "ONGOING"
    world.wait(0.1)
    assert world.get(call_id).duration == 50


def test_prompts_take_precedence_over_text_and_last_their_own_time(world: World) -> None:
    prompts = "#ssml[<speak>fourteen<break/> chars</speak>];#href[https://example.com/a.mp3];#tts[fourteen chars]"
    call_id = world.tts(text="x" * 7000, prompts=prompts)
    world.wait(60)
    # 1 s of text, a break of 1 s, 5 s of audio, 1 s of text.
    assert world.get(call_id).duration == 8
    assert world.spoken(call_id) == []


def test_a_prompt_that_does_not_parse_ends_the_call(world: World) -> None:
    call_id = world.tts(prompts="#tts[no end")
    world.wait(60)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "INVALIDSVAMLACTION")


def test_tones_are_sent_on_answer_before_anything_is_said(world: World) -> None:
    call_id = world.tts(dtmf="1w2#")
    world.wait(60)
    assert world.happened(call_id)[-4:] == ["answered", "dtmf", "say", "ended"]
    assert (world.engine.timeline()[-1].at - world.get(call_id).timestamp).total_seconds() == pytest.approx(4.8)


@pytest.mark.parametrize("cli", [None, "", "  "])
def test_without_caller_id_the_phone_never_rings(world: World, cli: str | None) -> None:
    for call_id in (world.tts(cli=cli), world.conference(cli=cli), world.custom(cli=cli)):
        assert world.happened(call_id) == ["created", "dialing"]
    world.wait(59.9)
    assert world.outcome(call_id) == ("ONGOING", "N/A", "N/A")
    world.wait(0.1)
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "TIMEOUT")
    assert "ringing" not in world.happened(call_id)


def test_text_is_spoken_if_no_application_can_reply_to_the_answered_event(world: World) -> None:
    call_id = world.tts(enable_ace=True)
    world.wait(60)
    assert world.spoken(call_id) == ["fourteen chars"]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


def test_a_callout_needs_something_to_say(world: World) -> None:
    with pytest.raises(RejectedError) as refused:
        world.tts(text=None)
    assert refused.value.code == 40002
    assert world.tts(text=None, enable_ace=True)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (59, 1), (60, 1), (61, 2), (120, 2), (600, 10)])
def test_every_started_minute_costs_its_rate(world: World, seconds: int, minutes: int) -> None:
    call_id = world.conference("+12025550162")
    world.wait(2)
    assert world.get(call_id).debit == 0
    world.wait(1 + seconds)
    assert world.get(call_id).debit == Decimal("0.50") * minutes


def test_cost_and_duration_do_not_change_after_the_end(world: World) -> None:
    call_id = world.tts()
    world.wait(10)
    before = world.get(call_id)
    world.wait(10_000)
    assert world.get(call_id) == before


def test_a_call_lasts_at_most_four_hours(world: World) -> None:
    call_id = world.custom()
    world.wait(3 + 14_400)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "TIMEOUT")
    assert world.get(call_id).duration == 14_400


def test_the_shortest_limit_applies(world: World) -> None:
    ice = {"action": {"name": "connectPstn", "number": ANNA, "maxDuration": 20}}
    short, shorter = world.custom(None, ice=ice, max_duration=30), world.custom(None, ice=ice, max_duration=10)
    world.wait(100)
    assert (world.get(short).duration, world.get(shorter).duration) == (20, 10)


@pytest.mark.parametrize(("timeout", "answered"), [(5, False), (19, True)])
def test_a_call_rings_as_long_as_its_dial_timeout(world: World, timeout: int, *, answered: bool) -> None:
    ice = {"action": {"name": "connectPstn", "number": SLOW_TO_ANSWER, "dialTimeout": timeout}}
    call_id = world.custom(None, ice=ice)
    world.wait(30)
    report = world.get(call_id)
    assert (report.result, report.reason) == (("ANSWERED", "N/A") if answered else ("NOANSWER", "TIMEOUT"))


def test_a_dial_timeout_is_at_most_four_hours(world: World) -> None:
    ice = {"action": {"name": "connectPstn", "number": ANNA, "dialTimeout": 10**30}}
    call_id = world.custom(None, cli=None, ice=ice)
    world.wait(14_400)
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "TIMEOUT")


def test_hanging_up_before_the_answer_ends_an_unanswered_call(world: World) -> None:
    call_id = world.tts(SLOW_TO_ANSWER)
    world.wait(5)
    world.update(call_id, {"name": "hangup"})
    assert world.outcome(call_id) == ("FINAL", "NOANSWER", "MANAGERHANGUP")
    assert world.engine.next_due() is None


def test_before_the_answer_only_a_hangup_is_possible(world: World) -> None:
    call_id = world.tts(SLOW_TO_ANSWER)
    with pytest.raises(RejectedError) as refused:
        world.update(call_id, None, "hello")
    assert refused.value.code == 40900
    world.wait(60)
    assert world.spoken(call_id) == ["fourteen chars"]


def test_an_ended_call_is_reported_but_cannot_be_updated(world: World) -> None:
    call_id = world.tts()
    world.wait(60)
    with pytest.raises(RejectedError) as refused:
        world.update(call_id, {"name": "hangup"})
    assert refused.value.code == 40400
    assert world.get(call_id).status == "FINAL"


def test_the_calls_and_conferences_of_another_application_are_not_found(world: World) -> None:
    other = Credentials("other-application", DEFAULT_CREDENTIALS.secret)
    world.engine.account.add(other)
    call_id = world.conference()
    world.wait(5)
    for ask in (
        lambda: world.engine.call(other.key, call_id),
        lambda: world.engine.update(other.key, call_id, {"action": {"name": "hangup"}}),
        lambda: world.engine.participants(other.key, "room"),
        lambda: world.engine.close(other.key, "room"),
    ):
        with pytest.raises(RejectedError) as refused:
            ask()
        assert refused.value.code == 40400
    assert world.members() == [call_id]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12025550100", ANNA),
        ("0012025550100", ANNA),
        ("+1 (202) 555-0100", ANNA),
        ("+14151112223333", "+14151112223333"),
    ],
)
def test_numbers_are_normalized_before_they_are_called(world: World, written: str, meant: str) -> None:
    assert world.dialed(world.tts(written)) == meant


@pytest.mark.parametrize(
    "written", ["", "+", "911", "anna", "+1202555010x", "+1234567890123456", "+0123456789", "١٢٠٢٥٥٥٠١٠٠"]
)
def test_a_text_that_is_not_a_number_is_rejected(world: World, written: str) -> None:
    with pytest.raises(RejectedError) as refused:
        world.tts(written)
    assert refused.value.code == 40001


def test_strict_numbers_need_their_plus_everywhere() -> None:
    strict = make_world(strict_numbers=True)
    ice = {"action": {"name": "connectPstn", "number": "12025550100"}}
    for ask in (
        lambda: strict.tts("12025550100"),
        lambda: strict.custom(None, ice=ice),
        lambda: strict.engine.query("0012025550100"),
        lambda: strict.engine.account.assign(["14155550108"], KEY, None),
    ):
        with pytest.raises(RejectedError) as refused:
            ask()
        assert refused.value.code == 40005
    assert strict.tts()
