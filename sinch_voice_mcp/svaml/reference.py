"""The reference of an action or instruction as Markdown, made from the models."""

import inspect
import re
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

from pydantic import BaseModel

from sinch_voice_mcp.svaml.model.actions import ACTIONS
from sinch_voice_mcp.svaml.model.events import ACTIONS_ALLOWED, EVENTS, INSTRUCTIONS_ALLOWED
from sinch_voice_mcp.svaml.model.instructions import INSTRUCTIONS
from sinch_voice_mcp.types import Payload

_MODELS = {str(model.model_fields["name"].default): model for model in (*ACTIONS, *INSTRUCTIONS)}

NAMES: tuple[str, ...] = tuple(_MODELS)
"""The name of every action and instruction."""

_PLAIN = {"str": "text", "int": "whole number", "bool": "true or false", "float": "number"}


def reference(name: str) -> str | None:
    """Describe an action or instruction: what it does, where it is allowed, its members. None for an unknown name."""
    known = {known.lower(): known for known in NAMES}.get(name.lower())
    if known is None:
        return None
    model = _MODELS[known]
    kind, table = ("Action", ACTIONS_ALLOWED) if model in ACTIONS else ("Instruction", INSTRUCTIONS_ALLOWED)
    where = ", ".join(event for event in EVENTS if known in table[event])
    lines = [f"# {known}", "", f"{kind}. {_prose(model)}", "", f"Allowed in: {where}.", ""]
    return "\n".join([*lines, *_members(model, set()), ""])


def _members(model: type[BaseModel], described: set[type[BaseModel]]) -> Iterator[str]:
    described.add(model)
    inner: list[type[BaseModel]] = []
    rows = [(info.alias or field, info) for field, info in model.model_fields.items() if field != "name"]
    if not rows:
        yield "No members."
        return
    yield "| Member | Type | Required |"
    yield "| --- | --- | --- |"
    for wire, info in rows:
        yield f"| `{wire}` | {_type(info.annotation, inner)} | {'yes' if info.is_required() else ''} |"
    for nested in inner:
        if nested not in described:
            yield from ("", f"## {nested.__name__}", "", _prose(nested), "")
            yield from _members(nested, described)


def _type(annotation: object, inner: list[type[BaseModel]]) -> str:
    """Return a type in plain words; models that occur in it are added to ``inner``, to be described below."""
    if isinstance(annotation, type) and issubclass(annotation, Payload):
        inner.append(annotation)
        return annotation.__name__
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return _PLAIN.get(annotation.__name__, annotation.__name__)
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    types = [_type(one, inner) for one in arguments if one is not type(None) and _is_type(one)]
    if get_origin(annotation) is tuple:
        return f"list of {types[0]}"
    return " or ".join(types)


def _is_type(argument: object) -> bool:
    return isinstance(argument, type) or get_origin(argument) is not None


def _prose(model: type[BaseModel]) -> str:
    """Return the docstring of a model with the wire names of its members."""
    names = {field: info.alias or field for field, info in model.model_fields.items()}
    text = " ".join((inspect.getdoc(model) or "").split())
    return re.sub(r"``(\w+)``", lambda found: f"`{names.get(found.group(1), found.group(1))}`", text).replace("``", "`")
