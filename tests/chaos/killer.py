"""Kills servers while requests are in flight, each time after so many keys."""

from collections.abc import Sequence
from typing import Literal

import anyio
from anyio.abc import TaskGroup

from tests.chaos.platform import dice
from tests.chaos.servers import Slot

Moment = Literal["asked", "posted"]

_MOMENTS: tuple[Moment, ...] = ("asked", "posted", "posted")
_DELAYS_S = (0.0, 0.0, 0.001, 0.002, 0.005, 0.01, 0.02)
"""Seconds between the moment and the kill; 0 kills after the platform received a POST and before it answers."""
_KILLING_PART = 0.85
"""Part of the run after which the last server is killed."""


class Killer:
    """Kills a random server whenever one is due.

    Args:
        slots: The servers.
        keys: How many keys there are in all.
        kills: How many kills, spread over the run.
        seed: For which server, when.
        tasks: Where a kill waits for its instant.
    """

    def __init__(self, slots: Sequence[Slot], keys: int, kills: int, seed: int, tasks: TaskGroup) -> None:
        self._slots = slots
        self._kills = kills
        self._tasks = tasks
        self._per_key = kills / (keys * _KILLING_PART)
        self._dice = dice(seed, "killer")
        self._moment: Moment = self._dice.choice(_MOMENTS)
        self._aiming = False
        self.begun = 0
        self.done = 0

    def happened(self, moment: Moment) -> None:
        """Kill a server after this moment, if one is due."""
        due = min(self._kills, int(self.begun * self._per_key))
        if self.done >= due or self._aiming or moment != self._moment:
            return
        delay = self._dice.choice(_DELAYS_S)
        if delay == 0:
            self._fire()
        else:
            self._aiming = True
            self._tasks.start_soon(self._fire_later, delay)

    async def _fire_later(self, delay: float) -> None:
        # Not a wait for anything: it hits another instant of the request each time.
        await anyio.sleep(delay)
        self._aiming = False
        self._fire()

    def _fire(self) -> None:
        busy = [slot for slot in self._slots if slot.up and slot.in_flight]
        if busy:
            self._dice.choice(busy).kill()
            self.done += 1
            self._moment = self._dice.choice(_MOMENTS)
