"""The libraries with which hosts turn the input schema of a tool into that of a model's API."""

import importlib
import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mcp.types import Tool

Schema = dict[str, Any]
Convert = Callable[[Tool], Schema]


def _library(name: str) -> Any:
    """Return a module, or skip the test: run `make test-long`, which installs the libraries."""
    with warnings.catch_warnings():
        # What a library warns of when it is imported is no concern of this server.
        warnings.simplefilter("ignore")
        pytest.importorskip(name.partition(".")[0], exc_type=ImportError)
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            pytest.skip(f"{error}; `make test-long` installs it")


def _google_mcp(tool: Tool) -> Schema:
    """As `tools=[session]` of google-genai does."""
    utils = _library("google.genai._mcp_utils")
    return _from_google(utils.mcp_to_gemini_tool(tool).function_declarations[0].parameters)


def _google_schema(tool: Tool) -> Schema:
    """As agents do that build the declarations of google-genai themselves."""
    types = _library("google.genai.types")
    return _from_google(types.Schema.from_json_schema(json_schema=types.JSONSchema.model_validate(tool.input_schema)))


def _anthropic(tool: Tool) -> Schema:
    return _library("anthropic").transform_schema(tool.input_schema)


def _openai_agents(tool: Tool) -> Schema:
    """As `convert_schemas_to_strict` of openai-agents does; it would leave a tool that it cannot convert as it is."""
    strict = _library("agents.strict_schema")
    schema = strict._copy_json_schema(tool.input_schema)
    return strict.ensure_strict_json_schema(schema, _reject_open_objects=True)


def _langchain(tool: Tool) -> Schema:
    calling = _library("langchain_core.utils.function_calling")
    described = {"title": tool.name, "description": tool.description, **tool.input_schema}
    return calling.convert_to_openai_tool(described, strict=True)["function"]["parameters"]


def _langchain_google(tool: Tool) -> Schema:
    utils = _library("langchain_google_genai._function_utils")
    described = {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
    return _from_google(
        utils.convert_to_genai_function_declarations([described])[0].function_declarations[0].parameters
    )


def _gemini_cli(tool: Tool) -> Schema:
    assert has_valid_types(tool.input_schema), "gemini-cli skips a tool with missing types in its parameters"
    return tool.input_schema


def has_valid_types(schema: object) -> bool:
    """The rule of gemini-cli's function of this name: every schema has a type, or alternatives that have one."""
    if not isinstance(schema, dict):
        return True
    given: Schema = schema  # pyright: ignore[reportUnknownVariableType] - JSON
    if not given.get("type"):
        groups = [given[key] for key in ("anyOf", "allOf", "oneOf") if isinstance(given.get(key), list)]
        if not any(groups) or not all(has_valid_types(one) for group in groups for one in group):
            return False
    inner = [*given.get("properties", {}).values(), *([given["items"]] if "items" in given else [])]
    return all(has_valid_types(one) for one in inner)


def _from_google(schema: Any) -> Schema:
    """Return a schema of Google's dialect in JSON Schema's words."""
    return _in_lower_case(json.loads(schema.model_dump_json(exclude_none=True, by_alias=True)))


def _in_lower_case(schema: Schema) -> Schema:
    known: Schema = {key: schema[key] for key in ("description", "enum", "required") if key in schema}
    if "type" in schema:
        known["type"] = schema["type"].lower()
    if "items" in schema:
        known["items"] = _in_lower_case(schema["items"])
    if "properties" in schema:
        known["properties"] = {name: _in_lower_case(inner) for name, inner in schema["properties"].items()}
    return known


CONVERTERS: Mapping[str, Convert] = {
    "google-genai": _google_mcp,
    "google-genai schema": _google_schema,
    "anthropic strict": _anthropic,
    "openai-agents strict": _openai_agents,
    "langchain strict": _langchain,
    "langchain-google-genai": _langchain_google,
    "gemini-cli": _gemini_cli,
}
