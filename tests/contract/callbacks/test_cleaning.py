"""What a caller controls in an event: all of it is found, and cleaned of invisible characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.policy.cleaning import untrusted
from sinch_voice_mcp.text.cleaning import MAX_CLEAN_CHARS, clean
from sinch_voice_mcp.text.invisible import first_hidden
from sinch_voice_mcp.types import JsonObject, is_list
from sinch_voice_mcp.wire.events import read_event

COMMON: JsonObject = {
    "callid": "a",
    "timestamp": "2024-06-06T17:20:14Z",
    "custom": "my custom",
    "user": "my user",
    "conferenceId": "my room",
    "cookies": [{"key": "my cookie", "value": "its value"}],
    "callHeaders": [{"key": "X-Mine", "value": "my header"}],
}
CLEANED = {
    "custom": "my custom",
    "user": "my user",
    "conference_id": "my room",
    "cookies": [{"key": "my cookie", "value": "its value"}],
    "call_headers": [{"key": "X-Mine", "value": "my header"}],
}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        (
            {"event": "ice", "cli": "private", "rdnis": "+12", "to": {"type": "sip", "endpoint": "x@y"}},
            {"cli": "private", "rdnis": "+12", "to": "x@y"},
        ),
        ({"event": "ace", "amd": {"status": "human"}}, {}),
        (
            {"event": "pie", "menuResult": {"menuId": "main", "value": "please"}},
            {"menu_id": "main", "input": "please"},
        ),
        ({"event": "pie"}, {}),
        ({"event": "dice", "from": "1202", "to": {"endpoint": "1203"}}, {"from": "1202", "to": "1203"}),
        (
            {"event": "notify", "type": "T", "destination": "s3://x", "errorMsg": "no"},
            {"type": "t", "destination": "s3://x", "error_msg": "no"},
        ),
        ({"event": "Hologram"}, {"kind": "hologram"}),
    ],
)
def test_everything_that_a_caller_controls_is_included(members: JsonObject, found: JsonObject) -> None:
    assert untrusted(read_event(COMMON | members)) == CLEANED | found


def test_absent_members_are_left_out() -> None:
    assert untrusted(read_event({"event": "ice", "callid": "a"})) == {}


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Zażółć ☎ 你好", "Zażółć ☎ 你好"),
        ("a\u202eb\u2066c\u200bd\ufeffe\x00f\x1b[31mg", "abcdef[31mg"),
        ("one\r\ntwo\tthree", "one  two three"),
        ("\U000e0041\U000e0042x", "x"),
        ("x" * 501, "x" * 500),
        ("ü" * 501, "ü" * 500),
        ("\u200b" * 1000 + "x", "x"),
        ("\u200b" * 100_000, ""),
    ],
)
def test_invisible_characters_are_removed_and_the_rest_is_cut(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_at_most_50_headers_and_cookies_are_kept() -> None:
    pairs = [{"key": f"k{at}", "value": "v"} for at in range(1000)]
    found = untrusted(read_event({"event": "ace", "callid": "a", "cookies": pairs, "callHeaders": pairs}))

    cookies, headers = found["cookies"], found["call_headers"]
    assert is_list(cookies)
    assert is_list(headers)
    assert (len(cookies), len(headers)) == (50, 50)


@given(st.text(st.characters(exclude_categories=()), max_size=1200))
def test_a_cleaned_text_is_short_visible_and_can_be_sent(text: str) -> None:
    found = clean(text)

    assert len(found) <= MAX_CLEAN_CHARS
    assert first_hidden(found) is None
    assert not set(found) & set("\r\n\t")
    # Nothing that UTF-8 cannot carry.
    assert found.encode().decode() == found
