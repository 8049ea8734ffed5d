"""Read foreign SVAML: JSON text with positions, tolerated spellings, and the typed documents that result."""

from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError, Parsed, Position, parse
from sinch_voice_mcp.svaml.reading.normalizing import UnknownMember
from sinch_voice_mcp.svaml.reading.reader import Reading, examine, parse_json, read, survey
from sinch_voice_mcp.svaml.reading.shapes import ACTION_SHAPES, INSTRUCTION_SHAPES, Shape
from sinch_voice_mcp.svaml.reading.source import apply_edits, positions, without_secrets

__all__ = [
    "ACTION_SHAPES",
    "INSTRUCTION_SHAPES",
    "NotJsonError",
    "Parsed",
    "Position",
    "Reading",
    "Shape",
    "UnknownMember",
    "apply_edits",
    "examine",
    "parse",
    "parse_json",
    "positions",
    "read",
    "survey",
    "without_secrets",
]
