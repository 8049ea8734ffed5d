"""Simulated time whose pace can be changed while the sandbox runs: real, at a multiple of it, by hand, or by events."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import anyio

from sinch_voice_mcp.clock import Clock

ClockMode = Literal["real", "manual", "auto"]
"""Time passes by itself, moves only when it is advanced, or jumps to the next event once nothing else is to be done."""

MAX_SPEED = 10_000.0
"""The largest multiple of real time."""

MAX_AHEAD = timedelta(days=36_500)
"""How far simulated time can be moved beyond its start, so that no timer leaves the calendar."""


@dataclass(frozen=True, slots=True, eq=False)
class _Alarm:
    """What to do when simulated time reaches an instant."""

    due: datetime
    ring: Callable[[], None]


class SimulatedClock:
    """Simulated time that starts at real time. It never goes back, in whichever mode it is."""

    def __init__(self, wall: Clock, *, mode: ClockMode = "real", speed: float = 1.0) -> None:
        """Start the clock.

        Args:
            wall: Real time.
            mode: How simulated time passes.
            speed: How many simulated seconds a real one has in mode ``real``.

        Raises:
            ValueError: The speed is not above 0 and at most 10,000.
        """
        self._wall = wall
        self._mode: ClockMode = mode
        self._speed = _checked(speed)
        self._start = self._anchor = wall.now()
        self._anchored_at = wall.monotonic()
        self._alarms: list[_Alarm] = []
        self._changed: anyio.Event | None = None

    @property
    def mode(self) -> ClockMode:
        """How simulated time passes."""
        return self._mode

    @property
    def speed(self) -> float:
        """How many simulated seconds a real one has in mode ``real``."""
        return self._speed

    def now(self) -> datetime:
        """Return the simulated instant."""
        if self._mode != "real":
            return self._anchor
        return self._anchor + timedelta(seconds=(self._wall.monotonic() - self._anchored_at) * self._speed)

    def monotonic(self) -> float:
        """Return simulated seconds since the clock was started."""
        return (self.now() - self._start).total_seconds()

    def change(self, mode: ClockMode, speed: float | None = None) -> None:
        """Let time pass in another way from now.

        Raises:
            ValueError: The speed is not above 0 and at most 10,000; nothing has changed.
        """
        speed = self._speed if speed is None else _checked(speed)
        self._move_to(self.now())
        self._mode, self._speed = mode, speed

    def advance(self, seconds: float) -> None:
        """Move forward at once, in any mode, and wake every task whose time has come.

        Raises:
            ValueError: ``seconds`` is negative, or leads more than 100 years beyond the start of the clock.
        """
        if seconds < 0:
            raise ValueError("a clock cannot be moved back")
        now = self.now()
        if seconds > (self._start + MAX_AHEAD - now).total_seconds():
            raise ValueError(f"simulated time would be more than {MAX_AHEAD.days:,} days beyond its start")
        self._move_to(now + timedelta(seconds=seconds))

    async def sleep(self, seconds: float) -> None:
        """Wait so many simulated seconds."""
        await self.wait_until(self.now() + timedelta(seconds=seconds))

    async def wait_until(self, instant: datetime) -> None:
        """Wait until simulated time has reached an instant."""
        await anyio.lowlevel.checkpoint()
        while self.now() < instant:
            await self._wait_for_change(instant)

    async def wait_when_idle(self, instant: datetime) -> None:
        """Wait until simulated time has reached an instant; in mode ``auto``, move it there.

        Only the one who knows that nothing else is to be done before that instant may wait like this.
        """
        await anyio.lowlevel.checkpoint()
        while self.now() < instant:
            if self._mode == "auto":
                self._move_to(instant)
            else:
                await self._wait_for_change(instant)

    @contextmanager
    def move_on_after(self, seconds: float, *, shield: bool = False) -> Generator[anyio.CancelScope]:
        """Cancel the block after so many simulated seconds, at the pace at which time passes now."""
        due = self.now() + timedelta(seconds=seconds)
        is_real = self._mode == "real"
        limit = self._wall.move_on_after(seconds / self._speed, shield=shield) if is_real else None
        with limit or anyio.CancelScope(shield=shield) as scope:
            alarm = _Alarm(due, scope.cancel)
            self._alarms.append(alarm)
            if due <= self.now():
                scope.cancel()
            try:
                yield scope
            finally:
                self._alarms.remove(alarm)

    async def _wait_for_change(self, instant: datetime) -> None:
        """Wait until time was moved, passes in another way, or has reached an instant by itself."""
        changed = self._changed = self._changed or anyio.Event()
        if self._mode != "real":
            await changed.wait()
            return
        with self._wall.move_on_after((instant - self.now()).total_seconds() / self._speed):
            await changed.wait()

    def _move_to(self, instant: datetime) -> None:
        self._anchor, self._anchored_at = instant, self._wall.monotonic()
        if self._changed is not None:
            self._changed.set()
            self._changed = None
        for alarm in self._alarms:
            if alarm.due <= instant:
                alarm.ring()


def _checked(speed: float) -> float:
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(f"the speed of a clock is above 0 and at most {MAX_SPEED:,.0f}")
    return speed
