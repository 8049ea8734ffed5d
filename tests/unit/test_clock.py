"""Clocks: what waits on one continues when its time has come, and not before."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import anyio
import pytest

from sinch_voice_mcp.clock import Clock, ManualClock, ScaledClock, SkippingClock, SystemClock, wait_event

LIMIT_S = 10
"""Real seconds after which a test that should not wait at all has failed."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def slept(clock: ManualClock) -> None:
    await clock.sleep(5)


async def waited_until(clock: ManualClock) -> None:
    await clock.wait_until(clock.now() + timedelta(seconds=5))


async def moved_on(clock: ManualClock) -> None:
    with clock.move_on_after(5) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


async def waited_for_an_event(clock: ManualClock) -> None:
    assert not await wait_event(anyio.Event(), 5, clock)


@pytest.mark.parametrize("wait", [slept, waited_until, moved_on, waited_for_an_event])
async def test_a_task_on_a_manual_clock_continues_when_the_clock_was_moved_far_enough(
    clock: ManualClock, wait: Callable[[ManualClock], Awaitable[None]]
) -> None:
    ended = anyio.Event()

    async def task() -> None:
        await wait(clock)
        ended.set()

    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(task)
            await clock.until_waited_on()
            clock.advance(4.999)
            await anyio.wait_all_tasks_blocked()
            assert not ended.is_set()
            clock.advance(0.001)
            await ended.wait()


async def test_several_tasks_on_one_clock_are_woken_each_in_its_time(clock: ManualClock) -> None:
    woken: list[int] = []

    async def task(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as tasks:
            for seconds in (3, 1, 2):
                tasks.start_soon(task, seconds)
            await clock.until_waited_on(3)
            for seconds in (1, 2, 3):
                clock.advance(1)
                await anyio.wait_all_tasks_blocked()
                assert woken == list(range(1, seconds + 1))


async def test_a_canceled_wait_leaves_no_alarm_behind(clock: ManualClock) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await clock.sleep(5)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clock.sleep, 1)
        await clock.until_waited_on(1)
        assert clock.waiting == 1
        tasks.cancel_scope.cancel()

    assert clock.waiting == 0


async def test_a_block_that_ends_in_time_is_not_canceled_later(clock: ManualClock) -> None:
    with clock.move_on_after(5) as scope:
        await anyio.lowlevel.checkpoint()
    clock.advance(10)
    await anyio.lowlevel.checkpoint()

    assert not scope.cancel_called


async def test_a_shielded_block_survives_the_cancellation_around_it(clock: ManualClock) -> None:
    reached: list[str] = []
    with anyio.CancelScope() as outer:
        outer.cancel()
        with clock.move_on_after(5, shield=True):
            await anyio.lowlevel.checkpoint()
            reached.append("inside")
        await anyio.lowlevel.checkpoint()
        reached.append("after")

    assert reached == ["inside"]


@pytest.mark.parametrize("clock", [SystemClock(), ScaledClock(), ManualClock(), SkippingClock()])
async def test_no_time_is_no_wait_but_a_set_event_is_seen(clock: Clock) -> None:
    event = anyio.Event()
    with anyio.fail_after(LIMIT_S):
        assert not await wait_event(event, 0, clock)
        event.set()
        assert await wait_event(event, 0, clock)
        await clock.sleep(0)
        await clock.wait_until(clock.now())


async def test_an_event_ends_a_wait_before_its_time(clock: ManualClock) -> None:
    event = anyio.Event()
    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_set, event, clock)
            assert await wait_event(event, 5, clock)


async def _set(event: anyio.Event, clock: ManualClock) -> None:
    await clock.until_waited_on()
    event.set()


async def test_a_skipping_clock_is_moved_by_what_sleeps_on_it() -> None:
    clock = SkippingClock()
    with anyio.fail_after(LIMIT_S):
        await clock.sleep(3_600)

    assert clock.monotonic() == 3_600


async def test_a_skipping_clock_waits_where_a_sleep_is_longer_than_it_skips() -> None:
    clock = SkippingClock(longest_s=10)
    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(clock.sleep, 11)
            await clock.until_waited_on()
            assert clock.monotonic() == 0
            clock.advance(11)


async def test_a_scaled_clock_waits_in_scaled_seconds() -> None:
    clock = ScaledClock(1_000_000)
    with anyio.fail_after(LIMIT_S):
        await clock.sleep(3_600)
        with clock.move_on_after(3_600):
            await anyio.sleep_forever()
        await clock.wait_until(clock.now() + timedelta(hours=1))

    assert clock.monotonic() >= 3 * 3_600


async def test_the_system_clock_waits_in_real_time() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    with anyio.fail_after(LIMIT_S):
        with clock.move_on_after(0.01):
            await anyio.sleep_forever()
        await clock.sleep(0.01)

    assert clock.monotonic() > before


def test_no_clock_is_moved_back() -> None:
    with pytest.raises(ValueError, match="moved back"):
        ManualClock().advance(-1)
    with pytest.raises(ValueError, match="positive"):
        ScaledClock(0)
