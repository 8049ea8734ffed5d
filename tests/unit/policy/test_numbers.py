import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonemetadata import PhoneMetadata

from sinch_voice_mcp.errors import InvalidInputError
from sinch_voice_mcp.policy import FICTIONAL, describe_number
from sinch_voice_mcp.policy.fictional import fictional_range
from sinch_voice_mcp.policy.numbers import Fault, NumberFacts, caller_id, examine

FILM_NUMBERS = (
    "+12125550123",
    "+18765550199",
    "+447700900999",
    "+441632960000",
    "+442079460018",
    "+448081570100",
    "+449098790100",
    "+443069990100",
    "+61255501234",
    "+61870101234",
    "+61491570006",
    "+61491570110",
    "+61491570156",
    "+61491570159",
)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("911", "emergency_number"),
        ("112", "emergency_number"),
        (" 9-1-1 ", "emergency_number"),
        ("+1911", "emergency_number"),
        ("+44 999", "emergency_number"),
        ("+44 (0) 999", "emergency_number"),
        ("0044 999", "emergency_number"),
        ("1 (911)", "emergency_number"),
        ("+1 911 555 1234", "emergency_number"),
        ("+46 118 118", "short_number"),
        ("+1404", "e164_number"),
        ("4045005000", "e164_number"),
        ("hello", "e164_number"),
        ("", "e164_number"),
        ("00146701234567", "e164_number"),
        ("+999999999", "e164_number"),
        ("+1 404 500 5000;ext=5", "e164_number"),
        ("tel:+14045005000", "e164_number"),
        ("+1-800-FLOWERS", "e164_number"),
        ("+14045005000,,911", "e164_number"),
        ("+14045005000\n+1911", "e164_number"),
        ("+1+4045005000", "e164_number"),
        ("\uff0b14045005000", "e164_number"),
        ("+1404500500\uff10", "e164_number"),
        ("+" + "1" * 400, "e164_number"),
        ("+", "e164_number"),
    ],
)
def test_a_text_that_must_not_be_called_is_a_fault_of_its_rule(written: str, kind: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("00146701234567", "a + instead of 00"),
        ("4045005000", "Add a plus and the country calling code"),
        ("911", "from their own phone"),
        ("hello", "Ask the user"),
        ("+1404", "Ask the user"),
    ],
)
def test_a_fault_has_a_next_step(written: str, hint: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert hint in found.next_step


@pytest.mark.parametrize(
    ("written", "e164", "region", "kind"),
    [
        ("+1 (404) 500-5000", "+14045005000", "US", "fixed_or_mobile"),
        ("  +46.70.174.06.05 ", "+46701740605", "SE", "mobile"),
        ("+44 (0) 20 7946 0018", "+442079460018", "GB", "fixed"),
        ("+1 876 550 1234", "+18765501234", "JM", "mobile"),
        ("+19005551234", "+19005551234", "US", "premium"),
        ("+881612345678", "+881612345678", "001", "mobile"),
        ("+447700900123", "+447700900123", "GB", "mobile"),
        ("+441632960123", "+441632960123", "GB", "fixed"),
    ],
)
def test_a_number_is_described_by_numbering_metadata(written: str, e164: str, region: str, kind: str) -> None:
    facts = describe_number(written)

    assert (facts.e164, facts.region, facts.type) == (e164, region, kind)


def test_describing_an_impossible_number_names_the_reason() -> None:
    with pytest.raises(InvalidInputError, match="too short for a number with calling code"):
        describe_number("+1404")


@pytest.mark.parametrize("number", FILM_NUMBERS)
def test_numbers_of_films_are_fictional(number: str) -> None:
    assert describe_number(number).fictional


@pytest.mark.parametrize("number", ["+12125550200", "+12125559912", "+442079461234", "+447700800123", "+61491570160"])
def test_numbers_next_to_fictional_ranges_are_not_fictional(number: str) -> None:
    found = examine(number)

    assert isinstance(found, Fault) or not found.fictional


def test_every_fictional_range_has_a_sample() -> None:
    seen = {one.title for number in FILM_NUMBERS if (one := fictional_range(number)) is not None}

    assert seen == {one.title for one in FICTIONAL}


def is_refused_as_emergency(written: str) -> bool:
    found = examine(written)
    return isinstance(found, Fault) and found.kind == "emergency_number" and "own phone" in found.next_step


def emergency_numbers() -> set[tuple[str, str]]:
    """Every emergency number of every region, by the patterns of its metadata."""
    found: set[tuple[str, str]] = set()
    for length in range(2, 7):
        lines = "\n".join(f"{number:0{length}d}" for number in range(10**length))
        for region in phonenumbers.SUPPORTED_SHORT_REGIONS:
            metadata = PhoneMetadata.short_metadata_for_region(region)
            emergency = metadata and metadata.emergency
            if emergency and length in emergency.possible_length:
                pattern = rf"(?m)^(?:{emergency.national_number_pattern})$"
                found |= {(region, digits) for digits in re.findall(pattern, lines)}
    return found


def test_every_form_of_every_emergency_number_is_refused() -> None:
    numbers = emergency_numbers()
    passed: list[str] = []
    for region, digits in numbers:
        code = phonenumbers.country_code_for_region(region)
        spaced = " ".join(digits)
        forms = (digits, f"+{code}{digits}", f"+{code} {spaced}", "-".join(digits), f"00{code}{digits}")
        passed += [form for form in forms if not is_refused_as_emergency(form)]

    assert len(numbers) > 800
    assert passed == []


def test_no_valid_example_number_of_any_region_is_a_fault() -> None:
    kinds = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]
    regional = [
        phonenumbers.example_number_for_type(region, kind)
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in kinds
    ]
    global_ones = [
        phonenumbers.example_number_for_non_geo_entity(code) for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    examples = {
        phonenumbers.format_number(number, form)
        for number in (*regional, *global_ones)
        if number is not None
        for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL)
    }
    faults = [text for text in examples if isinstance(examine(text), Fault)]

    assert len(examples) > 1_900
    assert faults == []


