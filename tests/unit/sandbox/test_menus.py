"""Menus: what the callee presses and says, and what the application gets."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.engine import RejectedError
from tests.unit.sandbox.world import World, make_world

PREFIX = "+120255501"
SILENT = f"{PREFIX}05"
SECOND = "#tts[fourteen chars]"
HANGUP = {"action": {"name": "hangup"}}
CONTINUE = {"action": {"name": "continue"}}
YES_NO = [{"dtmf": "1", "action": "return(yes)"}, {"dtmf": "2", "action": "Menu (more)"}]


def menu(menu_id: str = "main", **members: Any) -> dict[str, Any]:
    return {"id": menu_id, "mainPrompt": SECOND, "repeats": 0} | members


def run_menu(*menus: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"action": {"name": "runMenu", "locale": "en-US", "menus": list(menus), **members}}


def called(ace: dict[str, Any], to: str = SILENT, pie: object = HANGUP, **members: Any) -> tuple[World, str]:
    """Place a call whose ACE runs a menu; the clock stands where the prompt starts."""
    world = make_world()
    world.listen(ace=ace, pie=pie)
    call_id = world.custom(to, **members)
    world.wait(20 if to.endswith("01") else 3)
    return world, call_id


@pytest.mark.parametrize(
    ("keys", "options", "result"),
    [
        ("1", YES_NO, ("main", "return", "yes", "dtmf")),
        ("*", [{"dtmf": "*", "action": "RETURN"}], ("main", "return", "", "dtmf")),
        ("3", YES_NO, ("main", "invalidinput", "3", "dtmf")),
        ("3", [{"dtmf": "3", "action": "menu(nowhere)"}], ("main", "error", None, None)),
        ("", YES_NO, ("main", "timeout", None, None)),
    ],
)
def test_a_key_is_an_option_or_invalid(keys: str, options: object, result: tuple[object, ...]) -> None:
    world, call_id = called(run_menu(menu(options=options)))
    world.wait(2)
    world.engine.press(call_id, keys)
    world.wait(5)
    assert world.results() == [result]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ("123", ("sequence", "123")),
        ("12#", ("sequence", "12")),
        ("12", ("sequence", "12")),
        ("2#", ("return", "two")),
        ("#", ("invalidinput", "")),
        ("", ("timeout", None)),
    ],
)
def test_a_sequence_ends_with_its_length_a_hash_or_a_pause(keys: str, result: tuple[object, ...]) -> None:
    options = [{"dtmf": 2, "action": "return(two)"}, {"dtmf": "#", "action": "return(hash)"}]
    world, call_id = called(run_menu(menu(maxDigits=3, timeoutMills=2000, options=options)))
    world.wait(1.5)
    world.engine.press(call_id, keys)
    world.settle()
    ended_at_once = keys[-1:] == "#" or len(keys) == 3
    assert (world.results() != []) == ended_at_once
    world.wait(2)
    assert [found[1:3] for found in world.results()] == [result]


def test_the_result_of_a_nested_menu_names_that_menu() -> None:
    more = menu("more", options=[{"dtmf": "1", "action": "return(deep)"}])
    world, call_id = called(run_menu(menu(options=YES_NO), more))
    world.engine.press(call_id, "2")
    world.wait(1.5)
    world.engine.press(call_id, "1")
    world.settle()
    assert world.results() == [("more", "return", "deep", "dtmf")]
    assert world.happened(call_id).count("menu") == 2


def test_the_repeat_prompt_is_played_as_often_as_the_menu_says() -> None:
    world, call_id = called(run_menu(menu(repeats=2, repeatPrompt="#tts[again]", timeoutMills=1000)))
    world.wait(60)
    prompts = [entry.detail["prompt"] for entry in world.engine.timeline(call_id) if entry.event == "menu"]
    assert prompts == [SECOND, "#tts[again]", "#tts[again]"]
    assert world.results() == [("main", "timeout", None, None)]


def test_by_default_the_main_prompt_is_repeated_three_times() -> None:
    world, call_id = called(run_menu({"id": "main", "mainPrompt": SECOND}))
    world.wait(4 * 6 - 0.1)
    assert world.results() == []
    world.wait(0.1)
    assert world.results() == [("main", "timeout", None, None)]
    assert world.happened(call_id).count("menu") == 4


@pytest.mark.parametrize(("barge", "counts"), [(None, True), (True, True), (False, False)])
def test_a_key_during_the_prompt_counts_only_with_barge(barge: bool | None, counts: bool) -> None:
    members = {} if barge is None else {"barge": barge}
    world, call_id = called(run_menu(menu(mainPrompt="#tts[" + "x" * 140 + "]", options=YES_NO), **members))
    world.wait(5)
    world.engine.press(call_id, "1")
    world.settle()
    assert (world.results() == [("main", "return", "yes", "dtmf")]) == counts


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (" Yes  PLEASE ", ("return", "ok", "voice")),
        ("no", ("invalidinput", "no", "voice")),
        ("x" * 300, ("timeout", None, None)),
    ],
)
def test_speech_is_an_option_invalid_or_too_long(text: str, result: tuple[object, ...]) -> None:
    options = [{"input": "yes please", "action": "return(ok)"}]
    world, call_id = called(run_menu(menu(options=options), enableVoice=True))
    world.wait(2)
    world.engine.speak(call_id, text)
    world.wait(21)
    assert [found[1:] for found in world.results()] == [result]


def test_speech_is_ignored_without_voice_input() -> None:
    world, call_id = called(run_menu(menu(options=[{"input": "yes", "dtmf": "1", "action": "return(ok)"}])))
    world.engine.speak(call_id, "yes")
    world.wait(10)
    assert world.results() == [("main", "timeout", None, None)]


@pytest.mark.parametrize("members", [{"mainMenu": "second"}, {"mainMenu": None}])
def test_the_main_menu_is_the_one_named_else_main(members: dict[str, Any]) -> None:
    world, _ = called(run_menu(menu("second"), menu(), **members))
    world.wait(10)
    assert world.results()[0][0] == (members["mainMenu"] or "main")


@pytest.mark.parametrize(
    "document",
    [
        run_menu(menu("other")),
        run_menu(menu(), mainMenu="gone"),
        run_menu(menu(), menu()),
        run_menu(menu(mainPrompt="#tts[x")),
        run_menu(menu(), enableVoice=True, locale=None),
    ],
)
def test_menus_that_cannot_be_run_are_invalid_svaml_and_rejected_in_an_update(document: dict[str, Any]) -> None:
    world, call_id = called(document)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "INVALIDSVAMLACTION")
    assert world.kinds() == ["ace", "notify", "dice"]
    assert (world.events()[1]["type"], world.events()[1]["errorCode"]) == ("callingerror", 40001)
    assert world.events()[2]["reason"] == "GENERALERROR"
    other, second = called(CONTINUE)
    with pytest.raises(RejectedError) as refused:
        other.update(second, document["action"])
    assert refused.value.code == 40003
    assert other.get(second).status == "ONGOING"


@pytest.mark.parametrize(
    ("digits", "members", "result"),
    [
        ("00", {}, ("hangup", None, None)),
        ("01", {}, ("hangup", None, None)),
        ("02", {"options": YES_NO}, ("return", "yes", "dtmf")),
        ("03", {"maxDigits": 10}, ("sequence", "1234", "dtmf")),
        ("03", {"options": YES_NO}, ("return", "yes", "dtmf")),
        ("04", {"options": [{"input": "Yes please", "action": "return(y)"}]}, ("return", "y", "voice")),
        ("05", {}, ("timeout", None, None)),
        ("06", {"repeats": 2}, ("invalidinput", "9", "dtmf")),
        ("06", {"repeats": 3}, ("timeout", None, None)),
        ("06", {"options": [{"dtmf": "9", "action": "return(x)"}]}, ("invalidinput", "8", "dtmf")),
        ("07", {"mainPrompt": "#tts[" + "x" * 140 + "]"}, ("hangup", None, None)),
        ("08", {}, ("timeout", None, None)),
        ("99", {}, ("hangup", None, None)),
    ],
)
def test_every_callee_does_at_a_menu_what_its_row_says(
    digits: str, members: dict[str, Any], result: tuple[object, ...]
) -> None:
    world, call_id = called(run_menu(menu(**members), enableVoice=digits == "04"), PREFIX + digits)
    world.wait(60)
    assert [found[1:] for found in world.results()] == [result]
    left = result[0] == "hangup"
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLEEHANGUP" if left else "MANAGERHANGUP")
    assert world.kinds() == ["ace", "pie", "dice"]


def test_00_hangs_up_2_s_after_the_first_prompt_even_if_it_is_repeated_sooner() -> None:
    world, call_id = called(run_menu(menu(repeats=9, timeoutMills=500)), f"{PREFIX}00")
    world.wait(60)
    assert world.get(call_id).duration == 1 + 2


def test_07_hangs_up_2_s_into_a_menu_prompt() -> None:
    world, call_id = called(run_menu(menu(mainPrompt="#tts[" + "x" * 140 + "]")), f"{PREFIX}07")
    world.wait(60)
    assert world.get(call_id).duration == 2


def test_continue_after_a_menu_resumes_what_the_call_was_doing() -> None:
    world = make_world()
    world.listen(ace=run_menu(menu(options=YES_NO)), pie=CONTINUE)
    call_id = world.tts(f"{PREFIX}02", enable_ace=True, enable_pie=True)
    world.wait(30)
    assert world.spoken(call_id) == ["fourteen chars"]
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


def test_an_inline_pie_is_followed_without_a_callback() -> None:
    pie = {"instructions": [{"name": "say", "text": "fourteen chars"}], **HANGUP}
    world, call_id = called(run_menu(menu(options=YES_NO)), f"{PREFIX}02", pie=None)
    world.wait(10)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "CALLBACKERROR")
    quiet = make_world()
    call_id = quiet.custom(f"{PREFIX}02", ace=run_menu(menu(options=YES_NO)), pie=pie)
    quiet.wait(10)
    assert quiet.spoken(call_id) == ["fourteen chars"]
    assert quiet.engine.take() == ()


@pytest.mark.parametrize("members", [{}, {"enable_pie": False}])
def test_without_an_application_for_the_input_the_call_ends(members: dict[str, Any]) -> None:
    world = make_world()
    if members:
        world.listen(pie=CONTINUE)
    call_id = world.custom(f"{PREFIX}02", ace=run_menu(menu(options=YES_NO)), **members)
    world.wait(10)
    assert world.outcome(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert "pie" not in world.kinds()


def test_an_update_replaces_a_menu_and_later_keys_do_not_count() -> None:
    world, call_id = called(run_menu(menu(options=YES_NO)), f"{PREFIX}02")
    world.update(call_id, {"name": "continue"})
    world.engine.press(call_id, "1")
    world.wait(100)
    assert world.results() == []
    assert world.get(call_id).status == "ONGOING"


def test_a_hangup_by_an_update_is_not_a_result_of_the_menu() -> None:
    world, call_id = called(run_menu(menu()))
    world.update(call_id, {"name": "hangup"})
    world.settle()
    assert world.kinds() == ["ace", "dice"]


def test_only_keys_can_be_pressed_and_only_while_the_callee_is_on_the_phone() -> None:
    world, call_id = called(run_menu(menu()))
    with pytest.raises(RejectedError) as refused:
        world.engine.press(call_id, "x")
    assert refused.value.code == 40001
    world.engine.hang_up(call_id)
    world.settle()
    assert world.results() == [("main", "hangup", None, None)]
    with pytest.raises(RejectedError):
        world.engine.press(call_id, "1")


def expected(strokes: list[tuple[float, str]], max_digits: int | None, timeout: float) -> tuple[str, str | None]:
    """Compute independently the result of one menu without options, whose prompt is over."""
    digits, last = "", 0.0
    for at, key in strokes:
        if at - last >= timeout:
            break
        if max_digits is None:
            return "invalidinput", key
        if key == "#":
            return ("sequence", digits) if digits else ("invalidinput", "")
        digits, last = digits + key, at
        if len(digits) == max_digits:
            return "sequence", digits
    return ("sequence", digits) if digits else ("timeout", None)


@given(
    st.lists(st.tuples(st.integers(1, 7000), st.sampled_from("0123456789*#")), max_size=6),
    st.none() | st.integers(1, 4),
    st.sampled_from([500, 2000, 5000]),
)
@settings(deadline=None)
def test_any_keys_at_any_time_lead_to_exactly_one_result(
    pauses: list[tuple[int, str]], max_digits: int | None, timeout: int
) -> None:
    limits: dict[str, Any] = {} if max_digits is None else {"maxDigits": max_digits}
    world, call_id = called(run_menu(menu(mainPrompt=None, timeoutMills=timeout, **limits)))
    at, strokes = 0, list[tuple[float, str]]()
    for pause, key in pauses:
        at += pause
        strokes.append((at / 1000, key))
        world.wait(pause / 1000)
        if world.get(call_id).status == "ONGOING":
            world.engine.press(call_id, key)
            world.settle()
    world.wait(60)
    assert [found[1:3] for found in world.results()] == [expected(strokes, max_digits, timeout / 1000)]
    assert world.kinds() == ["ace", "pie", "dice"]
