"""The state of a sandbox as a whole: what it begins with, reset, export and import."""

import copy
import gc
import json
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    FaultMatch,
    FaultRule,
    Sandbox,
    SandboxOptions,
    Script,
    Setup,
    SetupApplication,
    SimulatedClock,
    StateError,
    create_sandbox,
)
from sinch_voice_mcp.sandbox.control.showing import legs, summary, transcript
from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, RejectedError
from sinch_voice_mcp.sandbox.time import MAX_AHEAD
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import CallHeader, ConnectPstn, Document
from sinch_voice_mcp.types import JsonObject, is_list, is_object
from tests.unit.sandbox.world import ANNA, BEN, KEY, World

BUSY = "+12025550110"
SHOP = Credentials("shop", "c2hvcA==")
Damage = Callable[[Any], object]


def sandbox(**options: Any) -> tuple[Sandbox, World]:
    """A sandbox, and a world around its engine."""
    clock = ManualClock()
    made = create_sandbox(clock=clock, options=SandboxOptions(**options))
    return made, World(clock, made.engine)


def used() -> tuple[Sandbox, World, list[str]]:
    """A sandbox with two applications and calls of every kind, two of them in progress."""
    made, world = sandbox()
    engine = made.engine
    engine.account.add(SHOP, name="Shop", primary="http://127.0.0.1:3000/voice")
    engine.account.assign(["+14155550109"], "shop", "voice")
    engine.account.set_callbacks(KEY, fallback="http://127.0.0.1:3000/again")
    engine.directory.prices = {"+1202*": Decimal("0.05")}
    engine.scripts.attach(Script.read([{"on": "answer", "say": "hello"}]), "+12025550191")
    engine.scripts.attach_to_next(Script.read([{"busy": True}]), "+12025550192")
    engine.directory.faults.replace([FaultRule("busy", FaultMatch(tag="ci-1"), 0.5, 7)])
    calls = [world.tts(), world.tts(BUSY, custom="tag=ci-1 half \ud800"), world.tts(custom="tag=ci-1")]
    world.wait(60)
    cookie = {"name": "setCookie", "key": "a", "value": "b"}
    calls.append(world.conference(BEN))
    engine.account.application(KEY).on_incoming = Document(action=ConnectPstn(number="+12025550111"))
    incoming = IncomingCall("SIP", "sip:anna@example.com", Dialed("did", "+14155550100"), "use1", headers=(_header(),))
    calls.append(engine.receive(incoming, tag="ci-2"))
    calls.append(world.custom(BEN, ice={"instructions": [cookie], "action": _connect(BEN)}, ace=_record()))
    world.wait(8)
    return made, world, calls


def objects(value: object) -> list[JsonObject]:
    """The objects in a JSON array."""
    return [one for one in value if is_object(one)] if is_list(value) else []


def _header() -> CallHeader:
    return CallHeader(key="x", value="y")


def _connect(number: str) -> dict[str, Any]:
    return {"name": "connectPstn", "number": number, "cli": "+14155550100"}


def _record() -> dict[str, Any]:
    return {
        "instructions": [{"name": "startRecording", "options": {}}, {"name": "stopRecording"}],
        "action": _hang_up(),
    }


def _hang_up() -> dict[str, Any]:
    return {"name": "hangup"}


def facts(world: World, calls: list[str]) -> list[object]:
    """What requests can see of calls."""
    return [world.get(call_id) for call_id in calls]


def test_an_export_is_json_and_an_import_has_the_same_export() -> None:
    first, _, _ = used()
    exported = json.loads(json.dumps(first.export_state()).encode())
    second, world = sandbox()
    second.import_state(exported)
    again = second.export_state()
    ended = [call for call in exported["calls"] if call["state"] == "ended"]
    assert [call for call in objects(again["calls"]) if call["id"] in {one["id"] for one in ended}] == ended
    assert {name: again[name] for name in again if name != "calls"} == {
        name: exported[name] for name in exported if name != "calls"
    }
    assert world.clock.now().isoformat() == exported["clock"]["now"]


