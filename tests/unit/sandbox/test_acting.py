"""Scripted callees and callers in calls: what they do, when, and what the application hears of it."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall
from sinch_voice_mcp.sandbox.engine.scripts import Script
from tests.unit.sandbox.world import BEN, OWN, SECOND_OF_SPEECH, World, make_world

Entry = dict[str, Any]

ANNA = "+12025550190"
SECOND = f"#tts[{SECOND_OF_SPEECH}]"
HANGUP = {"action": {"name": "hangup"}}
CONTINUE = {"action": {"name": "continue"}}
YES_NO = [{"dtmf": "1", "action": "return(yes)"}, {"dtmf": "2", "action": "menu(more)"}]


def menu(menu_id: str = "main", **members: Any) -> dict[str, Any]:
    return {"id": menu_id, "mainPrompt": SECOND, "repeats": 0, "options": YES_NO} | members


def run_menu(*menus: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"action": {"name": "runMenu", "locale": "en-US", "menus": list(menus), **members}}


def playing(script: list[Entry], ace: object = None, *, to: str = ANNA, **replies: object) -> tuple[World, str]:
    """Place a call to a callee with a script."""
    world = make_world()
    world.listen(ace=ace, **{"pie": HANGUP} | replies)
    world.engine.scripts.attach_to_next(Script.read(script))
    return world, world.custom(to)


def did(world: World, call_id: str) -> list[tuple[float, str, object]]:
    """Return what parties did, in seconds since the call was placed."""
    entries = world.engine.timeline(call_id)
    start = entries[0].at
    found = {"pressed": "key", "said": "text", "ended": "reason"}
    return [
        ((entry.at - start).total_seconds(), entry.event, entry.detail[found[entry.event]])
        for entry in entries
        if entry.event in found
    ]


def test_a_callee_speaks_presses_and_hangs_up_as_the_script_says() -> None:
    script = [{"say": SECOND_OF_SPEECH}, {"after_s": 2, "press": "12"}, {"hang_up": True}]
    world, call_id = playing(script)
    world.wait(60)
    assert did(world, call_id) == [
        (4.0, "said", SECOND_OF_SPEECH),
        (7.0, "pressed", "1"),
        (7.25, "pressed", "2"),
        (8.25, "ended", "CALLEEHANGUP"),
    ]


def test_acts_run_side_by_side() -> None:
    script = [{"after_s": 5, "hang_up": True}, {"on": "menu:main", "press": "3"}]
    world, call_id = playing(script, run_menu(menu(repeats=9)))
    world.wait(60)
    assert did(world, call_id) == [(5.0, "pressed", "3"), (8.0, "ended", "CALLEEHANGUP")]


def test_a_menu_that_is_visited_again_finds_the_next_act_and_then_silence() -> None:
    script = [
        {"on": "menu:main", "press": "9"},
        {"on": "menu:more", "press": "1"},
        {"on": "menu:main", "press": "2"},
    ]
    world, call_id = playing(script, run_menu(menu(repeats=1), menu("more")))
    world.wait(60)
    assert [key for _, event, key in did(world, call_id) if event == "pressed"] == ["9", "2", "1"]
    assert world.results() == [("more", "return", "yes", "dtmf")]


def test_a_menu_without_an_act_hears_nothing() -> None:
    world, _ = playing([{"on": "menu:other", "press": "1"}], run_menu(menu()))
    world.wait(60)
    assert world.results() == [("main", "timeout", None, None)]


def test_an_act_can_interrupt_a_prompt_and_does_so_once_in_a_visit() -> None:
    long = "#tts[" + "x" * 140 + "]"
    script = [{"on": "menu:main", "barge": True, "press": "3"}, {"on": "menu:main", "press": "1"}]
    world, call_id = playing(script, run_menu(menu(mainPrompt=long, repeats=1), barge=False))
    world.wait(60)
    # The key during the prompt does not count in a menu without barge; the repeated prompt has the second act.
    assert did(world, call_id)[:2] == [(4.0, "pressed", "3"), (29.0, "pressed", "1")]
    assert world.results() == [("main", "return", "yes", "dtmf")]


def test_speech_reaches_a_menu_with_voice_input() -> None:
    options = [{"input": "yes please", "action": "return(ok)"}]
    script = [{"on": "menu:main", "say": "Yes, please"}, {"on": "menu:main", "say": "yes please"}]
    world, _ = playing(script, run_menu(menu(options=options, repeats=1), enableVoice=True))
    world.wait(60)
    assert world.results() == [("main", "return", "ok", "voice")]


def test_a_machine_that_plays_a_script_speaks_after_its_beep() -> None:
    world = make_world()
    world.listen(ace=CONTINUE)
    world.engine.scripts.attach(Script.read([{"on": "beep", "say": "leave a message"}]), "+12025550121")
    connect = {"name": "connectPstn", "number": "+12025550121", "amd": {"enabled": True, "async": True}}
    call_id = world.custom(None, ice={"action": connect})
    world.wait(60)
    assert did(world, call_id) == [(14.0, "said", "leave a message")]


def test_a_participant_of_a_conference_presses_keys() -> None:
    join = {"name": "connectConf", "conferenceId": "room", "conferenceDtmfOptions": {"mode": "detect", "maxDigits": 2}}
    world, _ = playing([{"on": "conference", "press": "42"}], {"action": join})
    world.wait(10)
    assert world.results() == [("room", "sequence", "42", "dtmf")]


def test_a_call_that_rings_is_taken_as_the_script_says() -> None:
    outcomes: dict[str, tuple[str, str, str]] = {}
    for member in ("busy", "reject", "no_answer"):
        world, call_id = playing([{member: True}])
        world.wait(100)
        outcomes[member] = world.outcome(call_id)
    assert outcomes == {
        "busy": ("FINAL", "BUSY", "CANCEL"),
        "reject": ("FINAL", "BUSY", "CANCEL"),
        "no_answer": ("FINAL", "NOANSWER", "TIMEOUT"),
    }
    world, call_id = playing([{"answer_after_s": 30}, {"hang_up": True}])
    world.wait(100)
    assert did(world, call_id) == [(31.0, "ended", "CALLEEHANGUP")]


def test_second_phones_react_as_the_script_of_the_call_says() -> None:
    transfer = {"name": "connectPstn", "number": BEN}
    outcomes: list[str] = []
    for leg in ("busy", "no_answer", "fail", "answer"):
        world, call_id = playing([{"leg": leg}], CONTINUE)
        world.wait(5)
        world.update(call_id, transfer)
        world.wait(100)
        outcomes.append(world.get(call_id).reason)
    assert outcomes == ["CANCEL", "TIMEOUT", "GENERALERROR", "N/A"]


def test_a_script_of_a_number_is_played_by_second_phones_too() -> None:
    world, call_id = playing([{"leg": "answer"}], CONTINUE)
    world.engine.scripts.attach(Script.read([{"say": "Ben"}, {"hang_up": True}]), BEN)
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(100)
    assert [(event, what) for _, event, what in did(world, call_id)] == [("said", "Ben"), ("ended", "CALLEEHANGUP")]


def test_a_script_of_the_next_call_waits_for_a_call_and_not_for_a_second_phone() -> None:
    world, call_id = playing([], CONTINUE)
    world.wait(5)
    world.engine.scripts.attach_to_next(Script.read([{"say": "next"}]))
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(20)
    following = world.custom(BEN)
    world.wait(20)
    assert (did(world, call_id), did(world, following)) == ([], [(4.0, "said", "next")])


def test_a_second_phone_that_is_dropped_does_nothing_more() -> None:
    world, call_id = playing([], CONTINUE)
    world.engine.scripts.attach(Script.read([{"say": "Ben"}, {"after_s": 20, "say": "Ben again"}]), BEN)
    world.wait(5)
    world.update(call_id, {"name": "connectPstn", "number": BEN})
    world.wait(10)
    world.update(call_id, {"name": "park"})
    world.wait(100)
    assert [what for _, _, what in did(world, call_id)] == ["Ben"]


def test_a_caller_plays_a_script_from_the_answer_on() -> None:
    world = make_world()
    world.listen(ice=run_menu(menu()), pie=HANGUP)
    incoming = IncomingCall("PSTN", ANNA, Dialed("did", OWN))
    script = Script.read([{"say": "Hello?"}, {"on": "menu:main", "press": "1"}])
    call_id = world.engine.receive(incoming, script=script)
    world.wait(60)
    assert [what for _, _, what in did(world, call_id)] == ["Hello?", "1", "MANAGERHANGUP"]
    assert world.results() == [("main", "return", "yes", "dtmf")]


def keys_entry(keys: str) -> Entry:
    return {"press": keys}


def entry(deed: Entry, on: str, barge: bool, after_s: float | None) -> Entry:
    time = {} if after_s is None else {"after_s": after_s}
    return {**deed, **time, "on": on} | ({"barge": True} if barge and on.startswith("menu:") else {})


def answered_late(entries: list[Entry]) -> list[Entry]:
    return [{"answer_after_s": 7.5}, *entries]


SAYING: list[Entry] = [{"say": "yes please"}, {"say": "x" * 300}, {"hang_up": True}]
LEGS: list[Entry] = [{"leg": outcome} for outcome in ("answer", "busy", "no_answer", "fail")]
UNANSWERED: list[Entry] = [{"no_answer": True}]

places = st.sampled_from(["answer", "menu:main", "menu:more", "beep", "conference", "step:x"])
times = st.none() | st.sampled_from([0, 0.5, 2, 9, 500])
deeds = st.text("0123456789*#", min_size=1, max_size=3).map(keys_entry) | st.sampled_from(SAYING)
entries = st.builds(entry, deeds, places, st.booleans(), times) | st.sampled_from(LEGS)
lists = st.lists(entries, max_size=8)
scripts = lists | lists.map(answered_late) | st.just(UNANSWERED)
documents = st.sampled_from(
    [
        run_menu(menu(repeats=2), menu("more", maxDigits=3), enableVoice=True),
        run_menu(menu(repeats=1), barge=False),
        {"action": {"name": "connectConf", "conferenceId": "room", "conferenceDtmfOptions": {"mode": "detect"}}},
        {"action": {"name": "connectPstn", "number": BEN, "maxDuration": 60}},
        {"action": {"name": "park"}},
        CONTINUE,
        HANGUP,
    ]
)


@given(scripts, scripts, documents, documents, st.sampled_from([ANNA, "+12025550121", "+12025550102"]))
@settings(deadline=None, max_examples=150)
def test_every_call_with_any_script_ends_and_is_reported_once(
    script: list[Entry], other: list[Entry], ace: dict[str, Any], pie: dict[str, Any], to: str
) -> None:
    timelines: list[bytes] = []
    for _ in range(2):
        world = make_world()
        world.listen(ice={"action": {"name": "connectPstn", "number": to}}, ace=ace, pie=[pie, pie, HANGUP])
        world.engine.scripts.attach_to_next(Script.read(script))
        world.engine.scripts.attach(Script.read(other), BEN)
        call_ids = [world.custom(None)]
        call_ids.append(world.engine.receive(IncomingCall("PSTN", ANNA, Dialed("did", OWN)), script=Script.read(other)))
        world.wait(timedelta(hours=9).total_seconds())
        for call_id in call_ids:
            assert world.outcome(call_id)[0] == "FINAL"
            assert world.kinds(call_id).count("dice") == 1
            assert world.kinds(call_id)[-1] == "dice"
        assert world.engine.next_due() is None
        timelines.append(world.engine.timeline_bytes())
    assert timelines[0] == timelines[1]
