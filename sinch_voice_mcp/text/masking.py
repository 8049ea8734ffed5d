"""Telephone numbers in texts that are kept or shown: recognizable for their owner, useless for dialing."""

import re

_KEPT_BEGINNING, _KEPT_END = 5, 2
_NUMBER = re.compile(r"\+?[0-9]{7,15}(?![0-9])", re.ASCII)


def shortened(number: str) -> str:
    """Return the first five characters of a number and its last two digits: ``+1202…00``."""
    return f"{number[:_KEPT_BEGINNING]}…{number[-_KEPT_END:]}"


def without_numbers(text: str) -> str:
    """Shorten everything in a text that looks like a telephone number (7 to 15 digits)."""
    return _NUMBER.sub(lambda found: shortened(found[0]), text)
