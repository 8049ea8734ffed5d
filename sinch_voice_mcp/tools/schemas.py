"""Shorten the JSON schemas of tools: every user pays for every token of them in every conversation."""

import re

from pydantic.config import JsonDict

from sinch_voice_mcp.types import JsonObject, is_list, is_object

_DROPPED = frozenset(
    {
        "title",
        "format",
        "minLength",
        "maxLength",
        "minimum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minItems",
        "minProperties",
        "maxProperties",
    }
)
"""Keywords that tell a model nothing it would act on; validation enforces them all the same."""

_UPPER_BOUNDS = frozenset({"maximum", "maxItems"})
_UNLISTED = "x-unlisted"
_SAYS_BOUND = re.compile(r"\b(?:at most|up to|to) \d", re.IGNORECASE)
"""How descriptions name an upper bound, which the keyword then need not repeat."""


def unlist(schema: JsonDict) -> None:
    """Mark an argument that is accepted and documented but that no model needs: the published schema omits it."""
    schema[_UNLISTED] = True


def short_input(schema: JsonObject) -> JsonObject:
    """Shorten an input schema: no padding, no unlisted arguments, no default of optional values and flags."""
    lean = _lean(schema)
    # The server itself rejects unknown arguments and suggests the right name; some converters reject this keyword.
    lean.pop("additionalProperties", None)
    properties = lean.get("properties")
    if is_object(properties):
        lean["properties"] = {name: value for name, value in properties.items() if not _is_unlisted(value)}
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


def _is_unlisted(schema: object) -> bool:
    return is_object(schema) and ("deprecated" in schema or _UNLISTED in schema)


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
    if _SAYS_BOUND.search(str(lean.get("description", ""))):
        lean = {key: inner for key, inner in lean.items() if key not in _UPPER_BOUNDS}
    if "default" in lean and lean["default"] in (None, False, ""):
        # Leaving a flag out means false; saying so costs four tokens for each of a dozen flags.
        del lean["default"]
    return lean
