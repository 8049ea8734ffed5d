"""Integers that the platform reports: each has a bound, so that no telephone number and no mistake passes for one."""

from math import isfinite
from typing import Annotated

from pydantic import BeforeValidator

MAX_REPORTED = 999_999
"""The largest integer that is believed: as seconds eleven days, as a code six digits, and shorter than a number."""


def whole(value: object) -> int | None:
    """Read an integer from 0 to :data:`MAX_REPORTED`, also if it is written as text or with decimals.

    Returns:
        The integer; None for anything else, which counts as absent.
    """
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared first: neither infinity nor an integer of a thousand digits could be converted.
    return int(value) if 0 <= value <= MAX_REPORTED else None


def _number(text: str) -> float | None:
    try:
        number = float(text) if text.isascii() else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


Whole = Annotated[int | None, BeforeValidator(whole)]
"""A duration, a code or a version; None if it is absent or absurd."""
