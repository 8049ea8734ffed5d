"""Progress of the current tool call, as its client sees it.

Ambient like the deadline: what the platform asks for deep inside a request is reported without passing a function
through every layer. Work that no tool call waits for reports nothing.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import count

ReportProgress = Callable[[float, float | None, str | None], Awaitable[None]]
"""Reports progress, total and message to the client, as the context of the MCP SDK does."""


class ToolProgress:
    """Numbers the reports of one tool call, because the protocol wants each to be higher than the last.

    Args:
        report: Sends a report to the client.
    """

    def __init__(self, report: ReportProgress) -> None:
        self._report = report
        self._steps = count(1)
        self.open = True

    async def report(self, message: str) -> None:
        """Report one step; nothing once the tool call has returned."""
        if self.open:
            await self._report(next(self._steps), None, message)


_CURRENT: ContextVar[ToolProgress | None] = ContextVar("sinch_voice_progress", default=None)


@contextmanager
def tool_call_progress(report: ReportProgress) -> Generator[None]:
    """Let the block, and the tasks that it starts, report progress until the block ends."""
    progress = ToolProgress(report)
    token = _CURRENT.set(progress)
    try:
        yield
    finally:
        progress.open = False
        _CURRENT.reset(token)


async def report_progress(message: str) -> None:
    """Report one step of the current tool call; a report that fails changes nothing else."""
    progress = _CURRENT.get()
    if progress is None:
        return
    # A request that is being sent must not fail because its client is gone.
    with suppress(Exception):
        await progress.report(message)
