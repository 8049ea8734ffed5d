"""Responses that go wrong on purpose: resets, silence, and bodies that are cut off or come byte by byte.

ASGI has no way to break a connection. A server that can do it says so by an extension in the scope; under any other
server a response begins and the application raises, so that the server closes the connection.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict, cast

from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import TransportFault
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.types import SANDBOX_HEADER

CONNECTION_EXTENSION = "sinch_voice_mcp.connection"
"""The name of the extension; its value is a :class:`Connection`."""

SILENCE_S = 120.0
"""Seconds after which a silent connection is closed."""

BYTE_INTERVAL_S = 1.0
"""Seconds from one byte of a slow body to the next."""

_HTML = "<html><body>This is not the answer of the platform.</body></html>"


class Connection(TypedDict):
    """What an application can do to the connection of its request.

    Attributes:
        reset: Drops it at once; over TCP by a reset.
        close: Closes it after what was written so far.
    """

    reset: Callable[[], None]
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class BrokenResponse:
    """An ASGI application that sends a response, and lets the connection fail meanwhile.

    Attributes:
        response: What is sent if nothing fails.
        fault: What fails.
        clock: The time by which it is silent or slow.
    """

    response: Response
    fault: TransportFault
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the fault leaves of the response."""
        match self.fault.kind:
            case "error":
                await self.response(scope, receive, send)
            case "not JSON":
                await HTMLResponse(_HTML, headers={SANDBOX_HEADER: "1"})(scope, receive, send)
            case "reset":
                await self._break(scope, receive, send, "reset")
            case "silence":
                if await self._is_still_there(receive, SILENCE_S):
                    await self._break(scope, receive, send, "close")
            case "cut off":
                await send(_start_of(self.response))
                await send(_part(_bytes(self.response)[:-1]))
                await self._break(scope, receive, send, "close", started=True)
            case "byte by byte":
                await self._trickle(receive, send)

    async def _trickle(self, receive: Receive, send: Send) -> None:
        await send(_start_of(self.response))
        for byte in _bytes(self.response):
            if not await self._is_still_there(receive, BYTE_INTERVAL_S):
                return
            await send(_part(bytes((byte,))))
        await send({**_part(b""), "more_body": False})

    async def _break(self, scope: Scope, receive: Receive, send: Send, how: str, *, started: bool = False) -> None:
        extensions = cast("Mapping[str, object]", scope.get("extensions") or {})
        connection = cast("Mapping[str, Callable[[], None]] | None", extensions.get(CONNECTION_EXTENSION))
        if connection is not None:
            connection[how]()
            # A server complains about an application that returns while it believes the client to be there.
            await _until_gone(receive)
            return
        if not started:
            # One byte is promised and none sent, so that the client notices.
            await send({**_start_of(self.response), "headers": [(b"content-length", b"1")]})
        raise ConnectionAbortedError("the number that was called breaks the connection")

    async def _is_still_there(self, receive: Receive, seconds: float) -> bool:
        """Wait so many seconds; return whether the client still waits, too."""
        with self.clock.move_on_after(seconds) as limit:
            await _until_gone(receive)
        return limit.cancelled_caught


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start_of(response: Response) -> dict[str, object]:
    return {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}


def _bytes(response: Response) -> bytes:
    return bytes(response.body)


def _part(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}


BEHAVIORS = (
    chosen(
        "api",
        "connections that break",
        "silence ends after 120 s; bytes of a slow response come 1 s apart",
        covers=("SILENCE_S", "BYTE_INTERVAL_S"),
    ),
)
