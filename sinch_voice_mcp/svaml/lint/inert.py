"""A rule about values that are only carried along: keys, names, cookies, headers, tags."""

import unicodedata
from collections.abc import Iterator

from sinch_voice_mcp.svaml.findings import Finding, Location
from sinch_voice_mcp.svaml.lint.rule import LintRule
from sinch_voice_mcp.svaml.lint.target import Target
from sinch_voice_mcp.types import is_list, is_object

_SPOKEN = frozenset({"text", "ids", "mainPrompt", "repeatPrompt", "introPrompt", "holdPrompt"})
"""Members in which a line end is a pause."""


def control_characters(target: Target) -> Iterator[Finding]:
    """SV039: a control character in a value that is not spoken."""
    message = "the value has a control character, such as a line end, which can end a header; remove it"
    for location, text in _texts(target.wire, ()):
        if not text.isprintable() and any(unicodedata.category(char) == "Cc" for char in text):
            yield target.finding("SV039", "warning", location, message)


def _texts(value: object, location: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield location, value
    elif is_object(value):
        for key, member in value.items():
            if key not in _SPOKEN:
                yield from _texts(member, (*location, key))
    elif is_list(value):
        for at, item in enumerate(value):
            yield from _texts(item, (*location, at))


RULES = (
    LintRule("SV039", "warning", "Control characters", "Keys, names, cookies, headers, tags and other values that are "
             "not spoken have no control characters.", control_characters),
)  # fmt: skip
