"""Clean text from outside before it is stored, spoken or shown: composed, visible, on one line, short."""

import unicodedata

from sinch_voice_mcp.text.invisible import is_hidden, replace_hidden

MAX_CLEAN_CHARS = 500
"""Characters of a text from a caller that are stored."""

_EXAMINED_PER_KEPT = 20
"""Characters of a text that are read for each that may remain, so that a long text costs little time."""

_MIN_EXAMINED = 10_000
"""Characters that are read in any case, because a short text can begin with many invisible ones."""


def compose(text: str) -> str:
    """Return the text in Unicode's composed form (NFC), in which texts that look the same have the same characters."""
    return unicodedata.normalize("NFC", text)


def is_printable_ascii(text: str) -> bool:
    """Whether a text has printable ASCII characters only: no line end, and no letter that resembles another."""
    return text.isascii() and text.isprintable()


def clean(text: str, limit: int = MAX_CLEAN_CHARS) -> str:
    """Remove invisible characters, turn each line end, tab and other white space into a space, and cut.

    Args:
        text: Any text.
        limit: Highest number of characters of the result; nothing marks a cut.
    """
    visible = replace_hidden(text[: _examined(limit)], lambda char: " " if char.isspace() else "")
    kept = "".join(" " if char.isspace() else char for char in visible[:limit])
    return kept if len(visible) <= limit else _without_loose_end(kept)


def one_line(text: str, limit: int) -> str:
    """Return the text on one line: without invisible characters, with single spaces, cut with ``…``.

    Args:
        text: Any text.
        limit: Characters that the result has at most, the ``…`` included.
    """
    examined = text[: _examined(limit)]
    line = " ".join(replace_hidden(examined, lambda char: " " if char.isspace() else "").split())
    return cut(line if len(examined) == len(text) else f"{line}…", limit)


def cut(text: str, limit: int) -> str:
    """Cut a text to at most ``limit`` characters; a text that is cut ends in ``…``."""
    return text if len(text) <= limit else _without_loose_end(text[: limit - 1]).rstrip() + "…"


def _examined(limit: int) -> int:
    return max(_EXAMINED_PER_KEPT * limit, _MIN_EXAMINED)


def _without_loose_end(text: str) -> str:
    # A cut can separate a joiner from the letter after it, so that the joiner would be an invisible character.
    while text and is_hidden(text[-1]):
        text = text[:-1]
    return text
