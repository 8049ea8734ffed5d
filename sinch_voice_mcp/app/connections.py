"""Connections to the HTTP server: a header must arrive in time, and no peer can take every place.

Anyone can open connections to a public port and send nothing. Each connection that waits for the rest of a header has
a deadline, and when places run out, the one that has waited longest is closed for a new one: a sender of events gets
through however many others only wait. A sandbox behind them can break a connection on purpose.
"""

import asyncio
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sinch_voice_mcp.sandbox.routes.broken import CONNECTION_EXTENSION, Connection

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What the server accepts.

    Attributes:
        header_s: Seconds from the opening of a connection, or from the first byte of a further request, to the end of
            the header.
        per_peer: Connections of one address. A proxy is one peer; the receiver handles fewer events at once.
        total: Connections in all that may wait; twice as many may be open, and further ones get 503.
    """

    header_s: float = 5.0
    per_peer: int = 300
    total: int = 500


DEFAULT_CONNECTION_LIMITS = ConnectionLimits()


@dataclass(slots=True)
class _Open:
    """The open connections of one server; ``waiting`` are those without a complete request, the oldest first."""

    peers: Counter[str] = field(default_factory=Counter[str])
    waiting: dict["_Connection", None] = field(default_factory=dict["_Connection", None])


class _Connection(H11Protocol):
    """A connection of uvicorn's, in a server with limits."""

    limits: ConnectionLimits
    open: _Open
    peer: str | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app = self._breakable(self.app)
        peer = self.client[0] if self.client else ""
        self._make_room(peer)
        self.peer = peer
        self.open.peers[peer] += 1
        self.open.waiting[self] = None
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_busy():
            self._stop_deadline()
            self.open.waiting.pop(self, None)
        elif self._deadline is None and self.peer is not None and not self.transport.is_closing():
            # A further request has begun on a connection that was kept.
            self._start_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_busy() and self.peer is not None:
            self.open.waiting[self] = None

    def _breakable(self, app: ASGIApp) -> ASGIApp:
        """Let an application break this connection."""
        extension: Connection = {"reset": self._reset, "close": self.transport.close}

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "extensions": {CONNECTION_EXTENSION: extension}}, receive, send)

        return connected

    def _reset(self) -> None:
        # Closing a socket that lingers for no time sends a TCP reset.
        linger = struct.pack("ii", 1, 0)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abort()

    def _is_busy(self) -> bool:
        # Set by uvicorn when a header is complete; None before the first one.
        return self.cycle is not None and not self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] - see above

    def _make_room(self, peer: str) -> None:
        """Close the connection that has waited longest if its peer, or the server, has too many."""
        waiting = self.open.waiting
        if self.open.peers[peer] >= self.limits.per_peer:
            oldest = next((one for one in waiting if one.peer == peer), None)
        elif self.open.peers.total() >= self.limits.total:
            oldest = next(iter(waiting), None)
        else:
            return
        # If every other connection has a request in progress, uvicorn answers this one with 503 at its own limit.
        if oldest is not None:
            oldest.leave()
            oldest.transport.abort()

    def leave(self) -> None:
        """Give the place of this connection back."""
        self._stop_deadline()
        self.open.waiting.pop(self, None)
        if self.peer is not None:
            self.open.peers[self.peer] -= 1
            self.peer = None

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(self.limits.header_s, self._too_slow)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
            self.transport.close()


def connection_type(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """Return the type of the connections of one server."""
    return type("LimitedConnection", (_Connection,), {"limits": limits, "open": _Open()})
