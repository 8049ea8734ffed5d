"""A server on this machine that goes wrong on purpose, and remembers every request that it saw.

::

    async with FaultServer(Reset(), Reply(204)) as server:
        ...  # the first request at server.url is reset, every later one gets 204
    assert len(server.received) == 2

The faults are played in order, the last one for ever; or ``answer`` chooses one for each request.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came in; ``target`` is the raw request target; ``connection`` counts from 1."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """The raw path, without query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The raw query, without question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The first header of a name in any letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Wire:
    """One connection, from the server's end."""

    def __init__(self, writer: asyncio.StreamWriter, closing: asyncio.Event) -> None:
        self._writer = writer
        self._closing = closing

    async def write(self, data: bytes) -> None:
        """Send bytes; raises ``ConnectionError`` when the other end is gone."""
        self._writer.write(data)
        await self._writer.drain()

    async def pause(self, seconds: float | None = None) -> bool:
        """Wait, for ever by default; returns False when the server is closing."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
        return not self._closing.is_set()

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        peer = self._writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class Fault(Protocol):
    """What is done about a request."""

    async def play(self, wire: Wire) -> bool:
        """Answer, or do not; returns whether the connection stays open."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A well-formed answer. ``hang_up`` closes the idle connection afterwards without having said so."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    hang_up: bool = False

    def head(self) -> bytes:
        """Status line and headers; no content length where the status has no body."""
        headers = self.headers if self.status == 204 else (*self.headers, ("content-length", str(len(self.body))))
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join((*lines, "", "")).encode("latin-1")

    async def play(self, wire: Wire) -> bool:
        """Send all of it at once."""
        await wire.write(self.head() + self.body)
        return not self.hang_up


@dataclass(frozen=True, slots=True)
class Trickle:
    """A well-formed answer, byte by byte, with a pause of so many seconds before each."""

    reply: Reply
    pause: float

    async def play(self, wire: Wire) -> bool:
        """Send it slowly."""
        for byte in self.reply.head() + self.reply.body:
            if not await wire.pause(self.pause):
                return False
            await wire.write(bytes((byte,)))
        return True


@dataclass(frozen=True, slots=True)
class Truncated:
    """A well-formed answer of which the last so many bytes of the body are missing; then the connection is closed."""

    reply: Reply
    missing: int = 1

    async def play(self, wire: Wire) -> bool:
        """Send its beginning."""
        await wire.write(self.reply.head() + self.reply.body[: -self.missing])
        return False


@dataclass(frozen=True, slots=True)
class Stalled:
    """A well-formed answer of which the body never comes."""

    reply: Reply

    async def play(self, wire: Wire) -> bool:
        """Send its head and wait for ever."""
        await wire.write(self.reply.head())
        await wire.pause()
        return False


@dataclass(frozen=True, slots=True)
class Endless:
    """An answer whose body never ends."""

    status: int = 200

    async def play(self, wire: Wire) -> bool:
        """Send until the other end has enough."""
        await wire.write(f"HTTP/1.1 {self.status} Whatever\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        while True:
            await wire.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are not HTTP; then the connection is closed."""

    data: bytes = b"\x00\x01 this is not HTTP \xff\r\n\r\n"

    async def play(self, wire: Wire) -> bool:
        """Send them."""
        await wire.write(self.data)
        return False


@dataclass(frozen=True, slots=True)
class Reset:
    """A TCP reset instead of an answer."""

    async def play(self, wire: Wire) -> bool:
        """Drop the connection."""
        wire.reset()
        return False


@dataclass(frozen=True, slots=True)
class Close:
    """The end of the stream instead of an answer."""

    async def play(self, wire: Wire) -> bool:
        """Close the connection in good order."""
        del wire
        return False


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer, on a connection that stays open."""

    async def play(self, wire: Wire) -> bool:
        """Wait for ever."""
        await wire.pause()
        return False


class FaultServer:
    """The server. ``received`` is every request read to its end, ``connections`` how many were accepted."""

    def __init__(self, *script: Fault, answer: Callable[[Recorded], Fault] | None = None) -> None:
        if not script and answer is None:
            raise ValueError("a fault server needs something to do")
        self._script = list(script)
        self._answer = answer
        self._server: asyncio.Server | None = None
        self._closing = asyncio.Event()
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.received: list[Recorded] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        if self._server is None:
            raise RuntimeError("the fault server is not open")
        return f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.close()
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.gather(*self._open)
        if self._server is not None:
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._open[task] = writer
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._converse(reader, Wire(writer, self._closing), self.connections)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        del self._open[task]

    async def _converse(self, reader: asyncio.StreamReader, wire: Wire, connection: int) -> None:
        while (request := await _request(reader, connection)) is not None:
            self.received.append(request)
            if not await self._fault(request).play(wire):
                return
        # A client with another protocol, such as TLS, gets bytes that are no valid answer in it.
        await Garbage().play(wire)

    def _fault(self, request: Recorded) -> Fault:
        if self._answer is not None:
            return self._answer(request)
        return self._script[min(len(self.received), len(self._script)) - 1]


async def _request(reader: asyncio.StreamReader, connection: int) -> Recorded | None:
    """One request; None where the other end does not speak HTTP.

    Raises:
        asyncio.IncompleteReadError: The other end is gone.
    """
    first = await reader.readexactly(1)
    if not first.isalpha():
        return None
    head = first + await reader.readuntil(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = start.split(" ")
    parts = (line.partition(":") for line in lines)
    headers = tuple((name, value.strip()) for name, _, value in parts)
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return Recorded(method, target, headers, await reader.readexactly(length), connection)


@contextmanager
def refusing() -> Generator[str]:
    """``host:port`` where every connection is refused: bound, so that no other process gets it, but not listening."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        yield f"{LOOPBACK}:{bound.getsockname()[1]}"


@contextmanager
def mute() -> Generator[str]:
    """``host:port`` where connections are made and then nothing happens at all, not even a TLS greeting."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen()
        yield f"{LOOPBACK}:{listening.getsockname()[1]}"
