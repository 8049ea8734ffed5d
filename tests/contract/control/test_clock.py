"""Simulated time over the control API: read, move and pace it."""

from typing import Any

import anyio
import pytest

from sinch_voice_mcp.clock import Clock, ManualClock, ScaledClock
from sinch_voice_mcp.sandbox import SimulatedClock
from tests.contract.control.scene import HANGUP, ControlScene, running


def paced(mode: Any, speed: float = 1.0) -> ControlScene:
    """Return a sandbox whose clock passes like this, over real time that the test moves."""
    wall = ManualClock()
    scene = ControlScene(wall=wall, clock=SimulatedClock(wall, mode=mode, speed=speed))
    scene.receiver.svaml["ace"] = HANGUP
    return scene


async def test_advancing_the_clock_returns_when_all_that_was_due_has_happened() -> None:
    scene = paced("manual")
    call_id = scene.call()
    assert (await scene.get("clock"))["next_event"] == "2026-01-05T12:00:01.000Z"
    reading = await scene.advance(60)
    assert (reading["now"], reading["next_event"], reading["mode"]) == ("2026-01-05T12:01:00.000Z", None, "manual")
    assert scene.receiver.kinds() == ["ace", "dice"]
    assert (await scene.get(f"calls/{call_id}"))["call"]["duration_s"] == 0


async def test_a_clock_in_mode_manual_stands_still_while_real_time_passes() -> None:
    scene = paced("manual")
    scene.wall.advance(60)
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:00.000Z"


async def test_a_clock_in_mode_real_passes_as_fast_as_it_is_set() -> None:
    scene = paced("real")
    scene.wall.advance(1)
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:01.000Z"
    assert (await scene.post("clock", {"speed": 10}))["speed"] == 10
    scene.wall.advance(1)
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:11.000Z"
    await scene.post("clock", {"mode": "manual"})
    scene.wall.advance(1)
    assert (await scene.get("clock"))["now"] == "2026-01-05T12:00:11.000Z"


async def test_a_running_sandbox_in_mode_auto_jumps_from_event_to_event() -> None:
    scene = paced("manual")
    call_id = scene.call("01")
    async with running(scene.sandbox):
        assert await scene.found("state:dialing") == [call_id]
        await scene.post("clock", {"mode": "auto"})
        (shown,) = (await scene.get("wait", q="state:ended"))["calls"]
    assert (shown["state"], shown["ended_at"]) == ("ended", "2026-01-05T12:00:20.000Z")


async def test_a_running_sandbox_follows_a_change_of_pace() -> None:
    scene = paced("real")
    call_id = scene.call("01")
    async with running(scene.sandbox):
        await scene.post("clock", {"speed": 100})
        await anyio.wait_all_tasks_blocked()
        scene.wall.advance(0.2)
        await anyio.wait_all_tasks_blocked()
        assert await scene.found("state:ended") == [call_id]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "the body needs `advance_s`, `mode` or `speed`"),
        ({"advance": 3}, "`advance` is not known here; did you mean `advance_s`?"),
        ({"advance_s": -1}, "`advance_s` must be 0 or more"),
        ({"advance_s": True}, "`advance_s` must be a number"),
        ({"speed": 0}, "`speed` must be more than 0"),
        ({"speed": 10_001}, "`speed` must be 10000 or less"),
        ({"mode": "fast"}, "`mode` must be 'real', 'manual' or 'auto'"),
    ],
)
async def test_a_wrong_change_is_refused_and_changes_nothing(change: dict[str, Any], message: str) -> None:
    scene = paced("manual")
    before = await scene.get("clock")
    assert await scene.fails("POST", "clock", change) == (400, "invalid_body", message)
    assert await scene.get("clock") == before


async def test_time_ends_before_the_calendar_does() -> None:
    scene = paced("manual")
    century = 36_500 * 86_400
    await scene.advance(century)
    failed = await scene.fails("POST", "clock", {"advance_s": 1, "mode": "real"})
    assert failed[:2] == (400, "invalid_body")
    assert (await scene.get("clock"))["mode"] == "manual"
    scene.call()
    assert (await scene.advance(0))["now"].startswith("2125-")


@pytest.mark.parametrize(("clock", "mode"), [(ManualClock(), "manual"), (ScaledClock(5), "real")])
async def test_a_clock_that_was_given_keeps_its_mode(clock: Clock, mode: str) -> None:
    scene = ControlScene(clock=clock)
    reading = await scene.get("clock")
    assert (reading["mode"], reading["is_adjustable"]) == (mode, False)
    assert (await scene.fails("POST", "clock", {"mode": "auto"}))[:2] == (409, "conflict")


async def test_a_manual_clock_that_was_given_can_be_advanced_and_a_scaled_one_cannot() -> None:
    assert (await ControlScene(clock=ManualClock()).advance(5))["now"] == "2026-01-05T12:00:05.000Z"
    assert (await ControlScene(clock=ScaledClock(5)).fails("POST", "clock", {"advance_s": 5}))[0] == 409
