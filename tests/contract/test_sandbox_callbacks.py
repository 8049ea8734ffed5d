"""Callbacks of the sandbox as an application receives them: signed, in order, and with their faults."""

import json
import re
from datetime import timedelta

import pytest

from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    CallbackRequest,
    CallbackResponse,
)
from sinch_voice_mcp.signing import Flaw
from tests.contract.callback_scene import FALLBACK, HANGUP, KEY, MENU, PRIMARY, Receiver, Scene, answering


@pytest.fixture
def scene() -> Scene:
    return Scene(Receiver({"ace": HANGUP, "pie": HANGUP}))


async def test_a_menu_leads_to_its_events_in_order(scene: Scene) -> None:
    scene.receiver.svaml["ace"] = MENU
    call_id = scene.custom("02")
    await scene.wait(60)
    assert scene.receiver.kinds() == ["ace", "pie", "dice"]
    pie = json.loads(scene.receiver.got[1].body)
    assert pie["menuResult"] == {"menuId": "main", "type": "return", "value": "yes", "inputMethod": "dtmf"}
    assert scene.result(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")


async def test_callbacks_are_signed_over_the_exact_bytes_and_the_path_without_query(scene: Scene) -> None:
    scene.receiver.at[PRIMARY] = answering(None)
    scene.custom()
    await scene.wait(60)
    assert [request.url for request in scene.receiver.got] == [PRIMARY, FALLBACK] * 2
    for request in scene.receiver.got:
        assert scene.verdict(request) == DEFAULT_CREDENTIALS
        assert request.headers["authorization"].startswith("application ")
        assert request.headers["content-type"] == "application/json"
        assert re.fullmatch(r"2026-01-05T12:00:00\.\d{7}Z", request.headers["x-timestamp"])
        assert (request.method, request.timeout_s) == ("POST", 5.0)


@pytest.mark.parametrize("status", [None, 500, 302, 199])
async def test_the_fallback_gets_a_callback_once_if_the_primary_fails(scene: Scene, status: int | None) -> None:
    scene.receiver.at[PRIMARY] = answering(status)
    call_id = scene.custom()
    await scene.wait(60)
    assert scene.result(call_id) == ("FINAL", "ANSWERED", "MANAGERHANGUP")
    assert scene.receiver.got[0].body == scene.receiver.got[1].body
    scene.receiver.at[FALLBACK] = answering(status)
    scene.receiver.got.clear()
    other = scene.custom()
    await scene.wait(60)
    assert [request.url for request in scene.receiver.got] == [PRIMARY, FALLBACK]
    assert scene.result(other) == ("ONGOING", "ANSWERED", "N/A")


async def test_every_attempt_is_visible_with_status_latency_and_reply(scene: Scene) -> None:
    def slow(_: CallbackRequest) -> CallbackResponse:
        scene.wall.advance(1.5)
        return CallbackResponse(503, b"x" * 100_000)

    scene.receiver.at[PRIMARY] = slow
    call_id = scene.custom()
    await scene.wait(60)
    first, second = list(scene.sandbox.callbacks)[:2]
    assert (first.url, first.kind, first.call_id, first.status) == (PRIMARY, "ace", call_id, 503)
    assert (first.latency_s, len(first.reply), first.failure) == (1.5, 64 * 1024, None)
    assert (second.url, second.status, json.loads(second.reply)) == (FALLBACK, 200, HANGUP)


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1.example.com/", "http://[", "http://10.0.0.1/", "http://127.0.0.1:x/"],
)
async def test_callbacks_go_to_this_machine_only_by_default(scene: Scene, url: str) -> None:
    scene.sandbox.engine.account.set_callbacks(KEY, primary=url, fallback=None)
    call_id = scene.custom()
    await scene.wait(60)
    assert scene.receiver.got == []
    assert scene.sandbox.callbacks[0].failure is not None
    assert scene.result(call_id) == ("ONGOING", "ANSWERED", "N/A")


@pytest.mark.parametrize("url", ["http://localhost/", "http://127.8.9.1/", "http://[::1]/"])
async def test_every_loopback_host_is_this_machine(scene: Scene, url: str) -> None:
    scene.sandbox.engine.account.set_callbacks(KEY, primary=url)
    scene.custom()
    await scene.wait(60)
    assert {request.url for request in scene.receiver.got} == {url}


async def test_callbacks_go_to_other_machines_if_allowed() -> None:
    scene = Scene(allow_remote=True)
    scene.sandbox.engine.account.set_callbacks(KEY, primary="https://example.com")
    scene.custom()
    await scene.wait(60)
    assert scene.verdict(scene.receiver.got[0]) == DEFAULT_CREDENTIALS


async def test_50_every_callback_is_sent_twice(scene: Scene) -> None:
    scene.tts("50")
    await scene.wait(60)
    assert scene.receiver.kinds() == ["ace", "ace", "dice", "dice"]
    assert scene.receiver.got[0].body == scene.receiver.got[1].body


async def test_51_the_answered_call_event_is_sent_after_the_disconnected_call_event(scene: Scene) -> None:
    scene.tts("51")
    await scene.wait(60)
    assert scene.receiver.kinds() == ["dice", "ace"]


async def test_52_callbacks_are_sent_30_s_late(scene: Scene) -> None:
    scene.tts("52")
    await scene.wait(32.9)
    assert scene.receiver.kinds() == []
    await scene.wait(0.1)
    assert scene.receiver.kinds() == ["ace"]
    await scene.wait(30)
    assert scene.receiver.kinds() == ["ace", "dice"]


@pytest.mark.parametrize(("digits", "flaw"), [("53", "signature_wrong"), ("54", "timestamp_outside")])
async def test_53_and_54_fail_verification(scene: Scene, digits: str, flaw: Flaw) -> None:
    scene.tts(digits)
    await scene.wait(60)
    assert scene.receiver.kinds() == ["ace", "dice"]
    assert {scene.verdict(request) for request in scene.receiver.got} == {flaw}
    scene.wall.advance(timedelta(minutes=10).total_seconds())
    assert {scene.verdict(request) for request in scene.receiver.got} == (
        {"timestamp_outside"} if digits == "53" else {DEFAULT_CREDENTIALS}
    )


async def test_55_the_disconnected_call_event_is_never_sent(scene: Scene) -> None:
    call_id = scene.tts("55")
    await scene.wait(60)
    assert scene.receiver.kinds() == ["ace"]
    assert scene.result(call_id)[0] == "FINAL"


async def test_56_a_thousand_notifications_are_sent_in_order(scene: Scene) -> None:
    scene.tts("56")
    await scene.wait(60)
    assert scene.receiver.kinds() == ["notify"] * 1000 + ["ace", "dice"]
    numbers = [str(json.loads(one.body)["destination"]).rpartition("/")[2] for one in scene.receiver.got[:1000]]
    assert numbers == [f"{number}.mp3" for number in range(1, 1001)]
    assert len(scene.sandbox.callbacks) == 1000


async def test_57_the_primary_url_is_never_used(scene: Scene) -> None:
    call_id = scene.tts("57")
    await scene.wait(60)
    assert [request.url for request in scene.receiver.got] == [FALLBACK] * 2
    assert [attempt.status for attempt in scene.sandbox.callbacks] == [None, 200] * 2
    assert scene.result(call_id)[0] == "FINAL"
