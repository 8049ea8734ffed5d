"""A queue of timers, ordered by the instant at which they are due and then by the order in which they were set."""

import heapq
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

Scheduled = TypeVar("Scheduled")

_MIN_HEAP = 1_000
_MAX_HEAP_PER_OWNER = 16
"""Timers for each owner above which the canceled ones are dropped."""


@dataclass(order=True, slots=True)
class _Timer(Generic[Scheduled]):
    due: datetime
    sequence: int
    owner: str = field(compare=False)
    slot: Hashable = field(compare=False)
    item: Scheduled = field(compare=False)


class Timers(Generic[Scheduled]):
    """Timers of several owners; a slot of an owner holds one timer, and setting the slot again replaces it."""

    def __init__(self) -> None:
        self._heap: list[_Timer[Scheduled]] = []
        # Replaced and canceled timers stay in the heap for a while; only the sequence numbers here count.
        self._current: defaultdict[str, dict[Hashable, int]] = defaultdict(dict)
        self._sequence = 0

    def set(self, owner: str, slot: Hashable, due: datetime, item: Scheduled) -> None:
        """Set the timer of a slot."""
        self._sequence += 1
        self._current[owner][slot] = self._sequence
        heapq.heappush(self._heap, _Timer(due, self._sequence, owner, slot, item))

    def cancel(self, owner: str, slot: Hashable) -> None:
        """Cancel the timer of a slot, if there is one."""
        if slots := self._current.get(owner):
            slots.pop(slot, None)

    def cancel_all(self, owner: str) -> None:
        """Cancel all timers of an owner."""
        self._current.pop(owner, None)
        # Limits are hours away, so that most of the heap would soon be timers of calls that have ended.
        if len(self._heap) > _MAX_HEAP_PER_OWNER * len(self._current) + _MIN_HEAP:
            self._heap = [timer for timer in self._heap if self._is_current(timer)]
            heapq.heapify(self._heap)

    def __len__(self) -> int:
        """Return how many timers are held, canceled ones included."""
        return len(self._heap)

    def next_due(self) -> datetime | None:
        """Return when the next timer is due; None if none is set."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def pop(self, until: datetime) -> tuple[datetime, Scheduled] | None:
        """Remove the next timer that is due by an instant; return when it was due, and its item."""
        due = self.next_due()
        if due is None or due > until:
            return None
        timer = heapq.heappop(self._heap)
        self.cancel(timer.owner, timer.slot)
        return timer.due, timer.item

    def _is_current(self, timer: _Timer[Scheduled]) -> bool:
        slots = self._current.get(timer.owner)
        return slots is not None and slots.get(timer.slot) == timer.sequence
