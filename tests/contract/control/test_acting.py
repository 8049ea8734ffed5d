"""Calls that come in, scripts, and files of recordings over the control API."""

import io
import json
import wave
from typing import Any

import httpx2
import pytest

from tests.contract.callback_scene import KEY
from tests.contract.control.scene import BASE, HANGUP, MENU, ControlScene, path_of


@pytest.fixture
def scene() -> ControlScene:
    scene = ControlScene()
    scene.receiver.svaml["ice"] = MENU
    return scene


async def test_a_call_comes_in_and_its_application_is_asked(scene: ControlScene) -> None:
    call = await scene.post("inbound", {"from": "+1 202 555 0105", "to": "14155550103", "rdnis": "+12025550177"})
    await scene.advance(1)
    assert (call["direction"], call["kind"], call["cli"], call["to"]) == ("in", "in", "+12025550105", "+14155550103")
    body = json.loads(scene.receiver.got[0].body)
    assert (body["event"], body["to"]["endpoint"], body["rdnis"]) == ("ice", "+14155550103", "+12025550177")
    shown = (await scene.get(f"calls/{call['id']}"))["legs"][0]
    assert (shown["is_caller"], shown["address"]) == (True, "+12025550105")


async def test_without_a_dialed_number_the_first_own_number_is_called(scene: ControlScene) -> None:
    assert (await scene.post("inbound", {"from": "private"}))["to"] == "+14155550100"


async def test_an_app_calls_with_headers_and_dials_what_it_wants(scene: ControlScene) -> None:
    call = {"from": "anna", "origin": "MXP", "to": "ben", "headers": {"x-room": "7"}, "custom": "tag=app"}
    placed = await scene.post("inbound", call | {"application": KEY, "region": "euc1"})
    await scene.advance(1)
    assert (placed["to"], placed["region"]) == ("ben", "euc1")
    assert json.loads(scene.receiver.got[0].body)["callHeaders"] == [{"key": "x-room", "value": "7"}]


async def test_a_caller_plays_a_script(scene: ControlScene) -> None:
    script = [{"on": "menu:main", "press": "2"}, {"after_s": 5, "hang_up": True}]
    call = await scene.post("inbound", {"from": "+12025550105", "script": script})
    await scene.advance(60)
    shown = await scene.get(f"calls/{call['id']}")
    assert [line["text"] for line in shown["transcript"] if line["who"] == "caller"] == ["2"]
    assert shown["callbacks"][1]["body"]["menuResult"]["value"] == "hours"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "`from` is missing"),
        ({"form": "+12025550105"}, "`from` is missing"),
        ({"from": "+12025550105", "too": "x"}, "`too` is not known here; did you mean `to`?"),
        ({"from": "12", "to": "+14155550100"}, "`12` is not a telephone number"),
        (
            {"from": "+12025550105", "to": "+12025550199"},
            "the account has no number +12025550199; it has +14155550100, for example",
        ),
        ({"from": "+12025550105", "to": "+14155550109"}, "the number +14155550109 is assigned to no application"),
        ({"from": "+12025550105", "to_type": "conference", "to": "x"}, "`to_type`: only an app dials a conference"),
        ({"from": "+12025550105", "script": [{"pres": "2"}]}, "script[0].pres: is not known here; did you mean"),
        ({"from": "+12025550105", "script": {}}, "`script` must be a list"),
        ({"from": "anna", "origin": "MXP", "to": "ben", "application": "x"}, "application"),
    ],
)
async def test_a_wrong_call_does_not_come_in(scene: ControlScene, body: dict[str, Any], message: str) -> None:
    status, code, text = await scene.fails("POST", "inbound", body)
    assert (status, code) == (400, "invalid_body")
    assert message in text
    assert await scene.found("") == []


async def test_scripts_are_attached_listed_used_and_detached(scene: ControlScene) -> None:
    script = [{"on": "menu:main", "press": "2"}]
    await scene.post("scripts", {"number": "+12025550190", "script": script})
    listed = await scene.post("scripts", {"next": True, "script": [{"busy": True}]})
    assert listed == await scene.get("scripts")
    assert listed["scripts"] == [
        {"script": [{"busy": True}], "number": None, "next": True},
        {"script": script, "number": "+12025550190", "next": False},
    ]
    busy = scene.call("91")
    await scene.advance(10)
    pressing = scene.call("90")
    await scene.advance(10)
    assert await scene.found("result:busy") == [busy]
    assert await scene.found("pressed:2") == [pressing]
    assert (await scene.request("DELETE", "scripts?number=%2B12025550190")).json() == {"scripts": []}
    assert (await scene.fails("DELETE", "scripts?number=%2B12025550190"))[:2] == (404, "not_found")
    assert (await scene.request("DELETE", "scripts")).json() == {"scripts": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"script": []}, "the body needs `number`, or `next`: true"),
        ({"script": [{"press": "x"}], "next": True}, "script[0].press: must be keys from `0` to `9`, `*` and `#`"),
        ({"script": [{"press": "1"}], "number": "12"}, "`12` is not a telephone number"),
        ({"number": "+12025550190"}, "`script` is missing"),
        ({"script": [{"press": "1"}] * 101, "next": True}, "`script` takes at most 100 items"),
    ],
)
async def test_a_wrong_script_is_not_attached(scene: ControlScene, body: dict[str, Any], message: str) -> None:
    status, code, text = await scene.fails("POST", "scripts", body)
    assert (status, code) == (400, "invalid_body")
    assert message in text
    assert await scene.get("scripts") == {"scripts": []}


async def download(scene: ControlScene, path: str) -> httpx2.Response:
    """Return a file."""
    transport = httpx2.ASGITransport(scene.sandbox.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
        return await client.get(f"/_sandbox/{path}")


async def test_the_file_of_a_recording_is_silence_as_long_as_the_recording(scene: ControlScene) -> None:
    scene.receiver.svaml["ace"] = {
        "instructions": [{"name": "startRecording", "options": {"transcriptionOptions": {"enabled": True}}}],
        "action": MENU["action"],
    }
    scene.receiver.svaml["pie"] = HANGUP
    call_id = scene.call()
    await scene.advance(8)
    await scene.post(f"calls/{call_id}/say", {"text": "Two"})
    await scene.advance(8)
    (recorded,) = (await scene.get(f"calls/{call_id}"))["recordings"]
    response = await download(scene, path_of("recordings", call_id, recorded["name"]))
    with wave.open(io.BytesIO(response.content)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(recorded["seconds"], abs=0.001)
        assert set(sound.readframes(100)) == {0x80}
    assert response.headers["content-type"] == "audio/wav"
    assert int(response.headers["content-length"]) == len(response.content)
    assert recorded["url"].endswith(f"/_sandbox/recordings/{call_id}/{recorded['name']}")
    text = (await download(scene, path_of("recordings", call_id, recorded["name"][:-4] + ".json"))).json()
    assert text["transcript"][-1]["text"] == "Two"


@pytest.mark.parametrize("name", ["x.wav", "..", "../../etc/passwd", "\x00", ""])
async def test_a_recording_that_does_not_exist_is_not_found(scene: ControlScene, name: str) -> None:
    call_id = scene.call()
    for path in (path_of("recordings", call_id, name), path_of("recordings", "x", name)):
        response = await download(scene, path)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
