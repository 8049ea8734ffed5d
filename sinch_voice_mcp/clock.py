"""Time as a dependency: the only module that reads the system's clock."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

import anyio


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        ...

    async def wait_until(self, instant: datetime) -> None:
        """Return when this clock has come to an instant; it does not move the clock."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The current instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock that everybody else asks

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await anyio.sleep(seconds)

    async def wait_until(self, instant: datetime) -> None:
        """Wait in real time."""
        await anyio.lowlevel.checkpoint()
        while (seconds := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - real time sets no event
            await anyio.sleep(seconds)


class ManualClock:
    """A clock that moves when told: by ``advance``, or by whoever sleeps on it."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._moved: anyio.Event | None = None

    def now(self) -> datetime:
        """The instant that the clock was last moved to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward.

        Raises:
            ValueError: ``seconds`` is negative; time does not go back.
        """
        if seconds < 0:
            raise ValueError("a clock cannot be moved back")
        self._now += timedelta(seconds=seconds)
        if (moved := self._moved) is not None:
            self._moved = None
            moved.set()

    async def sleep(self, seconds: float) -> None:
        """Move forward by so many seconds and let other tasks run."""
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()

    async def wait_until(self, instant: datetime) -> None:
        """Wait until somebody has moved the clock so far."""
        await anyio.lowlevel.checkpoint()
        while self._now < instant:
            if self._moved is None:
                self._moved = anyio.Event()
            await self._moved.wait()


class ScaledClock:
    """Real time multiplied: at speed 10 a simulated minute takes six real seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("the speed of a clock is positive")
        self.speed = speed
        self._start = datetime.now(UTC)  # noqa: TID251 - this is a clock
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """The scaled instant: it never goes back."""
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait so many scaled seconds."""
        await anyio.sleep(seconds / self.speed)

    async def wait_until(self, instant: datetime) -> None:
        """Wait in real time, as long as it takes this clock."""
        await anyio.lowlevel.checkpoint()
        while (seconds := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - real time sets no event
            await anyio.sleep(seconds / self.speed)
