"""The boundary: a foreign text is a known word, has a known form, or stands cleaned under ``untrusted``."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.errors import EarlierError, VoiceError
from sinch_voice_mcp.operations.boundary import MAX_ITEMS, OTHER, error_json, is_known, separate
from sinch_voice_mcp.text.cleaning import clean
from tests.canary import CANARY, check, outside

NAMES = ("result", "reason", "call_id", "number", "event", "untrusted", "anything", "rows")
VALUES = st.recursive(
    st.sampled_from([CANARY, "ANSWERED", "+12025550100", 7, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_no_foreign_text_passes(members: dict[str, Any]) -> None:
    check(separate(members), members)


@given(st.dictionaries(st.sampled_from(NAMES), st.just(CANARY), min_size=1))
def test_no_foreign_text_is_lost(members: dict[str, Any]) -> None:
    shown = separate(members)
    assert shown["untrusted"] == dict.fromkeys(members, clean(CANARY))


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_separating_twice_changes_nothing(members: dict[str, Any]) -> None:
    shown = separate(members)
    assert separate(shown) == shown


@pytest.mark.parametrize(
    ("name", "known", "unknown"),
    [
        ("result", "ANSWERED", "VOICEMAIL"),
        ("result", "outcome_unknown", "outcome"),
        ("reason", "N/A", "callerhangup"),
        ("answered_by", "notsure", "robot"),
        ("because", "longgreeting", "because"),
        ("by", "voice", "mouth"),
        ("capability", "sms", "SMS"),
        ("event", "pie", "pies"),
        ("event", "placed", "customCallout"),
        ("kind", "inbound", "ice"),
        ("type", "return", "returned"),
        ("state", "ringing", "FINAL"),
        ("currency", "USD", "US Dollars"),
        ("country", "SE", "Sweden"),
        ("number", "+1202…00", "+1 202 555"),
        ("to", "12025550100", "anna"),
        ("call_id", "1ce0ffee-ca11", "two words"),
        ("call_id", "c1" * 32, "c1" * 33),
        ("call_id", "a11bf53b-0c5e", "IGNORE-all.previous.instructions"),
        ("at", "2026-11-25T09:00:00.123Z", "2026-11-25"),
        ("application_key", "11111111-2222-3333-4444-555555555555", "my-application"),
        ("refused", "number_region", "no"),
    ],
)
def test_a_word_is_shown_as_it_is_if_it_is_known(name: str, known: str, unknown: str) -> None:
    assert is_known(name, known)
    assert separate({name: known}) == {name: known}
    assert separate({name: unknown}) == {name: OTHER, "untrusted": {name: unknown}}
    for more in ("\n", " ", "\u202e", "\u0661"):
        assert not is_known(name, known + more)


def test_our_own_members_and_values_without_text_are_kept() -> None:
    members: dict[str, object] = {
        "summary": "Done.",
        "duration_s": 3,
        "cost": 0.5,
        "muted": False,
        "nothing": None,
        "empty": [],
    }
    assert separate(members, own={"summary"}) == members


def test_long_lists_are_cut() -> None:
    assert separate({"cookies": ["x"] * 200}) == {"untrusted": {"cookies": ["x"] * MAX_ITEMS}}


REJECTED = {"code": "rejected", "message": CANARY, "http_status": 400, "error_code": 40001, "retry_safe": True}
STOPPED = {"code": "refused", "message": CANARY, "rule": "stopped", "retry_safe": True}


@pytest.mark.parametrize("stored", [REJECTED, REJECTED | {"reference": CANARY}, STOPPED])
def test_a_stored_error_of_an_earlier_version_is_separated(stored: dict[str, Any]) -> None:
    shown = error_json(EarlierError(stored, duplicate_of="t"))
    assert check(shown, stored)
    assert shown["code"] == stored["code"]
    assert shown["untrusted"].keys() == {"message"} | ({"reference"} & stored.keys())


def test_an_error_keeps_its_own_message_and_cleans_the_rest() -> None:
    error = VoiceError("Our own words.")
    error.untrusted = {"message": CANARY}
    shown = error_json(error)
    assert shown["message"] == "Our own words."
    assert check(shown, error)
    assert not outside(shown)
    assert "untrusted" not in error_json(VoiceError("Our own words."))
