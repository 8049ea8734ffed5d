"""One try: send a request, wait no longer than allowed, and say what is certain about it."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

import anyio
import httpx2

LARGEST_ANSWER = 1_048_576
"""Bytes of an answer's body, decoded, beyond which reading stops."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of one try may take, in seconds.

    ``total`` bounds the whole try by the wall clock: a byte now and then never trips ``read``.
    """

    connect: float = 3.0
    write: float = 5.0
    read: float = 10.0
    pool: float = 3.0
    total: float = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The platform answered, and the answer was read to its end."""

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not a byte of the request left; ``reason`` is in plain words."""

    reason: str
    cause: Exception | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The request may have been seen, and no whole answer came; ``status`` is 0 where not even that came."""

    reason: str
    status: int = 0
    cause: Exception | None = None


Try = Answer | NotSent | Lost


class _TooLargeError(Exception):
    """The answer is larger than anything the platform sends."""


_NEVER_SENT = (
    httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol,
)  # fmt: skip
_LOST = (
    httpx2.HTTPError, httpx2.StreamError, OSError, _TooLargeError,
    anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream,
)  # fmt: skip


async def attempt(transport: httpx2.AsyncBaseTransport, request: httpx2.Request, timeouts: Timeouts) -> Try:
    """Send a request once. Redirects are not followed, cookies not kept.

    The transport is used directly, without a client around it: nothing then repeats, redirects or remembers.
    """
    request.extensions = {"timeout": _phases(timeouts)}
    status = 0
    try:
        with anyio.move_on_after(timeouts.total):
            response = await transport.handle_async_request(request)
            status = response.status_code
            return Answer(status, await _body(response), response.headers.get("retry-after"))
    except _NEVER_SENT as error:
        return NotSent(_not_sent(error), error)
    except _LOST as error:
        return Lost(_lost(error, timeouts), status, error)
    return Lost(f"there was no answer within {timeouts.total:g} s", status)


def _phases(timeouts: Timeouts) -> dict[str, float | None]:
    """The waits for the transport.

    What comes before the request (a free connection, TCP, TLS) is kept shorter than the whole, so that
    the end of the whole never comes while it is still certain that nothing was sent.
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
        async with aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise _TooLargeError
    finally:
        await response.aclose()
    return bytes(body)


def _not_sent(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return "there was no connection in time"
    if isinstance(error, httpx2.PoolTimeout):
        return "no connection became free in time"
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its TLS certificate was not accepted ({cause.verify_message})"
            case ssl.SSLError():
                return "TLS could not be agreed on"
            case socket.gaierror():
                return "its name could not be resolved"
            case ConnectionRefusedError():
                return "the connection was refused"
            case _:
                continue
    return "no connection could be made"


def _lost(error: Exception, timeouts: Timeouts) -> str:
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
    """An error and what led to it; several addresses tried at once come as a group."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from cast("BaseExceptionGroup[BaseException]", error).exceptions
        error = error.__cause__ or error.__context__
