"""The driver of a sandbox: it lets time pass, delivers callbacks and records the replies.

Callbacks of one call are delivered one after the other, those of different calls concurrently. While a reply is
awaited nothing else happens in the engine, so that neither the order of replies nor their speed affects the result.
"""

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

import anyio
from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks.sender import CallbackSender
from sinch_voice_mcp.sandbox.engine import Engine, OutgoingCallback
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.sandbox.time import SimulatedClock


class Driver:
    """Drives one engine. Without a sender, callbacks count as not replied to."""

    def __init__(self, engine: Engine, clock: Clock, sender: CallbackSender | None) -> None:
        self._engine = engine
        self._clock = clock
        self._sender = sender
        self._wait_until = clock.wait_when_idle if isinstance(clock, SimulatedClock) else clock.wait_until
        # The undelivered callbacks of each call, in order; the first one is being delivered.
        self._queues: dict[str, deque[OutgoingCallback]] = {}
        # The deliveries in progress, so that they can be aborted.
        self._deliveries: list[anyio.CancelScope] = []
        # Set while the driver runs: wakes it from waiting for the next event that is due.
        self._woken: anyio.Event | None = None
        # Set while `settle` waits for a running driver: tells that the driver has done one round.
        self._round_done: anyio.Event | None = None

    def wake(self) -> None:
        """Make a running driver check again what is due; do nothing if it does not run."""
        if self._woken is not None:
            self._woken.set()

    def undelivered(self) -> frozenset[str]:
        """Return the ids of the calls of which a callback is on its way, or has yet to be sent."""
        return frozenset(self._queues) | self._engine.calls_back_for

    def forget(self) -> None:
        """Abort the deliveries in progress, and drop the callbacks that wait for their turn."""
        for queue in self._queues.values():
            queue.clear()
        self._queues.clear()
        for delivery in self._deliveries:
            delivery.cancel()

    async def run(self) -> None:
        """Drive until canceled.

        Raises:
            RuntimeError: The driver is already running.
        """
        with self._exclusively():
            async with anyio.create_task_group() as group:
                self._resume(group)
                while True:
                    woken = self._begin_round()
                    self._run_round(group)
                    self._end_round()
                    await self._wait_for_work(woken)

    async def settle(self) -> None:
        """Return once nothing is due now and no callback is on its way; drive until then unless the driver runs."""
        while self._woken is not None:
            if self._is_quiet():
                return
            # The one who drives now may stop before it is quiet; then this one drives.
            await self._wait_for_round()
        with self._exclusively():
            async with anyio.create_task_group() as group:
                self._resume(group)
                while True:
                    woken = self._begin_round()
                    self._run_round(group)
                    if not self._queues:
                        return
                    await woken.wait()

    async def _wait_for_round(self) -> None:
        if self._round_done is None:
            self._round_done = anyio.Event()
        round_done = self._round_done
        self.wake()
        await round_done.wait()

    def _is_quiet(self) -> bool:
        due = self._engine.next_due()
        is_due = due is not None and due <= self._clock.now()
        return not (is_due or self._queues or self._engine.has_outgoing or self._engine.awaits_reply)

    @contextmanager
    def _exclusively(self) -> Generator[None]:
        if self._woken is not None:
            raise RuntimeError("this sandbox is already running")
        self._woken = anyio.Event()
        try:
            yield
        finally:
            self._woken = None
            self._end_round()

    def _resume(self, group: TaskGroup) -> None:
        """Resume the deliveries that were in progress when the driver was canceled; interrupted ones start again."""
        for call_id, queue in self._queues.items():
            group.start_soon(self._deliver, call_id, queue)

    def _begin_round(self) -> anyio.Event:
        self._woken = anyio.Event()
        return self._woken

    def _run_round(self, group: TaskGroup) -> None:
        self._engine.catch_up()
        for outgoing in self._engine.take():
            queue = self._queues.get(outgoing.call_id)
            if queue is None:
                queue = self._queues[outgoing.call_id] = deque([outgoing])
                group.start_soon(self._deliver, outgoing.call_id, queue)
            else:
                queue.append(outgoing)

    def _end_round(self) -> None:
        if (round_done := self._round_done) is not None:
            self._round_done = None
            round_done.set()

    async def _deliver(self, call_id: str, queue: deque[OutgoingCallback]) -> None:
        with anyio.CancelScope() as delivery:
            self._deliveries.append(delivery)
            try:
                await self._deliver_all(queue)
            finally:
                self._deliveries.remove(delivery)
        # After `forget`, the queue may already be that of another call with the same id.
        if self._queues.get(call_id) is queue:
            del self._queues[call_id]
        self.wake()

    async def _deliver_all(self, queue: deque[OutgoingCallback]) -> None:
        while queue:
            outgoing = queue[0]
            reply = None if self._sender is None else await self._sender.deliver(outgoing)
            if not queue:
                # Everything was forgotten, perhaps by the application itself, at the moment of its reply.
                return
            queue.popleft()
            self._engine.record_reply(outgoing.sequence, reply)
            self.wake()
            # A `post` that never waits must not keep the driver from its rounds.
            await anyio.lowlevel.checkpoint()

    async def _wait_for_work(self, woken: anyio.Event) -> None:
        """Wait until an event is due, or until :meth:`wake` is called."""
        due = self._engine.next_due()
        async with anyio.create_task_group() as group:
            if due is not None:
                group.start_soon(self._wake_at, due, woken)
            await woken.wait()
            group.cancel_scope.cancel()

    async def _wake_at(self, due: datetime, woken: anyio.Event) -> None:
        await self._wait_until(due)
        woken.set()


BEHAVIORS = (chosen("callback", "waiting for a reply", "simulated time stands still for every call"),)
