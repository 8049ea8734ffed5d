"""Recordings: when they begin and end, and which notifications the application gets."""

from typing import Any

import pytest

from tests.unit.sandbox.world import ANNA, KEY, OWN, World

PREFIX = "+120255501"
HANGUP: dict[str, Any] = {"action": {"name": "hangup"}}
CONNECT: dict[str, Any] = {"action": {"name": "connectPstn", "number": ANNA, "cli": OWN}}
SAY = {"name": "say", "text": "Hello", "locale": "en-US"}
STOP = {"name": "stopRecording"}
FILE = "gs://bucket/calls/my.wav"


def started(**options: object) -> dict[str, Any]:
    return {"name": "startRecording", "options": {"destinationUrl": FILE, "credentials": "{}", **options}}


def notified(world: World, call_id: str) -> list[tuple[str, str | None]]:
    """The notifications and other events of a call, with the URLs that they name."""
    return [(event.get("type", event["event"]), event.get("destination")) for event in world.events(call_id)]


def test_a_recording_ends_with_its_instruction_and_the_file_is_named(world: World) -> None:
    world.listen(ace={"instructions": [started(), SAY, STOP, SAY], **HANGUP})
    call_id = world.custom()
    world.wait(20)
    assert notified(world, call_id) == [
        ("ace", None), ("recording_finished", None), ("recording_available", FILE), ("dice", None),
    ]  # fmt: skip


def test_a_recording_that_nothing_stops_ends_with_the_call_and_before_its_last_event(world: World) -> None:
    transcribed = started(transcriptionOptions={"enabled": True, "locale": "en-US"})
    world.listen(ace={"instructions": [transcribed, SAY], **HANGUP})
    call_id = world.custom()
    world.wait(20)
    assert notified(world, call_id) == [
        ("ace", None),
        ("recording_finished", None),
        ("recording_available", FILE),
        ("transcription_available", "gs://bucket/calls/my.json"),
        ("dice", None),
    ]


@pytest.mark.parametrize(
    ("folder", "ending", "expected"),
    [
        ("s3://bucket", None, "s3://bucket/20260105120003_{key}_{call}.mp3"),
        ("azure://account/container/", "wav", "azure://account/container/20260105120003_{key}_{call}.wav"),
    ],
)
def test_a_file_without_a_name_gets_the_documented_one(
    world: World, folder: str, ending: str | None, expected: str
) -> None:
    options = started(destinationUrl=folder, credentials="ACCESSKEY:SECRETKEY:REGION", format=ending)
    world.listen(ace={"instructions": [options, SAY], **HANGUP})
    call_id = world.custom()
    world.wait(20)
    urls = [url for kind, url in notified(world, call_id) if kind == "recording_available"]
    assert urls == [expected.format(key=KEY, call=call_id)]


def test_without_notification_events_the_application_hears_nothing_of_it(world: World) -> None:
    world.listen(ace={"instructions": [started(notificationEvents=False), SAY, STOP], **HANGUP})
    call_id = world.custom()
    world.wait(20)
    assert notified(world, call_id) == [("ace", None), ("dice", None)]


def test_a_second_start_ends_the_first_recording(world: World) -> None:
    world.listen(ace={"instructions": [started(), SAY, started(), SAY], **HANGUP})
    call_id = world.custom()
    world.wait(20)
    kinds = [kind for kind, _ in notified(world, call_id)]
    assert kinds.count("recording_finished") == kinds.count("recording_available") == 2


@pytest.mark.parametrize(
    "action",
    [
        {"name": "continue", "record": True},
        {"name": "connectConf", "conferenceId": "room", "record": True},
    ],
)
def test_an_action_records_the_call_that_it_connects(world: World, action: dict[str, Any]) -> None:
    options = {"destinationUrl": FILE, "credentials": "{}"}
    world.listen(ace={"action": {**action, "recordingOptions": options}})
    call_id = world.custom(f"{PREFIX}08")
    world.wait(15)
    world.engine.update(KEY, call_id, {**HANGUP})
    world.wait(1)
    assert ("recording_available", FILE) in notified(world, call_id)
    assert notified(world, call_id)[-1] == ("dice", None)


def test_a_phone_that_is_dialed_is_recorded_from_its_answer(world: World) -> None:
    options = {"destinationUrl": FILE, "credentials": "{}"}
    dialed = {"name": "connectPstn", "number": f"{PREFIX}08", "cli": OWN, "record": True, "recordingOptions": options}
    world.listen(ace={"action": {"name": "continue"}})
    call_id = world.custom(None, ice={"action": dialed})
    world.wait(15)
    world.engine.update(KEY, call_id, {"action": {**dialed, "number": f"{PREFIX}07"}})
    world.wait(30)
    kinds = [kind for kind, _ in notified(world, call_id)]
    assert kinds.count("recording_available") == 2
    assert kinds[-1] == "dice"


def test_a_recording_that_is_wanted_before_the_answer_begins_with_it(world: World) -> None:
    world.listen(ace={"instructions": [SAY], **HANGUP})
    call_id = world.custom(None, ice={"instructions": [started()], **CONNECT})
    world.wait(20)
    assert [kind for kind, _ in notified(world, call_id)] == [
        "ace", "recording_finished", "recording_available", "dice",
    ]  # fmt: skip
    states = [(one.event, one.detail.get("state")) for one in world.engine.timeline(call_id)]
    assert states.index(("recording", "started")) == states.index(("answered", None)) + 1


def test_a_caller_is_recorded_from_the_answer(world: World) -> None:
    world.listen(ice={"instructions": [started(), SAY, {"name": "answer"}, SAY], **HANGUP})
    call_id = world.receive()
    world.wait(20)
    kinds = [kind for kind, _ in notified(world, call_id)]
    assert kinds == ["ice", "recording_finished", "recording_available", "dice"]


def test_a_recording_that_is_stopped_before_the_answer_never_begins(world: World) -> None:
    world.listen(ace={"instructions": [SAY], **HANGUP})
    call_id = world.custom(None, ice={"instructions": [started(), STOP], **CONNECT})
    world.wait(20)
    assert notified(world, call_id) == [("ace", None), ("dice", None)]
