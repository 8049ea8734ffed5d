"""Lines of JSON-RPC that a client sent: what is a message, and the error that answers what is none.

A client waits for an answer to each of its requests, so a line that cannot be read must not be dropped: it is answered
with the id of the request where that can be found.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import from_json

from sinch_voice_mcp.types import JsonObject, is_list, is_object

PARSE_ERROR, INVALID_REQUEST = -32700, -32600

_BYTE_ORDER_MARK = "\ufeff"

_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})(?P<pair>\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
    r"|u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Any escape of a JSON string; ``high`` without ``pair``, and ``low``, are halves of a character."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")

# Possessive, so that a string without an end costs one pass.
_TOKEN = re.compile(r'"(?P<text>[^"\\]*+(?:\\.?[^"\\]*+)*+)(?:"|\Z)|[{}\[\]]', re.DOTALL)
_ID_VALUE = re.compile(r'\s*:\s*(-?\d{1,20}(?![\d.eE])|"(?:[^"\\]|\\.){0,200}")')

_SPACE = re.compile(r"\s*+")
_DECODER = json.JSONDecoder()

_MAX_MESSAGES_PER_LINE = 100
"""More on one line are no messages of a client that forgot a line end."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as JSON text.

    Attributes:
        text: The JSON text.
        id: Id of a request; None for anything else.
        cancels: Id of the request that this notification cancels.
    """

    text: str
    id: str | int | None
    cancels: str | int | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A message that cannot be handled, and the JSON-RPC error that answers it; None if it must not be answered."""

    answer: JsonObject | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Several messages in one JSON array; their answers are sent as one array."""

    parts: tuple[Message | Flaw, ...]


def read_line(line: str, *, batches: bool) -> tuple[Message | Flaw | Batch, ...]:
    """Read one line: usually one message; none for white space.

    Half a surrogate pair, as programs write it that cut a text in the middle of a character, becomes U+FFFD.

    Args:
        line: The line, with or without its end.
        batches: Whether the negotiated protocol has batches.
    """
    text = whole_characters(line.strip().removeprefix(_BYTE_ORDER_MARK).strip())
    if not text:
        return ()
    try:
        return (_read(from_json(text), text, batches=batches),)
    except ValueError as error:
        return tuple(_several(text, batches=batches)) or (_unparsable(text, error),)


def whole_characters(text: str) -> str:
    """Replace each escape of half a surrogate pair in JSON text by that of U+FFFD."""
    return _ESCAPE.sub(_whole, text) if _SURROGATE_ESCAPE.search(text) else text


def _whole(escape: re.Match[str]) -> str:
    is_half = escape["low"] is not None or (escape["high"] is not None and escape["pair"] is None)
    return r"\ufffd" if is_half else escape[0]


def _read(data: object, text: str, *, batches: bool) -> Message | Flaw | Batch:
    if not is_list(data):
        return _message(data, text)
    if not batches:
        return _flaw(INVALID_REQUEST, "this protocol version has no batches; send one message per line", None)
    if not data:
        return _flaw(INVALID_REQUEST, "the batch is empty", None)
    return Batch(tuple(_message(part, json.dumps(part)) for part in data))


def _message(data: object, text: str) -> Message | Flaw:
    if not is_object(data):
        return _flaw(INVALID_REQUEST, "a message is a JSON object", None)
    given = data.get("id")
    ident = given if isinstance(given, str | int) and _is_id(given) else None
    if "method" not in data and ("result" in data or "error" in data):
        # An answer to a question of the server. An answer to it would be an answer to an answer.
        return Message(text, None) if _is_answer(data) else _unreadable_answer(ident)
    fault = _fault(data)
    if fault is not None:
        return _flaw(INVALID_REQUEST, fault, ident)
    params = data.get("params")
    if data["method"] == "notifications/cancelled" and is_object(params):
        canceled = params.get("requestId")
        return Message(text, ident, canceled if isinstance(canceled, str | int) else None)
    return Message(text, ident)


def _unreadable_answer(ident: str | int | None) -> Message | Flaw:
    """Return an error in place of an answer that cannot be read, so that the question ends; nothing without an id."""
    if ident is None:
        return Flaw(None)
    error = {"code": INVALID_REQUEST, "message": "the client's answer is neither a result nor an error"}
    return Message(json.dumps({"jsonrpc": "2.0", "id": ident, "error": error}), None)


def _fault(data: JsonObject) -> str | None:
    """Return what is wrong with a request or notification."""
    if data.get("jsonrpc") != "2.0":
        return 'the member `jsonrpc` must be "2.0"'
    if "result" in data or "error" in data:
        return "a message is a request or an answer, not both"
    if not isinstance(data.get("method"), str):
        return "the member `method` must be a text"
    if "id" in data and not _is_id(data["id"]):
        return "the member `id` must be a text or a whole number"
    if data.get("params") is not None and not is_object(data["params"]):
        return "the member `params` must be an object"
    return None


def _is_answer(data: JsonObject) -> bool:
    error = data.get("error")
    if is_object(data.get("result")):
        complete = _is_id(data.get("id")) and error is None
    else:
        described = is_object(error) and _is_whole(error.get("code")) and isinstance(error.get("message"), str)
        complete = described and "id" in data and (data["id"] is None or _is_id(data["id"]))
    return complete and data.get("jsonrpc") == "2.0"


def _is_id(value: object) -> bool:
    return isinstance(value, str) or _is_whole(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _several(text: str, *, batches: bool) -> Iterator[Message | Flaw | Batch]:
    """Read several messages on one line; nothing unless all of it is JSON values, one after the other."""
    at, found = 0, list[Message | Flaw | Batch]()
    while at < len(text):
        try:
            _, end = _DECODER.raw_decode(text, at)
            # Again with the reader of single messages, whose limit of nesting is lower.
            found.append(_read(from_json(text[at:end]), text[at:end], batches=batches))
        except (ValueError, RecursionError):
            return
        if len(found) > _MAX_MESSAGES_PER_LINE:
            return
        at = _SPACE.match(text, end).end()  # pyright: ignore[reportOptionalMemberAccess] - it also matches nothing
    yield from found


def _unparsable(text: str, error: ValueError) -> Flaw:
    if "recursion" in str(error):
        return _flaw(PARSE_ERROR, "the message is nested too deep", _id_in(text))
    return _flaw(PARSE_ERROR, "the line is not JSON", _id_in(text))


def _id_in(text: str) -> str | int | None:
    """Find the id in a message that cannot be parsed: the member `id` of its outermost object."""
    if not text.startswith("{"):
        return None
    depth = 0
    for token in _TOKEN.finditer(text):
        if token["text"] is None:
            depth += 1 if token[0] in "{[" else -1
        elif depth == 1 and token["text"] == "id" and (value := _ID_VALUE.match(text, token.end())) is not None:
            return _id_of(value[1])
    return None


def _id_of(text: str) -> str | int | None:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _flaw(code: int, message: str, ident: str | int | None) -> Flaw:
    return Flaw({"jsonrpc": "2.0", "id": ident, "error": {"code": code, "message": f"{message}; nothing was done"}})
