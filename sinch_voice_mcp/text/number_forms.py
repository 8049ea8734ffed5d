"""The form of a telephone number, whether or not such a number exists."""

import re
import unicodedata

from sinch_voice_mcp.types import PhoneNumber

_NAMED = re.compile(r"[^<]*<([^<>]*)>.*", re.DOTALL)
"""A name, and then the address: ``"Anna" <tel:+12025550100>``."""

_SCHEME = re.compile(r"(?:tel|sips?):", re.IGNORECASE)
_AFTER_NUMBER = re.compile(r"@|%40|[;?]")
_DIGITS = re.compile(r"\+?([0-9]{3,20})", re.ASCII)
"""From an extension to more than the longest number."""

_MIN_DIGITS = 7
"""Digits from which an identifier counts as a telephone number."""


def by_form(written: str) -> PhoneNumber | None:
    """Return the digits of a text that has the form of a telephone number, with a plus; None if it has not.

    A national or short number gets the plus too: the result only tells numbers apart, and is not to be called. In an
    address such as ``sip:+12025550100@example.com``, the number stands before the ``@``.
    """
    text = unicodedata.normalize("NFKC", written)
    named = _NAMED.fullmatch(text)
    address = _SCHEME.sub("", (named[1] if named else text).strip(), count=1)
    number = _AFTER_NUMBER.split(address, maxsplit=1)[0].replace("(0)", "")
    # Whatever is written between the digits, there is no letter among them.
    plain = "".join(_plain(char) for char in number if char == "+" or char.isalnum())
    found = _DIGITS.fullmatch(plain)
    return None if found is None else PhoneNumber(f"+{found[1].removeprefix('00') or found[1]}")


def is_number_form(text: str) -> bool:
    """Return whether all of a text is one telephone number, and no short one: an identifier may have a few digits."""
    number = by_form(text)
    return number is not None and len(number) > _MIN_DIGITS


def _plain(char: str) -> str:
    return str(int(char)) if char.isdecimal() else char
