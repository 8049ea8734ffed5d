"""What the receiver answers: bytes that never hold anything of the request, but a probe's."""

import json
from dataclasses import dataclass
from typing import Literal

from starlette.types import Send

from sinch_voice_mcp.signing import Flaw
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.codes import MEANINGS

Header = tuple[bytes, bytes]
Reason = Flaw | Literal["too_large", "too_slow", "not_json", "too_deep", "no_event"]
"""Why a callback was refused."""

_JSON: Header = (b"content-type", b"application/json")
_CLOSE: Header = (b"connection", b"close")
_LATER: Header = (b"retry-after", b"1")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the bytes of a body, and further headers."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send) -> None:
        """Send it, as ASGI messages."""
        length = (b"content-length", b"%d" % len(self.body))
        # Nobody else may keep this list: what wraps an application appends to it.
        headers = [_JSON, length, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class RefusedCallbackError(Exception):
    """A callback is not accepted, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.answer = REFUSALS[reason]


def as_json(value: JsonObject, *, status: int = 200) -> Answer:
    """A JSON object as an answer."""
    return Answer(status, json.dumps(value, separators=(",", ":")).encode())


def _error(code: int, *headers: Header, message: str | None = None) -> Answer:
    text = message or MEANINGS[code]
    body = json.dumps({"errorCode": code, "message": text}, separators=(",", ":")).encode()
    return Answer(code // 100, body, headers)


EMPTY = Answer(200)
ALIVE = as_json({"alive": True})

# Where the body was not read to its end, the connection is of no use any more.
NOT_FOUND = _error(40400, _CLOSE)
NO_SUCH_METHOD = _error(40500, (b"allow", b"POST"), _CLOSE, message="callbacks are sent with POST")
NO_SUCH_READING = _error(40500, (b"allow", b"GET, HEAD"), _CLOSE, message="this is read with GET")
BUSY = _error(50300, _LATER)
FAILED = _error(50300, _LATER)
UNFORESEEN = _error(50000)

REFUSALS: dict[Reason, Answer] = {
    "authorization_missing": _error(40100),
    "timestamp_missing": _error(40101),
    "signature_wrong": _error(40102),
    "timestamp_outside": _error(40105),
    "scheme_unknown": _error(40107),
    "key_unknown": _error(40108),
    "password_wrong": _error(40108),
    "too_large": _error(41300, _CLOSE, message="the body is too large"),
    "too_slow": _error(40800, _CLOSE, message="the body did not come in time"),
    "not_json": _error(40003, message="the body is not a JSON object"),
    "too_deep": _error(40003, message="the body is nested too deeply"),
    "no_event": _error(40003, message="the body is no event of a call"),
}
"""What each refusal says: codes and words of the platform where it has some."""
