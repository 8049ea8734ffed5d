"""Time as a dependency: the only module that reads the system's clock, and how long the server waits for what."""

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import anyio


@dataclass(frozen=True, slots=True)
class Pace:
    """Every wait, poll and sweep interval of the server, in seconds."""

    # A person who listens to a call notices a delay of more than about a second.
    platform_poll_s: float = 1.0
    # Events report what happens; a poll only makes up for an event that was lost.
    platform_poll_with_events_s: float = 5.0
    # The platform usually answers within 0.3 s. Without an answer, what the events say is returned.
    platform_answer_s: float = 2.0
    # The event of an end follows the platform's own state of the call within this time, or not at all.
    last_events_s: float = 1.0
    # Another server that sends the same request needs about as long as the platform needs to answer it.
    pending_poll_s: float = 0.1
    # One page of calls is read from the platform before a limit on concurrent calls refuses a request.
    refresh_before_claim_s: float = 5.0
    # A list with older states is more useful than a list that comes later.
    refresh_before_listing_s: float = 3.0
    # All calls are hung up at once; a client waits about a minute for a tool, and the sweep hangs up what is left.
    hang_up_all_s: float = 20.0
    # Short enough that every call gets a turn in that time, even if the platform does not answer for many of them.
    hang_up_try_s: float = 4.0
    # Another process can store an event without an announcement: on SQLite always, on PostgreSQL if it gets lost.
    event_poll_s: float = 1.0
    # Shorter than the time that the platform waits for a reply to an event, which needs the database.
    postgres_connect_s: float = 2.5
    # A restart of PostgreSQL takes seconds; meanwhile the poll for events finds what is not announced.
    postgres_reconnect_s: float = 1.0
    # A write of another process takes milliseconds; only a stopped process holds the file for longer.
    sqlite_busy_s: float = 5.0
    # Deadlines and leases are minutes long, and other hosts notice the missing sign of life after two minutes.
    sweep_s: float = 15.0
    # Process supervisors send SIGKILL about ten seconds after SIGTERM; outcomes must be recorded before.
    shutdown_grace_s: float = 8.0


DEFAULT_PACE = Pace()
"""The intervals of a server in production; tests shorten them."""


class Clock(Protocol):
    """Where the time comes from, and how to wait for it."""

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; unlike :meth:`now`, they never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        ...

    async def wait_until(self, instant: datetime) -> None:
        """Return when this clock has reached an instant; the clock is not moved."""
        ...

    def move_on_after(self, seconds: float, *, shield: bool = False) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after so many seconds of this clock; the scope says whether that happened.

        Args:
            seconds: Time limit of the block.
            shield: Whether the block is protected from cancellation by scopes around it.
        """
        ...


async def wait_event(event: anyio.Event, seconds: float, clock: Clock) -> bool:
    """Wait for an event, at most so many seconds of a clock; returns whether the event is set.

    An event that is set already is never missed, even if ``seconds`` is zero.
    """
    if not event.is_set():
        with clock.move_on_after(seconds):
            await event.wait()
    return event.is_set()


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the clock that all other modules ask

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await anyio.sleep(seconds)

    async def wait_until(self, instant: datetime) -> None:
        """Wait in real time."""
        await anyio.lowlevel.checkpoint()
        # Again after each sleep: the machine's clock may be set while the task sleeps.
        while (seconds := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - real time sets no event
            await anyio.sleep(seconds)

    def move_on_after(self, seconds: float, *, shield: bool = False) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after so many seconds of real time."""
        return anyio.move_on_after(seconds, shield=shield)


class ManualClock:
    """A clock that stands still until :meth:`advance` moves it; tasks that wait on it continue then.

    A task that is late to wait is not woken by an earlier move: a test that starts a task calls
    :meth:`until_waited_on` before it moves the clock.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._now = start
        self._alarms: list[_Alarm] = []
        self._set: anyio.Event | None = None

    def now(self) -> datetime:
        """Return the instant that the clock was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that the clock was moved so far."""
        return (self._now - self._start).total_seconds()

    def advance(self, seconds: float) -> None:
        """Move forward, and wake every task whose time has come.

        Raises:
            ValueError: ``seconds`` is negative; time does not go back.
        """
        if seconds < 0:
            raise ValueError("a clock cannot be moved back")
        self._now += timedelta(seconds=seconds)
        for alarm in self._alarms:
            if alarm.due <= self._now:
                alarm.ring()

    @property
    def waiting(self) -> int:
        """How many tasks wait on this clock."""
        return len(self._alarms)

    async def until_waited_on(self, tasks: int = 1) -> None:
        """Return when at least so many tasks wait on this clock."""
        await anyio.lowlevel.checkpoint()
        while self.waiting < tasks:
            self._set = self._set or anyio.Event()
            await self._set.wait()

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved so many seconds from now."""
        await self.wait_until(self._now + timedelta(seconds=seconds))

    async def wait_until(self, instant: datetime) -> None:
        """Wait until the clock was moved to an instant."""
        await anyio.lowlevel.checkpoint()
        # No await between this look and the alarm, so no move is missed.
        if self._now < instant:
            reached = anyio.Event()
            with self._alarm(instant, reached.set):
                await reached.wait()

    @contextmanager
    def move_on_after(self, seconds: float, *, shield: bool = False) -> Generator[anyio.CancelScope]:
        """Cancel the block when the clock was moved so many seconds from now."""
        due = self._now + timedelta(seconds=seconds)
        with anyio.CancelScope(shield=shield) as scope, self._alarm(due, scope.cancel):
            if due <= self._now:
                scope.cancel()
            yield scope

    @contextmanager
    def _alarm(self, due: datetime, ring: Callable[[], None]) -> Generator[None]:
        alarm = _Alarm(due, ring)
        self._alarms.append(alarm)
        if self._set is not None:
            self._set.set()
            self._set = None
        try:
            yield
        finally:
            self._alarms.remove(alarm)


@dataclass(frozen=True, slots=True, eq=False)
class _Alarm:
    """What to do when a :class:`ManualClock` reaches an instant; may happen more than once."""

    due: datetime
    ring: Callable[[], None]


class SkippingClock(ManualClock):
    """A manual clock that skips short pauses: a task that sleeps on it moves it.

    Args:
        longest_s: Longest sleep that is skipped; a longer one waits as on a :class:`ManualClock`. A loop that sleeps
            must sleep longer than that, or it never rests.
        start: The first instant.
    """

    def __init__(self, longest_s: float = 3_600, start: datetime = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) -> None:
        super().__init__(start)
        self._longest_s = longest_s

    async def sleep(self, seconds: float) -> None:
        """Move forward by so many seconds and let other tasks run."""
        if seconds > self._longest_s:
            await super().sleep(seconds)
            return
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()


class ScaledClock:
    """Real time multiplied: at speed 10 a simulated minute takes six real seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("the speed of a clock is positive")
        self.speed = speed
        self._start = datetime.now(UTC)  # noqa: TID251 - this is a clock
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the scaled instant; it never goes back."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return scaled seconds since this clock was made."""
        return (time.monotonic() - self._origin) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait so many scaled seconds."""
        await anyio.sleep(seconds / self.speed)

    async def wait_until(self, instant: datetime) -> None:
        """Wait in real time, until this clock has reached an instant."""
        await anyio.lowlevel.checkpoint()
        while (seconds := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - real time sets no event
            await anyio.sleep(seconds / self.speed)

    def move_on_after(self, seconds: float, *, shield: bool = False) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after so many scaled seconds."""
        return anyio.move_on_after(seconds / self.speed, shield=shield)
