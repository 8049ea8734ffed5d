"""Phone numbers as requests write them, and what numbering metadata says about them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType

from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile, profile_of
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.types import E164_PATTERN

LookupType = Literal["Unknown", "Fixed", "Mobile", "Other"]

_SEPARATORS = str.maketrans("", "", " -()[]")


def normalize(text: str, *, strict: bool = False) -> str:
    """Return a number in E.164 form: without separators, and with a plus in place of a leading ``00`` or of nothing.

    Args:
        text: The number as a request writes it.
        strict: Whether to reject a number without leading plus.

    Raises:
        RejectedError: 40001 if the text is not a number, 40005 if strict mode misses the plus.
    """
    bare = text.translate(_SEPARATORS)
    if strict and bare[:1].isdigit():
        raise RejectedError(40005, f"`{text[:40]}` has no leading plus")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif not bare.startswith("+"):
        bare = f"+{bare}"
    if E164_PATTERN.fullmatch(bare) is None:
        raise RejectedError(40001, f"`{text[:40]}` is not a telephone number")
    return bare


def check_callable(profile: NumberProfile) -> None:
    """Raise unless the platform accepts requests that would call a destination.

    Raises:
        RejectedError: With the code that the profile has.
    """
    rejection = profile.rejection
    if rejection is not None:
        raise RejectedError(rejection.code, retry_after_s=rejection.retry_after_s)


@dataclass(frozen=True, slots=True)
class SimulatedLookup:
    """What the platform knows about a number; ``rate`` is in USD per minute."""

    country_id: str
    number_type: LookupType
    normalized_number: str
    restricted: bool
    rate: Decimal


def look_up(number: str, profile: NumberProfile | None = None) -> SimulatedLookup:
    """Look up a number in E.164 form."""
    known = profile or profile_of(number)
    country, kind = _metadata(number)
    return SimulatedLookup(country, kind, number, known.restricted, known.rate)


def _metadata(number: str) -> tuple[str, LookupType]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return "", "Unknown"
    country = phonenumbers.region_code_for_number(parsed) or ""
    return country, _kind(phonenumbers.number_type(parsed))


def _kind(number_type: int) -> LookupType:
    match number_type:
        case PhoneNumberType.FIXED_LINE | PhoneNumberType.FIXED_LINE_OR_MOBILE:
            return "Fixed"
        case PhoneNumberType.MOBILE:
            return "Mobile"
        case PhoneNumberType.UNKNOWN:
            return "Unknown"
        case _:
            return "Other"


BEHAVIORS = (
    chosen("api", "numbers without plus", "7 to 15 digits count as E.164; 40005 in strict mode"),
    chosen("api", "number type", "from libphonenumber; Fixed if it cannot tell fixed from mobile"),
)
