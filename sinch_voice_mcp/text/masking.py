"""Mask telephone numbers in texts that are stored or shown: recognizable for their owner, useless for dialing."""

import re

_SHOWN_AT_START, _SHOWN_AT_END = 5, 2
_NUMBER = re.compile(r"\+?[0-9]{7,15}(?![0-9])", re.ASCII)


def shortened(number: str) -> str:
    """Return the first five characters of a number and its last two digits: ``+1202…00``."""
    return f"{number[:_SHOWN_AT_START]}…{number[-_SHOWN_AT_END:]}"


def without_numbers(text: str) -> str:
    """Mask everything in a text that has the form of a telephone number (7 to 15 digits)."""
    return _NUMBER.sub(lambda found: shortened(found[0]), text)
