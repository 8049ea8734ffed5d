"""The OpenAPI document of the control API, made from the routing table and the types of requests and responses."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from sinch_voice_mcp.sandbox.control.errors import STATUSES
from sinch_voice_mcp.sandbox.control.requests import EmptyBody
from sinch_voice_mcp.sandbox.control.responses import ErrorResponse
from sinch_voice_mcp.sandbox.control.routing import PREFIX, ControlRoute, Download, EventStream
from sinch_voice_mcp.sandbox.control.search import FIELDS
from sinch_voice_mcp.version import __version__

_MEDIA_TYPES: Mapping[object, str] = {EventStream: "text/event-stream", Download: "audio/wav"}
_REFERENCES = "#/components/schemas/{model}"
_ABOUT = """\
Controls a sandbox: a simulated telephony platform that rings no phone.

Programs on the sandbox's machine need no token; others send `Authorization: Bearer TOKEN`. Every error has a code, a
message and a next step.

The parameter `q` is a query in the search language: terms such as `to:+12025550100`, joined by blanks, that all have
to match. `said:"opening hours"` has a value with blanks, and `-state:ended` negates.
"""

_Schemas = dict[tuple[Any, JsonSchemaMode], Any]


def document(routes: Sequence[ControlRoute[Any, Any]]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of some routes."""
    schemas, definitions = TypeAdapter[Any].json_schemas(_inputs(routes), ref_template=_REFERENCES)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(f"{PREFIX}/{route.path}", {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the Sinch Voice sandbox",
            "version": __version__,
            "description": _ABOUT + _fields(),
        },
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _fields() -> str:
    return "\n| Field | What it finds |\n| --- | --- |\n" + "".join(
        f"| `{name}` | {field.what} |\n" for name, field in FIELDS.items()
    )


def _inputs(routes: Iterable[ControlRoute[Any, Any]]) -> Iterator[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]]:
    """Yield each type once, in the direction in which it is sent."""
    kinds: dict[tuple[Any, JsonSchemaMode], None] = {(ErrorResponse, "serialization"): None}
    for route in routes:
        kinds[route.parameters, "validation"] = kinds[route.body, "validation"] = None
        if route.response not in _MEDIA_TYPES:
            kinds[route.response, "serialization"] = None
    return ((kind, mode, TypeAdapter(kind)) for kind, mode in kinds)


def _operation(route: ControlRoute[Any, Any], schemas: _Schemas) -> dict[str, Any]:
    summary, _, more = route.description.partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": route.endpoint.__name__,
        "summary": summary.replace("\n", " "),
        "description": more,
        "parameters": [*_in_path(route.path), *_in_query(route.parameters)],
        "responses": {"200": _response(route, schemas), "default": _error(schemas)},
    }
    if route.body is not EmptyBody:
        operation["requestBody"] = {
            "required": any(field.is_required() for field in route.body.model_fields.values()),
            "content": {"application/json": {"schema": schemas[route.body, "validation"]}},
        }
    return operation


def _in_path(path: str) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(parameters: type[BaseModel]) -> Iterator[dict[str, Any]]:
    for name, schema in parameters.model_json_schema().get("properties", {}).items():
        what = schema.pop("description", "")
        yield {"name": name, "in": "query", "required": False, "description": what, "schema": schema}


def _response(route: ControlRoute[Any, Any], schemas: _Schemas) -> dict[str, Any]:
    if (media_type := _MEDIA_TYPES.get(route.response)) is not None:
        return {"description": "What was asked for.", "content": {media_type: {}}}
    schema = schemas[route.response, "serialization"]
    return {"description": "What was asked for.", "content": {"application/json": {"schema": schema}}}


def _error(schemas: _Schemas) -> dict[str, Any]:
    statuses = ", ".join(str(status) for status in sorted(set(STATUSES.values())))
    schema = schemas[ErrorResponse, "serialization"]
    return {"description": f"An error: {statuses}.", "content": {"application/json": {"schema": schema}}}
