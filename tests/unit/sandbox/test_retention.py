"""Which calls are kept: all that are in progress, and of those that have ended the last ones."""

from contextlib import suppress

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine
from sinch_voice_mcp.sandbox.engine import RejectedError
from tests.unit.sandbox.world import World, make_world

BUSY = "+12025550110"


def small(keep: int) -> World:
    """A platform that keeps few ended calls."""
    clock = ManualClock()
    return World(clock, Engine(clock, DEFAULT_CREDENTIALS, keep=keep))


def kept(world: World, calls: list[str]) -> list[bool]:
    """Whether each call is known."""
    return [_is_known(world, call_id) for call_id in calls]


def _is_known(world: World, call_id: str) -> bool:
    with suppress(RejectedError):
        world.get(call_id)
        return True
    return False


def test_500_ended_calls_are_kept_unless_a_sandbox_says_otherwise() -> None:
    world = make_world()
    calls = [world.tts(BUSY) for _ in range(502)]
    world.wait(1)
    assert kept(world, calls) == [False] * 2 + [True] * 500


def test_the_call_that_ended_first_is_dropped_first() -> None:
    world = small(2)
    answered, busy = world.tts(), world.tts(BUSY)
    world.wait(60)
    later = world.tts(BUSY)
    world.wait(60)
    assert kept(world, [answered, busy, later]) == [True, False, True]
    assert world.happened(busy) == []


def test_a_call_in_progress_is_kept_however_many_have_ended() -> None:
    world = small(1)
    lasting = world.conference()
    for _ in range(3):
        world.tts(BUSY)
        world.wait(5)
    assert world.get(lasting).status == "ONGOING"
    assert world.members() == [lasting]


def test_a_dropped_call_cannot_be_steered() -> None:
    world = small(1)
    dropped = world.tts(BUSY)
    world.tts(BUSY)
    world.wait(5)
    with pytest.raises(RejectedError) as rejected:
        world.update(dropped, {"name": "hangup"})
    assert rejected.value.code == 40400


def test_what_is_kept_elsewhere_of_a_call_can_be_dropped_with_it() -> None:
    world, dropped = small(1), list[str]()
    world.engine.on_drop(dropped.append)
    calls = [world.tts(BUSY) for _ in range(3)]
    world.wait(5)
    assert kept(world, calls) == [False, False, True]
    assert dropped == calls[:2]


def test_the_last_events_of_a_dropped_call_are_delivered() -> None:
    world = small(1)
    world.listen()
    dropped = world.tts(BUSY, enable_dice=True)
    world.tts(BUSY)
    world.wait(5)
    assert kept(world, [dropped]) == [False]
    assert world.kinds(dropped) == ["dice"]
