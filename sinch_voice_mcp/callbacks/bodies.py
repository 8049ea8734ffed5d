"""Bodies of callbacks: read within limits, and parsed as JSON within limits."""

import json
import re

import anyio
from starlette.types import Receive

from sinch_voice_mcp.callbacks.responses import RefusedCallbackError
from sinch_voice_mcp.types import JsonObject, is_object

# Digits of a Content-Length header; a longer number would only cost time to convert.
_MAX_LENGTH_DIGITS = 10

# A string without end matches to the end of the text. That text is not JSON anyway, and matching stays linear.
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{\[]|[}\]]', re.DOTALL)


class DisconnectedError(Exception):
    """The client disconnected before it had sent the whole body."""


async def read_body(declared: bytes | None, receive: Receive, *, max_bytes: int, timeout_s: float) -> bytes:
    """Read the bytes of a body.

    Args:
        declared: The value of the Content-Length header, if there is one.
        receive: The ASGI callable that yields the body.
        max_bytes: The max_bytes accepted size.
        timeout_s: Seconds until the last byte must have arrived.

    Raises:
        RefusedCallbackError: The body is too large or too slow.
        DisconnectedError: The client disconnected.
    """
    if declared is not None and not _fits(declared, max_bytes):
        raise RefusedCallbackError("too_large")
    body: bytes | None = None
    with anyio.move_on_after(timeout_s):
        body = await _read_all(receive, max_bytes)
    if body is None:
        raise RefusedCallbackError("too_slow")
    return body


def _fits(declared: bytes, max_bytes: int) -> bool:
    return declared.isdigit() and len(declared) <= _MAX_LENGTH_DIGITS and int(declared) <= max_bytes


async def _read_all(receive: Receive, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise RefusedCallbackError("too_large")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def read_object(body: bytes, max_depth: int) -> JsonObject:
    """Parse a body as a JSON object.

    Raises:
        RefusedCallbackError: The body is not UTF-8, not JSON, not an object, or nested too deeply.
    """
    try:
        text = body.decode("utf-8")
        # Before parsing, because the parser recurses into everything that is nested.
        if is_deeper(text, max_depth):
            raise RefusedCallbackError("too_deep")
        value: object = _DECODER.decode(text)
    except ValueError:
        raise RefusedCallbackError("not_json") from None
    if not is_object(value):
        raise RefusedCallbackError("not_json")
    return value


def is_deeper(text: str, max_depth: int) -> bool:
    """Return whether JSON text nests objects and arrays deeper than a limit; read each character at most once."""
    if text.count("{") + text.count("[") <= max_depth:
        return False
    depth = 0
    for found in _STRUCTURE.finditer(text):
        match found.group():
            case "{" | "[":
                depth += 1
            case "}" | "]":
                depth -= 1
            case _:
                continue
        if depth > max_depth:
            return True
    return False


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
