"""Clocks for tests that move time by hand while servers poll each other's work."""

from contextlib import AbstractContextManager

import anyio

from sinch_voice_mcp.clock import ManualClock

LONGEST_POLL_S = 1.0


class PollingClock(ManualClock):
    """A manual clock on which polls take real time.

    Two servers that share a clock poll for each other's work; a clock that stood still for those polls too would
    make each wait for the test. Longer waits, such as retry pauses and leases, end when the clock is moved.
    """

    async def sleep(self, seconds: float) -> None:
        """Wait in real time if it is a poll, else until the clock was moved so many seconds."""
        if seconds > LONGEST_POLL_S:
            await super().sleep(seconds)
        else:
            await anyio.sleep(seconds)

    def move_on_after(self, seconds: float, *, shield: bool = False) -> AbstractContextManager[anyio.CancelScope]:
        """Cancel the block after real time if it is a poll, else when the clock was moved so many seconds."""
        if seconds > LONGEST_POLL_S:
            return super().move_on_after(seconds, shield=shield)
        return anyio.move_on_after(seconds, shield=shield)
