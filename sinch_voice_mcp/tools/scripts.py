"""Scripts of simulated people as the tools take them: one flat object an entry, and what says nothing left out."""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.sandbox import Script, ScriptError
from sinch_voice_mcp.text.embedded_json import parsed
from sinch_voice_mcp.tools.omissions import is_empty, is_zero
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_TEXT: JsonObject = {"type": "string"}
_NUMBER: JsonObject = {"type": "number"}
_FLAG: JsonObject = {"type": "boolean"}
_CALLER: JsonObject = {"on": _TEXT, "after_s": _NUMBER, "press": _TEXT, "say": _TEXT, "hang_up": _FLAG}
_CALLEE: JsonObject = {**_CALLER, "answer_after_s": _NUMBER}
"""The members that are published; the rarer ones are accepted, and faults lead to most of what they do."""

_WITHOUT_TIME = frozenset({"answer_after_s", "busy", "reject", "no_answer", "leg"})
"""What an entry does that has no place and no time."""


def _schema(members: JsonObject, description: str) -> JsonObject:
    return {"type": "array", "description": description, "items": {"type": "object", "properties": members}}


def _entries(value: object) -> object:
    given = parsed(value)
    return [_needed(parsed(one)) for one in given] if is_list(given) else given


def _needed(entry: object) -> object:
    """Return an entry without the members that say nothing, such as those that a strict schema made a model fill in."""
    if not is_object(entry):
        return entry
    kept = {name: value for name, value in entry.items() if not is_empty(value) and value is not False}
    if is_zero(kept.get("answer_after_s")):
        del kept["answer_after_s"]
    if is_zero(kept.get("after_s")) and _WITHOUT_TIME & kept.keys():
        del kept["after_s"]
    return kept


_Entries = Annotated[list[object] | None, BeforeValidator(_entries)]
CallerScript = Annotated[_Entries, WithJsonSchema(_schema(_CALLER, "As in sandbox_script"))]
CalleeScript = Annotated[_Entries, WithJsonSchema(_schema(_CALLEE, "At most 100 entries; none removes the script"))]


def checked(script: list[object] | None) -> list[object]:
    """Return the entries of a script, which may be none.

    Raises:
        InvalidInputError: An entry is not valid; names it and its member.
    """
    try:
        Script.read(script or [])
    except ScriptError as error:
        raise InvalidInputError(str(error), field=error.faults[0].partition(":")[0]) from None
    return script or []
