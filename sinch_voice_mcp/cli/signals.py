"""Work that a signal ends: everything that was opened is closed before the process exits."""

import signal
from collections.abc import Awaitable, Callable

import anyio


async def run_until_signaled(work: Callable[[], Awaitable[None]]) -> int | None:
    """Run until the work is done or a signal arrives, and return that signal; everything opened is closed by then."""
    received: list[int] = []

    async def watch(scope: anyio.CancelScope) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                received.append(number)
                scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        await work()
        tasks.cancel_scope.cancel()
    return received[0] if received else None
