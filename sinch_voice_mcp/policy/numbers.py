"""What a written telephone number is, according to numbering metadata. A regular expression would accept +1911."""

import re
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber as ParsedNumber
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.policy.fictional import FictionalRange, fictional_range
from sinch_voice_mcp.policy.overlays import overlaid
from sinch_voice_mcp.policy.retired import retired_form
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import PhoneNumber

NumberType = Literal[
    "fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "uan",
    "premium", "shared_cost", "personal", "pager", "voicemail", "unknown",
]  # fmt: skip
FaultKind = Literal["emergency_number", "short_number", "e164_number"]

NO_REGION = "001"
"""The region of numbers that belong to no country."""

NANP = "1"
"""The calling code of the North American Numbering Plan."""

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
# Marks without a shape that come along when a number is copied: directions, joiners, zero-width spaces.
_MARKS = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A),
                        0x00AD, 0x061C, 0xFEFF))  # fmt: skip
# No number has more than 15 digits; the rest is room for separators.
_MAX_WRITTEN_CHARS = 40
# Emergency numbers have at most six digits in every region.
_MAX_SHORT_DIGITS = 6
# Metadata counts these as ordinary lines of their area code: pay-per-call services, directory assistance.
_NANP_PREMIUM = re.compile(r"\+1[2-9][0-9]{2}(?:976[0-9]{4}|5551212)")
_ORDINARY: frozenset[NumberType] = frozenset({"fixed", "mobile", "fixed_or_mobile", "unknown"})
_ASK_FOR_NUMBER = "Ask the user for the complete number in E.164 form, such as +12025550100; never guess one."
_NEWER = (
    "Check the number with the user; never guess one. If it is right, its range is newer than this server's list of "
    "ranges: the owner can update the Python package `phonenumbers`, or list exactly this number."
)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number that may be called, as far as its digits tell.

    Attributes:
        e164: The number in E.164 form.
        region: ISO 3166 code; ``001`` for a number of no country (satellites, universal freephone), None if unknown.
            For a number in no known range, the main region of its calling code.
        type: Its kind.
        calling_code: Country calling code without the plus.
        international: The number in groups, for people.
        fictional: Whether a regulator reserves it for films and books.
        assigned: Whether metadata knows its range. A number in no known range is accepted only if the owner lists it.
    """

    e164: PhoneNumber
    region: str | None
    type: NumberType
    calling_code: int
    international: str
    fictional: bool
    assigned: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not a number that may be called.

    Attributes:
        kind: The rule that refuses it.
        message: What is wrong.
        next_step: What to do instead.
        possible: What is known of a number of a possible length, whose only fault is that its range is not in use as
            far as metadata knows; it may be called if the owner lists it. None for any other fault.
    """

    kind: FaultKind
    message: str
    next_step: str
    possible: NumberFacts | None = None


def describe_number(text: str) -> NumberFacts:
    """Return what is known about a number in E.164 form, also if its range may be newer than numbering metadata.

    Raises:
        InvalidInputError: The text is not in E.164 form, no such number can exist, or it is an emergency or
            short number.
    """
    found = examine(text)
    if isinstance(found, NumberFacts):
        return found
    if found.possible is None:
        raise InvalidInputError(found.message, next_step=found.next_step)
    return found.possible


