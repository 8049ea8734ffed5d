"""What a route of the control API is, and how a request is read for it."""

import inspect
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar
from urllib.parse import parse_qsl, unquote

from pydantic import BaseModel, ValidationError

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.sandbox.control.controls import Controls
from sinch_voice_mcp.sandbox.control.errors import ControlError, ErrorCode
from sinch_voice_mcp.sandbox.control.requests import EmptyBody, NoParameters
from sinch_voice_mcp.svaml import parse_json
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint, faults
from sinch_voice_mcp.types import MAX_BODY_BYTES, JsonObject, is_object

Parameters = TypeVar("Parameters", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)
Model = TypeVar("Model", bound=BaseModel)

Method = Literal["GET", "POST", "DELETE"]

PREFIX = "/_sandbox"

_MAX_PARAMETERS = 20
_MIN_SIMILARITY = 0.6


@dataclass(frozen=True, slots=True)
class ControlRequest(Generic[Parameters, Body]):
    """A request that was read.

    Attributes:
        controls: The sandbox.
        path: The decoded segments of the path that are parameters, by name.
        parameters: The parameters of the query string.
        body: The body.
        headers: The headers of the request.
    """

    controls: Controls
    path: Mapping[str, str]
    parameters: Parameters
    body: Body
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request that was routed.

    Attributes:
        path: The decoded segments of the path that are parameters, by name.
        query: The query string.
        body: The bytes of the body.
        headers: The headers, in lower case.
    """

    path: Mapping[str, str]
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventStream:
    """A response that is sent in pieces, as server-sent events."""

    chunks: AsyncGenerator[bytes]


@dataclass(frozen=True, slots=True)
class Download:
    """A response that is a file: its media type, its length in bytes, and its content in pieces."""

    media_type: str
    length: int
    chunks: AsyncGenerator[bytes]


@dataclass(frozen=True, slots=True)
class ControlRoute(Generic[Parameters, Body]):
    """A route.

    Attributes:
        method: The HTTP method.
        path: The path below ``/_sandbox/``; segments in braces are parameters.
        endpoint: Responds to a request; its docstring describes the route, its annotation the response.
        parameters: The parameters of the query string.
        body: The body.
        max_body_bytes: The largest body.
    """

    method: Method
    path: str
    endpoint: Callable[[ControlRequest[Parameters, Body]], Awaitable[object]]
    parameters: type[Parameters]
    body: type[Body]
    max_body_bytes: int = MAX_BODY_BYTES

    @property
    def response(self) -> object:
        """The type of the response."""
        return inspect.signature(self.endpoint).return_annotation

    @property
    def description(self) -> str:
        """What the route does."""
        return inspect.getdoc(self.endpoint) or ""

    def match(self, segments: tuple[str, ...]) -> Mapping[str, str] | None:
        """Return the decoded parameters of a path below the prefix; None if it is another one."""
        expected = tuple(self.path.split("/"))
        if len(expected) != len(segments):
            return None
        found: dict[str, str] = {}
        for pattern, segment in zip(expected, segments, strict=True):
            if pattern.startswith("{") and segment:
                found[pattern[1:-1]] = unquote(segment)
            elif pattern != segment:
                return None
        return found

    async def respond(self, controls: Controls, raw: RawRequest) -> object:
        """Read a request and respond to it.

        Raises:
            ControlError: A parameter or the body is not as it has to be, or the endpoint refuses the request.
        """
        parameters = _validated(self.parameters, _read_query(raw.query), "invalid_parameter")
        parse = parse_json if self.max_body_bytes <= MAX_BODY_BYTES else _parse_large
        body = _validated(self.body, _read_body(raw.body, parse), "invalid_body")
        return await self.endpoint(ControlRequest(controls, raw.path, parameters, body, raw.headers))


def get(
    path: str,
    endpoint: Callable[[ControlRequest[Parameters, EmptyBody]], Awaitable[object]],
    parameters: type[Parameters] = NoParameters,
) -> ControlRoute[Parameters, EmptyBody]:
    """Return a route that reads something."""
    return ControlRoute("GET", path, endpoint, parameters, EmptyBody)


def delete(
    path: str,
    endpoint: Callable[[ControlRequest[Parameters, EmptyBody]], Awaitable[object]],
    parameters: type[Parameters] = NoParameters,
) -> ControlRoute[Parameters, EmptyBody]:
    """Return a route that removes something."""
    return ControlRoute("DELETE", path, endpoint, parameters, EmptyBody)


def post(
    path: str, endpoint: Callable[[ControlRequest[NoParameters, Body]], Awaitable[object]], body: type[Body] = EmptyBody
) -> ControlRoute[NoParameters, Body]:
    """Return a route that changes something."""
    return ControlRoute("POST", path, endpoint, NoParameters, body)


def _read_query(query: str) -> JsonObject:
    """Read a query string; a parameter without value is an empty one.

    Raises:
        ControlError: There are too many parameters, or one is given twice.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise _invalid("invalid_parameter", f"there are more than {_MAX_PARAMETERS} parameters") from None
    found: JsonObject = dict(pairs)
    if len(found) < len(pairs):
        raise _invalid("invalid_parameter", "a parameter is given twice")
    return found


def _parse_large(body: bytes) -> object:
    """Parse JSON that is larger than SVAML may be; its reader checks the values.

    Raises:
        SvamlError: It is not JSON.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise SvamlError("not JSON that can be read", path="$") from None


def _read_body(body: bytes, parse: Callable[[bytes], object]) -> JsonObject:
    """Read a body as a JSON object; an empty one stands for an empty object.

    Raises:
        ControlError: It is not JSON, or not an object.
    """
    if not body.strip():
        return {}
    try:
        data = parse(body)
    except SvamlError as error:
        raise _invalid("invalid_body", f"the body is {error.message}") from None
    if not is_object(data):
        raise _invalid("invalid_body", "the body is not a JSON object")
    return data


def _validated(model: type[Model], data: JsonObject, code: ErrorCode) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = faults(error)[0]
    path = ".".join(str(step) for step in fault["loc"])[:200]
    near = None
    if fault["type"] == "extra_forbidden":
        near = nearest(path, _names(model), similarity=_MIN_SIMILARITY)
    hint = "" if near is None else f"; did you mean `{near}`?"
    where = f"`{path}` " if path else "the body "
    raise _invalid(code, f"{where}{complaint(fault)}{hint}", _members(model))


def _names(model: type[BaseModel]) -> Sequence[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _members(model: type[BaseModel]) -> str:
    names = ", ".join(f"`{name}`" for name in _names(model))
    return f"There are {names}. " if names else "There are none here. "


def _invalid(code: ErrorCode, message: str, first: str = "") -> ControlError:
    return ControlError(code, message, f"{first}GET {PREFIX}/openapi.json describes every request.")
