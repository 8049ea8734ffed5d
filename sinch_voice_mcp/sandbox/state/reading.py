"""Reading of a state, written by hand or exported: strict, and with errors that name the place."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from sinch_voice_mcp.svaml.findings import Location, Step, json_path
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint, faults

Model = TypeVar("Model", bound=BaseModel)

_KEY_OF_OBJECT = "[key]"
"""Where pydantic places an error about the name of a member."""


class Part(BaseModel):
    """A JSON object of a state: frozen, strict, and without unknown members."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class StateError(ValueError):
    """A state cannot be used; nothing has changed.

    Attributes:
        location: The keys and indexes that lead to the value at fault.
        complaint: What is wrong with it.
    """

    def __init__(self, location: Location, text: str) -> None:
        self.location = location
        self.complaint = text
        super().__init__(f"{self.path}: {text}" if location else text)

    @property
    def path(self) -> str:
        """The path of the value at fault, such as ``applications[0].key``."""
        return json_path(*self.location).removeprefix("$").removeprefix(".")


def read(model: type[Model], data: object) -> Model:
    """Read a JSON value into a model.

    Raises:
        StateError: It is not one.
    """
    return read_json(model, as_json(data))


def as_json(data: object) -> str:
    """Write a value as JSON.

    Raises:
        StateError: It is not a JSON value.
    """
    try:
        return json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise StateError((), f"this is no JSON value: {error}") from None


def read_json(model: type[Model], text: str) -> Model:
    """Read JSON text into a model.

    Raises:
        StateError: It does not fit.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        # An unknown member is often the misspelled name of one that is missing.
        found = sorted(faults(error), key=lambda fault: fault["type"] != "extra_forbidden")
    raise StateError(_location(found[0]), _complaint(model, found[0]))


def first_repeated(values: Iterable[str]) -> int | None:
    """Return the index of the first value that has occurred before; None if there is none."""
    seen = set[str]()
    for index, value in enumerate(values):
        if value in seen:
            return index
        seen.add(value)
    return None


def _location(fault: ErrorDetails) -> Location:
    return tuple(step for step in fault["loc"] if step != _KEY_OF_OBJECT)


def _complaint(model: type[BaseModel], fault: ErrorDetails) -> str:
    if fault["type"] == "json_invalid":
        return f"this is no JSON value: {fault['msg']}"
    text = complaint(fault)
    if fault["type"] != "extra_forbidden":
        return text
    *outside, name = _location(fault)
    known = _members(model, outside)
    near = nearest(str(name), known)
    return f"{text}; " + (f"did you mean `{near}`?" if near else f"known are {', '.join(known)}")


def _members(model: type[BaseModel], steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the names of the members at a place of a model."""
    here = model
    for step in steps:
        field = here.model_fields.get(str(step))
        inner = None if field is None else next(_models(field.annotation), None)
        # An index, or the name of a member of a map, does not lead to another model.
        here = inner or here
    return tuple(here.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - an annotation has no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
