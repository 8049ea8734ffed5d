"""A loopback TCP proxy that can be cut and restored, for a database that is lost and comes back.

::

    async with Proxy("127.0.0.1", 5432) as proxy:
        ...  # connect to proxy.port
        proxy.cut()  # every connection is reset, new ones too
        proxy.restore()
"""

import asyncio
import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
_CHUNK = 65_536


class Proxy:
    """Forwards connections to a server; ``connections`` counts the forwarded ones."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._whole = True
        self.connections = 0

    @property
    def port(self) -> int:
        """Where to connect on the loopback address."""
        if self._server is None:
            raise RuntimeError("the proxy is not open")
        return self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Reset every connection, and every new one until it is restored."""
        self._whole = False
        for writers in self._open.values():
            for writer in writers:
                _reset(writer)

    def restore(self) -> None:
        """Hand on new connections again."""
        self._whole = True

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._open)
        if self._server is not None:
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._open[task] = [writer]
        if self._whole:
            with suppress(ConnectionError):
                await self._hand_on(reader, writer, self._open[task])
        else:
            _reset(writer)
        for one in self._open.pop(task):
            one.close()
            with suppress(ConnectionError):
                await one.wait_closed()

    async def _hand_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, writers: list[asyncio.StreamWriter]
    ) -> None:
        there, back = await asyncio.open_connection(*self._target)
        writers.append(back)
        if not self._whole:
            # Cut while the way on was being made.
            for one in writers:
                _reset(one)
        self.connections += 1
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("socket")
    with suppress(OSError):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
