"""The gateway: it reads a request, authenticates it, routes it, and sends the response."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import Engine, RejectedError
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.sandbox.routes import paths
from sinch_voice_mcp.sandbox.routes.broken import BrokenResponse
from sinch_voice_mcp.sandbox.routes.endpoints import RoutedRequest, RoutedResponse
from sinch_voice_mcp.signing import FLAW_CODES, Credentials, Received, raw_path, verify
from sinch_voice_mcp.types import MAX_BODY_BYTES, SANDBOX_HEADER, TAG_HEADER, JsonObject

_ABOUT: JsonObject = {
    "name": "Sinch Voice sandbox",
    "about": "A simulated Voice API v1: no phone rings. Requests are signed as for Sinch, or use HTTP Basic.",
    "try": "POST /calling/v1/callouts",
}

MAX_BODY_BYTES_KEPT = 64 * 1024
MAX_REQUESTS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request and its response, without headers, so that no credential is kept.

    Attributes:
        method: The method.
        raw_path: The path as it was sent.
        status: Status of the response.
        body: The first 64 KiB of the request's body.
        rejection: Why the request was rejected, as the response says; None if it was not.
        fault: What goes wrong with the connection while the response is sent; None for nothing.
    """

    method: str
    raw_path: str
    status: int
    body: bytes
    rejection: str | None = None
    fault: str | None = None


class Gateway:
    """An ASGI application for HTTP requests. It calls ``on_request`` after each request that it handled."""

    def __init__(
        self,
        engine: Engine,
        wall: Clock,
        tolerance: timedelta | None,
        on_request: Callable[[SeenRequest], None] = lambda _: None,
        *,
        clock: Clock,
    ) -> None:
        self.requests: deque[SeenRequest] = deque(maxlen=MAX_REQUESTS_KEPT)
        self._engine = engine
        self._wall = wall
        self._clock = clock
        self._tolerance = tolerance
        self._on_request = on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        request = Request(scope, receive)
        path = raw_path(scope["path"], scope.get("raw_path"))
        try:
            body, is_complete = await _read(request)
        except ClientDisconnect:
            # The client went away while sending, so it reads no response either.
            return
        if is_complete:
            response = self._respond(request, path, body)
        else:
            error = RejectedError(40003, "The body is larger than 1 MiB")
            response = self._rejection(error, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        kept, message = body[:MAX_BODY_BYTES_KEPT], (response.body or {}).get("message")
        rejection = str(message) if response.status >= HTTPStatus.BAD_REQUEST else None
        fault = None if response.fault is None else response.fault.kind
        seen = SeenRequest(request.method, path, response.status, kept, rejection, fault)
        self.requests.append(seen)
        self._on_request(seen)
        whole = _to_http(response)
        broken = whole if response.fault is None else BrokenResponse(whole, response.fault, self._clock)
        await broken(scope, receive, send)

    def _respond(self, request: Request, path: str, body: bytes) -> RoutedResponse:
        if request.method == "GET" and path == "/":
            return RoutedResponse(body=_ABOUT)
        try:
            paths.reject_voice_v2(path)
            sender = self._authenticate(request, path, body)
            region, rest = paths.region_of(path)
            endpoint, parameters = paths.find(request.method, rest)
            tag = request.headers.get(TAG_HEADER)
            response = endpoint(RoutedRequest(self._engine, sender.key, parameters, body, region, tag))
            is_error = response.fault is not None and response.fault.kind == "error"
            return self._rejection(RejectedError(50000)) if is_error else response
        except RejectedError as error:
            return self._rejection(error)

    def _authenticate(self, request: Request, path: str, body: bytes) -> Credentials:
        received = Received(
            method=request.method,
            path=path,
            query=request.scope["query_string"].decode("latin-1"),
            authorization=request.headers.get("authorization"),
            content_type=request.headers.get("content-type", ""),
            timestamp=request.headers.get("x-timestamp"),
            body=body,
        )
        # Timestamps are the sender's real time; simulated time may be far from it.
        now = self._wall.now()
        verdict = verify(received, self._engine.account.credentials(), now=now, tolerance=self._tolerance)
        if isinstance(verdict, Credentials):
            return verdict
        raise RejectedError(FLAW_CODES[verdict])

    def _rejection(self, error: RejectedError, *, status: int | None = None) -> RoutedResponse:
        return _rejection(error, self._engine.reference(), status=status)


class PathsBelow(BaseRoute):
    """Passes HTTP requests below a path to an application, because Starlette's own routes would match decoded paths."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        """Pass requests for the path itself, and for everything below it; an empty path stands for all requests."""
        self._path = path
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match HTTP requests below the path."""
        is_here = scope["type"] == "http"
        if is_here and self._path:
            path = raw_path(scope["path"], scope.get("raw_path"))
            is_here = path == self._path or path.startswith(f"{self._path}/")
        return (Match.FULL if is_here else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application respond."""
        await self._app(scope, receive, send)


def asgi_app(engine: Engine, gateway: Gateway, below: Mapping[str, ASGIApp]) -> Starlette:
    """Return the application, with a JSON response even to unexpected errors.

    Args:
        engine: The platform.
        gateway: Responds to every request that no other application gets.
        below: Applications that get the requests below a path.
    """

    def unexpected(_request: Request, _error: Exception) -> Response:
        return _to_http(_rejection(RejectedError(50000), engine.reference()))

    return Starlette(
        routes=[*(PathsBelow(*pair) for pair in below.items()), PathsBelow("", gateway)],
        exception_handlers={Exception: unexpected},
    )


def _rejection(error: RejectedError, reference: str, *, status: int | None = None) -> RoutedResponse:
    """Return the platform's error body; the first three digits of its code are the HTTP status."""
    body: JsonObject = {"errorCode": error.code, "message": error.message, "reference": reference}
    headers = {} if error.retry_after_s is None else {"retry-after": str(error.retry_after_s)}
    return RoutedResponse(status or error.code // 100, body, headers)


def _to_http(response: RoutedResponse) -> Response:
    headers = {**response.headers, SANDBOX_HEADER: "1"}
    media_type = None if response.body is None else "application/json"
    return Response(response.content(), response.status, headers, media_type)


async def _read(request: Request) -> tuple[bytes, bool]:
    """Return the body, and whether it is complete; reading stops at the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return bytes(body), False
    return bytes(body), True


BEHAVIORS = (
    chosen("api", "unknown path or method", "404/40400 after authentication"),
    chosen("api", "body above 1 MiB", "413/40003"),
)
