"""What keeps a sandbox going: time passes, callbacks go out, answers come back.

Callbacks of one call are delivered one after the other, those of different calls side by side. While an answer is
awaited nothing else happens in the engine, so that neither the order of answers nor their speed shows in it.
"""

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

import anyio
from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks.sender import Sender
from sinch_voice_mcp.sandbox.engine import Engine, Outgoing


class Driver:
    """Drives one engine; ``sender`` is None where nobody is called back."""

    def __init__(self, engine: Engine, clock: Clock, sender: Sender | None) -> None:
        self._engine = engine
        self._clock = clock
        self._sender = sender
        self._lanes: dict[str, deque[Outgoing]] = {}
        self._woken: anyio.Event | None = None
        self._turned: anyio.Event | None = None

    def wake(self) -> None:
        """Look again what is to be done; nothing happens where nobody drives."""
        if self._woken is not None:
            self._woken.set()

    async def run(self) -> None:
        """Drive for ever.

        Raises:
            RuntimeError: Somebody else drives already.
        """
        with self._alone():
            async with anyio.create_task_group() as group:
                self._resume(group)
                while True:
                    woken = self._begin_turn()
                    self._turn(group)
                    self._end_turn()
                    await self._rest(woken)

    async def settle(self) -> None:
        """Return when nothing is due now and nothing is on its way; drive until then unless somebody does."""
        if self._woken is not None:
            await self._watch()
            return
        with self._alone():
            async with anyio.create_task_group() as group:
                self._resume(group)
                while True:
                    woken = self._begin_turn()
                    self._turn(group)
                    if not self._lanes:
                        return
                    await woken.wait()

    async def _watch(self) -> None:
        while not self._is_quiet():
            if self._turned is None:
                self._turned = anyio.Event()
            turned = self._turned
            self.wake()
            await turned.wait()

    def _is_quiet(self) -> bool:
        due = self._engine.next_due()
        is_due = due is not None and due <= self._clock.now()
        return not (is_due or self._lanes or self._engine.has_outgoing or self._engine.awaits_answer)

    @contextmanager
    def _alone(self) -> Generator[None]:
        if self._woken is not None:
            raise RuntimeError("this sandbox is driven already")
        self._woken = anyio.Event()
        try:
            yield
        finally:
            self._woken = None
            self._end_turn()

    def _resume(self, group: TaskGroup) -> None:
        """Go on with what was on its way when somebody stopped driving; what was being sent is sent again."""
        for call_id in self._lanes:
            group.start_soon(self._deliver, call_id)

    def _begin_turn(self) -> anyio.Event:
        self._woken = anyio.Event()
        return self._woken

    def _turn(self, group: TaskGroup) -> None:
        self._engine.catch_up()
        for outgoing in self._engine.take():
            lane = self._lanes.get(outgoing.call_id)
            if lane is None:
                self._lanes[outgoing.call_id] = deque([outgoing])
                group.start_soon(self._deliver, outgoing.call_id)
            else:
                lane.append(outgoing)

    def _end_turn(self) -> None:
        if (turned := self._turned) is not None:
            self._turned = None
            turned.set()

    async def _deliver(self, call_id: str) -> None:
        lane = self._lanes[call_id]
        while lane:
            outgoing = lane[0]
            reply = None if self._sender is None else await self._sender.deliver(outgoing)
            lane.popleft()
            self._engine.answered(outgoing.sequence, reply)
            self.wake()
            await anyio.lowlevel.checkpoint()
        del self._lanes[call_id]
        self.wake()

    async def _rest(self, woken: anyio.Event) -> None:
        """Wait until something is due, or until somebody wakes the driver."""
        due = self._engine.next_due()
        async with anyio.create_task_group() as group:
            if due is not None:
                group.start_soon(self._wait, due, woken)
            await woken.wait()
            group.cancel_scope.cancel()

    async def _wait(self, due: datetime, woken: anyio.Event) -> None:
        await self._clock.wait_until(due)
        woken.set()
