"""Values that several layers write in one form."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sinch_voice_mcp.types import iso_seconds


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime(2026, 1, 31, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1))), "2026-01-31T12:00:00Z"),
    ],
)
def test_an_instant_has_four_digits_of_its_year_and_whole_seconds_in_utc(instant: datetime, text: str) -> None:
    assert iso_seconds(instant) == text
