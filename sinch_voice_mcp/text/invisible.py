"""Characters that nobody sees or hears: which there are, and where two of them have a use."""

import unicodedata

WHITE_SPACE = frozenset("\n\r\t")
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters without a shape that Unicode counts as letters or marks."""

_BLANK = frozenset("\u2800")
"""Characters without a shape that Unicode counts as symbols."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_JOINED_SCRIPTS = frozenset(
    {
        "ARABIC", "BALINESE", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA", "KHMER",
        "MALAYALAM", "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "TIBETAN",
    }
)  # fmt: skip
"""Scripts that spell words with joiners, as ``unicodedata`` begins the names of their characters."""

_VIRAMA = 9
_EMOJI_STYLE = "\ufe0f"
_FIRST_SYMBOL = "\u2190"


def hidden(sign: str) -> bool:
    """Whether a character is a control, bidi or zero-width character; white space is not."""
    if sign in WHITE_SPACE:
        return False
    return sign in _SHAPELESS or unicodedata.category(sign) in _HIDDEN_CATEGORIES


def first_hidden(text: str) -> str | None:
    """The name of the first control, bidi or zero-width character, such as ``ZERO WIDTH SPACE (U+200B)``.

    Joiners are none where Arabic, Indic and like scripts spell with them, and inside an emoji.
    """
    signs = enumerate(text)
    sign = next((sign for index, sign in signs if hidden(sign) and not _spells(text, index)), None)
    if sign is None:
        return None
    return f"{unicodedata.name(sign, 'a control character')} (U+{ord(sign):04X})"


def is_blank(text: str) -> bool:
    """Whether a text has nothing to say: white space, invisible characters and marks on nothing at most."""
    return all(sign in _BLANK or unicodedata.category(sign)[0] in "ZCM" for sign in text)


def _spells(text: str, index: int) -> bool:
    """Whether the character at a place is a joiner that changes how its neighbours are written."""
    if text[index] not in {_NON_JOINER, _JOINER}:
        return False
    before, after = text[:index][-2:], text[index + 1 : index + 2]
    if _is_joined(before[-1:]):
        # After a virama it shapes the letter before it, so a word may end with it.
        return _is_joined(after) or unicodedata.combining(before[-1]) == _VIRAMA
    return text[index] == _JOINER and _is_emoji_end(before) and _is_symbol(after)


def _is_joined(sign: str) -> bool:
    if not sign or unicodedata.category(sign)[0] not in "LM":
        return False
    return unicodedata.name(sign, "").partition(" ")[0] in _JOINED_SCRIPTS


def _is_emoji_end(before: str) -> bool:
    return _is_symbol(before[:-1] if before.endswith(_EMOJI_STYLE) else before[-1:]) or _is_skin_tone(before[-1:])


def _is_skin_tone(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"


def _is_symbol(sign: str) -> bool:
    return sign >= _FIRST_SYMBOL and unicodedata.category(sign) == "So"
