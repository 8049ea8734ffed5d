"""A tool is a function and one line of data; hints, schema, documentation and snapshot derive from both."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.types import ToolAnnotations

from sinch_voice_mcp.types import JsonObject, is_list, is_object

Toolset = Literal["calls", "conferences", "numbers", "svaml", "safety"]
_UNTOLD = frozenset({"title", "minLength", "maxLength", "minimum", "minItems"})
TOOLSETS: tuple[Toolset, ...] = get_args(Toolset)


class Effect(Enum):
    """What a tool does to the world."""

    READS = "reads"
    CHANGES = "changes"
    RINGS = "rings"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool: the function, its toolset, its effect, and its title for people."""

    fn: Callable[..., Any]
    toolset: Toolset
    effect: Effect
    title: str

    @property
    def name(self) -> str:
        """The function's name is the tool's name."""
        return self.fn.__name__

    @property
    def annotations(self) -> ToolAnnotations:
        """All four hints, from the effect."""
        reads = self.effect is Effect.READS
        return ToolAnnotations(
            title=self.title,
            read_only_hint=reads,
            destructive_hint=not reads,
            idempotent_hint=reads,
            open_world_hint=not reads,
        )

    def build(self) -> Tool:
        """The tool as the SDK wants it: unknown arguments refused, schema without padding."""
        tool = Tool.from_function(
            self.fn,
            title=self.title,
            description=inspect.getdoc(self.fn),
            annotations=self.annotations,
            structured_output=True,
        )
        arguments = tool.fn_metadata.arg_model
        arguments.model_config["extra"] = "forbid"
        arguments.model_config["hide_input_in_errors"] = True
        arguments.model_rebuild(force=True)
        metadata = ArgumentMetadata(
            arg_model=arguments,
            output_schema=_lean_output(tool.fn_metadata.output_schema),
            output_model=tool.fn_metadata.output_model,
            wrap_output=tool.fn_metadata.wrap_output,
        )
        schema = _lean(arguments.model_json_schema(by_alias=True))
        return tool.model_copy(update={"fn_metadata": metadata, "parameters": schema})


class ArgumentMetadata(FuncMetadata):
    """The SDK's metadata, but what is said on the phone is never taken for JSON."""

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Unpack objects and lists that a client sent as JSON text, for arguments that are not text.

        The SDK would turn the text ``null`` or ``[1]`` into something else for every optional text.
        """
        return {name: self._unpacked(name, value) for name, value in data.items()}

    def _unpacked(self, name: str, value: object) -> object:
        field = self.arg_model.model_fields.get(name)
        if field is None or not isinstance(value, str) or _takes_text(field.annotation):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value


def _takes_text(annotation: object) -> bool:
    choices = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return str in choices or any(get_origin(choice) is Literal for choice in choices)


def _lean_output(schema: JsonObject | None) -> JsonObject | None:
    """What a tool answers; the names of the members of what is nested in it say enough."""
    if schema is None:
        return None
    lean = _lean(schema)
    nested = lean.get("$defs")
    for definition in nested.values() if is_object(nested) else ():
        if is_object(definition):
            definition.pop("description", None)
    return lean


def _lean(schema: JsonObject) -> JsonObject:
    """The same schema without what carries nothing, and with ``X | None = None`` as an optional ``X``.

    Every token of a schema is paid by every user in every conversation. Lower bounds and lengths are
    enforced all the same; no model sends an empty id.
    """
    return {key: _lean_value(key, value) for key, value in schema.items() if key not in _UNTOLD}


def _lean_value(key: str, value: object) -> object:
    if key in {"properties", "$defs"} and is_object(value):
        return {name: _lean_schema(inner) for name, inner in value.items()}
    if key in {"items", "additionalProperties"}:
        return _lean_schema(value)
    if key in {"anyOf", "oneOf", "prefixItems"} and is_list(value):
        return [_lean_schema(inner) for inner in value]
    return value


def _lean_schema(value: object) -> object:
    if not is_object(value):
        return value
    lean = _lean(value)
    choices = lean.get("anyOf")
    if is_list(choices) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        del lean["anyOf"]
        lean |= rest[0] if len(rest) == 1 and is_object(rest[0]) else {"anyOf": rest}
    if lean.get("default", ...) is None:
        del lean["default"]
    return lean
