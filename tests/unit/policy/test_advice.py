"""The next step of a refusal fits the failure at hand."""

import re

import pytest
from hypothesis import given, settings

from sinch_voice_mcp.policy import Facts, Policy, Refuse
from sinch_voice_mcp.policy.refusal import NO_SWITCH, TELL_THE_USER, UNCHANGED
from sinch_voice_mcp.svaml import (
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    Document,
    Hangup,
    PlayFiles,
    RecordingOptions,
    SipDestination,
    StartRecording,
    UserDestination,
)
from sinch_voice_mcp.text.quoting import sentence
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import CustomCalloutRequest, TtsCalloutRequest
from tests.unit.policy.decisions import FACTS, OWN, REAL, allowed, answer, custom, refused, tts
from tests.unit.policy.samples import payloads

OPEN = Policy(
    allow_sip=True,
    sip_hosts=frozenset({"example.com", "*.example.com"}),
    allow_in_app=True,
    allow_streams=True,
    allow_recording=True,
    recording_destinations=frozenset({"s3://calls/"}),
    media_hosts=frozenset({"cdn.example.com"}),
    callback_hosts=frozenset({"cdn.example.com"}),
)


def playing(item: str) -> Payload:
    return Document(instructions=(PlayFiles(ids=(item,)),), action=Hangup())


def speaking(ssml: str) -> Payload:
    return tts(text=None, prompts=f"#ssml[{ssml}]")


def recording(url: str | None) -> Payload:
    options = RecordingOptions(destination_url=url)
    return Document(instructions=(StartRecording(options=options),), action=Hangup())


def to_sip(address: str) -> Payload:
    return Document(action=ConnectSip(destination=SipDestination(endpoint=address)))


def to_user(name: str) -> Payload:
    return Document(action=ConnectMxp(destination=UserDestination(endpoint=name)))


def to_stream(url: str) -> Payload:
    return custom(ice={"action": {"name": "connectStream", "destination": {"type": "Websocket", "endpoint": url}}})


MISTAKES: list[tuple[str, Payload]] = [
    ("hello", tts("hello")),
    ("form of the caller id", tts(cli="14155550100")),
    ("zero width", tts(text="a\u200bb")),
    ("prompt tag", tts(text="#href[x")),
    ("empty", tts(text=" ")),
    ("malformed XML", speaking("<speak>")),
    ("wrong root", speaking("<say>Hi.</say>")),
    ("hidden in SSML", speaking("<speak>a\u200bb</speak>")),
    ("tag in SSML", speaking("<speak>&#35;href&#91;x</speak>")),
    ("tones", tts(dtmf="1-2")),
    ("prompt syntax", playing("#tts[Hi] welcome")),
    ("scheme", playing("http://cdn.example.com/a.mp3")),
    ("user information", playing("https://me@cdn.example.com/a.mp3")),
    ("port", playing("https://cdn.example.com:8443/a.mp3")),
    ("IP literal", playing("https://127.0.0.1/a.mp3")),
    ("relative", playing("/a.mp3")),
    ("file id", playing("caf\u00e9")),
    ("callback scheme", custom(ace="http://cdn.example.com/ace")),
    ("stream scheme", to_stream("ws://cdn.example.com/")),
    ("SIP address", to_sip("alice")),
    ("place of a recording", recording(None)),
    ("form of a recording's place", recording("https://calls/")),
    ("member", custom(ice={"action": {"name": "hangup"}, "x": 1})),
    ("unreadable", custom(ace="{")),
    ("number", Document(action=ConnectPstn(cli=OWN))),
]


@pytest.mark.parametrize("request_", [one for _, one in MISTAKES], ids=[name for name, _ in MISTAKES])
def test_a_malformed_value_is_to_be_corrected_and_no_setting_allows_it(request_: Payload) -> None:
    refusal = refused(request_, OPEN)

    assert refusal.how_to_change == NO_SWITCH
    assert not refusal.next_step.startswith(TELL_THE_USER)
    assert refusal.next_step.endswith(UNCHANGED)


