"""The receiver's responses: none of them repeats anything of the request, except a probe's nonce and path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from starlette.types import Send

from sinch_voice_mcp.signing import FLAW_CODES, Flaw
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.codes import CODES

Header = tuple[bytes, bytes]
RefusalReason = Flaw | Literal["too_large", "too_slow", "not_json", "too_deep", "no_event"]
"""Why a callback was refused."""

_JSON: Header = (b"content-type", b"application/json")
_CLOSE: Header = (b"connection", b"close")
_RETRY_AFTER_1_S: Header = (b"retry-after", b"1")


@dataclass(frozen=True, slots=True)
class ReceiverResponse:
    """A status, the bytes of a body, and further headers."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send) -> None:
        """Send the response as ASGI messages."""
        length = (b"content-length", b"%d" % len(self.body))
        # A new list for each response, because middleware appends to it.
        headers = [_JSON, length, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class RefusedCallbackError(Exception):
    """A callback is refused, with the reason and the response."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason: RefusalReason = reason
        self.response = REFUSALS[reason]


def json_response(value: JsonObject, status: int = HTTPStatus.OK) -> ReceiverResponse:
    """Return a response whose body is a JSON object."""
    return ReceiverResponse(status, json.dumps(value, separators=(",", ":")).encode())


def _error(code: int, *headers: Header, message: str | None = None) -> ReceiverResponse:
    text = message or CODES[code].meaning
    body = json.dumps({"errorCode": code, "message": text}, separators=(",", ":")).encode()
    return ReceiverResponse(code // 100, body, headers)


EMPTY = ReceiverResponse(HTTPStatus.OK)
ALIVE = json_response({"alive": True})

# The connection closes where the body was not read to its end, because the rest would be taken for the next request.
NOT_FOUND = _error(40400, _CLOSE)
CALLBACK_METHOD_NOT_ALLOWED = _error(40500, (b"allow", b"POST"), _CLOSE, message="callbacks are sent with POST")
HEALTH_METHOD_NOT_ALLOWED = _error(40500, (b"allow", b"GET, HEAD"), _CLOSE, message="this is read with GET")
BUSY = _error(50300, _RETRY_AFTER_1_S)
NOT_RECORDED = _error(50300, _RETRY_AFTER_1_S)
UNEXPECTED = _error(50000)

REFUSALS: Mapping[RefusalReason, ReceiverResponse] = {
    **{flaw: _error(code) for flaw, code in FLAW_CODES.items()},
    "too_large": _error(41300, _CLOSE, message="the body is too large"),
    "too_slow": _error(40800, _CLOSE, message="the body did not come in time"),
    "not_json": _error(40003, message="the body is not a JSON object"),
    "too_deep": _error(40003, message="the body is nested too deeply"),
    "no_event": _error(40003, message="the body is no event of a call"),
}
"""The response to each refused callback."""