def test_an_imported_sandbox_continues_as_the_exported_one_would() -> None:
    first, world, _ = used()
    for call_id in [call.id for call in first.engine.state().calls if call.ended is None]:
        world.engine.update(KEY, call_id, {"action": _hang_up()})
    second, other = sandbox()
    second.import_state(first.export_state())
    for one in (world, other):
        for _ in range(6):
            one.tts(ANNA, custom="tag=ci-1")
        one.wait(60)
    assert first.export_state() == second.export_state()


def test_calls_in_progress_are_exported_as_they_are_and_have_ended_after_the_import() -> None:
    first, world, calls = used()
    before = facts(world, calls)
    exported = first.export_state()
    states = {call["id"]: call["state"] for call in objects(exported["calls"])}
    assert [states[call_id] for call_id in calls] == ["ended", "ended", "ended", "answered", "ringing", "ended"]
    assert facts(world, calls) == before
    second, other = sandbox()
    second.import_state(exported)
    assert [other.outcome(call_id) for call_id in calls[3:5]] == [
        ("FINAL", "ANSWERED", "GENERALERROR"),
        ("FINAL", "FAILED", "GENERALERROR"),
    ]
    last = other.engine.timeline(calls[3])[-1]
    assert (last.event, last.at, last.detail["imported"]) == ("ended", world.clock.now(), True)
    assert other.members() == []
    assert other.get(calls[3]).duration == world.get(calls[3]).duration
    assert [other.outcome(call_id) for call_id in calls[:3]] == [world.outcome(call_id) for call_id in calls[:3]]


def test_an_import_into_a_sandbox_that_keeps_less_keeps_the_last_calls() -> None:
    first, _, calls = used()
    second, other = sandbox(keep=2)
    second.import_state(first.export_state())
    assert len(other.engine.state().calls) == 2
    with pytest.raises(RejectedError):
        other.get(calls[0])


