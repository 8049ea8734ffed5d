"""Clocks for tests that move time by hand while servers poll each other's work."""

from collections.abc import Generator
from contextlib import contextmanager

import anyio

from sinch_voice_mcp.clock import ManualClock

LONGEST_POLL_S = 1.0


class PollingClock(ManualClock):
    """A manual clock on which polls take real time.

    Two servers that share a clock poll for each other's work; a clock that stood still for those polls too would
    make each wait for the test. Longer waits, such as retry pauses and leases, end when the clock is moved.
    """

    def monotonic(self) -> float:
        """Return real seconds, and those that the clock was moved."""
        return super().monotonic() + anyio.current_time()

    async def sleep(self, seconds: float) -> None:
        """Wait in real time if it is a poll, else until the clock was moved so many seconds."""
        if seconds > LONGEST_POLL_S:
            await super().sleep(seconds)
        else:
            await anyio.sleep(seconds)

    @contextmanager
    def move_on_after(self, seconds: float, *, shield: bool = False) -> Generator[anyio.CancelScope]:
        """Cancel the block after real time if it is a poll, else when the clock was moved so many seconds."""
        limit = super().move_on_after if seconds > LONGEST_POLL_S else anyio.move_on_after
        with limit(seconds, shield=shield) as scope:
            yield scope
