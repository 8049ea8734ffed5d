"""Invisible characters: one definition for the guard, messages, logs, explanations and the terminal."""

import unicodedata
from collections.abc import Callable

WHITE_SPACE = frozenset("\n\r\t")
"""Control characters that are white space in spoken text."""

_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters without a shape that Unicode counts as letters or marks."""

_BLANK = frozenset("\u2800\U0001d159\U00016fe4")
"""Characters without a shape that Unicode counts as symbols or marks."""

_MAX_MARKS = 6
"""Marks on one letter: more than any script writes. A pile of them covers the text around it."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NONCHARACTERS = range(0xFDD0, 0xFDF0)
_LAST_OF_PLANE = 0xFFFE
"""Every code point that ends in FFFE or FFFF is a noncharacter."""

_NON_JOINER, _JOINER = "\u200c", "\u200d"
_MONGOLIAN_SELECTORS = frozenset("\u180b\u180c\u180d\u180f")
_BASIC_SELECTORS = range(0xFE00, 0xFE10)
_TAGS_AND_SELECTORS = range(0xE0000, 0xE1000)
"""Tags and further variation selectors: a run of them can encode a text that is not shown."""

_FURTHER_SELECTORS = range(0xE0100, 0xE01F0)
_JOINED_SCRIPTS = frozenset(
    {
        "ARABIC", "BALINESE", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA", "KHMER",
        "MALAYALAM", "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "TIBETAN",
    }
)  # fmt: skip
"""Scripts that spell words with joiners, as ``unicodedata`` begins the names of their characters."""

_VIRAMA = 9
"""Unicode's combining class of signs that suppress a vowel."""

_EMOJI_STYLE = "\ufe0f"
_FIRST_SYMBOL = "\u2190"


def is_hidden(char: str) -> bool:
    """Whether a character by itself is invisible: control, format, zero-width, bidirectional, tag or selector.

    Line ends and tabs are not. Joiners and variation selectors are, although a word or an emoji may need one;
    :func:`first_hidden` and :func:`replace_hidden` consider the characters around them.
    """
    if char in WHITE_SPACE:
        return False
    return (
        char in _SHAPELESS or char in _BLANK or unicodedata.category(char) in _HIDDEN_CATEGORIES or _is_ignorable(char)
    )


def first_hidden(text: str) -> str | None:
    """Return the name of the first invisible character, such as ``ZERO WIDTH SPACE (U+200B)``; None without one.

    A joiner where Arabic, Indic and similar scripts or an emoji need it does not count, nor does one variation
    selector directly after the character that it styles. A mark on a letter that has six counts.
    """
    if text.isascii() and text.isprintable():
        return None
    found = next((char for at, char in enumerate(text) if _hides(text, at)), None)
    if found is None:
        return None
    return f"{unicodedata.name(found, 'a control character')} (U+{ord(found):04X})"


def replace_hidden(text: str, replacement: Callable[[str], str]) -> str:
    """Replace every invisible character that the spelling does not need."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(replacement(char) if _hides(text, at) else char for at, char in enumerate(text))


def is_blank(text: str) -> bool:
    """Whether nothing in a text can be spoken: only white space, invisible characters and marks without a letter."""
    return all(char in _BLANK or unicodedata.category(char)[0] in "ZCM" for char in text)


def _hides(text: str, at: int) -> bool:
    """Whether the character at an index is invisible, or a mark that covers the text around it."""
    char = text[at]
    if is_hidden(char):
        return not _is_spelling(text, at)
    return _is_mark(char) and _marks_before(text, at) >= _MAX_MARKS


def _marks_before(text: str, at: int) -> int:
    """Count the marks directly before an index, at most as many as a letter may have."""
    marks = 0
    while at > 0 and marks < _MAX_MARKS:
        at -= 1
        if _is_mark(text[at]):
            marks += 1
        elif not is_hidden(text[at]):
            # Invisible characters separate no marks: they may be removed.
            break
    return marks


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me"}


def _is_ignorable(char: str) -> bool:
    code = ord(char)
    if code & _LAST_OF_PLANE == _LAST_OF_PLANE or code in _NONCHARACTERS:
        return True
    return code in _BASIC_SELECTORS or code in _TAGS_AND_SELECTORS or char in _MONGOLIAN_SELECTORS


def _is_spelling(text: str, at: int) -> bool:
    """Whether the character at an index changes how its neighbors are written."""
    char, before = text[at], text[max(0, at - 2) : at]
    if char in {_NON_JOINER, _JOINER}:
        return _is_joining(char, before, text[at + 1 : at + 2])
    if not before or is_hidden(before[-1]):
        # Of several selectors in a row only the first has an effect; the others could encode a hidden text.
        return False
    if char in _MONGOLIAN_SELECTORS:
        return unicodedata.name(before[-1], "").startswith("MONGOLIAN")
    if ord(char) in _FURTHER_SELECTORS:
        return unicodedata.name(before[-1], "").startswith("CJK")
    return ord(char) in _BASIC_SELECTORS and unicodedata.category(before[-1])[0] not in "ZCM"


def _is_joining(char: str, before: str, after: str) -> bool:
    if _is_joined(before[-1:]):
        # After a virama a joiner shapes the letter before it, so a word may end with it.
        return _is_joined(after) or unicodedata.combining(before[-1]) == _VIRAMA
    return char == _JOINER and _is_emoji_end(before) and _is_symbol(after)


def _is_joined(char: str) -> bool:
    if not char or is_hidden(char) or unicodedata.category(char)[0] not in "LM":
        return False
    return unicodedata.name(char, "").partition(" ")[0] in _JOINED_SCRIPTS


def _is_emoji_end(before: str) -> bool:
    return _is_symbol(before[:-1] if before.endswith(_EMOJI_STYLE) else before[-1:]) or _is_skin_tone(before[-1:])


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_symbol(char: str) -> bool:
    return char >= _FIRST_SYMBOL and char not in _BLANK and unicodedata.category(char) == "So"
