"""Numbers that people write with a digit too few or too many, in a form that was given up, or with invisible marks."""

from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from sinch_voice_mcp.policy import Policy, describe_number
from sinch_voice_mcp.policy.numbers import Fault, caller_id, examine
from sinch_voice_mcp.policy.retired import retired_form
from tests.unit.policy.decisions import OWN, allowed, refused, tts

NEW = "+14362342345"
"""In an area code that is newer than numbering metadata."""


def examples() -> Iterator[str]:
    """The example numbers of every region and kind, in E.164 form."""
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in PhoneNumberType.values():
            number = phonenumbers.example_number_for_type(region, kind)
            if kind != PhoneNumberType.UNKNOWN and number is not None:
                yield phonenumbers.format_number(number, PhoneNumberFormat.E164)


EXAMPLES = sorted(set(examples()))


def is_emergency(written: str) -> bool:
    found = examine(written)
    return isinstance(found, Fault) and found.kind == "emergency_number"


def test_a_digit_too_few_or_too_many_is_no_emergency_in_any_region() -> None:
    changed = {form for number in EXAMPLES for form in (number[:-1], *(f"{number}{digit}" for digit in "059"))}

    assert len(changed) > 3_500
    assert {form for form in changed if is_emergency(form)} == set()


@pytest.mark.parametrize("written", ["+54 9 11 2345 678", "+91 11 2345 678"])
def test_the_fault_of_a_missing_digit_names_it(written: str) -> None:
    found = examine(written)

    assert isinstance(found, Fault)
    assert found.kind == "e164_number"
    assert "with one more digit it would be" in found.message


@pytest.mark.parametrize("written", ["+1911", "+191155", "+1 911 555 1234", "+44 999 123 4567"])
def test_an_emergency_number_and_what_only_begins_like_one_stay_emergencies(written: str) -> None:
    assert is_emergency(written)


RETIRED = [
    ("+52 1 222 123 4567", "+522221234567"),
    ("+225 01 23 45 67", "+2250101234567"),
    ("+225 05 23 45 67", "+2250505234567"),
    ("+225 07 23 45 67", "+2250707234567"),
    ("+225 20 23 45 67", "+2252720234567"),
    ("+229 97 12 34 56", "+2290197123456"),
    ("+386 43 201 234", "+38343201234"),
    ("+377 44 123 456", "+38344123456"),
    ("+55 11 8765 4321", "+5511987654321"),
    ("+57 1 234 5678", "+576012345678"),
    ("+56 2 234 5678", "+56222345678"),
    ("+84 162 123 4567", "+84321234567"),
    ("+84 120 123 4567", "+84701234567"),
    ("+44 171 234 5678", "+442072345678"),
    ("+44 181 234 5678", "+442082345678"),
    ("+599 543 1234", "+17215431234"),
]


@pytest.mark.parametrize(("written", "now"), RETIRED)
def test_a_form_that_was_given_up_is_refused_with_the_number_of_today(written: str, now: str) -> None:
    refusal = refused(tts(written), Policy(allowed_regions=frozenset({"*"})))

    assert refusal.rule == "e164_number"
    assert f"It is {now} now." in refusal.message
    assert now in refusal.next_step
    assert describe_number(now).e164 == now


def test_a_form_that_rings_as_it_is_written_is_not_given_up() -> None:
    assert {number for number in EXAMPLES if retired_form(number[1:]) is not None} == set()
    assert describe_number("+54 11 15 2345 6789").e164 == "+5491123456789"


def test_a_number_of_the_old_operator_can_be_listed_if_it_still_rings() -> None:
    policy = Policy(allowed_numbers=frozenset({"+38643201234"}))

    assert allowed(tts("+386 43 201 234"), policy)


MARKS = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x2060, 0x00AD, 0x061C]


@pytest.mark.parametrize("mark", [chr(code) for code in MARKS], ids=[f"U+{code:04X}" for code in MARKS])
def test_marks_without_a_shape_are_dropped_like_blanks(mark: str) -> None:
    for written in (f"{mark}+14045005000{mark}", f"+1{mark}404 500{mark} 5000"):
        assert describe_number(written).e164 == "+14045005000"
    assert caller_id(f"{mark}{OWN}{mark}") == OWN
    assert is_emergency(f"9{mark}1{mark}1")
    assert Policy(denied_prefixes=(f"{mark}+1{mark}900",)).denied_prefixes == ("+1900",)


@pytest.mark.parametrize("char", ["\u0660", "\uff11", "\u3164", "\U000e0031", "\u2800", "\n", "\x00", "\u180e"])
def test_other_characters_in_a_number_stay_faults(char: str) -> None:
    assert isinstance(examine(f"+1404{char}5005000"), Fault)


def test_a_number_that_is_newer_than_metadata_is_refused_with_what_the_owner_can_do() -> None:
    refusal = refused(tts(NEW))

    assert refusal.rule == "e164_number"
    assert "is newer than this server's list of ranges" in refusal.next_step
    assert "`phonenumbers`" in refusal.next_step
    assert "SINCH_VOICE_ALLOWED_NUMBERS" in refusal.how_to_change


@pytest.mark.parametrize("setting", ["allowed_numbers", "trusted_numbers"])
@pytest.mark.parametrize("number", [NEW, "+18612342345"])
def test_a_listed_number_rings_although_metadata_does_not_know_its_range(setting: str, number: str) -> None:
    policy = Policy.model_validate({setting: [f"{number[:2]} ({number[2:5]}) {number[5:]}"]})

    decision = allowed(tts(f"{number[:2]} {number[2:]}"), policy)

    assert decision.request == tts(number)
    assert refused(tts(f"{number[:-1]}6"), policy).rule == "e164_number"


@pytest.mark.parametrize("number", ["+1436234234", "+1436234234567", "+1911", "+19112342345", "+4612", "911"])
@pytest.mark.parametrize("setting", ["allowed_numbers", "trusted_numbers"])
def test_a_number_of_a_wrong_length_and_an_emergency_number_cannot_be_listed(setting: str, number: str) -> None:
    with pytest.raises(ValueError, match=r"length|long|short|emergency"):
        Policy.model_validate({setting: [number]})


def test_a_listed_number_that_is_only_trusted_keeps_to_regions_and_to_fictional_numbers() -> None:
    policy = Policy(trusted_numbers=frozenset({NEW, "+14365550100"}), allowed_regions=frozenset({"SE"}))

    assert refused(tts(NEW), policy).rule == "number_region"
    assert refused(tts("+14365550100"), policy).rule == "fictional_number"


@pytest.mark.parametrize("number", ["+12129761234", "+14045551212", "+14169761234", "+18765551212"])
def test_pay_per_call_exchanges_and_directory_assistance_are_premium(number: str) -> None:
    policy = Policy(allowed_regions=frozenset({"*"}))

    refusal = refused(tts(number), policy)

    assert (refusal.rule, refusal.value) == ("number_type", f"{number} (premium)")
    assert allowed(tts(number), policy.model_copy(update={"allowed_numbers": frozenset({number})}))


@pytest.mark.parametrize("number", ["+18005551212", "+14045551213", "+14049751234", "+19762342345"])
def test_numbers_next_to_them_are_not(number: str) -> None:
    found = examine(number)

    assert isinstance(found, Fault) or found.type != "premium"


def test_the_premium_exchange_of_an_area_code_that_is_newer_than_metadata_is_premium_too() -> None:
    policy = Policy(trusted_numbers=frozenset({"+14369761234"}))

    assert refused(tts("+14369761234"), policy).rule == "number_type"
