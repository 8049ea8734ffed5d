"""Carry requests to the sandbox inside one process; a connection that breaks looks as it does over a socket."""

from dataclasses import dataclass

import anyio
import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sinch_voice_mcp.sandbox.routes.broken import CONNECTION_EXTENSION, Connection


@dataclass(slots=True)
class _Line:
    """The connection of one request: it is open until the application breaks it, or the client has waited too long.

    Attributes:
        inner: Receives the request from the client.
        patience_s: Seconds that the client waits for the next bytes; None for ever.
        failure: The error that the client gets; None while the connection is open.
        is_sent: Whether the application has the whole request.
        is_answered: Whether the response has begun.
    """

    inner: Receive
    patience_s: float | None
    failure: httpx2.TransportError | None = None
    is_sent: bool = False
    is_answered: bool = False

    async def receive(self) -> Message:
        """Return the next part of the request; after the last one, that the client has gone, once it has."""
        if not self.is_sent:
            message = await self.inner()
            self.is_sent = not message.get("more_body", False)
            return message
        if self.failure is None:
            await (anyio.sleep_forever() if self.patience_s is None else anyio.sleep(self.patience_s))
            self.failure = httpx2.ReadTimeout("nothing was received")
        return {"type": "http.disconnect"}

    def reset(self) -> None:
        """Drop the connection."""
        self.failure = httpx2.ReadError("the connection was reset")

    def close(self) -> None:
        """End the connection before the response is complete."""
        what = "the whole body" if self.is_answered else "a response"
        self.failure = httpx2.RemoteProtocolError(f"the connection was closed without {what}")

    @property
    def extension(self) -> Connection:
        """What the application can do."""
        return {"reset": self.reset, "close": self.close}


class InProcessTransport(httpx2.AsyncBaseTransport):
    """Carries HTTP to an ASGI application in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the whole response.

        Raises:
            httpx2.TransportError: The application broke the connection.
        """
        patience_s = request.extensions.get("timeout", {}).get("read")

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            line = _Line(receive, patience_s)

            async def respond(message: Message) -> None:
                line.is_answered = True
                await send(message)

            await self._app({**scope, "extensions": {CONNECTION_EXTENSION: line.extension}}, line.receive, respond)
            if line.failure is not None:
                raise line.failure

        return await httpx2.ASGITransport(connected).handle_async_request(request)
