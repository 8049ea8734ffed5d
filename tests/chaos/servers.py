"""Servers that run as processes of their own, can be killed, and are started again."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp.types import CONNECTION_CLOSED, CallToolResult

MODULE = (sys.executable, "-m", "sinch_voice_mcp")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SINCH_")}  # noqa: TID251 - for a child

_PID_WRITING_SHELL = 'echo $$ > "$0" && exec "$@"'
"""The shell becomes the server, because the SDK's client does not report the pid of what it started."""


class GoneError(Exception):
    """The server was killed, or is not running; the outcome of the request is not known."""


class Slot:
    """A place for a server: it is started again as soon as possible after it was killed.

    Args:
        name: For messages and files.
        environ: The server's settings.
        scratch: A directory for its pid and its log.
    """

    def __init__(self, name: str, environ: Mapping[str, str], scratch: Path) -> None:
        self.name = name
        self._environ = CLEAN | dict(environ)
        self._pid_file = scratch / f"{name}.pid"
        self._log = scratch / f"{name}.log"
        self._client: Client | None = None
        self._pid = 0
        self._gone = anyio.Event()
        self.ready = anyio.Event()
        self.in_flight = 0
        self.kills = 0
        self.crashes = 0

    @property
    def up(self) -> bool:
        """Whether a server is running."""
        return self._client is not None

    async def run(self) -> None:
        """Keep a server running until canceled.

        Raises:
            RuntimeError: The server does not start; the end of its log says why.
        """
        with self._log.open("a") as log:
            while True:
                try:
                    await self._run_one(log)
                except (MCPError, ExceptionGroup) as error:
                    raise RuntimeError(f"server {self.name} did not start: {self._last_words()}") from error

    async def _run_one(self, log: TextIO) -> None:
        arguments = ["-c", _PID_WRITING_SHELL, str(self._pid_file), *MODULE]
        parameters = StdioServerParameters(command="/bin/sh", args=arguments, env=self._environ)
        self._gone = anyio.Event()
        async with Client(stdio_client(parameters, errlog=log)) as client:
            self._pid = int(self._pid_file.read_text())
            self._client = client
            self.ready.set()
            try:
                await self._gone.wait()
            finally:
                self._down()

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Call a tool.

        Raises:
            GoneError: The server died, before or meanwhile.
        """
        client = self._client
        if client is None:
            raise GoneError
        self.in_flight += 1
        try:
            return await client.call_tool(tool, dict(arguments))
        except MCPError as error:
            if error.code != CONNECTION_CLOSED:
                raise
            self._lost(client)
            raise GoneError from error
        except (anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
            self._lost(client)
            raise GoneError from error
        finally:
            self.in_flight -= 1

    def kill(self) -> None:
        """Kill -9 the server, by its pid."""
        os.kill(self._pid, signal.SIGKILL)
        self.kills += 1
        self._down()

    def _lost(self, client: Client) -> None:
        """Handle a broken connection: if the killer did not kill the server, it died by itself."""
        if client is self._client:
            self.crashes += 1
            self._down()

    def _down(self) -> None:
        # Once only: tasks that wait already wait for this event.
        if self._client is not None:
            self._client = None
            self.ready = anyio.Event()
            self._gone.set()

    def _last_words(self) -> str:
        return self._log.read_text()[-1000:].strip() or "it said nothing"
