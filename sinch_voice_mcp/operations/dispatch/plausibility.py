"""Whether the time of day can be believed: a clock that was set must not expire what cannot be brought back."""

from typing import Final

from sinch_voice_mcp.types import Millis

MAX_STEP_MS: Final = 60_000
"""How far the time of day may move beside the steady clock between two sweeps; corrections by a time service are
smaller, and what expires is kept ten minutes longer."""

STEADY_SWEEPS: Final = 2
"""Intervals in a row without a step after which the time is believed again. A computer that slept looks like a clock
that was set, so the new time must be accepted after a while."""


class TimeOfDay:
    """Compares the time of day with a clock that cannot be set.

    Args:
        now: The time of day at the start.
        monotonic: Seconds of the steady clock at the start.
    """

    def __init__(self, now: Millis, monotonic: float) -> None:
        self._now = now
        self._monotonic = monotonic
        self._steady = STEADY_SWEEPS - 1

    def is_plausible(self, now: Millis, monotonic: float) -> bool:
        """Return whether both clocks have agreed in the last intervals; call it once per sweep."""
        step = (now - self._now) - (monotonic - self._monotonic) * 1_000
        self._now, self._monotonic = now, monotonic
        self._steady = self._steady + 1 if abs(step) <= MAX_STEP_MS else 0
        return self._steady >= STEADY_SWEEPS
