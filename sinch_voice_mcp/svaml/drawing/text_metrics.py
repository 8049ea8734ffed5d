"""Estimate the width of text without a font, on the safe side, and break it into lines."""

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'!|()[] ·-\"")
_BROAD = frozenset("mwMW@%—…ABCDGHKNOQRSUVXYZ&+=<>~")
# Widths in DejaVu Sans, the broadest of the usual fonts, as parts of the font size.
_NARROW_EM, _USUAL_EM, _BROAD_EM, _FULL_EM = 0.4, 0.62, 0.82, 1.05


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
    if unicodedata.combining(char):
        return 0.0
    return _FULL_EM if unicodedata.east_asian_width(char) in {"W", "F"} else _BROAD_EM


def wrapped(text: str, size: float, room: float, max_lines: int) -> list[str]:
    """Break text into at most ``max_lines`` lines of at most ``room`` pixels; a text that is cut ends in ``…``."""
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
            return [*lines[:-1], _cut(lines[-1], size, room)]
    return [*lines, line] if line else lines


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


def _cut(line: str, size: float, room: float) -> str:
    while line and width(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"
