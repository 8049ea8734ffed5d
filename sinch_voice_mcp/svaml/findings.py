"""What a reader of SVAML found: rule code, level, JSON path, message."""

import re
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.types import JsonObject

Level = Literal["error", "warning", "info"]
Step = str | int
Location = tuple[Step, ...]

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_LONGEST_KEY = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark.

    Attributes:
        code: The rule, such as ``SV007``.
        level: How bad it is.
        message: What is wrong, in a sentence without full stop.
        place: Where it is, as keys and indexes.
        fix: A JSON Patch (RFC 6902) that mends it without changing what the document does; empty without one.
        inside: Where it is in a document that stands as text at the place.
    """

    code: str
    level: Level
    message: str
    place: Location = ()
    fix: tuple[JsonObject, ...] = ()
    inside: Location = ()

    @property
    def path(self) -> str:
        """Its JSON path, such as ``$.action.menus[0].id``; it goes on into a document that stands as text."""
        return json_path(*self.place, *self.inside)


def pointer(place: Location) -> str:
    """Write a place as a JSON Pointer (RFC 6901): ``/action/menus/0``."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)


def replacing(place: Location, value: object) -> tuple[JsonObject, ...]:
    """The patch that puts another value at a place."""
    return ({"op": "replace", "path": pointer(place), "value": value},)


def adding(place: Location, value: object) -> tuple[JsonObject, ...]:
    """The patch that adds a member."""
    return ({"op": "add", "path": pointer(place), "value": value},)


def moving(place: Location, name: str) -> tuple[JsonObject, ...]:
    """The patch that gives a member another name."""
    return ({"op": "move", "from": pointer(place), "path": pointer((*place[:-1], name))},)


def json_path(*steps: Step) -> str:
    """Write a path: ``json_path("action", "menus", 0)`` is ``$.action.menus[0]``."""
    return "$" + "".join(_step(step) for step in steps)


def _step(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.match(step):
        return f".{step[:_LONGEST_KEY]}"
    return f"[{step[:_LONGEST_KEY]!r}]"
