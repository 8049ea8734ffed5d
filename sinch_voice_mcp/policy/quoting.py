"""Foreign text, made fit to be shown in a message or a log."""

import unicodedata

_LONGEST = 60

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Characters without a shape that Unicode counts as letters or marks."""

_WHITE_SPACE = frozenset("\n\r\t")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def quoted(text: str) -> str:
    """The text in backticks, cut at 60 characters, with everything invisible written as its code point."""
    return f"`{printable(text)}`"


def printable(text: str, longest: int = _LONGEST) -> str:
    """The text cut, with everything invisible written as its code point."""
    shown = "".join(f"<U+{ord(sign):04X}>" if hidden(sign) or sign in _WHITE_SPACE else sign for sign in text[:longest])
    return shown + "…" if len(text) > longest else shown


def hidden(sign: str) -> bool:
    """Whether a character is a control, bidi or zero-width character; white space is not."""
    if sign in _WHITE_SPACE:
        return False
    return sign in _INVISIBLE or unicodedata.category(sign) in _HIDDEN_CATEGORIES


def first_hidden(text: str) -> str | None:
    """The name of the first control, bidi or zero-width character, such as ``ZERO WIDTH SPACE (U+200B)``."""
    sign = next((sign for sign in text if hidden(sign)), None)
    if sign is None:
        return None
    return f"{unicodedata.name(sign, 'a control character')} (U+{ord(sign):04X})"
