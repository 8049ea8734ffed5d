"""Findings in the text of a document: their positions, and their fixes as edits that keep the layout."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from sinch_voice_mcp.svaml.findings import Finding, Location, Step
from sinch_voice_mcp.svaml.reading.jsontext import (
    Locator,
    NotJsonError,
    Parsed,
    Position,
    Span,
    parse,
    skip,
    spans,
    value_end,
)
from sinch_voice_mcp.svaml.reading.notation import Edit, Notation
from sinch_voice_mcp.types import JsonObject

_SECRET = re.compile(r'(?i)("credentials"\s*:\s*")((?:\\.|[^"\\])*)|(\\"credentials\\+"\s*:)([^\n]*)')
"""Credentials of a storage: a member, or, in a document that is text inside a request, the rest of the line."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_EDITS = 200
"""Each edit scans the text again, so a document with more problems is rewritten as a whole instead."""


class Json:
    """JSON, as Sinch accepts it."""

    def parse(self, text: str | bytes) -> Parsed:
        """Return the value of a text."""
        return parse(text)

    def locate(self, text: str, locations: Iterable[Location]) -> Sequence[Position]:
        """Return where values begin."""
        parse(text)
        locator = Locator(text)
        return [locator.locate(location) for location in locations]

    def edit(self, text: str, operation: JsonObject) -> Edit | None:
        """Return an operation as an edit."""
        location = steps_of_pointer(str(operation["path"]))
        span = _find(text, location)
        match operation["op"]:
            case "replace" if span is not None:
                return Edit(*span.value, as_json(operation["value"]))
            case "move" if span is None:
                origin = steps_of_pointer(str(operation["from"]))
                moved = _find(text, origin) if origin[:-1] == location[:-1] else None
                return Edit(*moved.key, as_json(location[-1])) if moved is not None else None
            case "add" if span is None:
                return _addition(text, location, operation["value"])
            case "add" if span is not None and text[slice(*span.value)] == "null":
                return Edit(*span.value, as_json(operation["value"]))
            case _:
                return None

    def rewritten(self, text: str, value: object) -> str | None:
        """Return another value in the style of a text."""
        end = text[len(text.rstrip(" \t\r\n")) :]
        return as_json(value, _indent(text)).replace("\n", _line_end(text)) + end

    def secrets(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where credentials stand."""
        for found in _SECRET.finditer(text):
            yield found.start() + len(found[1] or found[3]), found.end()


JSON = Json()


def positions(text: str, findings: Sequence[Finding], notation: Notation = JSON) -> tuple[Position | None, ...]:
    """Return the position of each finding; in a text that cannot be read, that of the first character that is wrong."""
    try:
        return tuple(notation.locate(text, (finding.location for finding in findings)))
    except NotJsonError as error:
        return tuple(error.position for _ in findings)
    except RecursionError:
        # The locator recurses deeper than the parser did.
        return tuple(None for _ in findings)


class CommentLossError(ValueError):
    """A text cannot be changed without the loss of a comment."""


def apply_edits(text: str, applied: Iterable[Finding], value: object, notation: Notation = JSON) -> str:
    """Return the text after the fixes of some findings, with its layout unchanged.

    Args:
        text: Text that can be read.
        applied: The findings whose fixes lead to the value.
        value: The value that the result must have. If the edits do not lead to it, the text is rewritten.
        notation: What the text is written in.

    Raises:
        CommentLossError: The text can only be rewritten, and its notation has comments.
    """
    operations = [operation for finding in applied for operation in finding.fix]
    if len(operations) <= _MAX_EDITS:
        edited = _edited(text, sorted(operations, key=lambda operation: -str(operation["path"]).count("/")), notation)
        if _leads_to(edited, value, notation):
            return edited
    if (rewritten := notation.rewritten(text, value)) is None:
        raise CommentLossError("a comment would get lost")
    return rewritten


def _leads_to(text: str, value: object, notation: Notation) -> bool:
    try:
        return _same(notation.parse(text).value, value)
    except NotJsonError:
        return False


def _edited(text: str, operations: Sequence[JsonObject], notation: Notation) -> str:
    """Apply every operation that fits, those that depend on others after these."""
    waiting: list[JsonObject] = []
    for operation in operations:
        change = notation.edit(text, operation)
        if change is None:
            waiting.append(operation)
        else:
            text = text[: change.start] + change.replacement + text[change.end :]
    return _edited(text, waiting, notation) if len(waiting) < len(operations) else text


def without_secrets(text: str, notation: Notation = JSON) -> str:
    """Return the text with a star for each character of a credential, which no terminal or log may keep."""
    for start, end in notation.secrets(text):
        text = text[:start] + re.sub(r"[^\n]", "*", text[start:end]) + text[end:]
    return text


def _addition(text: str, location: Location, value: object) -> Edit | None:
    holder = _find(text, location[:-1])
    if holder is None or text[holder.value[0]] != "{":
        return None
    start = holder.value[0] + 1
    member = f"{as_json(location[-1])}: {as_json(value)}"
    written = tuple(spans(text, holder.value[0]))
    if not written:
        return Edit(start, start, member)
    before = _last_break(text[start : written[0].key[0]])
    end = written[-1].value[1]
    return Edit(end, end, f",{before if len(written) > 1 or before else ' '}{member}")


def _last_break(space: str) -> str:
    """Return the last line end in white space and what follows it; of white space on one line, all."""
    found = re.search(r"\r?\n[^\n]*\Z", space)
    return found[0] if found else space


def _find(text: str, location: Location) -> Span | None:
    start = skip(text, 0)
    span: Span | None = Span("", (start, start), (start, value_end(text, start)))
    for step in location:
        if span is None:
            return None
        span = _named(spans(text, span.value[0]), step)
    return span


def _named(candidates: Iterable[Span], step: Step) -> Span | None:
    """Return the member or item of that name; of a member that is written twice, the last."""
    found = None
    for span in candidates:
        if str(span.step) == str(step):
            found = span
    return found


def steps_of_pointer(pointer: str) -> Location:
    """Return the steps of a JSON Pointer (RFC 6901); indexes stay text."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def as_json(value: object, indent: str | None = None) -> str:
    """Write a value as JSON, with every character that UTF-8 can hold."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    # JSON can hold half a surrogate pair, but only as an escape.
    return json.dumps(value, indent=indent) if _SURROGATE.search(written) else written


def _same(one: object, other: object) -> bool:
    # In Python, 1 equals True; as JSON they differ.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _indent(text: str) -> str | None:
    """Return the indentation of the first indented line; None for a text on one line."""
    for line in text.splitlines()[1:]:
        if indent := line[: len(line) - len(line.lstrip(" \t"))]:
            return indent
    return None
