"""Servers, sandboxes and receivers that run as processes."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.callers import Caller, Era

MODULE = [sys.executable, "-m", "sinch_voice_mcp"]

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SINCH_")}  # noqa: TID251 - for a child


@asynccontextmanager
async def serving(era: Era, *flags: str, **environ: str) -> AsyncGenerator[Caller]:
    """A client of a server that runs as a separate process."""
    server = StdioServerParameters(command=MODULE[0], args=[*MODULE[1:], *flags], env=CLEAN | environ)
    async with Client(server, mode=era) as client:
        yield Caller(client)


@asynccontextmanager
async def running(*arguments: str, **environ: str) -> AsyncGenerator[Process]:
    """A process that is killed at the end, if it is still running."""
    async with await anyio.open_process([*MODULE, *arguments], env=CLEAN | environ) as process:
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()


async def read_banner(process: Process, until: str) -> dict[str, str]:
    """The rows of a start-up message, by name."""
    assert process.stdout is not None
    stream = BufferedByteReceiveStream(process.stdout)
    rows: dict[str, str] = {}
    with anyio.fail_after(20):
        while until not in (line := (await stream.receive_until(b"\n", 10_000)).decode()):
            name, _, value = line.strip().partition("  ")
            rows[name] = value.strip()
    return rows
