"""What a written telephone number is, by numbering metadata. A regular expression would accept +1404 and +1911."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.policy.fictional import fictional_range
from sinch_voice_mcp.text.quoting import quoted

NumberType = Literal[
    "fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "uan",
    "premium", "shared_cost", "personal", "pager", "voicemail", "unknown",
]  # fmt: skip
FaultKind = Literal["emergency_number", "short_number", "e164_number"]

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
    ValidationResult.TOO_SHORT: "is too short for a number",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code, as a number",
    ValidationResult.TOO_LONG: "is too long for a number",
    ValidationResult.INVALID_LENGTH: "has the wrong length for a number",
}
_WRITTEN = re.compile(r"\+?[0-9 ().\-]*[0-9][0-9 ().\-]*", re.ASCII)
_SEPARATORS = re.compile(r"[ ().\-]")
# What word processors put between the digits of a number.
_PASTED = str.maketrans("\u00a0\u202f\u2009\u2010\u2011\u2013", "   ---")
_LONGEST = 40
_LONGEST_SHORT = 6
_WHOLE = "Ask the user for the whole number in E.164 form, such as +12025550100; never guess one."


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number that exists in its numbering plan.

    ``region`` is an ISO 3166 code, ``001`` where it belongs to none (satellites, universal freephone).
    """

    e164: str
    region: str | None
    type: NumberType
    calling_code: int
    international: str
    fictional: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no number that may be rung: which rule, what is wrong, what to do."""

    kind: FaultKind
    message: str
    next_step: str


def describe_number(text: str) -> NumberFacts:
    """What numbering metadata knows of a number in E.164 form.

    Raises:
        InvalidInputError: It is not in E.164 form, no such number can exist, or it is an emergency or
            short number.
    """
    found = examine(text)
    if isinstance(found, Fault):
        raise InvalidInputError(found.message, next_step=found.next_step)
    return found


def examine(text: str) -> NumberFacts | Fault:
    """What a written number is, or why it must not be rung."""
    written = plainly_spaced(text)
    if len(written) > _LONGEST:
        return Fault("e164_number", f"{quoted(written)} is too long for a telephone number.", _WHOLE)
    return _examined(written)


# One decision looks at the same number several times. Only short texts get here, so little is kept.
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
        return Fault("e164_number", f"{quoted(written)} begins with no country calling code.", _WHOLE)
    return _known(number, written)


def caller_id(text: str) -> str:
    """A caller id as it is sent: E.164 where it is a number with a plus, else without surrounding spaces."""
    found = examine(text)
    if isinstance(found, NumberFacts):
        return found.e164
    written = plainly_spaced(text)
    # The platform hands out numbers that metadata has not heard of yet.
    return _SEPARATORS.sub("", written) if written.startswith("+") and _WRITTEN.fullmatch(written) else text.strip()


def plainly_spaced(text: str) -> str:
    """A written number with plain spaces and hyphens for those of word processors, and none around it."""
    return text.translate(_PASTED).strip()


def _form(written: str) -> Fault:
    if not written:
        return Fault("e164_number", "There is no number.", _WHOLE)
    if (sign := next((sign for sign in written if not sign.isascii()), None)) is not None:
        message = f"{quoted(written)} holds the character U+{ord(sign):04X}; a number is written with ASCII digits."
        return Fault("e164_number", message, "Write the number with plain digits after a plus.")
    if any(sign.isdigit() for sign in written) and (sign := re.search(r"[^0-9 ().\-+]", written)) is not None:
        message = f"{quoted(written)} holds {quoted(sign.group())}; a number is a plus and digits."
        return Fault("e164_number", message, _WHOLE)
    return Fault("e164_number", f"{quoted(written)} is not a telephone number.", _WHOLE)


def _without_plus(written: str) -> Fault:
    if written.startswith("00"):
        message = f"{quoted(written)} begins with 00, which means different things in different countries."
        return Fault("e164_number", message, "Write a + instead of 00, if a country calling code follows.")
    message = f"{quoted(written)} has no country calling code."
    return Fault(
        "e164_number", message, "Add a plus and the country calling code; ask the user for the country if unsure."
    )


def _emergency(written: str) -> Fault:
    message = f"{quoted(written)} is an emergency number, or would reach one; this server never calls those."
    return Fault("emergency_number", message, "Tell the user to call the emergency service from their own phone.")


def _like_emergency(written: str) -> Fault:
    message = (
        f"{quoted(written)} is no valid number and begins like an emergency number, which this server never calls; "
        "it is probably a typing error."
    )
    return Fault("emergency_number", message, "Check the number with the user; never guess one.")


def _short(written: str) -> Fault:
    message = f"{quoted(written)} is a short code that works inside one network only."
    return Fault("short_number", message, f"Write a full number. {_WHOLE}")


def _known(number: PhoneNumber, written: str) -> NumberFacts | Fault:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
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


def _invalid(number: PhoneNumber, written: str) -> Fault:
    reason = _IMPOSSIBLE.get(
        phonenumbers.is_possible_number_with_reason(number), "is in no range that is in use, as a number"
    )
    return Fault("e164_number", f"{quoted(written)} {reason} with calling code +{number.country_code}.", _WHOLE)


def _parsed(digits: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None


def _is_emergency_anywhere(digits: str) -> bool:
    # Loads the short numbers of every region, so only for what is short enough to be one.
    return len(digits) <= _LONGEST_SHORT and any(
        phonenumbers.is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


def _is_short_anywhere(digits: str) -> bool:
    return len(digits) <= _LONGEST_SHORT and any(
        phonenumbers.is_valid_short_number_for_region(_keyed(digits, region), region)
        for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


def _keyed(digits: str, region: str) -> PhoneNumber:
    code = phonenumbers.country_code_for_region(region)
    return PhoneNumber(country_code=code, national_number=int(digits))


def _is_emergency(number: PhoneNumber) -> bool:
    return any(phonenumbers.is_emergency_number(form, region) for form, region in _national_forms(number))


def _begins_like_emergency(number: PhoneNumber) -> bool:
    # On valid numbers this would be wrong: a few begin like an emergency number.
    return not phonenumbers.is_valid_number(number) and any(
        phonenumbers.connects_to_emergency_number(form, region) for form, region in _national_forms(number)
    )


def _national_forms(number: PhoneNumber) -> list[tuple[str, str]]:
    """What would be keyed inside each region of the number's calling code, with and without leading zeros."""
    forms = {str(number.national_number), phonenumbers.national_significant_number(number)}
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return [(form, region) for form in forms for region in regions]
