"""The language of scripts: what an entry means, and what is wrong with one that means nothing."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.sandbox.engine.attached import MAX_ATTACHED, AttachedScripts, TooManyScriptsError
from sinch_voice_mcp.sandbox.engine.callees import (
    ORDINARY_CALLEE,
    CannotBeReached,
    DoesNotAnswer,
    HangsUp,
    IsBusy,
    PicksUp,
    PressesKeys,
    SimulatedDetection,
    Speaks,
    StaysSilent,
)
from sinch_voice_mcp.sandbox.engine.script_entries import ScriptEntry
from sinch_voice_mcp.sandbox.engine.scripts import Act, EndsCall, Script, ScriptError, ScriptRun, Step

EXAMPLE: list[dict[str, Any]] = [
    {"answer_after_s": 5},
    {"on": "answer", "say": "hello"},
    {"on": "menu:main", "press": "2"},
    {"after_s": 5, "hang_up": True},
]
MEMBERS = tuple(ScriptEntry.model_fields)
ANNA, BEN = "+12025550190", "+12025550191"


def saying(text: str) -> Script:
    return Script.read([{"say": text}])


def test_an_entry_with_a_place_begins_an_act_and_the_others_continue_it() -> None:
    assert Script.read(EXAMPLE).acts == (
        Act("answer", (Step(1.0, Speaks("hello")),)),
        Act("menu:main", (Step(1.0, PressesKeys("2")), Step(5.0, EndsCall()))),
    )


def test_an_entry_has_a_place_and_a_time() -> None:
    script = Script.read(
        [{"on": "menu:a b", "after_s": 0, "press": "1"}, {"on": "menu:x", "barge": True, "press": "*#"}]
    )
    assert script.acts == (
        Act("menu:a b", (Step(0.0, PressesKeys("1")),)),
        Act("menu:x", (Step(1.0, PressesKeys("*#")),), barge=True),
    )


def test_the_first_entry_without_a_place_is_at_the_answer() -> None:
    assert [act.place for act in Script.read([{"press": "1"}, {"say": "a"}]).acts] == ["answer"]


def test_the_script_in_the_documentation_is_valid() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert Script.read(json.loads(example)) == Script.read(EXAMPLE)


def test_a_script_is_written_as_it_was_read() -> None:
    assert Script.read(EXAMPLE).to_json() == EXAMPLE
    assert Script.read([]).to_json() == []


FAULTS: list[tuple[object, str]] = [
    ({"on": "answer"}, "script: must be a list of entries"),
    ([{"say": "a"}] * 101, "script: takes at most 100 entries, not 101"),
    (["press"], "script[0]: must be an object"),
    ([{}], "script[0]: needs one of `press`, `say`"),
    ([{"say": "a"}, {"on": "beep"}], "script[1]: needs one of"),
    ([{"press": "1", "say": "a"}], "script[0].say: one entry does one thing, and `press` is there already"),
    ([{"pres": "1"}], "script[0].pres: is not known here; did you mean `press`?"),
    ([{"shout": "1"}], "script[0].shout: is not known here; an entry has `on`, `after_s`"),
    ([{"say": "a"}, {"press": "1a"}], "script[1].press: must be keys from `0` to `9`, `*` and `#`"),
    ([{"press": ""}], "script[0].press: must not be empty"),
    ([{"press": 1}], "script[0].press: must be text"),
    ([{"press": "1" * 41}], "script[0].press: takes at most 40 characters"),
    ([{"say": "a" * 601}], "script[0].say: takes at most 600 characters"),
    ([{"hang_up": False}], "script[0].hang_up: must be true; leave it out otherwise"),
    ([{"hang_up": 1}], "script[0].hang_up: must be true or false"),
    ([{"after_s": -1, "say": "a"}], "script[0].after_s: must be 0 or more"),
    ([{"after_s": "1", "say": "a"}], "script[0].after_s: must be a number"),
    ([{"after_s": float("inf"), "say": "a"}], "script[0].after_s: must be"),
    ([{"after_s": 14_401, "say": "a"}], "script[0].after_s: must be 14400 or less"),
    ([{"answer_after_s": 0.9}], "script[0].answer_after_s: must be 1 or more"),
    ([{"answer_after_s": 2, "on": "answer"}], "script[0].on: `answer_after_s` has a time of its own"),
    ([{"leg": "busy", "after_s": 1}], "script[0].after_s: `leg` has a time of its own"),
    ([{"leg": "buzy"}], "script[0].leg: must be 'answer', 'busy', 'no_answer' or 'fail'"),
    ([{"on": "anser", "say": "a"}], "script[0].on: must be `answer`, `menu:ID`, `step:NAME`, `beep` or"),
    ([{"on": "anser", "say": "a"}], "did you mean `answer`?"),
    ([{"on": "menus:a", "say": "a"}], "did you mean `menu:NAME`?"),
    ([{"on": "menu:", "say": "a"}], "script[0].on: `menu:` needs a name of 1 to 100 characters"),
    ([{"on": "answer", "barge": True, "press": "1"}], "script[0].barge: only an entry with `on`: `menu:ID`"),
    ([{"hang_up": True}, {"say": "a"}], "script[1]: never happens, because the call has ended at script[0]"),
    ([{"say": "a"}, {"busy": True}], "script[0].say: never happens, because script[1] does not take the call"),
    ([{"answer_after_s": 2}, {"busy": True}], "script[1].busy: script[0] already says how the callee takes"),
]


@pytest.mark.parametrize(("script", "fault"), FAULTS)
def test_an_error_names_the_entry_and_the_member(script: object, fault: str) -> None:
    with pytest.raises(ScriptError) as wrong:
        Script.read(script)
    assert fault in str(wrong.value)


def test_an_error_shows_five_faults_and_how_many_more_there_are() -> None:
    with pytest.raises(ScriptError, match=r"script\[4\]\.press: .*; and 2 more$") as wrong:
        Script.read([{"press": "x"}] * 7)
    assert len(wrong.value.faults) == 7


def test_an_act_after_the_end_of_another_is_allowed_because_it_may_come_first() -> None:
    assert len(Script.read([{"after_s": 60, "hang_up": True}, {"on": "beep", "say": "a"}]).acts) == 2


@pytest.mark.parametrize(
    ("entry", "callee"),
    [
        ({"answer_after_s": 9}, PicksUp(after_s=9, at_menu=StaysSilent())),
        ({"busy": True}, IsBusy()),
        ({"reject": True}, IsBusy(rings=True)),
        ({"no_answer": True}, DoesNotAnswer()),
        ({"say": "a"}, PicksUp(at_menu=StaysSilent())),
    ],
)
def test_a_script_says_how_the_callee_takes_a_call(entry: dict[str, object], callee: object) -> None:
    assert Script.read([entry]).callee(ORDINARY_CALLEE) == callee
    assert Script.read([entry]).callee(IsBusy()) == callee


def test_a_script_leaves_machine_detection_as_it_is_at_the_number() -> None:
    machine = PicksUp(leaves_after_s=2, at_menu=HangsUp(), detection=SimulatedDetection("machine"))
    assert saying("a").callee(machine) == PicksUp(at_menu=StaysSilent(), detection=SimulatedDetection("machine"))


def test_acts_of_a_place_are_played_in_order_and_each_once() -> None:
    run = ScriptRun(Script.read([{"on": place, "press": "1"} for place in ("menu:a", "beep", "menu:a", "menu:b")]))
    assert [run.begin(place) for place in ("menu:a", "menu:b", "menu:a", "menu:a", "answer")] == [0, 3, 2, None, None]


def test_an_act_that_interrupts_a_prompt_does_not_begin_at_its_end() -> None:
    run = ScriptRun(Script.read([{"on": "menu:a", "barge": True, "press": "1"}, {"on": "menu:a", "press": "2"}]))
    assert (run.begin("menu:a"), run.begin("menu:a", barge=True)) == (None, 0)
    # This visit's act began with the prompt.
    assert run.begin("menu:a") is None
    assert (run.begin("menu:a", barge=True), run.begin("menu:a")) == (None, 1)


def test_second_phones_react_in_the_order_of_the_script() -> None:
    run = ScriptRun(Script.read([{"leg": outcome} for outcome in ("busy", "no_answer", "fail", "answer", "answer")]))
    late = PicksUp(after_s=20)
    found = [run.next_leg(usual) for usual in (late, late, late, late, IsBusy(), late)]
    fails = CannotBeReached("GENERALERROR")
    assert found == [IsBusy(), DoesNotAnswer(), fails, late, ORDINARY_CALLEE, None]


def test_the_script_of_the_next_call_comes_before_that_of_the_number() -> None:
    attached = AttachedScripts()
    attached.attach(saying("number"), ANNA)
    attached.attach_to_next(saying("ben"), BEN)
    attached.attach_to_next(saying("any"))
    assert attached.take(ANNA, is_first=False) == saying("number")
    assert [attached.take(ANNA, is_first=True) for _ in range(2)] == [saying("any"), saying("number")]
    assert [attached.take(BEN, is_first=True) for _ in range(2)] == [saying("ben"), None]


def test_a_number_without_a_script_has_none_after_it_is_detached() -> None:
    attached = AttachedScripts()
    attached.attach(saying("a"), ANNA)
    attached.attach_to_next(saying("b"), ANNA)
    attached.attach_to_next(saying("c"))
    assert [(one.number, one.once) for one in attached.listed()] == [(ANNA, True), (None, True), (ANNA, False)]
    assert (attached.detach(ANNA), attached.detach(ANNA)) == (True, False)
    assert [one.script for one in attached.listed()] == [saying("c")]
    attached.clear()
    assert attached.listed() == ()


def test_a_number_is_written_in_any_form_and_an_address_is_not_a_number() -> None:
    attached = AttachedScripts()
    attached.attach(saying("a"), "1 (202) 555-0190")
    attached.attach(saying("b"), "sip:ben@example.com")
    attached.attach_to_next(saying("c"), "0012025550191")
    assert [one.number for one in attached.listed()] == [BEN, ANNA, "sip:ben@example.com"]
    assert attached.take(ANNA, is_first=True) == saying("a")
    assert attached.detach("1-202-555-0190")
    for attach in (attached.attach, attached.attach_to_next):
        with pytest.raises(RejectedError, match="`12` is not a telephone number"):
            attach(saying("a"), "12")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=3), inner),
    max_leaves=12,
)


def read_or_faults(value: object) -> Script | tuple[str, ...]:
    try:
        return Script.read(value)
    except ScriptError as wrong:
        return wrong.faults


@given(json_values)
def test_any_json_is_a_script_or_an_error_that_names_an_entry(value: object) -> None:
    read = read_or_faults(value)
    if isinstance(read, Script):
        assert Script.read(read.to_json()) == read
    else:
        assert read
        assert all(fault.startswith("script") for fault in read)


def test_no_more_scripts_can_be_attached_than_the_sandbox_keeps() -> None:
    attached = AttachedScripts()
    for at in range(MAX_ATTACHED):
        attached.attach(saying("a"), f"+1415555{at:04}")
        attached.attach_to_next(saying("a"))
    with pytest.raises(TooManyScriptsError, match="detach one first"):
        attached.attach(saying("a"), ANNA)
    with pytest.raises(TooManyScriptsError):
        attached.attach_to_next(saying("a"))
    attached.attach(saying("b"), "+14155550000")
