"""A number is masked in whatever form it is written; dates, times, prices and short numbers stay readable."""

import pytest

from sinch_voice_mcp.text.masking import masked, shortened, without_numbers

FULL_WIDTH = {ord("+"): "\uff0b", **{ord(f"{digit}"): chr(0xFF10 + digit) for digit in range(10)}}
WRITTEN = [
    "+14045005000",
    "+1 404 500 5000",
    "+1 (404) 500-5000",
    "(404) 500 5000",
    "404.500.5000",
    "404-500-5000",
    "0014045005000",
    "00 1 404 500 50 00",
    "tel:+1-404-500-5000",
    "sip:14045005000@example.com",
    "%2B14045005000",
    "+14045005000".translate(FULL_WIDTH),
    "١٤٠٤٥٠٠٥٠٠٠",
    "+1\u00a0404\u00a0500\u00a05000",
    "+1\u200b404\u200b500\u202d5000",
    "+1\u2011404\u2011500\u20115000",
    "+1/404/500/5000",
    "+1,404,500,5000",
    "+1 - 404 - 500 - 5000",
    "+1_404_500_5000",
    "1\n404\n500\n5000",
    "call14045005000now",
    "404 500 50 00",
    "500-5000",
    "5005000",
]
READABLE = [
    "on 2026-11-25 at 09:30",
    "2026-11-25T09:00:00Z",
    "2026-11-25T09:00:00.123+01:00",
    "25.11.2026, 25/11/2026 or 11-25-2026",
    "open 09.30 - 17.00",
    "9.30-17.00 and 18:00",
    "USD 1,250,000.00",
    "0.25 a minute, 5.00 a day",
    "call 911, 112 or 1177",
    "error 40000 after 300 s",
    "http://127.0.0.1:8080/callbacks",
    "call 4398599d-1234-4565-9012-123456789012 of 1c01d1ca1c01d1ca1c01d1ca1c01d1ca",
    "5 of 10 in room 12, 3rd floor, 2026",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_number_is_masked_in_any_form(written: str) -> None:
    shown = without_numbers(f"Anna {written}, again {written}.")
    assert shown.startswith("Anna ")
    digits = "".join(str(int(char)) for char in shown if char.isdecimal())
    assert "5005000" not in digits
    # Two numbers with at most seven digits each, and the 2 of %2B.
    assert len(digits) <= 2 * 7 + 2
    assert shown.count("…") == 2


@pytest.mark.parametrize("text", READABLE)
def test_other_figures_stay_readable(text: str) -> None:
    assert without_numbers(text) == text


def test_a_number_beside_a_date_is_masked_and_the_date_is_not() -> None:
    assert without_numbers("2026-11-25 09:30 and +1 404 500 5000.") == "2026-11-25 09:30 and +1404…00."


@pytest.mark.parametrize("number", ["+14045005000", "5005000", "+1404500"])
def test_a_shortened_number_hides_at_least_three_digits(number: str) -> None:
    assert sum(char.isdigit() for char in shortened(number)) <= sum(char.isdigit() for char in number) - 3


def test_all_texts_of_a_value_are_masked() -> None:
    value = {"reason": "+1 404 500 5000", "deep": [{"by": "4045005000"}, 14.5]}
    assert masked(value) == {"reason": "+1404…00", "deep": [{"by": "40450…00"}, 14.5]}


def test_an_identifier_is_masked_only_if_it_is_a_number() -> None:
    kept = {
        "call_id": "1404500500a",
        "subject": "c4ca4238-a0b9-2382-0dcc-509a6f75849b",
        "destinations": ["12345678901234567890123456789012", "deadbeef12345678"],
        "conference": "b5a1404500500044",
        "numbers": ["+1404…00"],
    }
    assert masked(kept) == kept
    for number in ("+14045005000", "14045005000", "1 (404) 500-5000", "tel:+14045005000", 14045005000):
        shown = masked({"call_id": number, "subject": [number]})
        assert "45005" not in str(shown)
        assert "…" in str(shown)


def test_a_json_number_that_may_be_dialed_is_masked() -> None:
    kept = {"at": 1_700, "seconds": 999_999, "cost": 1_234_567.5, "rate": 5_000_000.0, "is": True}
    assert masked(kept) == kept
    given = {"a": 14045005000, "b": [14045005000.0, -4045005000], "d": 4045005, "c": 10**400}
    assert masked(given) == {"a": "14045…00", "b": ["14045…00", "-40450…00"], "d": "40…05", "c": "10000…00"}


def test_a_long_text_of_digits_and_separators_is_masked_in_linear_time() -> None:
    # Backtracking would not end within the time limit of a test.
    assert len(without_numbers("1 " * 200_000 + "x")) < 20
