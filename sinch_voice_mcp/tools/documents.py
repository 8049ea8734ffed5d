"""SVAML as the tools take it: typed for every client, and read as generously as models write it.

A member can be an object or its JSON text. What a model filled in without need, such as the members of other actions
when a strict schema requires all of them, is left out.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, get_args

from pydantic import BeforeValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from sinch_voice_mcp.svaml.reading import ACTION_SHAPES, INSTRUCTION_SHAPES, Shape
from sinch_voice_mcp.text.embedded_json import parsed
from sinch_voice_mcp.tools.omissions import is_empty, is_zero
from sinch_voice_mcp.types import JsonObject, Payload, is_list, is_object

_TEXT: JsonObject = {"type": "string"}
_WHOLE: JsonObject = {"type": "integer"}
_FLAG: JsonObject = {"type": "boolean"}
_MEANS_ZERO = frozenset({"repeats"})
"""Numbers for which 0 is a value; every other number of SVAML is a duration, a length or a version."""


def _object(description: str | None = None, /, **members: JsonObject) -> JsonObject:
    described: JsonObject = {} if description is None else {"description": description}
    return {"type": "object", **described, "properties": members}


def _list(items: JsonObject, description: str | None = None) -> JsonObject:
    described: JsonObject = {} if description is None else {"description": description}
    return {"type": "array", **described, "items": items}


_MENUS = _list(
    _object(
        id=_TEXT,
        mainPrompt={"type": "string", "description": "#tts[…]"},
        repeatPrompt=_TEXT,
        repeats=_WHOLE,
        maxDigits=_WHOLE,
        timeoutMills=_WHOLE,
        options=_list(_object(dtmf=_TEXT, action={"type": "string", "description": "return(x) or menu(id)"})),
    ),
)
_ACTION = _object(
    name={"type": "string", "enum": list(ACTION_SHAPES)},
    number=_TEXT,
    cli=_TEXT,
    maxDuration=_WHOLE,
    conferenceId=_TEXT,
    moh=_TEXT,
    destination=_TEXT,
    holdPrompt=_TEXT,
    locale=_TEXT,
    barge=_FLAG,
    menus=_MENUS,
)
_INSTRUCTION = _object(
    name={"type": "string", "enum": list(INSTRUCTION_SHAPES)},
    text=_TEXT,
    locale=_TEXT,
    ids=_list(_TEXT, "#tts[…] or URL"),
    value=_TEXT,
    key=_TEXT,
)
_DOCUMENT = _object(instructions=_TEXT, action=_TEXT)


def _action(value: object) -> object:
    given = parsed(value)
    # A member that is published as text invites the bare name.
    return {"name": given} if isinstance(given, str) else _with_needed(given, ACTION_SHAPES)


def _instructions(value: object) -> object:
    given = parsed(value)
    return [_with_needed(parsed(one), INSTRUCTION_SHAPES) for one in given] if is_list(given) else given


def _document(value: object) -> object:
    if not is_object(value):
        return value
    readers = {"instructions": _instructions, "action": _action}
    return {
        member: readers[member](inner) if member in readers else inner
        for member, inner in value.items()
        if member not in readers or not is_empty(inner)
    }


def _with_needed(raw: object, shapes: Mapping[str, Shape]) -> object:
    """Return an action or instruction without the members that say nothing; an unknown one as it is."""
    if not is_object(raw):
        return raw
    folded = {name.lower(): shape for name, shape in shapes.items()}
    shape = folded.get(str(raw.get("name")).lower())
    return raw if shape is None else _needed(raw, shape)


def _needed(raw: JsonObject, shape: Shape) -> JsonObject:
    kept: JsonObject = {}
    for member, value in raw.items():
        meant = shape.spellings.get(member, member)
        if _counts_as_omitted(value, meant, shape):
            continue
        child = shape.children.get(meant)
        kept[member] = value if child is None else _inner(value, child)
    return kept


def _counts_as_omitted(value: object, member: str, shape: Shape) -> bool:
    field = _fields(shape.model).get(member)
    if field is None:
        return is_empty(value) or is_zero(value) or value is False
    if field.is_required():
        return False
    return is_empty(value) or (is_zero(value) and member not in _MEANS_ZERO)


@cache
def _fields(model: type[Payload]) -> Mapping[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _inner(value: object, shape: Shape) -> object:
    if is_list(value):
        return [_needed(one, shape) if is_object(one) else one for one in value]
    if isinstance(value, str) and "endpoint" in shape.members():
        # A destination has one form for each action, so its address says all.
        (kind,) = get_args(shape.model.model_fields["type"].annotation)
        return {"type": kind, "endpoint": value}
    return _needed(value, shape) if is_object(value) else value


Action = Annotated[JsonObject, BeforeValidator(_action), WithJsonSchema(_ACTION)]
Instructions = Annotated[
    list[JsonObject] | None,
    BeforeValidator(_instructions),
    WithJsonSchema(_list(_INSTRUCTION, "Run before the action")),
]
Svaml = Annotated[JsonObject, BeforeValidator(_document), WithJsonSchema(_DOCUMENT)]
OptionalSvaml = Annotated[JsonObject | None, BeforeValidator(_document), WithJsonSchema(_DOCUMENT)]
SvamlText = Annotated[JsonObject | str, WithJsonSchema({"type": "string", "description": "JSON text or object"})]
