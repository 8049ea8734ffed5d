"""Shorten the JSON schemas of tools: every user pays for every token of them in every conversation."""

from sinch_voice_mcp.types import JsonObject, is_list, is_object

_DROPPED = frozenset(
    {"title", "minLength", "maxLength", "minimum", "exclusiveMinimum", "minItems", "minProperties", "format"}
)
"""Keywords that tell a model nothing it would act on; validation enforces them all the same."""


def short_input(schema: JsonObject) -> JsonObject:
    """Shorten an input schema: no padding, no deprecated arguments, no default of optional values and flags."""
    lean = _lean(schema)
    # The server itself rejects unknown arguments and suggests the right name; some converters reject this keyword.
    lean.pop("additionalProperties", None)
    properties = lean.get("properties")
    if is_object(properties):
        lean["properties"] = {name: value for name, value in properties.items() if not _is_deprecated(value)}
    return lean


def short_output(schema: JsonObject) -> JsonObject:
    """Shorten an output schema; nested models keep the descriptions of their fields only."""
    lean = _lean(schema)
    lean.pop("description", None)
    nested = lean.get("$defs")
    for definition in nested.values() if is_object(nested) else ():
        if is_object(definition):
            definition.pop("description", None)
    return lean


def _is_deprecated(schema: object) -> bool:
    return is_object(schema) and schema.get("deprecated") is True


def _lean(schema: JsonObject) -> JsonObject:
    return {key: _lean_value(key, value) for key, value in schema.items() if key not in _DROPPED}


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
    default = lean.get("default", ...)
    if default is None or default is False:
        # Leaving a flag out means false; saying so costs four tokens for each of a dozen flags.
        del lean["default"]
    return lean
