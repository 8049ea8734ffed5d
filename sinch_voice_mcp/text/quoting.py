"""Quote text from outside in a message, a log or a terminal: invisible characters are written as code points."""

from sinch_voice_mcp.text.invisible import WHITE_SPACE, replace_hidden

MAX_QUOTED_CHARS = 60
"""Characters of a text that a message quotes."""

_BMP_END = 0xFFFF
"""Last code point of Unicode's basic plane, which four hexadecimal digits can write."""


def quoted(text: str) -> str:
    """Return the text in backticks, cut at 60 characters, with every invisible character as ``<U+200B>``."""
    return f"`{printable(text)}`"


def printable(text: str, limit: int = MAX_QUOTED_CHARS) -> str:
    """Return the text cut after ``limit`` of its characters, with every invisible one and line end as ``<U+200B>``."""
    shown = _code_points(text[:limit])
    return shown + "…" if len(text) > limit else shown


def terminal_safe(text: str) -> str:
    """Return the text as a terminal may show it: tabs as spaces, others that are invisible as code points."""
    plain = text.replace("\t", " ")
    for char in WHITE_SPACE:
        plain = plain.replace(char, _escape(char))
    return replace_hidden(plain, _escape)


def sentence(message: str) -> str:
    """Return a message with a capital and exactly one full stop."""
    return message[:1].upper() + message[1:].rstrip(". ") + "."


def _code_points(text: str) -> str:
    visible = replace_hidden(text, _code_point)
    return "".join(_code_point(char) if char in WHITE_SPACE else char for char in visible)


def _code_point(char: str) -> str:
    return f"<U+{ord(char):04X}>"


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= _BMP_END else f"\\U{code:08x}"
