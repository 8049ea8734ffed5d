"""A client that writes JSON-RPC by hand, for answers that a client of the SDK would not send."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.callers import Era
from tests.processes import running

_MAX_LINE_BYTES = 1_000_000
_VERSIONS = {"auto": "2026-07-28", "legacy": "2025-06-18"}
_CLIENT = {"name": "by hand", "version": "1"}
_ASKS: dict[str, Any] = {"elicitation": {}}


class Wire:
    """A connection to a server process; everything is sent as it is given."""

    def __init__(self, server: Process, era: Era) -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._in, self._out = server.stdin, BufferedByteReceiveStream(server.stdout)
        self._era: Era = era
        self._last = 0

    async def start(self) -> None:
        """Shake hands, if the era needs that."""
        if self._era == "legacy":
            hello = {"protocolVersion": _VERSIONS["legacy"], "capabilities": _ASKS, "clientInfo": _CLIENT}
            await self.request("initialize", hello)
            await self.receive()
            await self.send({"method": "notifications/initialized"})

    async def request(self, method: str, params: dict[str, Any]) -> int:
        """Send a request; returns its id."""
        self._last += 1
        await self.send({"id": self._last, "method": method, "params": params})
        return self._last

    async def call(self, tool: str, arguments: dict[str, Any], **more: Any) -> int:
        """Request a tool call, with members besides name and arguments; returns the id."""
        params = {"name": tool, "arguments": arguments, **more}
        if self._era == "auto":
            prefix = "io.modelcontextprotocol"
            params["_meta"] = {
                f"{prefix}/protocolVersion": _VERSIONS["auto"],
                f"{prefix}/clientInfo": _CLIENT,
                f"{prefix}/clientCapabilities": _ASKS,
            }
        return await self.request("tools/call", params)

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        await self._in.send(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")

    async def receive(self) -> dict[str, Any]:
        """The next message that is no notification."""
        with anyio.fail_after(40):
            while True:
                message = json.loads(await self._out.receive_until(b"\n", _MAX_LINE_BYTES))
                if "id" in message:
                    return message


@asynccontextmanager
async def wired(era: Era, **environ: str) -> AsyncGenerator[Wire]:
    """A connection to a server that runs as a separate process."""
    async with running(**environ) as server:
        wire = Wire(server, era)
        await wire.start()
        yield wire
