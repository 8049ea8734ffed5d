"""Delivery of callbacks to the receiver: valid or manipulated requests, the responses, and the recorded events."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from urllib.parse import unquote

import anyio
from starlette.types import ASGIApp
from starlette.types import Message as AsgiMessage

from sinch_voice_mcp.callbacks import DEFAULT_PATH
from sinch_voice_mcp.signing import Credentials, Message, authorization, timestamp
from sinch_voice_mcp.wire.events import VoiceEvent

REPLY = b'{"action":{"name":"continue"}}'
JSON_TYPE = "application/json"
BODY = (
    b'{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
    b'"timestamp":"2014-09-24T10:59:41Z","version":1}'
)


@dataclass(frozen=True)
class IncomingRequest:
    """A request as it arrives at the receiver; ``chunks`` are the pieces of its body."""

    path: str = DEFAULT_PATH
    method: str = "POST"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    chunks: tuple[bytes, ...] = (b"",)
    peer: tuple[str, int] | None = ("203.0.113.9", 40000)

    @classmethod
    def signed(
        cls,
        credentials: Credentials,
        now: datetime,
        body: bytes = BODY,
        *,
        path: str = DEFAULT_PATH,
        signed_path: str | None = None,
        content_type: str = JSON_TYPE,
    ) -> Self:
        """Return a callback that is signed now, over ``signed_path`` if that differs from the path of the request."""
        message = Message("POST", signed_path or path, content_type, timestamp(now), body)
        return cls.of(message, authorization(credentials, message)).on(path)

    @classmethod
    def of(cls, message: Message, proof: str) -> Self:
        """Return a request for a message, with a value of the Authorization header."""
        headers = (
            ("content-type", message.content_type),
            ("x-timestamp", message.timestamp),
            ("authorization", proof),
            ("content-length", str(len(message.body))),
        )
        return cls(message.path, message.method, headers=headers, chunks=(message.body,))

    def on(self, path: str) -> Self:
        """Return the same request on another path."""
        return replace(self, path=path)

    def with_header(self, name: str, value: str | None) -> Self:
        """Return the same request with another value of a header, or without the header."""
        kept = tuple(pair for pair in self.headers if pair[0] != name)
        return replace(self, headers=kept if value is None else (*kept, (name, value)))

    def header(self, name: str) -> str:
        """Return the value of a header."""
        return dict(self.headers)[name]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    def scope(self) -> dict[str, Any]:
        """Return the request as an ASGI scope."""
        return {
            "type": "http",
            "method": self.method,
            "path": unquote(self.path, errors="replace"),
            "raw_path": self.path.encode("latin-1"),
            "query_string": self.query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in self.headers],
            "client": self.peer,
        }


@dataclass
class HttpResponse:
    """The response; ``status`` is 0 if there was none."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object."""
        value: dict[str, Any] = json.loads(self.body)
        return value


async def deliver(
    app: ASGIApp, incoming: IncomingRequest, *, stalls: bool = False, disconnects: bool = False
) -> HttpResponse:
    """Deliver a request; the last byte never arrives if it ``stalls``, or if the client ``disconnects`` first."""
    answered, waiting = HttpResponse(), list[bytes](incoming.chunks)

    async def receive() -> AsgiMessage:
        if waiting:
            return {
                "type": "http.request",
                "body": waiting.pop(0),
                "more_body": bool(waiting) or stalls or disconnects,
            }
        if stalls:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answered.body += message["body"]

    await app(incoming.scope(), receive, send)
    return answered


class EventRecorder:
    """Records events, and replies or fails as a test sets it."""

    def __init__(self) -> None:
        self.recorded: list[tuple[VoiceEvent, bytes]] = []
        self.failure: Exception | None = None
        self.reply = REPLY

    async def __call__(self, event: VoiceEvent, body: bytes) -> bytes:
        """Record an event with its body, and return the reply."""
        if self.failure is not None:
            raise self.failure
        self.recorded.append((event, body))
        return self.reply


LOOPBACK = "127.0.0.1"


def head(incoming: IncomingRequest, *further: str) -> bytes:
    """Return the head of a request as bytes."""
    headers = (f"{name}: {value}" for name, value in incoming.headers)
    return "\r\n".join((f"{incoming.method} {incoming.path} HTTP/1.1", "host: x", *headers, *further, "", "")).encode()


async def answer_to(port: int, request: bytes) -> tuple[int, bytes]:
    """Send bytes, keep the connection open, and read until the server closes it; return status and body."""
    async with await anyio.connect_tcp(LOOPBACK, port) as stream:
        await stream.send(request)
        response = b""
        while True:
            try:
                response += await stream.receive()
            except anyio.EndOfStream:
                break
    top, _, body = response.partition(b"\r\n\r\n")
    return int(top.split()[1]), body
