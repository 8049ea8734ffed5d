"""Simulated time: read it, move it, and change how it passes; and whether the sandbox is ready."""

from typing import Protocol, runtime_checkable

from sinch_voice_mcp.clock import ScaledClock
from sinch_voice_mcp.sandbox.control import showing
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.requests import ClockChange, EmptyBody, NoParameters
from sinch_voice_mcp.sandbox.control.responses import ClockReading, Readiness
from sinch_voice_mcp.sandbox.control.routing import ControlRequest
from sinch_voice_mcp.sandbox.time import ClockMode, SimulatedClock
from sinch_voice_mcp.version import __version__

SETTLING_S = 60.0
"""Real seconds to wait for callbacks after the clock was advanced; an application has 5 s for each."""


@runtime_checkable
class _Movable(Protocol):
    """A clock that can be moved by hand."""

    def advance(self, seconds: float) -> None:
        """Move forward."""
        ...


async def read_clock(request: ControlRequest[NoParameters, EmptyBody]) -> ClockReading:
    """Return simulated time, and how it passes."""
    request.controls.engine.catch_up()
    return _reading(request.controls)


async def change_clock(request: ControlRequest[NoParameters, ClockChange]) -> ClockReading:
    """Move simulated time forward, or change how it passes.

    The response comes when all that was due by then has happened, and the callbacks of it were delivered.
    """
    controls, change = request.controls, request.body
    try:
        _change(controls, change)
    except ValueError as error:
        raise ControlError("invalid_body", f"`advance_s`: {error}", "Advance the clock by less.") from None
    controls.driver.wake()
    with controls.wall.move_on_after(SETTLING_S):
        await controls.driver.settle()
    return _reading(controls)


async def read_readiness(request: ControlRequest[NoParameters, EmptyBody]) -> Readiness:
    """Return that the sandbox is ready, with its version and the number of its calls."""
    engine = request.controls.engine
    request.controls.feed.check_open()
    states = [call.state for call in engine.views()]
    in_progress = sum(state != "ended" for state in states)
    return Readiness(
        ready=True, version=__version__, now=showing.instant(engine.now), calls=len(states), in_progress=in_progress
    )


def _change(controls: Controls, change: ClockChange) -> None:
    """Advance the clock and change its mode; everything that can fail comes before the first change.

    Raises:
        ControlError: The clock cannot be changed like this.
        ValueError: It cannot be advanced so far.
    """
    clock = controls.clock
    changes_pace = change.mode is not None or change.speed is not None
    if changes_pace and not isinstance(clock, SimulatedClock):
        raise _fixed("the mode of this clock cannot be changed")
    if change.advance_s is not None:
        if not isinstance(clock, _Movable):
            raise _fixed("this clock cannot be moved")
        clock.advance(change.advance_s)
    if changes_pace and isinstance(clock, SimulatedClock):
        clock.change(change.mode or clock.mode, change.speed)


def _fixed(message: str) -> ControlError:
    step = "Start the sandbox with a `SimulatedClock`, as the command `sandbox` does."
    return ControlError("conflict", message, step)


def _reading(controls: Controls) -> ClockReading:
    engine, clock = controls.engine, controls.clock
    mode, speed = _pace(clock)
    return ClockReading(
        now=showing.instant(clock.now()),
        mode=mode,
        speed=speed,
        next_event=showing.instant_or_none(engine.next_due()),
        awaits_reply=engine.awaits_reply,
        is_adjustable=isinstance(clock, SimulatedClock),
    )


def _pace(clock: object) -> tuple[ClockMode, float]:
    match clock:
        case SimulatedClock(mode=mode, speed=speed):
            return mode, speed
        case ScaledClock(speed=speed):
            return "real", speed
        case _Movable():
            return "manual", 1.0
        case _:
            return "real", 1.0
