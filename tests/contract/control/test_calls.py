"""Calls over the control API: list, search, show and remove them, and act at their phones."""

from typing import Any

import pytest

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall
from tests.contract.callback_scene import KEY
from tests.contract.control.scene import ControlScene, path_of


@pytest.fixture
def scene() -> ControlScene:
    return ControlScene()


async def test_calls_are_listed_newest_first_page_by_page(scene: ControlScene) -> None:
    placed = [scene.call() for _ in range(5)]
    first = await scene.get("calls", limit=2)
    second = await scene.get("calls", limit=2, before=first["next"])
    scene.call()
    third = await scene.get("calls", limit=2, before=second["next"])
    listed = [call["id"] for page in (first, second, third) for call in page["calls"]]
    assert listed == placed[::-1]
    assert third["next"] is None


async def test_a_call_is_shown_with_everything_that_happened(scene: ControlScene) -> None:
    call_id = scene.call(custom="tag=ci-42 order 7")
    await scene.advance(5)
    await scene.post(f"calls/{call_id}/press", {"keys": "2"})
    await scene.advance(5)
    shown = await scene.get(f"calls/{call_id}")
    call, leg = shown["call"], shown["legs"][0]
    assert (call["state"], call["result"], call["reason"]) == ("ended", "ANSWERED", "MANAGERHANGUP")
    assert (call["to"], call["cli"], call["tags"], call["kind"]) == (
        "+12025550108",
        "+14155550100",
        ["ci-42"],
        "custom",
    )
    assert (call["direction"], call["region"], call["application"]) == ("out", "use1", KEY)
    assert (call["duration_s"], call["cost"], leg["rate"]) == (2, 0.02, 0.02)
    assert (leg["address"], leg["type"], leg["is_caller"]) == ("+12025550108", "number", False)
    lines = [(line["who"], line["how"], line["text"]) for line in shown["transcript"]]
    assert lines == [("platform", "plays", "#tts[Our opening hours: press 2]"), ("callee", "presses", "2")]
    assert [one["event"] for one in shown["timeline"]][:4] == ["created", "dialing", "ringing", "answered"]
    assert [(one["kind"], one["signature"], one["status"]) for one in shown["callbacks"]] == [
        ("ace", "right", 200),
        ("pie", "right", 200),
        ("dice", "right", 200),
    ]
    assert shown["callbacks"][1]["body"]["menuResult"]["value"] == "hours"


async def test_what_is_wrong_with_svaml_stands_with_the_call_that_got_it(scene: ControlScene) -> None:
    scene.receiver.svaml["ace"] = {"action": {"name": "runMenu", "menus": [{"id": "main", "mainPromt": "#tts[x]"}]}}
    ice = '{"action": {"name": "connectPstn", "number": "+12025550108", "maxDurration": 5}}'
    call_id = scene.call(ice=ice)
    await scene.advance(5)
    findings = (await scene.get(f"calls/{call_id}"))["findings"]
    assert {(one["source"], one["event"], one["path"]) for one in findings} >= {
        ("request", "callout", "$.action.maxDurration"),
        ("reply", "ace", "$.action.menus[0].mainPromt"),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abc"),
        ("to:+12025550108", "a"),
        ("to:1202555010*", "ac"),
        ("from:+14155550100", "abc"),
        ("state:answered", "a"),
        ("state:ended", "bc"),
        ("-state:ended", "a"),
        ("direction:out kind:custom", "ab"),
        ("kind:tts", "c"),
        ("direction:in", ""),
        ("result:busy", "b"),
        ("reason:managerHangup", "c"),
        ('said:"opening HOURS"', "a"),
        ("said:open", "ac"),
        ("pressed:45", "a"),
        ("pressed:54", ""),
        ("tag:ci-1", "a"),
        ("tag:ci", ""),
        ("callback:failed", ""),
        ("callback:ok", "ab"),
        ("callback:ace", "a"),
        ("callback:pending", ""),
        ("since:30s", "abc"),
        ("since:11s", "abc"),
        ("since:10s", ""),
        (f"application:{KEY.replace('-', '').upper()}", "abc"),
        ("application:other", ""),
        ("to:+12025550108 state:ended", ""),
    ],
)
async def test_a_query_finds_the_calls_that_match_all_of_its_terms(
    scene: ControlScene, query: str, expected: str
) -> None:
    scene.receiver.svaml["ace"] = {"action": MENU_WITHOUT_INPUT}
    calls = {"a": scene.call(custom="tag=ci-1,x"), "b": scene.call("10"), "c": scene.tts()}
    await scene.advance(5)
    await scene.post(f"calls/{calls['a']}/press", {"keys": "45"})
    await scene.advance(6)
    found = await scene.found(query)
    assert found == [calls[name] for name in reversed(expected)]


MENU_WITHOUT_INPUT: dict[str, Any] = {
    "name": "runMenu",
    "menus": [{"id": "main", "mainPrompt": "#tts[Our opening hours]", "maxDigits": 9, "timeoutMills": 60_000}],
}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("stat:ended", "`stat:ended`: there is no field `stat`; did you mean `state`?"),
        ("ended", "`ended` is not a term"),
        ("state:", "`state:` has no value"),
        ('said:""', '`said:""`: the quotation marks are not closed, or do not surround the value'),
        ('said:"opening hours', '`said:"opening`: the quotation marks are not closed, or do not surround the value'),
        ("state:ringin", "`state:ringin`: this is not a state; did you mean `ringing`?"),
        ("callback:broken", "`callback:broken`: this is not a callback"),
        ("since:soon", "`since:soon` is not a time"),
        (" ".join(["state:ended"] * 21), "the query has more than 20 terms"),
    ],
)
async def test_a_query_that_is_not_understood_is_an_error_that_names_the_term(
    scene: ControlScene, query: str, message: str
) -> None:
    assert await scene.fails("GET", "calls", params={"q": query}) == (400, "invalid_query", message)


