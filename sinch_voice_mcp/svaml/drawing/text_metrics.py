"""Estimate the width of text without a font, on the safe side, and break it into lines."""

import unicodedata

from sinch_voice_mcp.text.direction import balanced, is_isolate

_NARROW = frozenset("iljtfrI.,:;'!|()[] ·-\"")
_BROAD = frozenset("mwMW@%—…ABCDGHKNOQRSUVXYZ&+=<>~")
# Widths in DejaVu Sans, the broadest of the usual fonts, as parts of the font size.
_NARROW_EM, _USUAL_EM, _BROAD_EM, _FULL_EM = 0.4, 0.62, 0.82, 1.05
_CLOSING_QUOTES = ('"', "”")


def width(text: str, size: float) -> float:
    """Return the width of a line in a sans-serif font of ``size`` pixels, in pixels."""
    return size * sum(_em(char) for char in text)


def _em(char: str) -> float:
    if char in _NARROW:
        return _NARROW_EM
    if char in _BROAD:
        return _BROAD_EM
    if char.isascii():
        return _USUAL_EM
    if unicodedata.combining(char) or is_isolate(char):
        return 0.0
    return _FULL_EM if unicodedata.east_asian_width(char) in {"W", "F"} else _BROAD_EM


def wrapped(text: str, size: float, room: float, max_lines: int) -> list[str]:
    """Break text into at most ``max_lines`` lines of at most ``room`` pixels.

    A text that is cut ends in ``…``, and in its closing quote if it has one. A line that a right-to-left text continues
    is isolated like its first.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, size, room):
        longer = f"{line} {word}" if line else word
        if width(longer, size) <= room:
            line = longer
            continue
        lines.append(line)
        line = word
        if len(lines) == max_lines:
            quote = text[-1] if text.endswith(_CLOSING_QUOTES) else ""
            return _cut(lines, quote, size, room)
    return balanced([*lines, line] if line else lines)


def _words(text: str, size: float, room: float) -> list[str]:
    words: list[str] = []
    for word in text.split():
        rest = word
        while width(rest, size) > room:
            fits = _fitting(rest, size, room)
            words.append(rest[:fits])
            rest = rest[fits:]
        words.append(rest)
    return words


def _fitting(word: str, size: float, room: float) -> int:
    used = 0.0
    for count, char in enumerate(word):
        used += size * _em(char)
        if used > room:
            return max(1, count)
    return len(word)


def _cut(lines: list[str], quote: str, size: float, room: float) -> list[str]:
    """Return the lines with ``…`` and the closing quote at the end of the last."""
    *before, last = lines
    while last and width(f"{last}…{quote}", size) > room:
        last = last[:-1]
    # The quote stands outside the isolate of the text that it closes.
    *whole, cut = balanced([*before, f"{last.rstrip()}…"])
    return [*whole, cut + quote]
