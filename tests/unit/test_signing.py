"""The application signature: every worked example of Sinch and of this project, in both directions."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.signing import (
    FLAW_CODES,
    Credentials,
    Flaw,
    Message,
    Received,
    authorization,
    basic_authorization,
    callback_timestamp,
    content_md5,
    parse_timestamp,
    raw_path,
    signature,
    string_to_sign,
    timestamp,
    verify,
)
from sinch_voice_mcp.wire.codes import CODES
from tests.unit.signing_examples import C9_BODY, JSON_TYPE, OTHER, PUBLISHED, VECTORS

every_vector = pytest.mark.parametrize(("credentials", "message", "md5", "expected"), VECTORS.values(), ids=[*VECTORS])


def received(credentials: Credentials, message: Message, *, claimed: str | None = None) -> Received:
    """Return the message as it arrives, signed by these credentials or with a claimed signature."""
    proof = claimed or signature(credentials, message)
    return Received(
        method=message.method,
        path=message.path,
        query="",
        authorization=f"application {credentials.key}:{proof}",
        content_type=message.content_type,
        timestamp=message.timestamp,
        body=message.body,
    )


def sent_at(message: Message) -> datetime:
    """Return the instant of a message's timestamp."""
    instant = parse_timestamp(message.timestamp)
    assert instant is not None
    return instant