async def test_removing_calls_removes_those_that_have_ended_with_their_callbacks(scene: ControlScene) -> None:
    ended, other, going = scene.call("10"), scene.tts("10"), scene.call("08")
    await scene.advance(5)
    response = await scene.request("DELETE", "calls", params={"q": "kind:custom"})
    assert response.json() == {"removed": 1, "in_progress": 1}
    assert await scene.found("") == [going, other]
    assert (await scene.fails("GET", f"calls/{ended}"))[0] == 404
    assert {one["call_id"] for one in (await scene.get("callbacks"))["callbacks"]} == {going}


async def test_a_phone_that_rings_is_answered_or_rejected_at_once(scene: ControlScene) -> None:
    answered, rejected = scene.call("01"), scene.call("01")
    await scene.advance(2)
    assert (await scene.post(f"calls/{answered}/answer"))["state"] == "answered"
    # Until the application replies to the answer, time stands still for every call.
    await scene.sandbox.settle()
    assert (await scene.post(f"calls/{rejected}/reject", {}))["result"] == "BUSY"
    assert (await scene.fails("POST", f"calls/{answered}/answer"))[:2] == (409, "conflict")


async def test_words_are_heard_by_a_menu_and_stand_in_the_transcript(scene: ControlScene) -> None:
    call_id = scene.call()
    await scene.advance(5)
    await scene.post(f"calls/{call_id}/say", {"text": "Two"})
    await scene.advance(5)
    shown = await scene.get(f"calls/{call_id}")
    assert [line["text"] for line in shown["transcript"] if line["who"] == "callee"] == ["Two"]
    assert shown["callbacks"][1]["body"]["menuResult"]["inputMethod"] == "voice"


async def test_keys_after_the_end_of_the_call_have_no_effect(scene: ControlScene) -> None:
    call_id = scene.call(pie='{"action": {"name": "hangup"}}')
    await scene.advance(5)
    assert (await scene.post(f"calls/{call_id}/press", {"keys": "2345"}))["state"] == "ended"
    assert await scene.found("pressed:2 -pressed:3") == [call_id]


async def test_the_callee_hangs_up(scene: ControlScene) -> None:
    call_id = scene.call()
    await scene.advance(5)
    assert (await scene.post(f"calls/{call_id}/hangup"))["reason"] == "CALLEEHANGUP"
    assert (await scene.fails("POST", f"calls/{call_id}/hangup"))[:2] == (409, "conflict")


async def test_a_call_that_came_in_shows_its_caller(scene: ControlScene) -> None:
    scene.receiver.svaml["ice"] = MENU_DOCUMENT
    call_id = scene.sandbox.engine.receive(IncomingCall("PSTN", "+12025550105", Dialed("did", "+14155550100")))
    await scene.advance(1)
    await scene.post(f"calls/{call_id}/say", {"text": "Hello?"})
    shown = await scene.get(f"calls/{call_id}")
    assert (shown["call"]["kind"], shown["call"]["to"], shown["call"]["cli"]) == (
        "in",
        "+14155550100",
        "+12025550105",
    )
    assert shown["transcript"][-1]["who"] == "caller"
    assert await scene.found("direction:in from:+12025550105 to:+14155550100") == [call_id]


MENU_DOCUMENT: dict[str, Any] = {"action": MENU_WITHOUT_INPUT}


@pytest.mark.parametrize(
    ("action", "body", "message"),
    [
        ("press", {"keys": "1x"}, "`keys` takes 0 to 9, * and # only"),
        ("press", {"key": "1"}, "`keys` is missing"),
        ("press", {"keys": "1", "legs": 0}, "`legs` is not known here; did you mean `leg`?"),
        ("press", {"keys": "1", "leg": "0"}, "`leg` must be a whole number"),
        ("press", [], "the body is not a JSON object"),
        ("press", b"{", "the body is not JSON"),
        ("say", {"text": ""}, "`text` must not be empty"),
        ("answer", {"leg": 0}, "`leg` is not known here"),
    ],
)
async def test_a_wrong_body_changes_nothing_and_names_the_member(
    scene: ControlScene, action: str, body: object, message: str
) -> None:
    call_id = scene.call()
    await scene.advance(5)
    before = scene.sandbox.engine.timeline_bytes()
    status, code, text = await scene.fails("POST", f"calls/{call_id}/{action}", body)
    assert (status, code) == (400, "invalid_body")
    assert text.startswith(message)
    assert scene.sandbox.engine.timeline_bytes() == before


@pytest.mark.parametrize("call_id", ["x", "..", "../..", "%2e%2e", "a/b", "\x00", "é", "🙂" * 50])
async def test_an_id_is_only_looked_up(scene: ControlScene, call_id: str) -> None:
    assert (await scene.fails("GET", path_of("calls", call_id)))[:2] == (404, "not_found")
    assert (await scene.fails("POST", path_of("calls", call_id, "hangup")))[:2] == (404, "not_found")


async def test_text_that_utf8_cannot_carry_is_shown_as_json_escapes(scene: ControlScene) -> None:
    call_id = scene.call(custom="half \ud83d tag=\ud83d")
    shown = await scene.get(f"calls/{call_id}")
    assert shown["call"]["custom"] == "half \ud83d tag=\ud83d"
