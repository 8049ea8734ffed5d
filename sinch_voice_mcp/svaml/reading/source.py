"""Findings in the text of a document: where they stand, and their fixes as edits that leave the rest alone."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sinch_voice_mcp.svaml.findings import Finding, Location, Step
from sinch_voice_mcp.svaml.reading.jsontext import (
    Entry,
    Locator,
    NotJsonError,
    Position,
    entries,
    parse,
    skip,
    value_end,
)
from sinch_voice_mcp.types import JsonObject

_SECRET = re.compile(r'(?i)("credentials"\s*:\s*")((?:\\.|[^"\\])*)|(\\"credentials\\+"\s*:)([^\n]*)')
"""What opens a storage: as a member, or in a document that is text inside a request, there to the end of the line."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_EDITS = 200
"""Each edit reads the text anew; a document with more faults is written anew instead."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters ``start`` to ``end`` (exclusive) of a text give way to another text."""

    start: int
    end: int
    replacement: str


def positions(text: str, findings: Sequence[Finding]) -> tuple[Position | None, ...]:
    """Where each finding stands; for a text that is not JSON, where it stops being so."""
    try:
        parse(text)
        locator = Locator(text)
        return tuple(locator.locate(finding.place) for finding in findings)
    except NotJsonError as error:
        return tuple(error.position for _ in findings)
    except RecursionError:
        # Nested so deeply that it can barely be read.
        return tuple(None for _ in findings)


def position_at(text: str, offset: int) -> Position:
    """The line and column of a character."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def apply_edits(text: str, applied: Iterable[Finding], value: object) -> str:
    """The text after the fixes of some findings, with its layout as it was.

    Args:
        text: JSON text that parses.
        applied: The findings whose fixes lead to the value.
        value: What the text has to say in the end. Where edits do not lead there, it is written anew.
    """
    operations = [operation for finding in applied for operation in finding.fix]
    if len(operations) <= _MOST_EDITS:
        edited = _edited(text, sorted(operations, key=lambda operation: -str(operation["path"]).count("/")))
        if _same(parse(edited).value, value):
            return edited
    end = text[len(text.rstrip(" \t\r\n")) :]
    return _json(value, _indent(text)).replace("\n", _line_end(text)) + end


def _edited(text: str, operations: Sequence[JsonObject]) -> str:
    """Every operation that fits, those that build on others after these."""
    waiting: list[JsonObject] = []
    for operation in operations:
        change = edit(text, operation)
        if change is None:
            waiting.append(operation)
        else:
            text = text[: change.start] + change.replacement + text[change.end :]
    return _edited(text, waiting) if len(waiting) < len(operations) else text


def without_secrets(text: str) -> str:
    """The same text, character by character, with stars for what a terminal or a log must not keep."""
    return _SECRET.sub(_starred, text)


def _starred(match: re.Match[str]) -> str:
    opening = match[1] or match[3]
    return opening + "*" * (len(match[0]) - len(opening))


def edit(text: str, operation: JsonObject) -> Edit | None:
    """One operation of a JSON Patch as an edit; None where it is not one of replacing, renaming and adding a member."""
    place = _place(str(operation["path"]))
    entry = _find(text, place)
    match operation["op"]:
        case "replace" if entry is not None:
            return Edit(*entry.value, _json(operation["value"]))
        case "move" if entry is None:
            origin = _place(str(operation["from"]))
            moved = _find(text, origin) if origin[:-1] == place[:-1] else None
            return Edit(*moved.key, _json(place[-1])) if moved is not None else None
        case "add" if entry is None:
            return _addition(text, place, operation["value"])
        case _:
            return None


def _addition(text: str, place: Location, value: object) -> Edit | None:
    holder = _find(text, place[:-1])
    if holder is None or text[holder.value[0]] != "{":
        return None
    start = holder.value[0] + 1
    member = f"{_json(place[-1])}: {_json(value)}"
    written = tuple(entries(text, holder.value[0]))
    if not written:
        return Edit(start, start, member)
    before = text[start : written[0].key[0]]
    end = written[-1].value[1]
    return Edit(end, end, f",{before if len(written) > 1 or before else ' '}{member}")


def _find(text: str, place: Location) -> Entry | None:
    start = skip(text, 0)
    entry: Entry | None = Entry("", (start, start), (start, value_end(text, start)))
    for step in place:
        if entry is None:
            return None
        entry = _named(entries(text, entry.value[0]), step)
    return entry


def _named(entries: Iterable[Entry], step: Step) -> Entry | None:
    """The last one counts where a member is written twice."""
    found = None
    for entry in entries:
        if str(entry.step) == str(step):
            found = entry
    return found


def _place(pointer: str) -> Location:
    """The steps of a JSON Pointer (RFC 6901); indexes stay text."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _json(value: object, indent: str | None = None) -> str:
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    # Half a surrogate pair is possible in JSON, but only as an escape.
    return json.dumps(value, indent=indent) if _SURROGATE.search(written) else written


def _same(one: object, other: object) -> bool:
    # In Python 1 equals True; as JSON they differ.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str) -> str | None:
    """The indentation of the first line that has any; None for a text on one line."""
    for line in text.splitlines()[1:]:
        if indent := line[: len(line) - len(line.lstrip(" \t"))]:
            return indent
    return None
