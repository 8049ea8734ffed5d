"""What is wrong with a document: rule code, level, JSON path, message and fix."""

import re
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.types import JsonObject

Level = Literal["error", "warning", "info"]
Step = str | int
Location = tuple[Step, ...]
"""The keys and indexes that lead to a value in a JSON document."""

_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_MAX_KEY_CHARS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in a document.

    Attributes:
        code: The rule, such as ``SV007``.
        level: How serious it is.
        message: What is wrong and how to correct it, without a full stop at the end.
        location: Where it is, as keys and indexes.
        fix: A JSON Patch (RFC 6902) that corrects it without changing what the document does; empty without one.
        inside: Where it is in the document that stands as JSON text at the location; empty outside such a document.
    """

    code: str
    level: Level
    message: str
    location: Location = ()
    fix: tuple[JsonObject, ...] = ()
    inside: Location = ()

    @property
    def place(self) -> Location:
        """The former name of ``location``."""
        return self.location

    @property
    def path(self) -> str:
        """The JSON path, such as ``$.action.menus[0].id``; it continues into a document that stands as JSON text."""
        return json_path(*self.location, *self.inside)


def pointer(location: Location) -> str:
    """Write a location as a JSON Pointer (RFC 6901): ``/action/menus/0``."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def replacing(location: Location, value: object) -> tuple[JsonObject, ...]:
    """Return the patch that replaces the value at a location."""
    return ({"op": "replace", "path": pointer(location), "value": value},)


def adding(location: Location, value: object) -> tuple[JsonObject, ...]:
    """Return the patch that adds a member."""
    return ({"op": "add", "path": pointer(location), "value": value},)


def moving(location: Location, name: str) -> tuple[JsonObject, ...]:
    """Return the patch that renames a member."""
    return ({"op": "move", "from": pointer(location), "path": pointer((*location[:-1], name))},)


def json_path(*steps: Step) -> str:
    """Write a JSON path: ``json_path("action", "menus", 0)`` is ``$.action.menus[0]``."""
    return "$" + "".join(_step(step) for step in steps)


def _step(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN_KEY.match(step):
        return f".{step[:_MAX_KEY_CHARS]}"
    return f"[{step[:_MAX_KEY_CHARS]!r}]"
