"""The door: read a request, check who sent it, route it, answer; everything over HTTP comes through here."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import Engine, RejectedError
from sinch_voice_mcp.sandbox.routes import paths
from sinch_voice_mcp.sandbox.routes.answers import Answer, rejection
from sinch_voice_mcp.sandbox.routes.endpoints import Asked
from sinch_voice_mcp.signing import Credentials, Flaw, Received, verify

LARGEST_BODY = 1024 * 1024
KEPT_BODY = 64 * 1024
KEPT_REQUESTS = 1000
MARK = "x-sinch-voice-sandbox"
"""A header on every answer: it came from the sandbox."""

_CODES: Mapping[Flaw, int] = {
    "authorization_missing": 40100,
    "timestamp_missing": 40101,
    "signature_wrong": 40102,
    "timestamp_outside": 40105,
    "scheme_unknown": 40107,
    "key_unknown": 40108,
    "password_wrong": 40108,
}


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request and the status it got; never its headers, so never a credential.

    ``body`` is its first 64 KiB.
    """

    method: str
    raw_path: str
    status: int
    body: bytes


class Door:
    """An ASGI application for HTTP requests; ``passed`` is called when one has been handled."""

    def __init__(
        self, engine: Engine, wall: Clock, tolerance: timedelta | None, passed: Callable[[], None] = lambda: None
    ) -> None:
        self.requests: deque[SeenRequest] = deque(maxlen=KEPT_REQUESTS)
        self._engine = engine
        self._wall = wall
        self._tolerance = tolerance
        self._passed = passed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        raw_path = _raw_path(scope)
        try:
            body, is_whole = await _read(request)
        except ClientDisconnect:
            # Half a request is none, and nobody waits for an answer.
            return
        if is_whole:
            answer = self._answer(request, raw_path, body)
        else:
            answer = self._rejected(RejectedError(40003, "The body is larger than 1 MiB"), status=413)
        self.requests.append(SeenRequest(request.method, raw_path, answer.status, body[:KEPT_BODY]))
        self._passed()
        await response(answer)(scope, receive, send)

    def _answer(self, request: Request, raw_path: str, body: bytes) -> Answer:
        try:
            sender = self._sender(request, raw_path, body)
            endpoint, parameters = paths.find(request.method, raw_path)
            return endpoint(Asked(self._engine, sender.key, parameters, body))
        except RejectedError as error:
            return self._rejected(error)

    def _sender(self, request: Request, raw_path: str, body: bytes) -> Credentials:
        received = Received(
            method=request.method,
            path=raw_path,
            query=request.scope["query_string"].decode("latin-1"),
            authorization=request.headers.get("authorization"),
            content_type=request.headers.get("content-type", ""),
            timestamp=request.headers.get("x-timestamp"),
            body=body,
        )
        # Timestamps are the sender's real time, which the simulated clock may have left far behind.
        now = self._wall.now()
        verdict = verify(received, self._engine.account.credentials(), now=now, tolerance=self._tolerance)
        if isinstance(verdict, Credentials):
            return verdict
        raise RejectedError(_CODES[verdict])

    def _rejected(self, error: RejectedError, *, status: int | None = None) -> Answer:
        return rejection(error, self._engine.reference(), status=status)


def response(answer: Answer) -> Response:
    """An answer as HTTP, marked as the sandbox's."""
    headers = {**answer.headers, MARK: "1"}
    media_type = None if answer.body is None else "application/json"
    return Response(answer.content(), answer.status, headers, media_type)


async def _read(request: Request) -> tuple[bytes, bool]:
    """The body, and whether it is whole; reading stops at the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return bytes(body), False
    return bytes(body), True


def _raw_path(scope: Scope) -> str:
    """The path as it came over the line, still encoded; ASGI does not promise to have it."""
    raw: bytes | None = scope.get("raw_path")
    return quote(str(scope["path"])) if raw is None else raw.partition(b"?")[0].decode("latin-1")
