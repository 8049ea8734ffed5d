"""An ASGI application that takes the platform's callbacks, and says how it is."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.callbacks import answers
from sinch_voice_mcp.callbacks.answers import Answer, RefusedCallbackError, as_json
from sinch_voice_mcp.callbacks.bodies import DisconnectedError, read_body, read_object
from sinch_voice_mcp.callbacks.health import Counts, Skew
from sinch_voice_mcp.callbacks.probing import nonce_of
from sinch_voice_mcp.callbacks.verifying import Network, Verifier, raw_path
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.signing import TOLERANCE, Credentials
from sinch_voice_mcp.wire.events import EventError, VoiceEvent, read_event

Hear = Callable[[VoiceEvent, bytes], Awaitable[bytes]]
"""Stores an event, whose body it gets as well, and returns the bytes of the reply: JSON text, or nothing.

Raises StorageError where it cannot be stored.
"""

DEFAULT_PATH = "/callbacks/voice"
_ALIVE, _READY = "/healthz", "/readyz"
_READING = ("GET", "HEAD")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the receiver takes.

    Attributes:
        tolerance: How old or new a timestamp may be.
        largest_body: Bytes.
        deepest: How deep JSON may be nested.
        body_seconds: How long a body may take to arrive.
        most_waiting: Events in work at once; more are turned away.
    """

    tolerance: timedelta = TOLERANCE
    largest_body: int = 65_536
    deepest: int = 32
    body_seconds: float = 2.0
    most_waiting: int = 256


def receiver(  # noqa: PLR0913 - what a composer may set, each by its name
    record: Hear,
    credentials: Sequence[Credentials],
    clock: Clock,
    *,
    path: str = DEFAULT_PATH,
    public_paths: Sequence[str] = (),
    trusted_proxies: Sequence[Network] = (),
    tolerance: timedelta = TOLERANCE,
    largest_body: int = 65_536,
    deepest: int = 32,
    body_seconds: float = 2.0,
    most_waiting: int = 256,
) -> "Receiver":
    """A receiver of callbacks.

    The server that runs it must leave the peer's address as it is (uvicorn: ``proxy_headers=False``), for it
    decides whether ``X-Forwarded-Prefix`` counts. A listening socket that is handed to it must name its protocol
    (``socket.IPPROTO_TCP``): asyncio switches Nagle's delay off only then, and each answer would take 40 ms more.

    Args:
        record: Stores an event and returns the bytes of the reply.
        credentials: The applications that may send callbacks.
        clock: The current instant.
        path: Where callbacks arrive here, with or without a slash at the end.
        public_paths: The paths of the callback URLs, where a proxy gives requests another one.
        trusted_proxies: Networks whose ``X-Forwarded-Prefix`` counts.
        tolerance: How old or new a timestamp may be.
        largest_body: In bytes.
        deepest: How deep JSON may be nested.
        body_seconds: How long a body may take to arrive.
        most_waiting: Events in work at once; more are answered with 503.
    """
    skew = Skew(clock)
    verifier = Verifier(
        credentials, clock, skew, tolerance=tolerance, public_paths=public_paths, trusted_proxies=trusted_proxies
    )
    return Receiver(record, verifier, skew, Limits(tolerance, largest_body, deepest, body_seconds, most_waiting), path)


class Receiver:
    """The ASGI application. ``counts`` and ``skew`` are for whoever wants to know how it is."""

    def __init__(self, record: Hear, verifier: Verifier, skew: Skew, limits: Limits, path: str = DEFAULT_PATH) -> None:
        self.counts = Counts()
        self.skew = skew
        self._hear = record
        self._verifier = verifier
        self._limits = limits
        self._path = unquote(path).rstrip("/")
        self._in_work = 0
        self._stores = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            answer = await self._answer(scope, receive)
            if answer is not None:
                await answer.send(send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})

    @property
    def is_ready(self) -> bool:
        """Whether events can be stored, and the clock is right as far as anybody knows."""
        return not self._complaints()

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        try:
            path = _routed(scope)
            if path == self._path:
                return await self._callback(scope, receive) if scope["method"] == "POST" else answers.NO_SUCH_METHOD
            return self._reading(path, scope["method"])
        except RefusedCallbackError as refusal:
            self.counts.refused[refusal.reason] += 1
            return refusal.answer
        except DisconnectedError:
            return None
        except Exception:  # noqa: BLE001 - the platform gets an answer whatever happens; the log has the rest
            self.counts.unforeseen_failures += 1
            _log.exception("a callback could not be answered")
            return answers.UNFORESEEN

    def _reading(self, path: str, method: str) -> Answer:
        if path not in (_ALIVE, _READY):
            return answers.NOT_FOUND
        if method not in _READING:
            return answers.NO_SUCH_READING
        return answers.ALIVE if path == _ALIVE else self._readiness()

    def _readiness(self) -> Answer:
        complaints = self._complaints()
        return as_json(
            {
                "ready": not complaints,
                "reasons": complaints,
                "counts": self.counts.to_json() | {"in_work": self._in_work},
                "clock": self.skew.to_json(),
            },
            status=503 if complaints else 200,
        )

    def _complaints(self) -> list[str]:
        clock_is_off = self.skew.is_beyond(self._limits.tolerance)
        stores = [] if self._stores else ["events cannot be stored"]
        return [*stores, *(["callbacks are refused because of our clock"] if clock_is_off else [])]

    async def _callback(self, scope: Scope, receive: Receive) -> Answer:
        counts, limits = self.counts, self._limits
        counts.received += 1
        headers = dict[bytes, bytes](scope["headers"])
        declared = headers.get(b"content-length")
        body = await read_body(declared, receive, largest=limits.largest_body, seconds=limits.body_seconds)
        flaw = self._verifier.flaw(scope, headers, body)
        if flaw is not None:
            raise RefusedCallbackError(flaw)
        counts.verified += 1
        return await self._verified(scope, headers, body)

    async def _verified(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        data = read_object(body, self._limits.deepest)
        nonce = nonce_of(headers, data)
        if nonce is not None:
            self.counts.probes += 1
            return as_json({"probe": nonce, "path": raw_path(scope)})
        try:
            event = read_event(data)
        except EventError:
            raise RefusedCallbackError("no_event") from None
        return await self._heard(event, body)

    async def _heard(self, event: VoiceEvent, body: bytes) -> Answer:
        if self._in_work >= self._limits.most_waiting:
            self.counts.shed += 1
            return answers.BUSY
        self._in_work += 1
        try:
            reply = await self._hear(event, body)
        except StorageError:
            self.counts.storage_failures += 1
            if self._stores:
                _log.warning("events of calls cannot be stored")
            self._stores = False
            return answers.FAILED
        finally:
            self._in_work -= 1
        self._stores = True
        self.counts.answered += 1
        return Answer(200, reply) if reply else answers.EMPTY


def _routed(scope: Scope) -> str:
    """The decoded path below where the application is mounted, without a slash at its end."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")).rstrip("/")
