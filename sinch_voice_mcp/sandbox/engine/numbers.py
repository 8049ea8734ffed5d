"""Telephone numbers as requests write them, and what numbering metadata says of them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType

from sinch_voice_mcp.sandbox.engine.destinations import destination
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError

NumberType = Literal["Unknown", "Fixed", "Mobile", "Other"]

_SEPARATORS = str.maketrans("", "", " -()[]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def normalise(text: str, *, strict: bool = False) -> str:
    """A number in E.164 form: separators dropped, ``00`` or nothing in front read as a plus.

    Args:
        text: The number as somebody wrote it.
        strict: Refuse a number without leading plus.

    Raises:
        RejectedError: 40001 for what is no number, 40005 for a missing plus in strict mode.
    """
    bare = text.translate(_SEPARATORS)
    if strict and bare[:1].isdigit():
        raise RejectedError(40005, f"`{text[:40]}` has no leading plus")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif not bare.startswith("+"):
        bare = f"+{bare}"
    if _E164.fullmatch(bare) is None:
        raise RejectedError(40001, f"`{text[:40]}` is not a telephone number")
    return bare


def check_taken(number: str) -> None:
    """Make sure that the platform takes requests that would ring a number in E.164 form.

    Raises:
        RejectedError: With the code that the destination table has for this number.
    """
    refusal = destination(number).refusal
    if refusal is not None:
        raise RejectedError(refusal.code, retry_after_s=refusal.retry_after_s)


@dataclass(frozen=True, slots=True)
class Queried:
    """What the platform knows of a number; ``rate`` is in USD a minute."""

    country_id: str
    number_type: NumberType
    normalized_number: str
    restricted: bool
    rate: Decimal


def query(number: str) -> Queried:
    """Look a number in E.164 form up."""
    known = destination(number)
    country, kind = _metadata(number)
    return Queried(country, kind, number, known.restricted, known.rate)


def _metadata(number: str) -> tuple[str, NumberType]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return "", "Unknown"
    country = phonenumbers.region_code_for_number(parsed) or ""
    return country, _kind(phonenumbers.number_type(parsed))


def _kind(number_type: int) -> NumberType:
    match number_type:
        case PhoneNumberType.FIXED_LINE | PhoneNumberType.FIXED_LINE_OR_MOBILE:
            return "Fixed"
        case PhoneNumberType.MOBILE:
            return "Mobile"
        case PhoneNumberType.UNKNOWN:
            return "Unknown"
        case _:
            return "Other"
