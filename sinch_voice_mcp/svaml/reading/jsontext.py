"""JSON text with what the standard parser forgets: duplicate members, and where each value stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sinch_voice_mcp.svaml.findings import Location, Step
from sinch_voice_mcp.types import JsonObject, is_list, is_object


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; both count from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON value, and the members that were written more than once (the last one counts)."""

    value: object
    duplicates: tuple[Location, ...]


class NotJsonError(ValueError):
    """A text is not JSON; ``position`` is where it stops being so, where that is known."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        where = f" at line {position.line}, column {position.column}" if position else ""
        super().__init__(f"not JSON: {message}{where}")
        self.position = position


_DECODER = json.JSONDecoder()


class _Object(dict[str, Any]):
    """An object that remembers which of its members were written twice."""

    twice: tuple[str, ...] = ()


def parse(text: str | bytes) -> Parsed:
    """Parse JSON text.

    Raises:
        NotJsonError: It is not JSON, not UTF-8, or nested too deeply to be read.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        value: object = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = "the text is empty" if not text.strip() else error.msg[:1].lower() + error.msg[1:]
        raise NotJsonError(message.removesuffix(" at"), Position(error.lineno, error.colno)) from None
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start + 1} is not UTF-8") from None
    except RecursionError:
        raise NotJsonError("it is nested too deeply") from None
    except ValueError as error:
        raise NotJsonError(str(error).partition(";")[0]) from None
    return Parsed(value, tuple(_duplicates(value)))


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _pairs(pairs: list[tuple[str, object]]) -> JsonObject:
    members = _Object(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        members.twice = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))
    return members


def _duplicates(root: object) -> Iterator[Location]:
    waiting: list[tuple[object, Location]] = [(root, ())]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, _Object):
            yield from ((*place, key) for key in value.twice)
        if is_object(value):
            waiting.extend((inner, (*place, key)) for key, inner in value.items() if is_object(inner) or is_list(inner))
        elif is_list(value):
            waiting.extend(
                (inner, (*place, at)) for at, inner in enumerate(value) if is_object(inner) or is_list(inner)
            )


class Locator:
    """Finds where the values of a JSON text stand; each object and array is read once, however often it is asked.

    Args:
        text: JSON text that parses.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._inside: dict[int, dict[Step, int]] = {}

    def locate(self, place: Location) -> Position:
        """Where the value at a place begins, or the deepest part of the place that is there."""
        at = skip(self._text, 0)
        for step in place:
            if at not in self._inside:
                self._inside[at] = {entry.step: entry.value[0] for entry in entries(self._text, at)}
            inner = self._inside[at].get(step)
            if inner is None:
                break
            at = inner
        return _position(self._text, at)


def _position(text: str, at: int) -> Position:
    before = text.rfind("\n", 0, at)
    return Position(text.count("\n", 0, at) + 1, at - before)


def skip(text: str, at: int) -> int:
    """The offset of the next character that is no white space."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def value_end(text: str, at: int) -> int:
    """The offset behind the value that begins at an offset."""
    return _DECODER.raw_decode(text, at)[1]


@dataclass(frozen=True, slots=True)
class Entry:
    """A member or item as it is written, as offsets; an item's key is empty."""

    step: Step
    key: tuple[int, int]
    value: tuple[int, int]


def entries(text: str, start: int) -> Iterator[Entry]:
    """The members or items of what begins at an offset; nothing for a plain value."""
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
        yield Entry(step, key, (at, end))
        index += 1
        at = skip(text, end)
        at = skip(text, at + 1) if text[at] == "," else at
