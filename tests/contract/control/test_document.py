"""The OpenAPI document of the control API; every response in these tests is checked against it."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sinch_voice_mcp.sandbox.control.routes import ROUTES
from sinch_voice_mcp.sandbox.control.search import FIELDS
from tests.contract.control.scene import DOCUMENT, ControlScene

OPERATIONS = [
    (method, path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


async def test_the_document_is_served() -> None:
    assert await ControlScene().get("openapi.json") == json.loads(json.dumps(DOCUMENT))


def test_every_route_is_in_it_once() -> None:
    described = sorted((method.upper(), path) for method, path, _ in OPERATIONS)
    assert described == sorted((route.method, f"/_sandbox/{route.path}") for route in ROUTES)
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda value: str(value)[:40])
def test_every_operation_says_what_it_does_and_describes_its_members(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"].endswith("."), path
    for parameter in operation["parameters"]:
        assert parameter["in"] == "path" or parameter["description"].endswith("."), (path, parameter)
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = DOCUMENT["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        assert all(member["description"].endswith(".") for member in schema["properties"].values()), name
    assert ("requestBody" in operation) <= (method == "post")


def test_every_schema_is_valid_and_admits_no_unknown_members() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert schema.get("additionalProperties") is not True, name
        # Bodies of callbacks are any JSON.
        assert schema.get("description") or name == "JsonValue", name


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    referred = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert referred <= DOCUMENT["components"]["schemas"].keys()


def test_it_lists_every_field_of_the_search_language() -> None:
    assert all(f"| `{name}` | {field.what} |" in DOCUMENT["info"]["description"] for name, field in FIELDS.items())


def test_it_needs_no_token_or_the_token() -> None:
    assert DOCUMENT["security"] == [{}, {"token": []}]
