"""The OpenAPI document of the Voice API, and checks of requests, responses and callbacks against it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import yaml
from jsonschema import Draft202012Validator

from sinch_voice_mcp.types import is_object

DOCUMENT: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "voice.yaml").read_text("utf-8"))
"""The document; tests change copies only."""

_INLINE = ("ice", "ace", "pie")

# Before a path is looked up, the request is read and its sender is known.
_WITHOUT_PATH = ("401", "403", "404", "413")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        id: Its ``operationId``.
        parameters: The schema of each path parameter.
        body: The schema of the request's body; None if it has none.
        responses: The responses by status.
    """

    id: str
    parameters: Mapping[str, Any]
    body: Mapping[str, Any] | None
    responses: Mapping[str, Any]


def assert_valid(data: object, schema: str) -> None:
    """Fail unless the data matches a schema of the document."""
    _assert_matches(data, {"$ref": f"#/components/schemas/{schema}"})


def assert_request(method: str, raw_path: str, body: bytes, content_type: str | None) -> None:
    """Fail unless a request is documented: its path, its body, and the SVAML that its strings contain."""
    operation, found = _operation(method, raw_path)
    for name, schema in operation.parameters.items():
        _assert_matches(found[name], schema)
    if operation.body is None:
        assert (body, content_type) == (b"", None), f"{operation.id} has no body"
        return
    assert content_type == "application/json"
    data = json.loads(body)
    _assert_matches(data, operation.body)
    for event, text in _inline_documents(data):
        assert_valid(json.loads(text), f"{event}Svaml")


def assert_response(response: httpx2.Response) -> None:
    """Fail unless a response is documented: its status, its media type, and its body or the absence of one.

    A path that the document lacks is rejected in the documented form.
    """
    documented = _documented_responses(response.request)
    assert str(response.status_code) in documented, f"{response.status_code} is not documented"
    content = documented[str(response.status_code)].get("content")
    if content is None:
        assert response.content == b""
        assert "content-type" not in response.headers
        return
    assert response.headers["content-type"] == "application/json"
    _assert_matches(response.json(), content["application/json"]["schema"])


async def check_response(response: httpx2.Response) -> None:
    """Check a response as :func:`assert_response` does: an event hook of a client."""
    await response.aread()
    assert_response(response)


def assert_callback(body: bytes) -> None:
    """Fail unless the body of a callback is documented."""
    data = json.loads(body)
    assert data["event"] in DOCUMENT["webhooks"]
    assert_valid(data, data["event"])


@cache
def operations() -> tuple[tuple[str, re.Pattern[str], Operation], ...]:
    """Return every operation with its method and the pattern of its raw path; a slash at the end may follow."""
    return tuple(
        (method.upper(), _pattern(path), _described(item, item[method]))
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters"
    )


def _pattern(path: str) -> re.Pattern[str]:
    # At the sandbox, the first segment stands for the host of a region.
    return re.compile(r"(?:/(?:use1|euc1|sae1|apse1|apse2))?" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?")


def _described(item: Mapping[str, Any], operation: Mapping[str, Any]) -> Operation:
    parameters = [_component(one) for one in item.get("parameters", ())]
    body = operation.get("requestBody")
    return Operation(
        operation["operationId"],
        {one["name"]: one["schema"] for one in parameters},
        None if body is None else body["content"]["application/json"]["schema"],
        {status: _component(response) for status, response in operation["responses"].items()},
    )


def _operation(method: str, raw_path: str) -> tuple[Operation, Mapping[str, str]]:
    """Return the operation of a request and its decoded parameters; raise LookupError if there is none."""
    for known, pattern, operation in operations():
        if known == method and (match := pattern.fullmatch(raw_path.partition("?")[0])) is not None:
            return operation, {name: unquote(value) for name, value in match.groupdict().items()}
    raise LookupError(f"{method} {raw_path} is not documented")


def _documented_responses(request: httpx2.Request) -> Mapping[str, Any]:
    try:
        return _operation(request.method, request.url.raw_path.decode("ascii"))[0].responses
    except LookupError:
        return dict.fromkeys(_WITHOUT_PATH, DOCUMENT["components"]["responses"]["rejected"])


def _component(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference names; other parts are returned as they are."""
    if "$ref" not in part:
        return part
    _, kind, name = part["$ref"].removeprefix("#/").split("/")
    return DOCUMENT["components"][kind][name]


def _assert_matches(data: object, schema: Mapping[str, Any]) -> None:
    # The stub of jsonschema knows no type of the errors that it yields.
    validator: Any = _validator(json.dumps(schema, sort_keys=True))
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(data)]
    assert not faults, f"{faults} in {data}"


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": DOCUMENT["components"]})


def _inline_documents(data: object) -> list[tuple[str, str]]:
    """Return the events and texts of the documents that a custom callout carries as strings."""
    callout = data.get("customCallout") if is_object(data) else None
    texts = [(event, callout.get(event)) for event in _INLINE] if is_object(callout) else []
    return [(event, text) for event, text in texts if isinstance(text, str) and text.lstrip().startswith("{")]
