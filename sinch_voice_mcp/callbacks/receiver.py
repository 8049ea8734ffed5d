"""The ASGI application that receives the platform's callbacks and reports its own health."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.callbacks import responses
from sinch_voice_mcp.callbacks.bodies import DisconnectedError, read_body, read_object
from sinch_voice_mcp.callbacks.health import Counts, Skew
from sinch_voice_mcp.callbacks.probes import nonce_of
from sinch_voice_mcp.callbacks.responses import ReceiverResponse, RefusedCallbackError, json_response
from sinch_voice_mcp.callbacks.verification import Network, Verifier
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.signing import TOLERANCE, Credentials, raw_path
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CALLBACK_PATH
from sinch_voice_mcp.wire.events import EventError, VoiceEvent, read_event

RecordEvent = Callable[[VoiceEvent, bytes], Awaitable[bytes]]
"""Stores an event, given with its body, and returns the bytes of the reply: JSON text, or nothing.

Raises StorageError if the event cannot be stored.
"""

_LIVENESS_PATH, _READINESS_PATH = "/healthz", "/readyz"
_HEALTH_METHODS = ("GET", "HEAD")
_log = masked_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the receiver accepts.

    Attributes:
        tolerance: How far a timestamp may be from the current instant, in either direction.
        max_body_bytes: The size of a body.
        max_depth: How deep JSON may be nested.
        body_timeout_s: Seconds that a body may take to arrive.
        max_in_progress: Events in progress at once; further ones get 503.
    """

    tolerance: timedelta = TOLERANCE
    max_body_bytes: int = 65_536
    max_depth: int = 32
    body_timeout_s: float = 2.0
    max_in_progress: int = 256


DEFAULT_LIMITS = Limits()


def receiver(
    record: RecordEvent,
    credentials: Sequence[Credentials],
    clock: Clock,
    *,
    path: str = CALLBACK_PATH,
    public_paths: Sequence[str] = (),
    trusted_proxies: Sequence[Network] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> "Receiver":
    """Create a receiver of callbacks.

    The server that runs it must leave the peer's address as it is (uvicorn: ``proxy_headers=False``), because that
    address decides whether ``X-Forwarded-Prefix`` counts. A listening socket that is passed to the server must name
    its protocol (``socket.IPPROTO_TCP``): only then does asyncio disable Nagle's algorithm, which would delay each
    response by 40 ms.

    Args:
        record: Stores an event and returns the bytes of the reply.
        credentials: The applications that may send callbacks.
        clock: The current instant.
        path: The path of callbacks at this server, with or without a slash at the end.
        public_paths: The paths of the callback URLs, if a proxy rewrites them.
        trusted_proxies: Networks of the proxies whose ``X-Forwarded-Prefix`` counts.
        limits: What the receiver accepts.
    """
    skew = Skew(clock)
    verifier = Verifier(
        credentials,
        clock,
        skew,
        tolerance=limits.tolerance,
        public_paths=public_paths,
        trusted_proxies=trusted_proxies,
    )
    return Receiver(record, verifier, skew, limits, path)


class Receiver:
    """The ASGI application.

    Attributes:
        counts: What happened since the start.
        skew: How far this machine's clock is from the platform's.
    """

    def __init__(
        self, record: RecordEvent, verifier: Verifier, skew: Skew, limits: Limits, path: str = CALLBACK_PATH
    ) -> None:
        self.counts = Counts()
        self.skew = skew
        self._record_event = record
        self._verifier = verifier
        self._limits = limits
        self._path = unquote(path).rstrip("/")
        self._in_progress = 0
        self._storage_works = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] == "http":
            response = await self._respond(scope, receive)
            if response is not None:
                await response.send(send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})

    async def _respond(self, scope: Scope, receive: Receive) -> ReceiverResponse | None:
        try:
            path = _routed_path(scope)
            if path != self._path:
                return self._health(path, scope["method"])
            if scope["method"] != "POST":
                return responses.CALLBACK_METHOD_NOT_ALLOWED
            return await self._receive(scope, receive)
        except RefusedCallbackError as refusal:
            self.counts.refused[refusal.reason] += 1
            return refusal.response
        except DisconnectedError:
            return None
        except Exception:  # noqa: BLE001 - the platform gets a response in any case, and the log has the error
            self.counts.unexpected_failures += 1
            _log.exception("a callback could not be answered")
            return responses.UNEXPECTED

    def _health(self, path: str, method: str) -> ReceiverResponse:
        if path not in (_LIVENESS_PATH, _READINESS_PATH):
            return responses.NOT_FOUND
        if method not in _HEALTH_METHODS:
            return responses.HEALTH_METHOD_NOT_ALLOWED
        return responses.ALIVE if path == _LIVENESS_PATH else self._readiness()

    def _readiness(self) -> ReceiverResponse:
        reasons = self._reasons_not_ready()
        return json_response(
            {
                "ready": not reasons,
                "reasons": reasons,
                "counts": self.counts.to_json() | {"in_work": self._in_progress},
                "clock": self.skew.to_json(),
            },
            HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK,
        )

    def _reasons_not_ready(self) -> list[str]:
        reasons: list[str] = []
        if not self._storage_works:
            reasons.append("events cannot be stored")
        if self.skew.is_beyond(self._limits.tolerance):
            reasons.append("callbacks are refused because of our clock")
        return reasons

    async def _receive(self, scope: Scope, receive: Receive) -> ReceiverResponse:
        self.counts.received += 1
        headers = dict[bytes, bytes](scope["headers"])
        body = await read_body(
            headers.get(b"content-length"),
            receive,
            max_bytes=self._limits.max_body_bytes,
            timeout_s=self._limits.body_timeout_s,
        )
        flaw = self._verifier.flaw(scope, headers, body)
        if flaw is not None:
            raise RefusedCallbackError(flaw)
        self.counts.verified += 1
        return await self._read(scope, headers, body)

    async def _read(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> ReceiverResponse:
        data = read_object(body, self._limits.max_depth)
        nonce = nonce_of(headers, data)
        if nonce is not None:
            self.counts.probes += 1
            return json_response({"probe": nonce, "path": raw_path(scope["path"], scope.get("raw_path"))})
        try:
            event = read_event(data)
        except EventError:
            raise RefusedCallbackError("no_event") from None
        return await self._record(event, body)

    async def _record(self, event: VoiceEvent, body: bytes) -> ReceiverResponse:
        if self._in_progress >= self._limits.max_in_progress:
            self.counts.shed += 1
            return responses.BUSY
        self._in_progress += 1
        try:
            reply = await self._record_event(event, body)
        except StorageError:
            self.counts.storage_failures += 1
            # Log only the change: while storage is down, every callback fails.
            if self._storage_works:
                _log.warning("events of calls cannot be stored")
            self._storage_works = False
            return responses.NOT_RECORDED
        finally:
            self._in_progress -= 1
        self._storage_works = True
        self.counts.answered += 1
        return ReceiverResponse(HTTPStatus.OK, reply) if reply else responses.EMPTY


def _routed_path(scope: Scope) -> str:
    """Return the decoded path below the path at which the application is mounted, without a slash at its end."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")).rstrip("/")
