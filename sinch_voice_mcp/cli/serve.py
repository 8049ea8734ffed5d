"""Serve MCP over standard input and output until the host leaves or a signal comes."""

import os
import signal
import sys

import anyio
import click

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.server import VoiceServer
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
    received = anyio.run(_until_done, server)
    if received is not None:
        # A thread may still be blocked in reading standard input; nothing is left to be done for it.
        sys.stderr.flush()
        os._exit(128 + received)


async def _until_done(server: VoiceServer) -> int | None:
    """Run the server; everything it opened is closed when this returns. The signal that ended it, if one did."""
    received: list[int] = []

    async def watch(scope: anyio.CancelScope) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for number in signals:
                received.append(number)
                scope.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, tasks.cancel_scope)
        await server.run_stdio_async()
        tasks.cancel_scope.cancel()
    return received[0] if received else None