PROHIBITED: list[tuple[Payload, Policy, str]] = [
    (tts("+19005551234"), Policy(), "SINCH_VOICE_ALLOWED_NUMBER_TYPES or SINCH_VOICE_ALLOWED_NUMBERS"),
    (tts("+441214960123"), Policy(), "SINCH_VOICE_ALLOWED_REGIONS or SINCH_VOICE_ALLOWED_NUMBERS"),
    (tts("+881612345678"), Policy(), "SINCH_VOICE_ALLOWED_NUMBERS"),
    (tts(), Policy(denied_prefixes=("+1404",)), "SINCH_VOICE_DENIED_PREFIXES"),
    (playing("https://evil.test/a.mp3"), Policy(), "SINCH_VOICE_MEDIA_HOSTS"),
    (playing("https://evil.test/a.mp3"), OPEN, "SINCH_VOICE_MEDIA_HOSTS"),
    (custom(ace="https://evil.test/ace"), Policy(), "SINCH_VOICE_CALLBACK_HOSTS"),
    (to_stream("wss://evil.test/"), OPEN, "SINCH_VOICE_CALLBACK_HOSTS"),
    (to_stream("wss://evil.test/"), Policy(), "SINCH_VOICE_ALLOW_STREAMS and SINCH_VOICE_CALLBACK_HOSTS"),
    (to_sip("alice@example.com"), Policy(), "SINCH_VOICE_ALLOW_SIP and SINCH_VOICE_SIP_HOSTS"),
    (to_user("alice"), Policy(), "SINCH_VOICE_ALLOW_IN_APP"),
    (recording("s3://other/"), OPEN, "SINCH_VOICE_RECORDING_DESTINATIONS"),
    (recording("s3://other/"), Policy(allow_recording=True), "SINCH_VOICE_RECORDING_DESTINATIONS"),
    (recording(None), Policy(), "SINCH_VOICE_ALLOW_RECORDING and SINCH_VOICE_RECORDING_DESTINATIONS"),
]


@pytest.mark.parametrize(("request_", "policy", "names"), PROHIBITED)
def test_a_prohibition_names_the_settings_that_lift_it_and_offers_no_way_around(
    request_: Payload, policy: Policy, names: str
) -> None:
    refusal = refused(request_, policy)

    assert refusal.how_to_change == f"Only the owner of this server can change this, with {names}."
    assert refusal.next_step == f"{TELL_THE_USER} {UNCHANGED}"


def test_the_refusal_of_a_word_as_caller_id_says_that_the_owner_can_list_it() -> None:
    refusal = refused(tts(cli="private"))

    assert "SINCH_VOICE_VERIFIED_CLI" in refusal.how_to_change
    assert "the owner has not listed it in `verified_cli`" in refusal.message


@pytest.mark.parametrize(
    ("request_", "policy"),
    [
        (tts(text="x" * 601), Policy()),
        (tts(text="Hello."), Policy(max_text_chars=5)),
        (speaking(f"<speak>{'x' * 601}</speak>"), Policy()),
        (speaking(f"<speak>{'<s></s>' * 900}x</speak>"), Policy()),
    ],
)
def test_a_text_that_is_too_long_is_to_be_split_and_the_limit_is_the_platforms(
    request_: Payload, policy: Policy
) -> None:
    refusal = refused(request_, policy)

    assert refusal.next_step.startswith("Shorten it, or split it into several instructions or calls.")
    assert "at most 600 characters" in refusal.how_to_change
    assert "the owner can set SINCH_VOICE_MAX_TEXT_CHARS, to at most 2,500" in refusal.how_to_change


@pytest.mark.parametrize("user", ["911", "+1911"])
def test_no_setting_allows_an_emergency_number_in_an_address(user: str) -> None:
    for request in (to_sip(f"{user}@example.com"), to_user(user)):
        refusal = refused(request, OPEN)
        assert refusal.how_to_change == NO_SWITCH
        assert "own phone" in refusal.next_step


@pytest.mark.parametrize(
    ("ice", "nearest"),
    [
        ({"action": {"name": "connectPstn", "number": REAL, "cli": OWN, "maxDuraton": 60}}, "maxDuration"),
        ({"action": {"name": "connectPstn", "number": REAL, "cli": OWN, "Cli": OWN}}, "cli"),
        ({"instruction": [], "action": {"name": "hangup"}}, "instructions"),
        (
            {"instructions": [{"name": "say", "text": "Hi.", "txt": "Hi."}], "action": {"name": "hangup"}},
            "text",
        ),
    ],
)
def test_the_refusal_of_a_misspelled_member_names_the_documented_one(ice: dict[str, object], nearest: str) -> None:
    refusal = refused(custom(ice=ice))
    warning, *_ = allowed(custom(ice=ice), Policy.sandbox(), mode="sandbox").warnings

    assert refusal.rule == "unknown_member"
    assert f"did you mean `{nearest}`?" in refusal.message
    assert refusal.next_step.startswith(f"Write `{nearest}` instead, or leave it out.")
    assert f"did you mean `{nearest}`?" in warning


