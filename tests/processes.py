"""Servers, sandboxes and receivers that run as processes."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio.abc import Process
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
