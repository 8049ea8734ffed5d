"""One attempt: send a request over a connection, wait no longer than allowed, and report what is certain."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

import anyio
import httpx2

from sinch_voice_mcp.types import MAX_BODY_BYTES, SANDBOX_HEADER

_MAX_CONNECTIONS = 100
_MAX_IDLE_CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each phase of one attempt may take, in seconds.

    ``total`` bounds the whole attempt by the wall clock: a server that sends a byte now and then never exceeds
    ``read``.
    """

    connect: float = 3.0
    write: float = 5.0
    read: float = 10.0
    pool: float = 3.0
    total: float = 15.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The platform answered, and the whole answer was read; ``from_sandbox`` if it says that a sandbox sent it."""

    status: int
    body: bytes
    retry_after: str | None = None
    from_sandbox: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """Not a byte of the request left this machine; ``reason`` says why."""

    reason: str
    cause: Exception | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The platform may have seen the request, and no complete answer came; ``status`` is 0 if not even that came."""

    reason: str
    status: int = 0
    cause: Exception | None = None
    from_sandbox: bool = False


Attempt = Answered | NotSent | Lost


class _TooLargeError(Exception):
    """The body is larger than anything the platform sends."""


_NEVER_SENT = (
    httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol,
)  # fmt: skip
_LOST = (
    httpx2.HTTPError, httpx2.StreamError, OSError, _TooLargeError,
    anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream,
)  # fmt: skip


class Connections:
    """The connections to the platform, opened when first needed.

    There are two pools: one keeps connections alive, the other opens a new one for every request. The platform may
    close an idle connection at the moment it is used again, which looks exactly like a reset after the
    request was seen. Requests that must not be repeated therefore get a new connection.

    Args:
        transport: Carries every request instead; closed with the client.
        tls: Whether any base URL is https; loading the trusted certificates takes time.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport | None, *, tls: bool) -> None:
        self._given = transport
        self._tls = tls
        self._pools: tuple[httpx2.AsyncBaseTransport, httpx2.AsyncBaseTransport] | None = None

    def transport(self, *, new_connection: bool) -> httpx2.AsyncBaseTransport:
        """Return what carries a request; ``new_connection`` if it must not meet an idle connection."""
        if self._given is not None:
            return self._given
        if self._pools is None:
            context = httpx2.create_ssl_context() if self._tls else _no_certificates()
            self._pools = _pool(context, idle=_MAX_IDLE_CONNECTIONS), _pool(context, idle=0)
        kept_alive, always_new = self._pools
        return always_new if new_connection else kept_alive

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools or ():
            await pool.aclose()
        if self._given is not None:
            await self._given.aclose()


def _pool(context: ssl.SSLContext, *, idle: int) -> httpx2.AsyncBaseTransport:
    limits = httpx2.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=idle)
    return httpx2.AsyncHTTPTransport(verify=context, limits=limits)


def _no_certificates() -> ssl.SSLContext:
    """Return a context that trusts no certificate, for base URLs that are all plain http."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def attempt(transport: httpx2.AsyncBaseTransport, request: httpx2.Request, timeouts: Timeouts) -> Attempt:
    """Send a request once. Redirects are not followed, and cookies are not kept."""
    # An httpx client would repeat, redirect and remember by itself; a transport does none of that.
    request.extensions = {"timeout": _phases(timeouts)}
    status, from_sandbox = 0, False
    try:
        with anyio.move_on_after(timeouts.total):
            response = await transport.handle_async_request(request)
            status, from_sandbox = response.status_code, SANDBOX_HEADER in response.headers
            return Answered(status, await _body(response), response.headers.get("retry-after"), from_sandbox)
    except _NEVER_SENT as error:
        return NotSent(_not_sent_reason(error), error)
    except _LOST as error:
        return Lost(_lost_reason(error, timeouts), status, error, from_sandbox)
    return Lost(f"there was no answer within {timeouts.total:g} s", status, from_sandbox=from_sandbox)


def _phases(timeouts: Timeouts) -> dict[str, float | None]:
    """Return the timeouts of the transport, in seconds.

    The phases before the request leaves (a free connection, TCP, TLS) are kept shorter than the total, so that the
    total never expires while it is still certain that nothing was sent.
    """
    return {
        "pool": min(timeouts.pool, timeouts.total / 4),
        "connect": min(timeouts.connect, timeouts.total / 3),
        "write": timeouts.write,
        "read": timeouts.read,
    }


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    try:
        async with aclosing(response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _TooLargeError
    finally:
        await response.aclose()
    return bytes(body)


def _not_sent_reason(error: Exception) -> str:
    # httpx wraps the network error, sometimes several times; the innermost one names the reason.
    if isinstance(error, httpx2.ConnectTimeout):
        return "there was no connection in time"
    if isinstance(error, httpx2.PoolTimeout):
        return "no connection became free in time"
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its TLS certificate was not accepted ({cause.verify_message})"
            case ssl.SSLError():
                return "the TLS handshake failed"
            case socket.gaierror():
                return "its name could not be resolved"
            case ConnectionRefusedError():
                return "the connection was refused"
            case _:
                continue
    return "no connection could be made"


def _lost_reason(error: Exception, timeouts: Timeouts) -> str:
    match error:
        case httpx2.ReadTimeout():
            return f"nothing was received for {timeouts.read:g} s"
        case httpx2.WriteTimeout():
            return f"nothing could be sent for {timeouts.write:g} s"
        case httpx2.RemoteProtocolError():
            return "the answer was cut off or was not HTTP"
        case httpx2.DecodingError():
            return "the answer's content encoding was wrong"
        case _TooLargeError():
            return "the answer was larger than 1 MiB"
        case _:
            return "the connection broke before the answer was complete"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes; several addresses tried at once come as a group."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from cast("BaseExceptionGroup[BaseException]", error).exceptions
        error = error.__cause__ or error.__context__
