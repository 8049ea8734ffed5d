"""What a written telephone number is, according to numbering metadata. A regular expression would accept +1911."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber as ParsedNumber
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.policy.fictional import fictional_range
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import PhoneNumber

NumberType = Literal[
    "fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "uan",
    "premium", "shared_cost", "personal", "pager", "voicemail", "unknown",
]  # fmt: skip
FaultKind = Literal["emergency_number", "short_number", "e164_number"]

NO_REGION = "001"
"""The region of numbers that belong to no country."""

_TYPES: dict[int, NumberType] = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "is too short for a number with",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks the area code of a number with",
    ValidationResult.TOO_LONG: "is too long for a number with",
    ValidationResult.INVALID_LENGTH: "has the wrong length for a number with",
}
_WRITTEN = re.compile(r"\+?[0-9 ().\-]*[0-9][0-9 ().\-]*", re.ASCII)
_SEPARATORS = re.compile(r"[ ().\-]")
# Spaces and hyphens that word processors put between the digits of a number.
_PASTED = str.maketrans("\u00a0\u202f\u2009\u2010\u2011\u2013", "   ---")
# No number has more than 15 digits; the rest is room for separators.
_MAX_WRITTEN_CHARS = 40
# Emergency numbers have at most six digits in every region.
_MAX_SHORT_DIGITS = 6
_ASK_FOR_NUMBER = "Ask the user for the complete number in E.164 form, such as +12025550100; never guess one."


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number that exists in its numbering plan.

    Attributes:
        e164: The number in E.164 form.
        region: ISO 3166 code; ``001`` for a number of no country (satellites, universal freephone), None if unknown.
        type: Its kind.
        calling_code: Country calling code without the plus.
        international: The number in groups, for people.
        fictional: Whether a regulator reserves it for films and books.
    """

    e164: PhoneNumber
    region: str | None
    type: NumberType
    calling_code: int
    international: str
    fictional: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not a number that may be called: the rule that refuses it, what is wrong, and the next step."""

    kind: FaultKind
    message: str
    next_step: str


def describe_number(text: str) -> NumberFacts:
    """Return what numbering metadata knows about a number in E.164 form.

    Raises:
        InvalidInputError: The text is not in E.164 form, no such number can exist, or it is an emergency or
            short number.
    """
    found = examine(text)
    if isinstance(found, Fault):
        raise InvalidInputError(found.message, next_step=found.next_step)
    return found


def examine(text: str) -> NumberFacts | Fault:
    """Return what a written number is, or why it must not be called."""
    written = plainly_spaced(text)
    if len(written) > _MAX_WRITTEN_CHARS:
        return Fault("e164_number", f"{quoted(written)} is too long to be a telephone number.", _ASK_FOR_NUMBER)
    return _examined(written)


# One decision examines the same number several times. Only short texts get here, so the cache stays small.
@lru_cache(maxsize=256)
def _examined(written: str) -> NumberFacts | Fault:
    if not _WRITTEN.fullmatch(written):
        return _form(written)
    digits = re.sub(r"[^0-9]", "", written)
    if _is_emergency_anywhere(digits):
        return _emergency(written)
    number = _parsed(digits.removeprefix("00") if written.startswith("00") else digits)
    if number is not None and _is_emergency(number):
        return _emergency(written)
    if not written.startswith("+"):
        return _short(written) if _is_short_anywhere(digits) else _without_plus(written)
    if number is not None and _begins_like_emergency(number):
        return _like_emergency(written)
    if number is None:
        return Fault("e164_number", f"{quoted(written)} does not begin with a country calling code.", _ASK_FOR_NUMBER)
    return _known(number, written)


def caller_id(text: str) -> str:
    """Return a caller ID as it is sent: in E.164 form if it is a number with a plus, else stripped of spaces."""
    found = examine(text)
    if isinstance(found, NumberFacts):
        return found.e164
    written = plainly_spaced(text)
    # The platform assigns numbers that metadata does not know yet.
    return _SEPARATORS.sub("", written) if written.startswith("+") and _WRITTEN.fullmatch(written) else text.strip()


def plainly_spaced(text: str) -> str:
    """Return a written number with plain spaces and hyphens, and none around it."""
    return text.translate(_PASTED).strip()


def _form(written: str) -> Fault:
    if not written:
        return Fault("e164_number", "The number is empty.", _ASK_FOR_NUMBER)
    if (char := next((char for char in written if not char.isascii()), None)) is not None:
        message = f"{quoted(written)} contains the character U+{ord(char):04X}; a number has ASCII digits only."
        return Fault("e164_number", message, "Write the number as a plus and ASCII digits.")
    if any(char.isdigit() for char in written) and (found := re.search(r"[^0-9 ().\-+]", written)) is not None:
        message = f"{quoted(written)} contains {quoted(found.group())}; a number is a plus and digits."
        return Fault("e164_number", message, _ASK_FOR_NUMBER)
    return Fault("e164_number", f"{quoted(written)} is not a telephone number.", _ASK_FOR_NUMBER)


def _without_plus(written: str) -> Fault:
    if written.startswith("00"):
        message = f"{quoted(written)} begins with 00, which means different things in different countries."
        return Fault("e164_number", message, "Write a + instead of 00 if a country calling code follows.")
    message = f"{quoted(written)} has no country calling code."
    step = "Add a plus and the country calling code; if you are unsure of the country, ask the user."
    return Fault("e164_number", message, step)


def _emergency(written: str) -> Fault:
    message = f"{quoted(written)} is an emergency number or would reach one; this server never calls emergency numbers."
    return Fault("emergency_number", message, "Tell the user to call the emergency service from their own phone.")


def _like_emergency(written: str) -> Fault:
    message = (
        f"{quoted(written)} is not a valid number and begins like an emergency number, which this server never calls; "
        "it is probably a typing error."
    )
    return Fault("emergency_number", message, "Check the number with the user; never guess one.")


def _short(written: str) -> Fault:
    message = f"{quoted(written)} is a short code that works inside one network only."
    return Fault("short_number", message, _ASK_FOR_NUMBER)


def _known(number: ParsedNumber, written: str) -> NumberFacts | Fault:
    e164 = PhoneNumber(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    fiction = fictional_range(e164)
    valid = phonenumbers.is_valid_number(number)
    if phonenumbers.is_valid_short_number(number):
        return _short(written)
    if not valid and (fiction is None or fiction.region is None):
        return _invalid(number, written)
    return NumberFacts(
        e164=e164,
        region=phonenumbers.region_code_for_number(number) if valid or fiction is None else fiction.region,
        type=_TYPES.get(phonenumbers.number_type(number), "unknown") if valid or fiction is None else fiction.type,
        calling_code=number.country_code or 0,
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        fictional=fiction is not None,
    )


def _invalid(number: ParsedNumber, written: str) -> Fault:
    reason = _IMPOSSIBLE.get(
        phonenumbers.is_possible_number_with_reason(number), "is in no assigned range of numbers with"
    )
    return Fault("e164_number", f"{quoted(written)} {reason} calling code +{number.country_code}.", _ASK_FOR_NUMBER)


def _parsed(digits: str) -> ParsedNumber | None:
    try:
        return phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None


def _is_emergency_anywhere(digits: str) -> bool:
    # Loads the short numbers of every region, so only if the number is short enough to be one.
    return len(digits) <= _MAX_SHORT_DIGITS and any(
        phonenumbers.is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


def _is_short_anywhere(digits: str) -> bool:
    return len(digits) <= _MAX_SHORT_DIGITS and any(
        phonenumbers.is_valid_short_number_for_region(_keyed(digits, region), region)
        for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


def _keyed(digits: str, region: str) -> ParsedNumber:
    code = phonenumbers.country_code_for_region(region)
    return ParsedNumber(country_code=code, national_number=int(digits))


def _is_emergency(number: ParsedNumber) -> bool:
    return any(phonenumbers.is_emergency_number(form, region) for form, region in _national_forms(number))


def _begins_like_emergency(number: ParsedNumber) -> bool:
    # Valid numbers are left out, because a few of them begin like an emergency number.
    return not phonenumbers.is_valid_number(number) and any(
        phonenumbers.connects_to_emergency_number(form, region) for form, region in _national_forms(number)
    )


def _national_forms(number: ParsedNumber) -> list[tuple[str, str]]:
    """Return what a caller inside each region of the calling code would dial, with and without leading zeros."""
    forms = {str(number.national_number), phonenumbers.national_significant_number(number)}
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return [(form, region) for form in forms for region in regions]
