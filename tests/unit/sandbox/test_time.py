"""Simulated time whose pace changes: what waits on it continues when its time has come, and not before."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import ClockMode, SimulatedClock


@pytest.fixture
def wall() -> ManualClock:
    return ManualClock()


Wait = Callable[[SimulatedClock], Awaitable[None]]


async def slept(clock: SimulatedClock) -> None:
    await clock.sleep(5)


async def moved_on(clock: SimulatedClock) -> None:
    with clock.move_on_after(5) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


async def waited_when_idle(clock: SimulatedClock) -> None:
    await clock.wait_when_idle(clock.now() + timedelta(seconds=5))


async def waiting(wait: Wait, clock: SimulatedClock) -> None:
    await wait(clock)


WAITS = pytest.mark.parametrize("wait", [slept, moved_on, waited_when_idle])


@WAITS
@pytest.mark.parametrize("mode", ["real", "manual"])
async def test_a_task_continues_when_the_clock_was_advanced_far_enough(
    wall: ManualClock, mode: ClockMode, wait: Wait
) -> None:
    clock = SimulatedClock(wall, mode=mode)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waiting, wait, clock)
        await anyio.wait_all_tasks_blocked()
        clock.advance(4.999)
        await anyio.wait_all_tasks_blocked()
        assert len(anyio.get_running_tasks()) > 1
        clock.advance(0.001)


@WAITS
async def test_a_task_continues_when_real_time_has_passed_at_the_speed_of_the_clock(
    wall: ManualClock, wait: Wait
) -> None:
    clock = SimulatedClock(wall, speed=10)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(waiting, wait, clock)
        await wall.until_waited_on()
        wall.advance(0.5)
    assert clock.monotonic() == 5


async def test_a_change_of_pace_counts_for_a_task_that_waits(wall: ManualClock) -> None:
    clock = SimulatedClock(wall)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clock.sleep, 100)
        await wall.until_waited_on()
        wall.advance(1)
        clock.change("real", 99)
        await wall.until_waited_on()
        wall.advance(1)
    assert (clock.mode, clock.speed, clock.monotonic()) == ("real", 99, 100)


async def test_in_mode_auto_only_the_one_who_is_idle_moves_the_clock(wall: ManualClock) -> None:
    clock = SimulatedClock(wall, mode="auto")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clock.sleep, 5)
        await anyio.wait_all_tasks_blocked()
        assert clock.monotonic() == 0
        await clock.wait_when_idle(clock.now() + timedelta(seconds=7))
    assert clock.monotonic() == 7


async def test_a_block_without_time_is_canceled_at_once(wall: ManualClock) -> None:
    with SimulatedClock(wall, mode="manual").move_on_after(0) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


@pytest.mark.parametrize("speed", [0, -1, 10_001, float("nan")])
def test_a_speed_that_makes_no_sense_is_an_error(wall: ManualClock, speed: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 10,000"):
        SimulatedClock(wall, speed=speed)


def test_time_does_not_go_back(wall: ManualClock) -> None:
    with pytest.raises(ValueError, match="cannot be moved back"):
        SimulatedClock(wall).advance(-1)
