"""The notations of documents in files: JSON, JSON with comments, YAML. Positions and fixes keep the text as it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.svaml.reading.jsontext import Parsed, Position
from sinch_voice_mcp.types import JsonObject


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement for the characters ``start`` to ``end`` (exclusive) of a text."""

    start: int
    end: int
    replacement: str


class Notation(Protocol):
    """A way to write JSON values as text."""

    def parse(self, text: str | bytes) -> Parsed:
        """Return the value of a text.

        Raises:
            NotJsonError: It cannot be read, or has no JSON value.
        """
        ...

    def locate(self, text: str, locations: Iterable[Location]) -> Sequence[Position]:
        """Return where the value at each location of a text begins, or the innermost value around it that exists.

        Raises:
            NotJsonError: The text cannot be read.
        """
        ...

    def edit(self, text: str, operation: JsonObject) -> Edit | None:
        """Return a JSON Patch operation as an edit; None unless it replaces a value, or renames or adds a member."""
        ...

    def rewritten(self, text: str, value: object) -> str | None:
        """Return another value in the style of a text; None if a comment could get lost."""
        ...

    def secrets(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where credentials of a storage stand, as offsets (the end exclusive)."""
        ...
