"""What happens when: a queue of events, in order of their instant and then of their setting."""

import heapq
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

Event = TypeVar("Event")


@dataclass(order=True, slots=True)
class _Timer(Generic[Event]):
    due: datetime
    sequence: int
    owner: str = field(compare=False)
    slot: Hashable = field(compare=False)
    event: Event = field(compare=False)


class Timers(Generic[Event]):
    """Every owner has slots; a slot holds one timer, and setting it again replaces that one."""

    def __init__(self) -> None:
        self._heap: list[_Timer[Event]] = []
        self._current: defaultdict[str, dict[Hashable, int]] = defaultdict(dict)
        self._sequence = 0

    def set(self, owner: str, slot: Hashable, due: datetime, event: Event) -> None:
        """Let an event happen at an instant."""
        self._sequence += 1
        self._current[owner][slot] = self._sequence
        heapq.heappush(self._heap, _Timer(due, self._sequence, owner, slot, event))

    def cancel(self, owner: str, slot: Hashable) -> None:
        """Take a timer back; nothing happens where there is none."""
        if slots := self._current.get(owner):
            slots.pop(slot, None)

    def cancel_all(self, owner: str) -> None:
        """Take all timers of an owner back."""
        self._current.pop(owner, None)

    def next_due(self) -> datetime | None:
        """The instant of the next event; None where nothing is waiting."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def pop(self, until: datetime) -> tuple[datetime, Event] | None:
        """Take out the next event that is due by an instant, with its own instant."""
        due = self.next_due()
        if due is None or due > until:
            return None
        timer = heapq.heappop(self._heap)
        self.cancel(timer.owner, timer.slot)
        return timer.due, timer.event

    def _is_current(self, timer: _Timer[Event]) -> bool:
        slots = self._current.get(timer.owner)
        return slots is not None and slots.get(timer.slot) == timer.sequence
