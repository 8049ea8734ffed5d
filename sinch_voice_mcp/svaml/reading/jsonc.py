"""JSON with comments and trailing commas (JSONC), as editors write it."""

import re
from collections.abc import Iterable, Iterator, Sequence

from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.svaml.reading.jsontext import STRING, Parsed, Position, decoded
from sinch_voice_mcp.svaml.reading.notation import Edit
from sinch_voice_mcp.svaml.reading.source import JSON
from sinch_voice_mcp.types import JsonObject

_COMMENT = re.compile(rf"{STRING}|//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"{STRING}|,(?=\s*[\]}}])", re.DOTALL)


def as_plain_json(text: str) -> str:
    """Return the text with a space for each character of a comment and for each trailing comma.

    The result has the same length and the same lines, so what is found in it stands at the same place in the text.
    """
    return _TRAILING_COMMA.sub(_blanked, _COMMENT.sub(_blanked, text))


def _blanked(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else re.sub(r"[^\r\n]", " ", match[0])


class Jsonc:
    """JSON with comments and trailing commas."""

    def parse(self, text: str | bytes) -> Parsed:
        """Return the value of a text."""
        return JSON.parse(as_plain_json(decoded(text)))

    def locate(self, text: str, locations: Iterable[Location]) -> Sequence[Position]:
        """Return where values begin."""
        return JSON.locate(as_plain_json(text), locations)

    def edit(self, text: str, operation: JsonObject) -> Edit | None:
        """Return an operation as an edit."""
        return JSON.edit(as_plain_json(text), operation)

    def rewritten(self, text: str, value: object) -> str | None:
        """Return another value in the style of a text; None if it has comments."""
        return JSON.rewritten(text, value) if as_plain_json(text) == text else None

    def secrets(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where credentials stand, comments included."""
        return JSON.secrets(text)


JSONC = Jsonc()
