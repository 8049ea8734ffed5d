"""Events: Sinch's own examples, its spellings, and any other content."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.calls import Party, Price
from sinch_voice_mcp.wire.events import (
    AceEvent,
    DiceEvent,
    EventError,
    IceEvent,
    MachineDetection,
    MenuResult,
    NotifyEvent,
    Pair,
    PieEvent,
    UnknownEvent,
    read_event,
)

KEY = "f00dcafe-abba-c0de-1dea-dabb1ed4caf3"
ICE = (
    '{"event":"ice","callid":"1ce0ffee-ca11-ca11-ca11-abcdef000053","callResourceUrl":"https://calling-use1.api.sinch'
    '.com/calling/v1/calls/id/1ce0ffee-ca11-ca11-ca11-abcdef000053","timestamp":"2024-06-06T17:20:14Z","version":1,'
    '"userRate":{"currencyId":"USD","amount":0.0},"cli":"12015555555","to":{"type":"did","endpoint":"+12017777777"},'
    f'"domain":"pstn","applicationKey":"{KEY}","originationType":"PSTN","rdnis":""}}'
)
ACE = (
    '{"event":"ace","callid":"1ce0ffee-ca11-ca11-ca11-abcdef000043","timestamp":"2024-06-06T17:10:34Z","version":1,'
    f'"custom":"Custom text","applicationKey":"{KEY}"}}'
)
DICE = (
    '{"event":"dice","callid":"1ce0ffee-ca11-ca11-ca11-abcdef000033","timestamp":"2024-06-06T16:59:42Z",'
    '"reason":"MANAGERHANGUP","result":"ANSWERED","version":1,"custom":"Custom text",'
    '"debit":{"currencyId":"EUR","amount":0.0095},"userRate":{"currencyId":"EUR","amount":0.0095},'
    f'"to":{{"type":"number","endpoint":"12017777777"}},"applicationKey":"{KEY}","duration":12,"from":"12015555555"}}'
)
NOTIFY = (
    '{"event":"notify","callid":"33dd8e62-0ac6-4e0c-a89f-36d121f861f9","version":1,"type":"recording_available",'
    '"destination":"azure://sinchsdk/voice-recordings/my-recording.mp3"}'
)
MINIMAL: JsonObject = {"event": "ace", "callid": "a", "timestamp": "2024-06-06T17:20:14Z"}


def test_an_incoming_call_is_read() -> None:
    event = read_event(json.loads(ICE))

    assert isinstance(event, IceEvent)
    assert (event.kind, event.call_id) == ("ice", "1ce0ffee-ca11-ca11-ca11-abcdef000053")
    assert event.at == datetime(2024, 6, 6, 17, 20, 14, tzinfo=UTC)
    assert event.call_resource_url is not None
    assert event.call_resource_url.startswith("https://calling-use1.api.sinch.com/")
    assert (event.cli, event.to) == ("12015555555", Party(type="did", endpoint="+12017777777"))
    assert (event.domain, event.origination_type, event.rdnis, event.custom) == ("pstn", "PSTN", None, None)
    assert (event.user_rate, event.application_key) == (Price(currency_id="USD", amount=0.0), KEY)


def test_an_answered_call_is_read() -> None:
    event = read_event(json.loads(ACE))

    assert isinstance(event, AceEvent)
    assert (event.custom, event.version, event.amd) == ("Custom text", 1, None)


def test_a_call_that_ended_is_read() -> None:
    event = read_event(json.loads(DICE))

    assert isinstance(event, DiceEvent)
    assert (event.reason, event.result, event.duration) == ("MANAGERHANGUP", "ANSWERED", 12)
    assert (event.from_, event.to) == ("12015555555", Party(type="number", endpoint="12017777777"))
    assert event.debit == event.user_rate == Price(currency_id="EUR", amount=0.0095)


def test_a_notification_is_read_without_time_and_application() -> None:
    event = read_event(json.loads(NOTIFY))

    assert isinstance(event, NotifyEvent)
    assert (event.type, event.at, event.application_key) == ("recording_available", None, None)
    assert event.destination == "azure://sinchsdk/voice-recordings/my-recording.mp3"


def test_the_input_of_menus_and_conferences_is_read() -> None:
    result: JsonObject = {
        "menuId": "my room",
        "type": "Sequence",
        "value": 1234,
        "inputMethod": "DTMF",
        "addToContext": [],
    }
    event = read_event(MINIMAL | {"event": "pie", "conferenceId": "my room", "menuResult": result})

    assert isinstance(event, PieEvent)
    assert event.menu_result == MenuResult(menu_id="my room", type="sequence", value="1234", input_method="dtmf")
    assert event.conference_id == "my room"


def test_an_unknown_event_is_kept() -> None:
    event = read_event({"event": "Hologram", "callId": "a", "custom": "token", "beam": [1]})

    assert isinstance(event, UnknownEvent)
    assert (event.kind, event.call_id, event.custom) == ("hologram", "a", "token")


@pytest.mark.parametrize("name", ["callid", "callId"])
@pytest.mark.parametrize("kind", ["ace", "ACE", "Ace"])
def test_every_spelling_of_event_and_call_id_is_read(name: str, kind: str) -> None:
    event = read_event({"event": kind, name: "a"})

    assert isinstance(event, AceEvent)
    assert (event.kind, event.call_id) == ("ace", "a")


def test_enumerated_values_are_read_in_any_letter_case() -> None:
    dice = read_event(MINIMAL | {"event": "DiCE", "reason": "managerHangup", "result": "answered"})
    ice = read_event(
        MINIMAL | {"event": "ICE", "domain": "PSTN", "originationType": "pstn", "to": {"type": "Did", "endpoint": "X"}}
    )
    ace = read_event(MINIMAL | {"amd": {"status": "Machine", "reason": "LongGreeting", "duration": "15"}})

    assert isinstance(dice, DiceEvent)
    assert (dice.reason, dice.result) == ("MANAGERHANGUP", "ANSWERED")
    assert isinstance(ice, IceEvent)
    assert (ice.domain, ice.origination_type, ice.to) == ("pstn", "PSTN", Party(type="did", endpoint="X"))
    assert isinstance(ace, AceEvent)
    assert ace.amd == MachineDetection(status="machine", reason="longgreeting", duration=15)


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        (0.0095, 0.0095),
        ("0.0095", 0.0095),
        (1, 1.0),
        ("nan", None),
        (1e999, None),
        ("x", None),
        ([], None),
        (True, None),
    ],
)
def test_an_amount_is_a_number_or_numeric_text(amount: object, read: float | None) -> None:
    event = read_event(MINIMAL | {"event": "dice", "debit": {"currencyId": "EUR", "amount": amount}})

    assert isinstance(event, DiceEvent)
    assert (None if event.debit is None else event.debit.amount) == read


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-06-06T17:20:14Z", datetime(2024, 6, 6, 17, 20, 14, tzinfo=UTC)),
        ("2024-06-06T17:20:14", datetime(2024, 6, 6, 17, 20, 14, tzinfo=UTC)),
        ("2024-06-06T19:20:14.1234567+02:00", datetime(2024, 6, 6, 17, 20, 14, 123456, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (1717694414, None),
    ],
)
def test_an_instant_is_read_or_absent(text: object, instant: datetime | None) -> None:
    assert read_event(MINIMAL | {"timestamp": text}).at == instant


@pytest.mark.parametrize("value", [True, 1.5e300, "9" * 40, 14045005000, 10**400, "-1", "٣", {}, None, float("nan")])
def test_a_value_that_is_not_a_duration_counts_as_absent(value: object) -> None:
    event = read_event(MINIMAL | {"event": "dice", "duration": value})

    assert isinstance(event, DiceEvent)
    assert event.duration is None


def test_the_valid_cookies_and_headers_are_read() -> None:
    pairs = [{"key": "a", "value": "b"}, {"key": "c"}, {"value": "d"}, "e", {"key": 1, "value": 2}]
    event = read_event(MINIMAL | {"cookies": pairs, "callHeaders": {"a": "b"}})

    assert event.cookies == (Pair(key="a", value="b"), Pair(key="c"), Pair(key="1", value="2"))
    assert event.call_headers == ()


def test_a_value_that_is_not_a_party_counts_as_absent() -> None:
    event = read_event(MINIMAL | {"event": "ice", "to": "+12017777777"})

    assert isinstance(event, IceEvent)
    assert event.to is None


def test_texts_contain_only_what_every_database_can_store() -> None:
    event = read_event(json.loads('{"event":"ace","callid":"a\\u0000b","custom":"c\\ud800d \\ud83d\\ude00"}'))

    assert (event.call_id, event.custom) == ("a\ufffdb", "c\ufffdd 😀")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"callid": "a"}, "has no name"),
        ({"event": "", "callid": "a"}, "has no name"),
        ({"event": ["ace"], "callid": "a"}, "has no name"),
        ({"event": "x" * 65, "callid": "a"}, "has no name"),
        ({"event": "ace"}, "has no call id"),
        ({"event": "ace", "callid": None, "callId": ""}, "has no call id"),
        ({"event": "ace", "callid": "x" * 256}, "has no call id"),
    ],
)
def test_an_event_needs_a_name_and_a_call_id(data: JsonObject, message: str) -> None:
    with pytest.raises(EventError, match=message):
        read_event(data)


def test_a_repeated_event_has_the_same_identity() -> None:
    for text in (ICE, ACE, DICE, NOTIFY):
        data = json.loads(text)
        again = dict(reversed(data.items()))
        assert read_event(data).identity == read_event(again).identity
        assert len(read_event(data).identity) == 64


def test_an_identity_depends_only_on_the_members_that_identify_an_event() -> None:
    base = read_event(MINIMAL).identity

    assert read_event(MINIMAL | {"version": 2, "custom": "x", "event": "ACE"}).identity == base
    assert read_event({**MINIMAL, "identity": "0" * 64, "kind": "ice"}).identity == base


MENU = {"menuId": "main", "type": "sequence", "value": "1"}
DIFFERENT: list[JsonObject] = [
    MINIMAL,
    MINIMAL | {"callid": "b"},
    MINIMAL | {"event": "dice"},
    MINIMAL | {"timestamp": "2024-06-06T17:20:15Z"},
    {"event": "ace", "callid": "a"},
    {"event": "ace", "callid": "a", "custom": "x"},
    MINIMAL | {"event": "pie", "menuResult": MENU},
    MINIMAL | {"event": "pie", "menuResult": MENU | {"menuId": "other"}},
    MINIMAL | {"event": "pie", "menuResult": MENU | {"value": "2"}},
    MINIMAL | {"event": "pie", "menuResult": MENU | {"type": "hangup"}},
    MINIMAL | {"event": "notify", "type": "amd"},
    MINIMAL | {"event": "notify", "type": "amd_beep"},
    MINIMAL | {"event": "notify", "type": "amd", "destination": "x"},
    {"event": "notify", "callid": "a", "type": "recording_available", "destination": "one"},
    {"event": "notify", "callid": "a", "type": "recording_available", "destination": "two"},
    {"event": "notify", "callid": "a", "type": "recording_available", "destination": "two", "errorMsg": "x"},
]


def test_different_events_have_different_identities() -> None:
    assert len({read_event(data).identity for data in DIFFERENT}) == len(DIFFERENT)


PARTS = st.text('a",[]|\\', max_size=4)


@given(st.tuples(PARTS, PARTS), st.tuples(PARTS, PARTS))
def test_the_parts_of_an_identity_are_kept_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    def identity(stamp: str, menu: str) -> str:
        return read_event(MINIMAL | {"event": "pie", "timestamp": f"t{stamp}", "menuResult": {"menuId": menu}}).identity

    assert (identity(*one) == identity(*other)) is (one == other)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "value", "type", "endpoint", "amount", "currencyId", "menuId", "status", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
NAMES = [
    "timestamp", "version", "custom", "applicationKey", "conferenceId", "user", "cookies", "callHeaders", "cli", "to",
    "callResourceUrl", "userRate", "domain", "originationType", "rdnis", "duration", "amd", "menuResult", "reason",
    "result", "debit", "from", "type", "destination", "errorCode", "errorMsg", "identity", "kind", "call_id", "at",
]  # fmt: skip


@given(
    st.sampled_from(["ice", "ace", "pie", "dice", "notify", "other"]),
    st.dictionaries(st.sampled_from(NAMES), VALUES),
)
def test_no_content_makes_reading_fail(kind: str, members: JsonObject) -> None:
    event = read_event({**members, "event": kind, "callid": "a"})

    assert (event.kind, event.call_id) == (kind, "a")
    assert event.at is None or event.at.tzinfo is UTC
    assert (event.custom or "").encode() is not None
