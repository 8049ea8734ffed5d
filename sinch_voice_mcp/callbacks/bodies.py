"""Bodies of callbacks: read within bounds, and taken for JSON only when they are verified."""

import json
import re

import anyio
from starlette.types import Receive

from sinch_voice_mcp.callbacks.answers import RefusedCallbackError
from sinch_voice_mcp.types import JsonObject, is_object

_LONGEST_LENGTH = 10
# A string that does not end is not JSON; that it counts to the end of the text keeps reading linear.
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{\[]|[}\]]', re.DOTALL)


class DisconnectedError(Exception):
    """Half a request is none, and nobody waits for an answer."""


async def read_body(declared: bytes | None, receive: Receive, *, largest: int, seconds: float) -> bytes:
    """The bytes of a body.

    Args:
        declared: Its length as the request says, if it does.
        receive: Where the body comes from.
        largest: How many bytes are taken.
        seconds: How long it may take until the last byte is there.

    Raises:
        RefusedCallbackError: It is too large or too slow.
        DisconnectedError: The sender went away.
    """
    if declared is not None and not _fits(declared, largest):
        raise RefusedCallbackError("too_large")
    body: bytes | None = None
    with anyio.move_on_after(seconds):
        body = await _whole(receive, largest)
    if body is None:
        raise RefusedCallbackError("too_slow")
    return body


def _fits(declared: bytes, largest: int) -> bool:
    return declared.isdigit() and len(declared) <= _LONGEST_LENGTH and int(declared) <= largest


async def _whole(receive: Receive, largest: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > largest:
            raise RefusedCallbackError("too_large")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def read_object(body: bytes, deepest: int) -> JsonObject:
    """A body as a JSON object.

    Raises:
        RefusedCallbackError: It is not UTF-8, not JSON, no object, or nested too deeply.
    """
    try:
        text = body.decode("utf-8")
        # Before parsing, for parsers call themselves for everything that is nested.
        if is_deeper(text, deepest):
            raise RefusedCallbackError("too_deep")
        value: object = _DECODER.decode(text)
    except ValueError:
        raise RefusedCallbackError("not_json") from None
    if not is_object(value):
        raise RefusedCallbackError("not_json")
    return value


def is_deeper(text: str, deepest: int) -> bool:
    """Whether JSON text nests objects and arrays deeper than that; reads every character once at most."""
    if text.count("{") + text.count("[") <= deepest:
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
        if depth > deepest:
            return True
    return False


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
