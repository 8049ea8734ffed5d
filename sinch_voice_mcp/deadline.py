"""The end of a tool call: hosts give up after a minute, and what a server does later would ring unseen.

The deadline is ambient in the task of the tool call and in the tasks that it starts, because every request to the
platform on the way depends on it. Work that no tool call waits for has none.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from sinch_voice_mcp.clock import Clock

TOOL_CALL_S: Final = 45.0
"""Seconds that a tool call may take; clients give up after 60 s, and some of them count from an earlier moment."""

SENDING_S: Final = 15.0
"""Seconds that must be left to begin a request that changes something: as long as one attempt may take."""

CLAIMING_S: Final = 7.0
"""Seconds kept between the look-ups and the request that they are for: its limits and its record in the journal."""

_LONG_PAUSE_S = 1.0
"""A shorter pause was no question to a person: the answer came with the request."""


class Deadline:
    """When a tool call ends, and what its look-ups have failed with.

    Args:
        clock: Measures the time.
        seconds: How long the tool call may take.
    """

    def __init__(self, clock: Clock, seconds: float = TOOL_CALL_S) -> None:
        self._clock = clock
        self._seconds = seconds
        self._ends_at = clock.monotonic() + seconds
        self._paused_at: float | None = None
        self.failures: dict[str, Exception] = {}

    @property
    def left_s(self) -> float:
        """Seconds that are left; not less than zero."""
        return max(0.0, self._ends_at - self._clock.monotonic())

    @property
    def left_for_lookups_s(self) -> float:
        """Seconds that are left for the look-ups before a request that changes something."""
        return max(0.0, self.left_s - SENDING_S - CLAIMING_S)

    def pause(self) -> None:
        """Stop the time, because a person is asked."""
        self._paused_at = self._clock.monotonic()

    def resume(self) -> None:
        """Begin anew after a person was asked: the time for the answer does not count, and look-ups are made again."""
        paused_at, self._paused_at = self._paused_at, None
        if paused_at is not None and self._clock.monotonic() - paused_at > _LONG_PAUSE_S:
            self._ends_at = self._clock.monotonic() + self._seconds
            self.failures.clear()


_CURRENT: ContextVar[Deadline | None] = ContextVar("sinch_voice_deadline", default=None)


def current_deadline() -> Deadline | None:
    """Return the deadline of the tool call that this task works for; None for any other work."""
    return _CURRENT.get()


@contextmanager
def tool_call_deadline(clock: Clock) -> Generator[Deadline]:
    """Give the block, and the tasks that it starts, the time of one tool call."""
    deadline = Deadline(clock)
    token = _CURRENT.set(deadline)
    try:
        yield deadline
    finally:
        _CURRENT.reset(token)


def pause_for_a_person() -> None:
    """Stop the time of this tool call until :func:`resume_after_a_person`."""
    if (deadline := _CURRENT.get()) is not None:
        deadline.pause()


def resume_after_a_person() -> None:
    """Begin this tool call's time anew, if a person was asked."""
    if (deadline := _CURRENT.get()) is not None:
        deadline.resume()
