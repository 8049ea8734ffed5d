"""Callbacks as they arrive, signed or spoilt, and the receiver's answers to them."""

import json
from collections.abc import Sequence
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
class Arriving:
    """A request as the receiver gets it; ``chunks`` are the pieces that its body comes in."""

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
        """A callback that is signed now, over another path than it arrives on where one is given."""
        message = Message("POST", signed_path or path, content_type, timestamp(now), body)
        return cls.of(message, authorization(credentials, message)).on(path)

    @classmethod
    def of(cls, message: Message, proof: str) -> Self:
        """A message with the header that proves it."""
        headers = (
            ("content-type", message.content_type),
            ("x-timestamp", message.timestamp),
            ("authorization", proof),
            ("content-length", str(len(message.body))),
        )
        return cls(message.path, message.method, headers=headers, chunks=(message.body,))

    def on(self, path: str) -> Self:
        """The same on another path."""
        return replace(self, path=path)

    def with_header(self, name: str, value: str | None) -> Self:
        """The same with another header, or without it."""
        kept = tuple(pair for pair in self.headers if pair[0] != name)
        return replace(self, headers=kept if value is None else (*kept, (name, value)))

    def header(self, name: str) -> str:
        """The value of a header."""
        return dict(self.headers)[name]

    @property
    def body(self) -> bytes:
        """All of the body."""
        return b"".join(self.chunks)

    def scope(self) -> dict[str, Any]:
        """The request's head as ASGI has it."""
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
class Answered:
    """What came back; ``status`` is 0 where nothing did."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body as an object."""
        value: dict[str, Any] = json.loads(self.body)
        return value


async def ask(app: ASGIApp, arriving: Arriving, *, hangs: bool = False, leaves: bool = False) -> Answered:
    """Hand a request over; ``hangs``: the last byte never comes, ``leaves``: the sender goes before it."""
    answered, waiting = Answered(), list[bytes](arriving.chunks)

    async def receive() -> AsgiMessage:
        if waiting:
            return {
                "type": "http.request",
                "body": waiting.pop(0),
                "more_body": bool(waiting) or hangs or leaves,
            }
        if hangs:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answered.body += message["body"]

    await app(arriving.scope(), receive, send)
    return answered


class Ear:
    """Hears events: keeps them, and answers or fails as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[VoiceEvent, bytes]] = []
        self.failure: Exception | None = None
        self.reply = REPLY

    async def __call__(self, event: VoiceEvent, body: bytes) -> bytes:
        """Hear one."""
        if self.failure is not None:
            raise self.failure
        self.heard.append((event, body))
        return self.reply

    @property
    def calls(self) -> Sequence[str]:
        """The calls that it heard of."""
        return [event.call_id for event, _ in self.heard]
