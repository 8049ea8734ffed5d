"""The gateway of the control API: it checks who asks, reads a request, routes it, and sends the response."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict, is_dataclass
from functools import partial
from http import HTTPStatus

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sinch_voice_mcp.sandbox.control.access import Access
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.responses import ErrorDetail, ErrorResponse
from sinch_voice_mcp.sandbox.control.routes import find
from sinch_voice_mcp.sandbox.control.routing import Download, EventStream, RawRequest
from sinch_voice_mcp.sandbox.routes.gateway import SeenRequest
from sinch_voice_mcp.signing import raw_path
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import SANDBOX_HEADER

_HEADERS = {
    SANDBOX_HEADER: "1",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
_UNBUFFERED = {"x-accel-buffering": "no"}
_log = masked_logger(__name__)


class ControlGateway:
    """An ASGI application for HTTP requests below ``/_sandbox``."""

    def __init__(
        self, controls: Controls, token: str | None, on_request: Callable[[SeenRequest], None] = lambda _: None
    ) -> None:
        """Create a gateway.

        Args:
            controls: What it gives access to.
            token: What opens it to other machines; without it, only programs on this one may use it.
            on_request: Called after each request that changed something, or that was refused.
        """
        self._controls = controls
        self._access = Access(token)
        self._on_request = on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        refusal: str | None = None
        try:
            answer = await self._answer(Request(scope, receive))
            response = await _response(answer)
        except ClientDisconnect:
            # The client went away while sending, so it reads no response either.
            return
        except ControlError as error:
            response, refusal = _error(error), error.message
        except Exception:  # noqa: BLE001 - the client gets a response in any case, and the log has the error
            _log.exception("a request to the control API could not be answered")
            bug = ControlError("unexpected", "the sandbox has a bug", "Look into its log, and report it.")
            response, refusal = _error(bug), bug.message
        self._report(scope, response, refusal)
        await response(scope, receive, send)

    def _report(self, scope: Scope, response: ASGIApp, refusal: str | None) -> None:
        if refusal is None and scope["method"] == "GET":
            # Reading is frequent, for those who watch a sandbox, and changes nothing.
            return
        status = response.status_code if isinstance(response, Response) else int(HTTPStatus.OK)
        path = raw_path(scope["path"], scope.get("raw_path"))
        self._on_request(SeenRequest(scope["method"], path, status, b"", refusal))

    async def _answer(self, request: Request) -> object:
        peer = request.client.host if request.client is not None else None
        self._access.check(request.headers, peer, request.url.scheme)
        route, parameters = find(request.method, raw_path(request.scope["path"], request.scope.get("raw_path")))
        raw = RawRequest(
            parameters,
            request.scope["query_string"].decode("latin-1"),
            await _read(request, route.max_body_bytes),
            dict(request.headers),
        )
        if route.method != "GET":
            return await route.respond(self._controls, raw)
        return await _while_connected(request, partial(route.respond, self._controls, raw))


async def _while_connected(request: Request, respond: Callable[[], Awaitable[object]]) -> object:
    """Respond to a request whose body was read, and give up once the client goes away.

    Raises:
        ClientDisconnect: The client has gone away.
        ControlError: The request cannot be fulfilled.
    """
    answers: list[object] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_on_disconnect, request.receive, tasks.cancel_scope)
        try:
            answers.append(await respond())
        except ControlError as error:
            # The task group would wrap it.
            answers.append(error)
        tasks.cancel_scope.cancel()
    if not answers:
        raise ClientDisconnect
    if isinstance(answers[0], ControlError):
        raise answers[0]
    return answers[0]


async def _read(request: Request, max_bytes: int) -> bytes:
    """Return the body.

    Raises:
        ControlError: It is too large; the rest was not read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise ControlError("body_too_large", f"the body has more than {max_bytes:,} bytes", "Send less.")
    return bytes(body)


async def _response(answer: object) -> ASGIApp:
    match answer:
        case EventStream(chunks=chunks):
            return await _opened(chunks)
        case Download(media_type=media_type, length=length, chunks=chunks):
            headers = {**_HEADERS, "content-length": str(length)}
            return StreamingResponse(chunks, HTTPStatus.OK, headers, media_type)
        case _:
            return _json(answer)


def _json(answer: object, status: int = HTTPStatus.OK) -> Response:
    data = asdict(answer) if is_dataclass(answer) and not isinstance(answer, type) else answer
    # JSON escapes can carry what UTF-8 cannot, such as half a surrogate pair in `custom`.
    # The line ends, for those who look at responses in a terminal.
    return Response(f"{json.dumps(data)}\n", status, _HEADERS, "application/json")


def _error(error: ControlError) -> Response:
    response = _json(ErrorResponse(ErrorDetail(error.code, error.message, error.next_step)), error.status)
    response.headers.update(error.headers)
    return response


async def _opened(chunks: AsyncGenerator[bytes]) -> ASGIApp:
    """Return a response that sends events until there are no more, or until the client goes away.

    Raises:
        ControlError: The stream cannot begin; this is a response of its own.
    """
    first = await anext(chunks)
    model = Response(headers=_HEADERS | _UNBUFFERED, media_type="text/event-stream")
    headers = [pair for pair in model.raw_headers if pair[0] != b"content-length"]

    async def respond(_scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(chunks), anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_disconnect, receive, tasks.cancel_scope)
            await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()

    return respond


async def _cancel_on_disconnect(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
