"""The names of what happens at numbers: stable, complete, and helpful when misspelled."""

import re

import pytest

from sinch_voice_mcp.sandbox.destinations import DESTINATIONS, Destination
from sinch_voice_mcp.sandbox.engine.profiles import (
    FICTIONAL,
    PROFILE_NAMES,
    UnknownProfileError,
    profile_named,
    profile_of,
)


def test_every_fictional_number_has_a_name_of_its_own() -> None:
    assert len(set(PROFILE_NAMES)) == len(PROFILE_NAMES) == len(FICTIONAL) == len(DESTINATIONS)
    assert all(re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", name) for name in PROFILE_NAMES)


@pytest.mark.parametrize("row", DESTINATIONS, ids=lambda row: row.name)
def test_a_name_means_what_happens_at_its_number(row: Destination) -> None:
    assert profile_named(row.name) is profile_of(row.number)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bussy", "did you mean `busy`?"),
        ("reject-40001", "did you mean `rejects-40001`?"),
        ("xyz", "such as `answ"),
    ],
)
def test_an_unknown_name_is_an_error_that_suggests_a_name(name: str, hint: str) -> None:
    with pytest.raises(UnknownProfileError, match=f"there is no `{name}`") as unknown:
        profile_named(name)
    assert hint in str(unknown.value)
