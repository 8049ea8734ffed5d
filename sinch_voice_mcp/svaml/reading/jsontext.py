"""Read JSON text within limits, and locate its values, duplicate members and errors.

This is the one reader of JSON that this server did not write itself and that can hold SVAML; it has one wording for
what is wrong.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from sinch_voice_mcp.svaml.findings import Location, Step
from sinch_voice_mcp.svaml.limits import MAX_INTEGER_DIGITS, MAX_JSON_CHARS, MAX_JSON_DEPTH
from sinch_voice_mcp.types import JsonObject, is_list, is_object


@dataclass(frozen=True, slots=True)
class Position:
    """A character of a text; line and column count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON value, and the members that were written more than once (the last one counts)."""

    value: object
    duplicates: tuple[Location, ...]


class NotJsonError(ValueError):
    """A text is not JSON, or not YAML with a JSON value, that can be read.

    Attributes:
        position: The first character that is wrong; None if it is not known.
    """

    def __init__(self, message: str, position: Position | None = None, language: str = "JSON") -> None:
        where = f" at line {position.line}, column {position.column}" if position else ""
        super().__init__(f"not {language}: {message}{where}")
        self.position = position


_DECODER = json.JSONDecoder()
# A string is matched as a whole, so that nothing inside it counts; one that does not end counts to the end of the text.
STRING = r'"(?:[^"\\]|\\.)*(?:"|\Z)'
_BRACKETS = re.compile(rf"{STRING}|[\[\]{{}}]", re.DOTALL)
_NUMBERS = re.compile(rf"{STRING}|NaN|-?Infinity|-?[0-9][0-9.eE+-]*", re.DOTALL)


class _Object(dict[str, Any]):
    """An object that remembers which of its members were written twice."""

    twice: tuple[str, ...] = ()


def parse(text: str | bytes) -> Parsed:
    """Parse JSON text.

    Raises:
        NotJsonError: It is not JSON or not UTF-8, it is longer than 1,048,576 characters, its objects and arrays are
            nested more than 100 deep, or a number in it is not finite or has more than 300 digits.
    """
    text = decoded(text)
    value = _decoded(text)
    return Parsed(value, tuple(_duplicates(value, text)))


def decoded(text: str | bytes, language: str = "JSON") -> str:
    """Return the characters of a text without byte order mark.

    Raises:
        NotJsonError: They are not UTF-8, or more than 1,048,576.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start + 1} is not UTF-8", language=language) from None
    if len(text) > MAX_JSON_CHARS:
        raise NotJsonError(f"the text is longer than {MAX_JSON_CHARS:,} characters", language=language)
    return text.removeprefix("\ufeff")


def _decoded(text: str) -> object:
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_constant=_no_constant,
            parse_float=finite,
            parse_int=integer,
        )
    except json.JSONDecodeError as error:
        message = "the text is empty" if not text.strip() else error.msg[:1].lower() + error.msg[1:]
        raise NotJsonError(message.removesuffix(" at"), Position(error.lineno, error.colno)) from None
    except RecursionError:
        raise _too_deep(text) from None
    except UnreadableNumberError as error:
        raise NotJsonError(str(error), _first_bad_number(text)) from None
    return value


class UnreadableNumberError(ValueError):
    """A number that other JSON readers could not hold; the message names the limit."""


def _no_constant(name: str) -> object:
    raise UnreadableNumberError(f"{name} is not a JSON value")


def finite(digits: str) -> float:
    """Return a number with a fraction or an exponent.

    Raises:
        UnreadableNumberError: It is too large.
    """
    if not isfinite(number := float(digits)):
        raise UnreadableNumberError("a number is too large")
    return number


def integer(digits: str) -> int:
    """Return a whole number.

    Raises:
        UnreadableNumberError: It has more than 300 digits.
    """
    if len(digits.lstrip("+-")) > MAX_INTEGER_DIGITS:
        raise UnreadableNumberError(f"a number has more than {MAX_INTEGER_DIGITS} digits")
    return int(digits)


def _first_bad_number(text: str) -> Position | None:
    """Return where the number stands that cannot be read; the parser does not tell."""
    for found in _NUMBERS.finditer(text):
        written = found[0]
        if written.startswith('"'):
            continue
        try:
            if written.endswith(("NaN", "Infinity")):
                _no_constant(written)
            (finite if set(written) & set(".eE") else integer)(written)
        except ValueError:
            return position_at(text, found.start())
    return None


def _too_deep(text: str) -> NotJsonError:
    depth = 0
    message = f"objects and arrays are nested more than {MAX_JSON_DEPTH} deep"
    for found in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MAX_JSON_DEPTH:
            return NotJsonError(message, position_at(text, found.start()))
    return NotJsonError(message)


def _pairs(pairs: list[tuple[str, object]]) -> JsonObject:
    members = _Object(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        members.twice = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))
    return members


def _duplicates(root: object, text: str) -> Iterator[Location]:
    waiting: list[tuple[object, Location]] = [(root, ())]
    while waiting:
        value, location = waiting.pop()
        if len(location) >= MAX_JSON_DEPTH:
            raise _too_deep(text)
        if isinstance(value, _Object):
            yield from ((*location, key) for key in value.twice)
        waiting.extend(
            (inner, (*location, step)) for step, inner in _members(value) if is_object(inner) or is_list(inner)
        )


def _members(value: object) -> Iterator[tuple[Step, object]]:
    if is_object(value):
        yield from value.items()
    elif is_list(value):
        yield from enumerate(value)


class Locator:
    """Finds where the values of a JSON text stand; each object and array is scanned once, however often it is asked.

    Args:
        text: JSON text that parses.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._inside: dict[int, dict[Step, int]] = {}

    def locate(self, location: Location) -> Position:
        """Return where the value at a location begins, or the innermost value around it that exists."""
        at = skip(self._text, 0)
        for step in location:
            if at not in self._inside:
                self._inside[at] = {span.step: span.value[0] for span in spans(self._text, at)}
            inner = self._inside[at].get(step)
            if inner is None:
                break
            at = inner
        return position_at(self._text, at)


def position_at(text: str, offset: int) -> Position:
    """Return the line and column of a character."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def skip(text: str, at: int) -> int:
    """Return the offset of the next character that is not white space."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def value_end(text: str, at: int) -> int:
    """Return the offset after the value that begins at an offset."""
    return _DECODER.raw_decode(text, at)[1]


@dataclass(frozen=True, slots=True)
class Span:
    """A member or item as it is written, as offsets (the end exclusive); the key of an item is empty."""

    step: Step
    key: tuple[int, int]
    value: tuple[int, int]


def spans(text: str, start: int) -> Iterator[Span]:
    """Yield the members or items of the value that begins at an offset; nothing for a plain value."""
    closing = {"{": "}", "[": "]"}.get(text[start : start + 1])
    if closing is None:
        return
    at, index = skip(text, start + 1), 0
    while text[at] != closing:
        step, key = index, (at, at)
        if closing == "}":
            name, end = _DECODER.raw_decode(text, at)
            step, key = str(name), (at, end)
            at = skip(text, skip(text, end) + 1)
        end = value_end(text, at)
        yield Span(step, key, (at, end))
        index += 1
        at = skip(text, end)
        at = skip(text, at + 1) if text[at] == "," else at