RECORDING: JsonObject = {"name": "a.wav", "url": "", "destination": ""}
DAMAGES: dict[str, tuple[Damage, str]] = {
    "no object": (lambda _: [], "must be an object"),
    "a set": (lambda state: state | {"calls": {1}}, "this is no JSON value"),
    "not a number": (lambda state: state | {"clock": float("nan")}, "this is no JSON value"),
    "another format": (lambda state: state | {"format": "other"}, "format: must be 'sinch-voice-sandbox'"),
    "another version": (lambda state: state | {"version": 2}, "version: must be 1"),
    "a misspelled member": (lambda state: state | {"calss": []}, "calss: is not known here; did you mean `calls`?"),
    "a missing member": (lambda state: {key: state[key] for key in state if key != "ids"}, "ids: is missing"),
    "a time without zone": (lambda state: state | {"clock": {"now": "2026-01-05T12:00:00"}}, "clock.now: "),
    "a far future": (
        lambda state: state | {"clock": {"now": "2199-01-05T12:00:00Z"}},
        "clock.now: is more than 100 years",
    ),
    "a seed that is no number": (lambda state: _with(state, "x", "ids", "seed"), "ids.seed: "),
    "an id twice": (lambda state: state | {"calls": state["calls"][:1] * 2}, "calls[1].id: another call has this id"),
    "an unknown kind": (lambda state: _with(state, "fax", "calls", 0, "kind"), "calls[0].kind: must be 'tts'"),
    "an unknown event": (
        lambda state: _with(state, "exploded", "calls", 0, "timeline", 2, "event"),
        "calls[0].timeline[2].event: must be ",
    ),
    "an object in a timeline": (
        lambda state: _with(state, {}, "calls", 0, "timeline", 2, "detail", "x"),
        "calls[0].timeline[2].detail.x",
    ),
    "a word without its text": (
        lambda state: _with(state, {"locale": "en-US"}, "calls", 0, "timeline", 4, "detail"),
        "calls[0].timeline[4].detail.text: is missing",
    ),
    "a time at the end of the calendar": (
        lambda state: _with(state, "9999-12-31T23:59:59-23:00", "calls", 0, "created_at"),
        "calls[0].created_at: must be a time in the years 1900 to 8999",
    ),
    "a recording without end": (
        lambda state: _with(state, [{**RECORDING, "seconds": 1e300}], "calls", 0, "recordings"),
        "calls[0].recordings[0].seconds: must be 14400 or less",
    ),
    "an entry twice": (
        lambda state: _with(state, 1, "calls", 1, "timeline", 0, "sequence"),
        "calls[1].timeline[0].sequence: another entry has this number",
    ),
    "an end without result": (lambda state: _with(state, None, "calls", 0, "result"), "calls[0].result: is missing"),
    "a result without end": (
        lambda state: _with(state, "ANSWERED", "calls", 3, "result"),
        "calls[3].result: belongs to a call that has ended",
    ),
    "a call of an unknown application": (
        lambda state: _with(state, "other", "calls", 0, "application"),
        "calls[0].application: there is no application with this key",
    ),
    "an application twice": (
        lambda state: state | {"applications": state["applications"] + state["applications"][1:]},
        "applications[2].key: another application has this key",
    ),
    "an unknown secret": (
        lambda state: _with(state, None, "applications", 1, "secret"),
        "applications[1].secret: is missing",
    ),
    "a number of an unknown application": (
        lambda state: _with(state, "other", "numbers", 9, "application"),
        "numbers[9].application: there is no application with this key or name",
    ),
    "an unknown fault": (lambda state: _with(state, "bussy", "faults", 0, "fault"), "faults[0].fault: "),
    "a callback that is no URL": (
        lambda state: _with(state, "javascript:alert(1)", "applications", 0, "callback"),
        "applications[0].callback: must be an http or https URL",
    ),
    "a wrong script": (
        lambda state: _with(state, "x", "scripts", "+12025550191", 0, "press"),
        "scripts['+12025550191'][0].press: must be keys",
    ),
    "a script that contradicts itself": (
        lambda state: _with(state, "hello", "next_scripts", 0, "script", 0, "say"),
        "next_scripts[0].script: script[0].",
    ),
    "a negative price": (lambda state: _with(state, -1, "prices", "+1202*"), "prices['+1202*']: must be 0 or more"),
    "too many applications": (
        lambda state: state | {"applications": state["applications"][:1] * 101},
        "applications: takes at most 100 items",
    ),
}


def _with(state: Any, value: object, *steps: str | int) -> object:
    """Return a state with one value changed."""
    here = changed = copy.deepcopy(state)
    for step in steps[:-1]:
        here = here[step]
    here[steps[-1]] = value
    return changed


def test_an_import_that_gives_ids_again_replaces_no_call() -> None:
    first, _, calls = used()
    second, world = sandbox()
    second.import_state(_with(first.export_state(), {}, "ids", "given"))
    placed = world.tts()
    assert placed not in calls
    assert second.engine.view(calls[0]) is not None


def test_an_import_beyond_the_end_of_the_clock_changes_nothing() -> None:
    clock = SimulatedClock(ManualClock(), mode="manual")
    made = create_sandbox(clock=clock)
    clock.advance(MAX_AHEAD.total_seconds() - 1)
    world = World(ManualClock(), made.engine)
    call_id = world.tts()
    before = made.export_state()
    with pytest.raises(StateError, match=r"^clock\.now: cannot be reached"):
        made.import_state(_with(before, (clock.now() + timedelta(days=1)).isoformat(), "clock", "now"))
    assert world.get(call_id).status == "ONGOING"
    assert made.export_state() == before


def test_the_longest_call_can_be_imported() -> None:
    first, world = sandbox()
    menu = {"name": "runMenu", "menus": [{"id": "main", "repeats": 1_000_000, "timeoutMills": 100}]}
    call_id = world.custom(BEN, ace={"action": menu})
    world.wait(2_300)
    second, _ = sandbox()
    second.import_state(first.export_state())
    view = second.engine.view(call_id)
    assert view is not None
    assert len(view.timeline) > 20_000


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=[*DAMAGES])
def test_a_damaged_state_is_refused_with_the_place_and_changes_nothing(damage: Damage, message: str) -> None:
    made, _, _ = used()
    before = made.export_state()
    with pytest.raises(StateError) as refused:
        made.import_state(damage(before))
    assert str(refused.value).startswith(message)
    assert made.export_state() == before


