"""Every number that numbering metadata knows, in the forms that people write: which are refused and which pass."""

import re
from collections.abc import Callable, Iterator

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonemetadata import PhoneMetadata

from sinch_voice_mcp.policy import Allow, Decision, Policy, Refuse
from sinch_voice_mcp.policy.numbers import NumberFacts, examine
from sinch_voice_mcp.policy.policy import NUMBER_TYPES
from tests.unit.policy.decisions import answer, tts

Record = Callable[[str, object], None]

OPEN = Policy(allowed_regions=frozenset({"*"}), allowed_number_types=frozenset(NUMBER_TYPES))
"""Every setting about numbers allows everything; only the list of exact numbers is left."""

FORM = ("emergency_number", "short_number", "e164_number")
"""The rules about what is a number that can be called at all."""


def verdicts(made: Decision) -> set[tuple[str, str]]:
    """The verdicts of those rules; other rules may have given verdicts too."""
    found = made.verdicts if isinstance(made, Allow | Refuse) else made.allow.verdicts
    return {(one.rule, one.outcome) for one in found if one.rule in FORM}


def opened(numbers: set[str]) -> Policy:
    # Not validated: the settings refuse a list with such numbers, and the rules must not rely on that.
    return OPEN.model_copy(update={"allowed_numbers": frozenset(numbers)})


def emergency_numbers() -> dict[str, set[str]]:
    """Every emergency number, by region: all digits that its metadata matches."""
    found: dict[str, set[str]] = {}
    for length in range(2, 7):
        lines = "\n".join(f"{number:0{length}d}" for number in range(10**length))
        for region in phonenumbers.SUPPORTED_SHORT_REGIONS:
            metadata = PhoneMetadata.short_metadata_for_region(region)
            emergency = metadata and metadata.emergency
            if emergency and length in emergency.possible_length:
                pattern = rf"(?m)^(?:{emergency.national_number_pattern})$"
                found.setdefault(region, set()).update(re.findall(pattern, lines))
    return found


def written(region: str, digits: str) -> Iterator[str]:
    code = phonenumbers.country_code_for_region(region)
    yield digits
    yield "-".join(digits)
    yield f"+{code}{digits}"
    yield f"+{code} {digits}"
    yield f"+{code} ({' '.join(digits)})"
    yield f"00{code}{digits}"


def test_no_form_of_any_emergency_number_rings(record_property: Record) -> None:
    numbers = emergency_numbers()
    forms = {form for region, those in numbers.items() for digits in those for form in written(region, digits)}
    policy = opened(forms)
    decisions = {form: answer(tts(form), policy) for form in forms}
    refused = {
        form
        for form, made in decisions.items()
        if isinstance(made, Refuse) and ("emergency_number", "refuse") in verdicts(made)
    }

    assert len(numbers) >= 240
    assert forms - refused == set()
    assert len(refused) >= 3_000
    record_property("counted", ("emergency forms refused", len(refused)))


def example_numbers() -> Iterator[phonenumbers.PhoneNumber | None]:
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in PhoneNumberType.values():
            if kind != PhoneNumberType.UNKNOWN:
                yield phonenumbers.example_number_for_type(region, kind)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        yield phonenumbers.example_number_for_non_geo_entity(code)


def test_every_example_number_of_every_region_and_kind_may_ring(record_property: Record) -> None:
    examples = {
        phonenumbers.format_number(one, PhoneNumberFormat.E164): phonenumbers.format_number(
            one, PhoneNumberFormat.INTERNATIONAL
        )
        for one in example_numbers()
        if one is not None
    }
    policy = opened(set(examples))
    accepted = {
        e164
        for e164, spaced in examples.items()
        if (found := examine(spaced)) == examine(e164)
        and isinstance(found, NumberFacts)
        and found.e164 == e164
        and verdicts(answer(tts(spaced), policy)) == {(rule, "pass") for rule in FORM}
    }

    assert set(examples) - accepted == set()
    assert len(accepted) >= 1_000
    record_property("counted", ("example numbers accepted", len(accepted)))