@every_vector
def test_a_worked_example_is_signed_as_published(
    credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    assert content_md5(message.body) == md5
    assert signature(credentials, message) == expected
    assert authorization(credentials, message) == f"application {credentials.key}:{expected}"


@every_vector
def test_a_worked_example_is_accepted(credentials: Credentials, message: Message, md5: str, expected: str) -> None:
    del md5
    arrived = received(credentials, message, claimed=expected)

    assert verify(arrived, [OTHER, credentials], now=sent_at(message)) is credentials


CHANGES: dict[str, Callable[[Received], Received]] = {
    "body and a space": lambda it: replace(it, body=it.body + b" "),
    "path and a slash": lambda it: replace(it, path=f"{it.path}/"),
    "content type and a parameter": lambda it: replace(it, content_type=f"{it.content_type};x"),
    "content type taken or given": lambda it: replace(it, content_type="" if it.content_type else JSON_TYPE),
    "other method": lambda it: replace(it, method="PUT"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=[*CHANGES])
@every_vector
def test_a_changed_worked_example_is_refused(
    credentials: Credentials, message: Message, md5: str, expected: str, change: Callable[[Received], Received]
) -> None:
    del md5
    changed = change(received(credentials, message, claimed=expected))

    assert verify(changed, [credentials], now=sent_at(message)) == "signature_wrong"


@every_vector
def test_another_timestamp_breaks_the_signature_even_inside_the_tolerance(
    credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    del md5
    later = timestamp(sent_at(message) + timedelta(seconds=1))
    arrived = replace(received(credentials, message, claimed=expected), timestamp=later)

    assert verify(arrived, [credentials], now=sent_at(message)) == "signature_wrong"


@every_vector
def test_another_key_is_unknown_and_another_secret_does_not_fit(
    credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    del md5
    now = sent_at(message)
    arrived = received(credentials, message, claimed=expected)

    assert verify(arrived, [OTHER], now=now) == "key_unknown"
    assert verify(arrived, [Credentials(credentials.key, OTHER.secret)], now=now) == "signature_wrong"
    renamed = replace(arrived, authorization=f"application {OTHER.key}:{expected}")
    assert verify(renamed, [credentials, OTHER], now=now) == "signature_wrong"


@every_vector
def test_a_missing_header_or_a_bearer_token_is_refused_by_name(
    credentials: Credentials, message: Message, md5: str, expected: str
) -> None:
    del md5
    now = sent_at(message)
    arrived = received(credentials, message, claimed=expected)

    assert verify(replace(arrived, authorization=None), [credentials], now=now) == "authorization_missing"
    assert verify(replace(arrived, timestamp=None), [credentials], now=now) == "timestamp_missing"
    bearer = replace(arrived, authorization=f"Bearer {credentials.key}:{expected}")
    assert verify(bearer, [credentials], now=now) == "scheme_unknown"


@pytest.mark.parametrize(
    "header", ["", " ", "application", "application ", "application key", "application :sig", "application key:"]
)
def test_an_authorization_header_without_key_and_signature_counts_as_missing(header: str) -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    arrived = replace(received(PUBLISHED, message), authorization=header)

    assert verify(arrived, [PUBLISHED], now=sent_at(message)) == "authorization_missing"


def test_the_string_to_sign_is_the_published_one() -> None:
    _, message, _, _ = VECTORS["A: callback published by Sinch"]

    assert string_to_sign(message) == (
        "POST\nREWF+X220L4/Gw1spXOU7g==\napplication/json\nx-timestamp:2014-09-24T10:59:41Z\n/sinch/callback/ace"
    )


def test_a_json_body_that_was_parsed_and_serialized_again_is_refused() -> None:
    credentials, message, _, expected = VECTORS["C9: beyond ASCII, and white space in the JSON"]
    arrived = received(credentials, message, claimed=expected)
    rewritten = [json.dumps(json.loads(C9_BODY), ensure_ascii=ascii_only).encode() for ascii_only in (True, False)]

    for body in rewritten:
        assert verify(replace(arrived, body=body), [credentials], now=sent_at(message)) == "signature_wrong"


@pytest.mark.parametrize("signed", ["C6: the decoded path", "C7: the raw path"])
def test_a_path_sent_with_an_escape_may_be_signed_decoded_or_raw(signed: str) -> None:
    credentials, message, _, expected = VECTORS[signed]
    on_the_wire = replace(message, path="/calling/v1/conferences/id/my%20room")

    assert verify(received(credentials, on_the_wire, claimed=expected), [credentials], now=sent_at(message)) is (
        credentials
    )


def test_a_path_may_be_signed_together_with_its_query() -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    with_query = signature(PUBLISHED, replace(message, path=f"{message.path}?a=b%20c"))
    arrived = replace(received(PUBLISHED, message, claimed=with_query), query="a=b%20c")

    assert verify(arrived, [PUBLISHED], now=sent_at(message)) is PUBLISHED
    assert verify(replace(arrived, query="a=b c"), [PUBLISHED], now=sent_at(message)) == "signature_wrong"


def test_a_plus_in_a_path_is_not_a_space() -> None:
    _, message, _, _ = VECTORS["C4: content type with parameter, offset instead of Z"]
    spaced = signature(PUBLISHED, replace(message, path=message.path.replace("+", " ")))

    assert verify(received(PUBLISHED, message, claimed=spaced), [PUBLISHED], now=sent_at(message)) == "signature_wrong"


@pytest.mark.parametrize("scheme", ["application", "Application", "APPLICATION"])
@pytest.mark.parametrize(
    "key",
    [
        "669E367E-6BBA-48AB-AF15-266871C28135",
        "669e367e-6bba-48ab-af15-266871c28135",
        "669E367E6BBA48ABAF15266871C28135",
        "669e367e6bba48abaf15266871c28135",
    ],
)
def test_scheme_and_key_are_compared_without_letter_case_and_dashes(scheme: str, key: str) -> None:
    _, message, _, expected = VECTORS["A: callback published by Sinch"]
    arrived = replace(received(PUBLISHED, message), authorization=f"{scheme} {key}:{expected}")

    assert verify(arrived, [PUBLISHED], now=sent_at(message)) is PUBLISHED


def test_a_signature_is_compared_exactly() -> None:
    _, message, _, expected = VECTORS["A: callback published by Sinch"]
    now = sent_at(message)

    for claimed in (expected.swapcase(), expected.rstrip("="), f"{expected} x", "ü"):
        assert verify(received(PUBLISHED, message, claimed=claimed), [PUBLISHED], now=now) == "signature_wrong"


@pytest.mark.parametrize("direction", [1, -1], ids=["our clock is ahead", "our clock is behind"])
def test_five_minutes_are_tolerated_and_not_a_microsecond_more(direction: int) -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    arrived = received(PUBLISHED, message)
    edge = sent_at(message) + direction * timedelta(minutes=5)
    beyond = edge + direction * timedelta(microseconds=1)

    assert verify(arrived, [PUBLISHED], now=edge) is PUBLISHED
    assert verify(arrived, [PUBLISHED], now=beyond) == "timestamp_outside"
    assert verify(arrived, [PUBLISHED], now=beyond, tolerance=None) is PUBLISHED
    assert verify(arrived, [PUBLISHED], now=beyond, tolerance=timedelta(minutes=6)) is PUBLISHED


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2024-01-19T09:19:28Z", 0),
        ("2024-01-19T09:19:28.937Z", 937_000),
        ("2024-01-19T09:19:28.937219Z", 937_219),
        ("2024-01-19T09:19:28.9372196Z", 937_219),
        ("2024-01-19T09:19:28.937219600Z", 937_219),
        ("2024-01-19T09:19:28.937219+00:00", 937_219),
        ("2024-01-19T10:19:28.937219+01:00", 937_219),
    ],
)
def test_every_timestamp_that_an_official_sdk_sends_is_read(text: str, microseconds: int) -> None:
    assert parse_timestamp(text) == datetime(2024, 1, 19, 9, 19, 28, microseconds, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1705655968",
        "2024-01-19",
        "2024-01-19T09:19:28",
        "2024-01-19T09:19:28z",
        "2024-01-19 09:19:28Z",
        " 2024-01-19T09:19:28Z",
        "2024-01-19T09:19:28Z\n",
        "2024-13-19T09:19:28Z",
        "2024-01-19T09:19:28.Z",
        "2024-01-19T09:19:28.1234567890Z",
        "٢٠٢٤-01-19T09:19:28Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_timestamp_that_is_not_an_instant_counts_as_missing(text: str) -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    arrived = received(PUBLISHED, replace(message, timestamp=text))

    assert parse_timestamp(text) is None
    assert verify(arrived, [PUBLISHED], now=sent_at(message)) == "timestamp_missing"


def test_our_own_timestamps_are_milliseconds_in_utc() -> None:
    assert timestamp(datetime(2024, 1, 19, 9, 19, 28, 937_999, tzinfo=UTC)) == "2024-01-19T09:19:28.937Z"
    assert timestamp(datetime.fromisoformat("2024-01-19T10:19:28+01:00")) == "2024-01-19T09:19:28.000Z"


def test_callback_timestamps_have_seven_digits_in_utc() -> None:
    instant = datetime.fromisoformat("2024-01-19T10:19:28.937219+01:00")

    assert callback_timestamp(instant) == "2024-01-19T09:19:28.9372190Z"
    assert parse_timestamp(callback_timestamp(instant)) == instant


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/id/my%20room", "/id/my%20room"),
        (b"/id/my room?a=/b", "/id/my room"),
        (b"/id/\xe9", "/id/\xe9"),
        (None, "/id/my%20room"),
    ],
)
def test_a_raw_path_is_what_was_sent_or_else_encoded_again(raw: bytes | None, path: str) -> None:
    assert raw_path("/id/my room", raw) == path


def test_every_flaw_has_an_error_code_of_the_platform_with_status_401() -> None:
    assert set(FLAW_CODES) == set(get_args(Flaw))
    assert {code // 100 for code in FLAW_CODES.values()} == {401}
    assert set(FLAW_CODES.values()) <= set(CODES)


def test_basic_sends_the_secret_as_shown_and_is_accepted_where_allowed() -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    header = basic_authorization(PUBLISHED)
    arrived = replace(received(PUBLISHED, message), authorization=header, timestamp=None)
    now = sent_at(message)

    assert base64.b64decode(header.removeprefix("Basic ")).decode() == f"{PUBLISHED.key}:{PUBLISHED.secret}"
    assert verify(arrived, [OTHER, PUBLISHED], now=now) is PUBLISHED
    assert verify(arrived, [PUBLISHED], now=now, accept_basic=False) == "scheme_unknown"
    assert verify(arrived, [OTHER], now=now) == "key_unknown"
    assert verify(arrived, [Credentials(PUBLISHED.key, OTHER.secret)], now=now) == "password_wrong"


@pytest.mark.parametrize(
    "encoded", ["!!!", base64.b64encode(b"no colon").decode(), base64.b64encode(b"\xff:x").decode()]
)
def test_basic_credentials_that_cannot_be_read_count_as_missing(encoded: str) -> None:
    _, message, _, _ = VECTORS["C1: callout"]
    arrived = replace(received(PUBLISHED, message), authorization=f"Basic {encoded}")

    assert verify(arrived, [PUBLISHED], now=sent_at(message)) == "authorization_missing"


@pytest.mark.parametrize("secret", ["app-secret", "BeIukql3pTKJ8RGL5zo0DA", "BeIukql3pTKJ8RGL5zo0DA==\n", "ä", ""])
def test_a_secret_that_is_not_standard_base64_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Credentials("key", secret)

    assert refusal.value.field == "secret"
    assert not secret or secret not in str(refusal.value)


@pytest.mark.parametrize("key", ["", "a:b", "a b", "a\n"])
def test_a_key_that_would_break_the_header_is_refused_at_once(key: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Credentials(key, PUBLISHED.secret)

    assert refusal.value.field == "key"


def test_credentials_never_show_their_secret() -> None:
    assert PUBLISHED.secret not in repr(PUBLISHED)
    assert PUBLISHED.secret not in str(PUBLISHED)


KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1).filter(
    lambda key: key.strip("-") != ""
)
CREDENTIALS = st.builds(
    Credentials, KEYS, st.binary(min_size=1, max_size=64).map(lambda raw: base64.b64encode(raw).decode())
)
INSTANTS = st.integers(0, 4_102_444_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, tz=UTC))
MESSAGES = st.builds(
    Message,
    method=st.sampled_from(["GET", "post", "PATCH", "DELETE"]),
    path=st.text(st.characters(exclude_categories=())).map(lambda text: f"/{text}"),
    content_type=st.text(),
    timestamp=INSTANTS.map(timestamp),
    body=st.binary(),
)


@given(CREDENTIALS, MESSAGES)
def test_every_signed_message_can_be_verified(credentials: Credentials, message: Message) -> None:
    assert verify(received(credentials, message), [credentials], now=sent_at(message)) is credentials


@given(CREDENTIALS, MESSAGES, st.data())
def test_one_changed_byte_of_the_body_is_refused(
    credentials: Credentials, message: Message, data: st.DataObject
) -> None:
    body = bytearray(message.body or b"{}")
    message = replace(message, body=bytes(body))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    changed = replace(received(credentials, message), body=bytes(body))

    assert verify(changed, [credentials], now=sent_at(message)) == "signature_wrong"


@given(MESSAGES, st.text(), st.text())
def test_no_header_makes_verification_raise(message: Message, header: str, stamp: str) -> None:
    arrived = replace(received(PUBLISHED, message), authorization=f"application {header}", timestamp=stamp)

    assert isinstance(verify(arrived, [PUBLISHED], now=sent_at(message)), str)