@given(st.text(alphabet="+0123456789 ()-.;*#wWxp\uff11\u0661\u200b", max_size=24))
def test_a_described_number_is_in_e164_form_and_describes_itself(text: str) -> None:
    found = examine(text)

    if isinstance(found, NumberFacts):
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", found.e164, re.ASCII)
        assert examine(found.e164) == found


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("+44 (0) 20 7946 0018", "+442079460018"),
        ("+1 415 111 222 3333", "+14151112223333"),
        (" private ", "private"),
        ("14155550100", "14155550100"),
    ],
)
def test_a_caller_id_with_a_plus_is_sent_in_e164_form(written: str, sent: str) -> None:
    assert caller_id(written) == sent


@pytest.mark.parametrize("written", ["+44 999 123 4567", "+1 112 555 0100", "+1 911 555 1234"])
def test_a_long_number_that_begins_like_an_emergency_number_counts_as_a_typing_error(written: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert found.kind == "emergency_number"
    assert "begins like an emergency number" in found.message
    assert "typing error" in found.message
    assert found.next_step == "Check the number with the user; never guess one."


@pytest.mark.parametrize("written", ["411", "116117", "988", "+1411", "+1 988"])
def test_the_fault_of_a_short_code_asks_for_the_complete_number(written: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert found.kind == "short_number"
    assert "short code that works inside one network only" in found.message
    assert found.next_step.startswith("Ask the user for the complete number")


@pytest.mark.parametrize("separator", ["\u00a0", "\u202f", "\u2009", "\u2010", "\u2011", "\u2013"])
def test_separators_of_word_processors_are_accepted(separator: str) -> None:
    written = separator.join(("+1", "404", "500", "5000"))

    assert describe_number(written).e164 == "+14045005000"
    assert caller_id(written) == "+14045005000"
    assert caller_id(separator.join(("+1", "415", "111", "222", "3333"))) == "+14151112223333"


def test_other_separators_and_digits_are_faults() -> None:
    assert isinstance(examine("+1\u3000404 500 5000"), Fault)
    assert isinstance(examine("+1\u2014404 500 5000"), Fault)
    assert isinstance(examine("+1\u00a0404 500 500\u0660"), Fault)


def test_a_caller_id_that_is_no_number_keeps_its_characters() -> None:
    assert caller_id(" a\u2013b ") == "a\u2013b"