def test_an_unknown_member_that_resembles_none_is_to_be_left_out() -> None:
    refusal = refused(custom(ice={"action": {"name": "hangup"}, "xyzzy": 1}))

    assert "did you mean" not in refusal.message
    assert refusal.next_step.startswith("Leave it out.")


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("$.customCallout.ice.action.nubmer", "number"),
        ("$.ice.action.nubmer", "number"),
        ("$.ice.action['num ber']", "number"),
        ("$.ice.instructions[7].txt", None),
        ("$.ace.action.nubmer", None),
        ("$.nothing.here", None),
    ],
)
def test_a_member_that_a_reader_skipped_is_compared_with_those_beside_it(path: str, nearest: str | None) -> None:
    request = custom(ice={"action": {"name": "connectPstn", "number": REAL, "cli": OWN}})

    decision = answer(request, unknown=(path,))

    assert isinstance(decision, Refuse)
    assert ("did you mean" in decision.message) is (nearest is not None)
    assert nearest is None or f"`{nearest}`" in decision.message


@pytest.mark.parametrize(
    "item", ["https://[::1]/a", "#href[https://[::1]/a]", "#tts[Hi];https://[2001:db8::1]:443/a.mp3"]
)
def test_an_ipv6_address_in_a_prompt_is_called_an_ip_address(item: str) -> None:
    refusal = refused(playing(item), OPEN)

    assert refusal.rule == "readable"
    assert "IP address" in refusal.message


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1"])
def test_an_ipv4_address_is_called_an_ip_address_in_every_spelling(host: str) -> None:
    assert "IP address" in refused(playing(f"https://{host}/a.mp3"), OPEN).message


def test_an_ipv6_address_is_called_an_ip_address_for_a_callback_too() -> None:
    assert "IP address" in refused(custom(ace="https://[::1]/ace"), OPEN).message


def one_full_stop(text: str) -> bool:
    return re.search(r"[^.]\.\Z", text) is not None and ".." not in text.replace("...", "")


PYTHON = re.compile(r"\b(?:tuple|frozenset|dict|dictionary|instance|NoneType|str|int)\b|[\^$]\[|\\d")


def assert_plain(refusal: Refuse) -> None:
    for text in (refusal.message, refusal.how_to_change, refusal.next_step):
        assert one_full_stop(text), text
        assert not PYTHON.search(text), text


@pytest.mark.parametrize(
    "request_",
    [
        *(request for _, request in MISTAKES),
        *(request for request, _, _ in PROHIBITED),
        tts(cli=None),
        tts(cli="+46701740605"),
        tts("911"),
        tts("411"),
        tts("+44 999 123 4567"),
        custom(ace={"instructions": "x"}),
        custom(ace={"instructions": [{"name": "playFiles", "ids": 3}], "action": {"name": "hangup"}}),
        custom(
            ace={"action": {"name": "runMenu", "menus": [{"id": "m", "options": [{"dtmf": "12", "action": "go"}]}]}}
        ),
        custom(ace={"action": {"name": "connectConf", "conferenceId": ["x"]}}),
        custom(ace={"action": 3}),
    ],
)
def test_a_refusal_consists_of_plain_sentences(request_: Payload) -> None:
    many = Facts(own_numbers=tuple(f"+1415555010{last}" for last in range(8)))
    for policy in (Policy(), OPEN, Policy(allowed_regions=frozenset({"SE", "NO", "DK", "FI", "DE", "FR", "IT"}))):
        for facts in (FACTS, many, Facts(own_numbers=()), None):
            if isinstance(decision := answer(request_, policy, facts=facts), Refuse):
                assert_plain(decision)


@given(payloads(CustomCalloutRequest) | payloads(TtsCalloutRequest) | payloads(Document))
@settings(max_examples=100)
def test_every_refusal_consists_of_plain_sentences(request: Payload) -> None:
    if isinstance(decision := answer(request), Refuse):
        assert_plain(decision)


def test_a_member_in_brackets_is_shown_by_its_bare_name() -> None:
    decision = answer(tts(), unknown=("$.ice.action['num ber']",))

    assert isinstance(decision, Refuse)
    assert decision.value == "num ber"


def test_the_refusal_of_a_prompt_item_that_is_no_file_id_says_what_an_id_is() -> None:
    refusal = refused(playing("caf\u00e9"), OPEN)

    assert refusal.message == "`caf\u00e9` is neither a URL nor the id of a stored file."
    assert "ASCII letters" in refusal.next_step


@pytest.mark.parametrize("message", ["it is broken", "it is broken.", "it is broken..", "it is broken. "])
def test_a_foreign_message_becomes_a_sentence_with_one_full_stop(message: str) -> None:
    assert sentence(message) == "It is broken."