def test_a_deeply_nested_state_is_refused() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(StateError):
        sandbox()[0].import_state({"calls": nested})


json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
STATE = used()[0].export_state()


def _places(value: object, steps: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if is_object(value) else enumerate(value) if is_list(value) else ()
    return [steps, *(place for step, one in inner for place in _places(one, (*steps, step)))]


@given(st.sampled_from(_places(STATE)[1:]), json_values)
def test_whatever_stands_anywhere_an_import_succeeds_or_is_refused(place: tuple[str | int, ...], value: object) -> None:
    made, _ = sandbox()
    try:
        made.import_state(_with(STATE, value, *place))
    except StateError:
        assert made.engine.timeline() == ()
    else:
        json.dumps(made.export_state())
        for call in made.engine.views():
            assert [summary(call), *transcript(call), *legs(call), call.digest]


def test_a_reset_returns_to_what_the_sandbox_began_with() -> None:
    made, world, calls = used()
    fresh, _ = sandbox()
    made.reset()
    exported = made.export_state()
    assert exported | {"clock": None} == fresh.export_state() | {"clock": None}
    assert (list(made.requests), list(made.callbacks), made.feed.after(0)) == ([], [], ())
    with pytest.raises(RejectedError):
        world.get(calls[0])
    assert world.engine.next_due() is None


def test_after_a_reset_the_same_requests_get_the_same_ids_or_new_ones_as_the_sandbox_was_made() -> None:
    for repeats_ids in (True, False):
        made, world = sandbox(repeats_ids=repeats_ids)
        first = world.tts()
        made.reset()
        assert (world.tts() == first) is repeats_ids


def test_a_secret_that_the_settings_gave_is_not_exported_and_not_needed_for_an_import() -> None:
    own = Credentials("own", "b3duIHNlY3JldA==")
    made = create_sandbox(clock=ManualClock(), credentials=own)
    exported = made.export_state()
    assert own.secret not in json.dumps(exported)
    made.import_state(exported)
    assert made.engine.account.credentials() == (own,)
    public = sandbox()[0].export_state()
    assert DEFAULT_CREDENTIALS.secret in json.dumps(public)


def test_a_setup_can_leave_out_the_secret_that_the_settings_give() -> None:
    application = SetupApplication(key=KEY, callback="http://127.0.0.1:3000/")
    made, _ = sandbox(setup=Setup(applications=(application,)))
    assert made.credentials == DEFAULT_CREDENTIALS
    made.engine.account.set_callbacks(KEY, primary=None)
    made.reset()
    assert made.engine.account.application(KEY).urls == ("http://127.0.0.1:3000/",)


def test_a_setup_without_a_secret_that_is_known_is_refused() -> None:
    with pytest.raises(StateError, match=r"applications\[0\].secret: is missing"):
        sandbox(setup=Setup(applications=(SetupApplication(key="other"),)))


@pytest.mark.parametrize("keep", [0, 10_001])
def test_a_sandbox_keeps_1_to_10_000_ended_calls(keep: int) -> None:
    with pytest.raises(ValueError, match="keeps 1 to 10,000 ended calls"):
        sandbox(keep=keep)


@pytest.mark.long
def test_after_10_000_calls_and_a_reset_the_memory_is_free() -> None:
    made, world = sandbox()
    world.tts(enable_dice=True)
    world.wait(60)
    made.reset()
    gc.collect()
    tracemalloc.start()
    try:
        start = tracemalloc.get_traced_memory()[0]
        for _ in range(1_000):
            for _ in range(10):
                world.tts(enable_dice=True)
            world.wait(60)
        made.reset()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - start < 1024 * 1024
    finally:
        tracemalloc.stop()
