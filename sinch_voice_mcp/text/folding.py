"""Fold characters to the plain ones that they stand for between digits, without moving any of them."""

import unicodedata

from sinch_voice_mcp.text.invisible import is_blank, is_hidden

UNSEEN = "\u200b"
"""What stands for a character without a shape of its own."""

_AS = {"\u2212": "-", "\u30fc": "-", "\u3001": ",", "\u060c": ",", "\u2026": "\u2026"}
"""A minus, a Japanese vowel sign that is used as a hyphen, commas, and our own ellipsis, which separates nothing."""

_BY_CATEGORY = {
    "Zs": " ", "Zl": " ", "Zp": " ", "Pd": "-", "Pc": "_", "Ps": "(", "Pe": ")", "Pi": "'", "Pf": "'", "Po": "\u00b7",
    "Cf": UNSEEN, "Mn": UNSEEN, "Me": UNSEEN,
}  # fmt: skip


def folded(text: str) -> str:
    """Return a text of the same length in which every digit and separator is a plain one; other letters stay."""
    return text if text.isascii() else "".join(char if char.isascii() else _folded(char) for char in text)


def _folded(char: str) -> str:
    if char in _AS:
        return _AS[char]
    if char.isdecimal():
        return str(int(char))
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and plain.isascii():
        return plain
    if is_hidden(char) or is_blank(char):
        return " " if char.isspace() else UNSEEN
    return _BY_CATEGORY.get(unicodedata.category(char), char)
