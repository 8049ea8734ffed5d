"""Serve MCP over standard input and output until the MCP client disconnects or a signal arrives."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import anyio
import click

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.cli.signals import run_until_signaled
from sinch_voice_mcp.cli.streams import output_failure, report
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import Settings

_SIGNAL_EXIT_STATUS = 128
"""A shell reports a process that a signal ended with this number plus the signal's."""


def serve(settings: Settings) -> None:
    """Serve until the MCP client closes standard input; a signal exits the process.

    Raises:
        ConfigurationError: The settings name a toolset or tool that does not exist.
    """
    server = create_server(settings)
    if sys.stdin.isatty():
        mode = "SANDBOX, no phone rings" if settings.simulated else "LIVE"
        message = f"Serving MCP over standard input ({mode}). An MCP client starts this command; Ctrl+C ends it."
        click.echo(message, err=True)
    try:
        with unwrap_expected_error():
            received = anyio.run(run_until_signaled, server.run_stdio_async)
    except (OSError, BaseExceptionGroup) as error:
        failure = output_failure(error)
        if failure is None:
            raise
        _exit_now(report(failure))
    else:
        if received is not None:
            _exit_now(_SIGNAL_EXIT_STATUS + received)


def _exit_now(status: int) -> NoReturn:
    """Exit without waiting for the thread that may still be blocked reading standard input."""
    sys.stderr.flush()
    os._exit(status)


@contextmanager
def unwrap_expected_error() -> Generator[None]:
    """Raise the first expected error alone, instead of the exception groups that task groups wrap it in.

    Raises:
        VoiceError: The first one in the group.
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
