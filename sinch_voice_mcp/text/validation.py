"""Describe pydantic's validation errors in plain words, without Python's vocabulary."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails


def faults(error: ValidationError) -> list[ErrorDetails]:
    """Return the errors of a validation, without the values that were given, which can be secret."""
    return error.errors(include_url=False, include_input=False)


def complaint(fault: ErrorDetails) -> str:
    """Return what is wrong, to follow the name of the value: ``must be a whole number``."""
    kind, context = fault["type"], fault.get("ctx", {})
    phrase = _PHRASES.get(kind)
    if phrase is not None:
        return phrase(context)
    if kind == "value_error":
        return fault["msg"].removeprefix("Value error, ").removesuffix(".")
    message = fault["msg"].removesuffix(".")
    return f"{message[:1].lower()}{message[1:]}"


def _always(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


def _counted(text: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: text.format(context.get(key))


def _too_short(context: Mapping[str, Any]) -> str:
    least = context.get("min_length")
    return "must not be empty" if least == 1 else f"needs at least {least} characters"


_LIST = _always("must be a list")
_OBJECT = _always("must be an object")
_WHOLE = _always("must be a whole number")
_NUMBER = _always("must be a number")
_BOOLEAN = _always("must be true or false")

_PHRASES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": _always("is missing"),
    "extra_forbidden": _always("is not known here"),
    "string_type": _always("must be text"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "literal_error": _counted("must be {}", "expected"),
    "union_tag_not_found": _always("is missing"),
    "union_tag_invalid": _counted("must be one of {}", "expected_tags"),
    "too_short": _counted("needs at least {} items", "min_length"),
    "too_long": _counted("takes at most {} items", "max_length"),
    "string_too_short": _too_short,
    "string_too_long": _counted("takes at most {} characters", "max_length"),
    "greater_than": _counted("must be more than {:g}", "gt"),
    "greater_than_equal": _counted("must be {:g} or more", "ge"),
    "less_than": _counted("must be less than {:g}", "lt"),
    "less_than_equal": _counted("must be {:g} or less", "le"),
}
