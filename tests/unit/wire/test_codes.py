"""The platform's error codes and the status of a success."""

import pytest

from sinch_voice_mcp.wire.codes import CODES, is_success


def test_every_error_code_is_an_error_status_with_words_for_both_uses() -> None:
    for number, code in CODES.items():
        assert 400 <= number // 100 <= 599
        assert code.message[0].isupper()
        assert not code.message.endswith(".")
        assert code.meaning
        assert not code.meaning.endswith(".")


@pytest.mark.parametrize(
    ("status", "succeeds"), [(199, False), (200, True), (204, True), (299, True), (300, False), (503, False)]
)
def test_a_status_is_a_success_from_200_to_299(status: int, *, succeeds: bool) -> None:
    assert is_success(status) is succeeds