def examine(text: str, listed: Container[str] = ()) -> NumberFacts | Fault:
    """Return what a written number is, or why it must not be called.

    Args:
        text: The number as a person or a program wrote it.
        listed: Numbers in E.164 form that the owner listed one by one; their ranges may be newer than metadata.
    """
    written = plainly_spaced(text)
    if len(written) > _MAX_WRITTEN_CHARS:
        return Fault("e164_number", f"{quoted(written)} is too long to be a telephone number.", _ASK_FOR_NUMBER)
    found = _examined(written)
    if isinstance(found, Fault) and found.possible is not None and found.possible.e164 in listed:
        return found.possible
    return found


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
    if number is None:
        return Fault("e164_number", f"{quoted(written)} does not begin with a country calling code.", _ASK_FOR_NUMBER)
    e164 = PhoneNumber(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if (fault := _retired(number, e164, written)) is not None:
        return fault
    if _begins_like_emergency(number) and _length_fault(digits) is None:
        return _like_emergency(written)
    return _known(number, e164, written)


def caller_id(text: str) -> str:
    """Return a caller ID as it is sent: in E.164 form if it is a number with a plus, else stripped of spaces."""
    found = examine(text)
    if isinstance(found, NumberFacts):
        return found.e164
    written = plainly_spaced(text)
    # The platform assigns numbers that metadata does not know yet.
    return _SEPARATORS.sub("", written) if written.startswith("+") and _WRITTEN.fullmatch(written) else text.strip()


def region_of(e164: str, country: str | None = None) -> str | None:
    """Return the region of a number of the account; None if neither metadata nor the platform tells it.

    Args:
        e164: The number; metadata need not know its range.
        country: ISO 3166 code that the platform gives for it; used only if its calling code has this region.
    """
    found = examine(e164)
    if isinstance(found, NumberFacts):
        return found.region
    number = _parsed(e164.removeprefix("+"))
    regions = () if number is None else phonenumbers.region_codes_for_country_code(number.country_code or 0)
    named = (country or "").strip().upper()
    return regions[0] if len(regions) == 1 else named if named in regions else None


def plainly_spaced(text: str) -> str:
    """Return a written number with plain spaces and hyphens, none around it, and without marks that have no shape."""
    return text.translate(_PASTED).translate(_MARKS).strip()


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


def _known(number: ParsedNumber, e164: PhoneNumber, written: str) -> NumberFacts | Fault:
    fiction = fictional_range(e164)
    valid = phonenumbers.is_valid_number(number)
    if phonenumbers.is_valid_short_number(number):
        return _short(written)
    if not valid and (fiction is None or fiction.region is None):
        return _invalid(number, e164, written)
    return _facts(number, e164, fiction, valid=valid)


def _facts(number: ParsedNumber, e164: PhoneNumber, fiction: FictionalRange | None, *, valid: bool) -> NumberFacts:
    kind = _TYPES.get(phonenumbers.number_type(number), "unknown")
    region = phonenumbers.region_code_for_number(number)
    if fiction is not None and not valid:
        kind, region = fiction.type, fiction.region
    return NumberFacts(
        e164=e164,
        region=region,
        type="premium" if kind in _ORDINARY and _NANP_PREMIUM.fullmatch(e164) else kind,
        calling_code=number.country_code or 0,
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        fictional=fiction is not None,
    )


def _retired(number: ParsedNumber, e164: PhoneNumber, written: str) -> Fault | None:
    form = retired_form(e164.removeprefix("+"))
    now = None if form is None else _parsed(form.digits)
    if form is None or now is None or not phonenumbers.is_valid_number(now):
        return None
    new = phonenumbers.format_number(now, PhoneNumberFormat.E164)
    message = f"{quoted(written)} is a number in a form that no longer works. {form.reason} It is {new} now."
    possible = _possible(number, e164)
    return Fault("e164_number", message, f"If the user agrees that {new} is meant, call that number.", possible)


def _invalid(number: ParsedNumber, e164: PhoneNumber, written: str) -> Fault:
    reason = _IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number))
    if reason is not None:
        return Fault("e164_number", f"{quoted(written)} {reason} calling code +{number.country_code}.", _ASK_FOR_NUMBER)
    message = f"{quoted(written)} is in no assigned range of numbers with calling code +{number.country_code}"
    if (fault := _length_fault(re.sub(r"[^0-9]", "", written))) is not None:
        message += f"; {fault} it would be"
    return Fault("e164_number", f"{message}.", _NEWER, _possible(number, e164))


def _possible(number: ParsedNumber, e164: PhoneNumber) -> NumberFacts | None:
    """Return what the digits of a number tell, if its length is possible although its range may not be assigned."""
    if not _has_possible_length(number):
        return None
    fiction = fictional_range(e164)
    facts = _facts(number, e164, fiction, valid=phonenumbers.is_valid_number(number))
    return replace(facts, region=facts.region or _main_region(number), assigned=False)


def _main_region(number: ParsedNumber) -> str | None:
    code, national = number.country_code or 0, str(number.national_number)
    if str(code) == NANP and (older := overlaid(national[:3])):
        # An overlay serves the area of the older code, so it is in the same country.
        sibling = phonenumbers.parse(f"+{NANP}{older[0]}{national[3:]}", None)
        if (region := phonenumbers.region_code_for_number(sibling)) is not None:
            return region
    return phonenumbers.region_code_for_country_code(code)


def _has_possible_length(number: ParsedNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


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
    # Valid numbers are left out, because a few of them begin like an emergency number. So are numbers of a wrong
    # length: they ring nowhere, and what is wrong with them is their length.
    length = len(phonenumbers.national_significant_number(number))
    if phonenumbers.is_valid_number(number) or (length > _MAX_SHORT_DIGITS and not _has_possible_length(number)):
        return False
    return any(phonenumbers.connects_to_emergency_number(form, region) for form, region in _national_forms(number))


def _length_fault(digits: str) -> str | None:
    """Return how digits that are not a valid number become one at their end: with a digit more, or with one less."""
    if any(_is_valid(f"{digits}{digit}") for digit in range(10)):
        return "with one more digit"
    return "with one digit less" if _is_valid(digits[:-1]) else None


def _is_valid(digits: str) -> bool:
    number = _parsed(digits)
    return number is not None and phonenumbers.is_valid_number(number)


def _national_forms(number: ParsedNumber) -> list[tuple[str, str]]:
    """Return what a caller inside each region of the calling code would dial, with and without leading zeros."""
    forms = {str(number.national_number), phonenumbers.national_significant_number(number)}
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return [(form, region) for form in forms for region in regions]
