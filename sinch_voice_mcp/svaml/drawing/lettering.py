"""How wide text is, without a font: an estimate on the safe side, and lines that fit."""

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'!|()[] ·-\"")
_BROAD = frozenset("mwMW@%—…ABCDGHKNOQRSUVXYZ&+=<>~")
# Of DejaVu Sans, the broadest of the usual fonts.
_HALF, _THIRD, _MORE, _FULL = 0.62, 0.4, 0.82, 1.05


def width(text: str, size: float) -> float:
    """The width of a line in a sans-serif font of ``size`` pixels."""
    return size * sum(_sign(sign) for sign in text)


def _sign(sign: str) -> float:
    if sign in _NARROW:
        return _THIRD
    if sign in _BROAD:
        return _MORE
    if sign.isascii():
        return _HALF
    if unicodedata.combining(sign):
        return 0.0
    return _FULL if unicodedata.east_asian_width(sign) in {"W", "F"} else _MORE


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Lines of at most ``room`` pixels, ``most`` of them; what does not fit ends in ``…``."""
    lines: list[str] = []
    line = ""
    for word in _words(text, size, room):
        longer = f"{line} {word}" if line else word
        if width(longer, size) <= room:
            line = longer
            continue
        lines.append(line)
        line = word
        if len(lines) == most:
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
    for count, sign in enumerate(word):
        used += size * _sign(sign)
        if used > room:
            return max(1, count)
    return len(word)


def _cut(line: str, size: float, room: float) -> str:
    while line and width(f"{line}…", size) > room:
        line = line[:-1]
    return f"{line.rstrip()}…"
