"""Numbers with recordings, conferences and hostile texts of their own, without any SVAML that asks for them."""

import json
from typing import Any

import pytest

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall
from sinch_voice_mcp.sandbox.engine.hostile import HOSTILE, MARK
from sinch_voice_mcp.sandbox.engine.scripts import Script
from tests.unit.sandbox.world import OWN, SECOND_OF_SPEECH, World

PREFIX = "+120255501"
HANGUP = {"action": {"name": "hangup"}}
MENU = {
    "name": "runMenu",
    "locale": "en-US",
    "enableVoice": True,
    "menus": [{"id": "main", "mainPrompt": f"#tts[{SECOND_OF_SPEECH}]", "repeats": 0}],
}


def notified(world: World) -> list[str]:
    return [body["type"] for body in world.events() if body["event"] == "notify"]


@pytest.mark.parametrize(
    ("digits", "types"),
    [
        ("70", ["recording_finished", "recording_available"]),
        ("71", ["recording_finished", "recording_available", "transcription_available"]),
        ("72", ["recording_error"]),
    ],
)
def test_a_call_is_recorded_although_nothing_asks_for_it(world: World, digits: str, types: list[str]) -> None:
    world.listen()
    call_id = world.tts(PREFIX + digits, enable_dice=True)
    world.wait(10)
    assert notified(world) == types
    assert world.kinds(call_id)[-1] == "dice"


def test_a_recording_that_fails_says_so_and_leaves_no_file(world: World) -> None:
    start = {"instructions": [{"name": "startRecording"}], **HANGUP}
    world.listen(ace=start)
    call_id = world.custom(f"{PREFIX}72")
    world.wait(10)
    bodies = [body for body in world.events() if body["event"] == "notify"]
    assert [(body["errorCode"], body["errorMsg"]) for body in bodies] == [
        (50000, "The recording could not be made")
    ] * 2
    states = [entry.detail["state"] for entry in world.engine.timeline(call_id) if entry.event == "recording"]
    assert states == ["started", "failed", "started", "failed"]


def test_a_recording_that_svaml_asks_for_is_made_as_it_says(world: World) -> None:
    world.listen()
    connect = {"name": "connectPstn", "number": f"{PREFIX}71", "record": True}
    world.custom(None, ice={"action": connect}, ace=HANGUP)
    world.wait(10)
    assert notified(world) == ["recording_finished", "recording_available"]


def test_73_joins_a_conference_after_the_text_of_a_tts_callout(world: World) -> None:
    call_id = world.tts(f"{PREFIX}73")
    world.wait(3.9)
    assert world.members("sandbox") == []
    world.wait(0.1)
    assert world.members("sandbox") == [call_id]


def test_74_presses_a_key_in_a_conference(world: World) -> None:
    world.listen(
        ace={"action": {"name": "connectConf", "conferenceId": "room", "conferenceDtmfOptions": {"mode": "detect"}}}
    )
    world.custom(f"{PREFIX}74")
    world.wait(4)
    assert world.results() == [("room", "sequence", "1", "dtmf")]


def test_a_script_replaces_what_a_number_does(world: World) -> None:
    world.listen(ace={"action": MENU}, pie=HANGUP)
    world.engine.scripts.attach(Script.read([{"on": "menu:main", "say": "hello"}]), f"{PREFIX}80")
    world.custom(f"{PREFIX}80")
    world.wait(10)
    assert world.results() == [("main", "invalidinput", "hello", "voice")]


def foreign(body: dict[str, Any]) -> tuple[object, ...]:
    """Return what the members of a callback hold that others can write."""
    (header,), (cookie, *_) = body["callHeaders"], body["cookies"]
    return body["user"], header["value"], cookie["value"]


@pytest.mark.parametrize("digits", HOSTILE)
def test_a_hostile_text_is_in_speech_cookies_headers_and_user_name(world: World, digits: str) -> None:
    text = HOSTILE[digits]
    world.listen(ace={"action": MENU}, pie=HANGUP)
    call_id = world.custom(PREFIX + digits, custom="order 7")
    world.wait(30)
    assert MARK in text
    assert world.results() == [("main", "invalidinput", text, "voice")]
    assert world.kinds(call_id) == ["ace", "pie", "dice"]
    assert [foreign(body) for body in world.events()] == [(text,) * 3] * 3
    # The requester finds its call by this member.
    assert {body["custom"] for body in world.events()} == {"order 7"}
    assert all(body.body.isascii() for body in world.sent)


def test_hostile_texts_come_with_calls_from_their_numbers_too(world: World) -> None:
    world.listen(ice=HANGUP)
    world.engine.receive(IncomingCall("PSTN", f"{PREFIX}80", Dialed("did", OWN)))
    world.wait(1)
    assert [foreign(body)[0] for body in world.events()] == [HOSTILE["80"]] * 2


def test_hostile_texts_are_what_their_rows_say() -> None:
    assert len(HOSTILE["83"]) > 10_000
    assert "\\ud83d" in json.dumps(HOSTILE["88"])
    assert len(set(HOSTILE.values())) == len(HOSTILE) == 10
