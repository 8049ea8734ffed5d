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
    "1\uff0d404\uff0d500\uff0d5000",
    "\uff0b\uff11\uff0d\uff14\uff10\uff14\uff0d\uff15\uff10\uff10\uff0d\uff15\uff10\uff10\uff10",
    "+1\u30fb404\u30fb500\u30fb5000",
    "1\u2022404\u2022500\u20225000",
    "1\u2015404\u2015500\u20155000",
    "+1\uff08404\uff09500-5000",
    "1\u3010404\u3011500\u30fc5000",
    "1,404,500,5000",
    "1:404:500:5000",
    "1\u2019404\u2019500\u20195000",
    "+1%20404%20500%205000",
    "1%20%28404%29%20500%2D5000",
    "1&nbsp;404&nbsp;500&nbsp;5000",
    *(f"1{unseen}404{unseen}500{unseen}5000" for unseen in "\u180e\u2800\u3164\ufe0f\u034f\u2062\U000e0020"),
    "".join(f"{digit}\ufe0f\u20e3" for digit in "14045005000"),
    "\u2460\u2463\u24ea\u2463\u2464\u24ea\u24ea\u2464\u24ea\u24ea\u24ea",
    "\U0001d7cf\U0001d7d2\U0001d7ce\U0001d7d2\U0001d7d3\U0001d7ce\U0001d7ce\U0001d7d3\U0001d7ce\U0001d7ce\U0001d7ce",
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
    "10:30:00, 12:45:30 and 07:15:00.123",
    "1,234,567 of 12,345,678; 1'250'000 francs",
    "\uff11\uff10\u300120\u300130\u300140\u300150",
    "\uff11\uff10\uff1a\uff13\uff10\u301c12:45, room \uff15",
    "\u00a51,250,000\uff08about 8,000\uff09",
    "codes 100,200,300,400 and 404:500",
    "+1404\u202600, 40450\u202600 or +4670\u202605",
    "100%25 of 20%20 and 7%",
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
