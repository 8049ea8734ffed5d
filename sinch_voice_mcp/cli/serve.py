"""Serve MCP over standard input and output until the host leaves or a signal comes."""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import anyio
import click

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import Settings


def serve(settings: Settings) -> None:
    """Serve; returns when the host closes standard input, exits the process on a signal.

    Raises:
        ConfigurationError: A toolset or tool that was asked for does not exist.
    """
    server = create_server(settings)
    if sys.stdin.isatty():
        where = "SANDBOX, no phone rings" if settings.simulated else "LIVE"
        message = f"Serving MCP over standard input ({where}). An MCP client starts this command; Ctrl+C ends it."
        click.echo(message, err=True)
    with expected_error():
        received = anyio.run(until_signalled, server.run_stdio_async)
    if received is not None:
        # A thread may still be blocked in reading standard input; nothing is left to be done for it.
        sys.stderr.flush()
        os._exit(128 + received)


@contextmanager
def expected_error() -> Generator[None]:
    """Take what was foreseen out of the groups in which tasks wrap it.

    Raises:
        VoiceError: The first that there is.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        found = group.subgroup(VoiceError)
        while isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        if not isinstance(found, VoiceError):
            raise
        raise found from None


async def until_signalled(work: Callable[[], Awaitable[None]]) -> int | None:
    """Work until it is done or a signal comes; returns that signal. Everything it opened is closed then."""
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
