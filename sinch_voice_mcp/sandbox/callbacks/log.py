"""The log of the attempts to deliver callbacks: the last ones, by their number and by their call."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import overload

from sinch_voice_mcp.sandbox.callbacks.posting import DeliveryAttempt

MAX_ATTEMPTS_KEPT = 1000


class AttemptLog(Sequence[DeliveryAttempt]):
    """The last 1,000 attempts, oldest first."""

    def __init__(self, on_attempt: Callable[[DeliveryAttempt], None] = lambda _: None) -> None:
        """Create an empty log that calls ``on_attempt`` after each attempt."""
        self._attempts: dict[int, DeliveryAttempt] = {}
        self._of: defaultdict[str, dict[int, DeliveryAttempt]] = defaultdict(dict)
        self._last = 0
        self._on_attempt = on_attempt

    @overload
    def __getitem__(self, index: int) -> DeliveryAttempt: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[DeliveryAttempt]: ...

    def __getitem__(self, index: int | slice) -> DeliveryAttempt | Sequence[DeliveryAttempt]:
        return tuple(self._attempts.values())[index]

    def __len__(self) -> int:
        return len(self._attempts)

    def __iter__(self) -> Iterator[DeliveryAttempt]:
        return iter(self._attempts.values())

    def __reversed__(self) -> Iterator[DeliveryAttempt]:
        return reversed(self._attempts.values())

    def next_sequence(self) -> int:
        """Return the number of the next attempt."""
        self._last += 1
        return self._last

    def add(self, attempt: DeliveryAttempt) -> None:
        """Add an attempt; above 1,000 the oldest one is dropped."""
        self._attempts[attempt.sequence] = self._of[attempt.call_id][attempt.sequence] = attempt
        for oldest in tuple(islice(self._attempts.values(), max(0, len(self) - MAX_ATTEMPTS_KEPT))):
            self._drop(oldest)
        self._on_attempt(attempt)

    def get(self, sequence: int) -> DeliveryAttempt | None:
        """Return an attempt by its number; None if there is none, or if it was dropped."""
        return self._attempts.get(sequence)

    def of(self, call_id: str) -> Sequence[DeliveryAttempt]:
        """Return the attempts of one call, oldest first."""
        return tuple(self._of.get(call_id, {}).values())

    def forget(self, call_id: str) -> None:
        """Drop the attempts of one call."""
        for attempt in self.of(call_id):
            self._drop(attempt)

    def clear(self) -> None:
        """Drop all attempts."""
        self._attempts.clear()
        self._of.clear()

    def _drop(self, attempt: DeliveryAttempt) -> None:
        del self._attempts[attempt.sequence]
        of_call = self._of[attempt.call_id]
        del of_call[attempt.sequence]
        if not of_call:
            del self._of[attempt.call_id]
