"""JSON text with what the standard parser forgets: duplicate members, and where each value stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sinch_voice_mcp.svaml.findings import Place
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
    duplicates: tuple[Place, ...]


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
        raise NotJsonError(error.msg[:1].lower() + error.msg[1:], Position(error.lineno, error.colno)) from None
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


def _duplicates(root: object) -> Iterator[Place]:
    waiting: list[tuple[object, Place]] = [(root, ())]
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


def locate(text: str, place: Place) -> Position | None:
    """Where the value at a place begins, or the deepest part of the place that is there.

    Args:
        text: JSON text that parses.
        place: Keys and indexes from the root.
    """
    at = _skip(text, 0)
    for step in place:
        inner = _member(text, at, step) if isinstance(step, str) else _item(text, at, step)
        if inner is None:
            break
        at = inner
    return _position(text, at)


def _position(text: str, at: int) -> Position:
    before = text.rfind("\n", 0, at)
    return Position(text.count("\n", 0, at) + 1, at - before)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _value_end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _member(text: str, at: int, key: str) -> int | None:
    if text[at : at + 1] != "{":
        return None
    found: int | None = None
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == key:
            found = at
        at = _skip(text, _value_end(text, at))
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _item(text: str, at: int, index: int) -> int | None:
    if text[at : at + 1] != "[":
        return None
    at = _skip(text, at + 1)
    while text[at] != "]":
        if index == 0:
            return at
        index -= 1
        at = _skip(text, _value_end(text, at))
        at = _skip(text, at + 1) if text[at] == "," else at
    return None
