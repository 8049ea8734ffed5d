"""Which arguments count as left out: strict schemas and some hosts make a model fill in every argument."""

from enum import Enum
from functools import cache

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sinch_voice_mcp.types import JsonObject, is_list, is_object


class Empty(Enum):
    """A mark on an optional argument whose empty text is a value: without it, an empty value counts as left out."""

    MEANT = "an empty text is a value of its own"


def is_empty(value: object) -> bool:
    """Whether a JSON value says nothing: null, an empty text, or a list or object of nothing but such values."""
    # Without recursion, because a client can send thousands of brackets.
    left = [value]
    while left:
        one = left.pop()
        if is_list(one):
            left.extend(one)
        elif is_object(one):
            left.extend(one.values())
        elif one is not None and one != "":
            return False
    return True


def is_zero(value: object) -> bool:
    """Whether a JSON value is the number 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == 0


def without_omitted(arguments: JsonObject, model: type[BaseModel]) -> JsonObject:
    """Return the arguments without those that count as left out.

    An optional argument counts as left out if it is null or empty, or if it is 0 where 1 is the least number.

    Args:
        arguments: The arguments as the client sent them; unknown ones stay, to be rejected.
        model: The model of the tool's arguments.
    """
    optional, counts = _optional(model), _counts(model)
    return {
        name: value
        for name, value in arguments.items()
        if name not in optional or not (_says_nothing(value, optional[name]) or (name in counts and is_zero(value)))
    }


def _says_nothing(value: object, field: FieldInfo) -> bool:
    return is_empty(value) and not (value == "" and Empty.MEANT in field.metadata)


@cache
def _optional(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {name: field for name, field in model.model_fields.items() if not field.is_required()}


@cache
def _counts(model: type[BaseModel]) -> frozenset[str]:
    """Return the arguments that are at least 1, so that 0 can mean nothing but that there is none."""
    properties = model.model_json_schema()["properties"]
    return frozenset(name for name, schema in properties.items() if any(_starts_at_one(one) for one in _forms(schema)))


def _forms(schema: JsonObject) -> list[object]:
    choices = schema.get("anyOf")
    return [schema, *choices] if is_list(choices) else [schema]


def _starts_at_one(schema: object) -> bool:
    return is_object(schema) and schema.get("minimum") == 1
