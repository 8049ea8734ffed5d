"""Answering machine detection: before the answered-call event, or asynchronous."""

from typing import Any

import pytest

from tests.unit.sandbox.world import World

PREFIX = "+120255501"
CONTINUE = {"action": {"name": "continue"}}


def amd(*, number: str, is_async: bool = False) -> dict[str, Any]:
    return {"action": {"name": "connectPstn", "number": number, "amd": {"enabled": "true", "async": is_async}}}


@pytest.mark.parametrize(
    ("digits", "found", "after_s"),
    [
        ("20", ("machine", "longgreeting", 4), 4),
        ("21", ("machine", "longgreeting", 4), 4),
        ("22", ("machine", "initialsilence", 5), 5),
        ("23", ("human", "greeting", 2), 2),
        ("24", ("notsure", "n/a", 5), 5),
        ("25", ("hangup", "n/a", 1), 1),
        ("08", ("human", "greeting", 2), 2),
    ],
)
def test_detection_delays_the_answered_event_or_follows_it(
    world: World, digits: str, found: tuple[object, ...], after_s: float
) -> None:
    world.listen(ace=CONTINUE)
    wire = dict(zip(("status", "reason", "duration"), found, strict=True))
    sync = world.custom(None, ice=amd(number=PREFIX + digits))
    world.wait(3 + after_s - 0.001)
    assert world.kinds(sync) == []
    world.wait(0.001)
    assert [body.get("amd") for body in world.events(sync)][:1] == [wire]
    beside = world.custom(None, ice=amd(number=PREFIX + digits, is_async=True))
    world.wait(3)
    assert world.events(beside)[0]["amd"] == {"status": "inprogress", "reason": "n/a", "duration": 0}
    world.wait(60)
    notes = [body for body in world.events(beside) if body["event"] == "notify"]
    assert (notes[0]["type"], notes[0]["amd"]) == ("amd", wire)
    beeps = [(note["type"], note["amd"]["reason"]) for note in notes[1:]]
    assert beeps == ([("amd_beep", "beep")] if digits == "21" else [])
    ended = ("FINAL", "ANSWERED", "CALLEEHANGUP")
    for call_id in (sync, beside):
        assert (world.outcome(call_id) == ended) == (digits == "25")
        assert (world.kinds(call_id)[-1] == "dice") == (digits == "25")


def test_machines_without_detection_answer_and_listen(world: World) -> None:
    calls = [world.tts(f"{PREFIX}2{digit}") for digit in range(6)]
    world.wait(10)
    assert {world.outcome(call_id) for call_id in calls} == {("FINAL", "ANSWERED", "MANAGERHANGUP")}
