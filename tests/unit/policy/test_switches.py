import pytest

from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.svaml import (
    Action,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Document,
    Hangup,
    RecordingOptions,
    SipDestination,
    StartRecording,
    StreamDestination,
    UserDestination,
)
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, allowed, custom, refused

BUCKET = Policy(allow_recording=True, recording_destinations=frozenset({"s3://calls/2024", "gs://other/"}))

STREAMS = Policy(allow_streams=True, callback_hosts=frozenset({"ai.example.com"}))


SIP = Policy(allow_sip=True, sip_hosts=frozenset({"pbx.example.com", "*.example.net"}))


def to_sip(address: str) -> Document:
    return Document(action=ConnectSip(destination=SipDestination(endpoint=address)))


def to_stream(url: str) -> Payload:
    action = ConnectStream(destination=StreamDestination(endpoint=url))
    return custom(ice=Document(action=action).to_wire())


def to_user(name: str) -> Document:
    return Document(action=ConnectMxp(destination=UserDestination(endpoint=name)))


def recording(url: str | None, credentials: str = "ID:secret:eu-west-1") -> Document:
    options = RecordingOptions(destination_url=url, credentials=credentials)
    return Document(instructions=(StartRecording(options=options),), action=Hangup())


@pytest.mark.parametrize(
    "action",
    [
        ConnectPstn(number=REAL, cli=OWN, suppress_callbacks=True),
        ConnectConf(conference_id="daily", suppress_callbacks=True),
    ],
)
def test_suppressing_callbacks_is_refused_until_allowed(action: Action) -> None:
    refusal = refused(Document(action=action))

    assert (refusal.rule, refusal.path) == ("hidden_callbacks", "$.action.suppressCallbacks")
    assert allowed(Document(action=action), Policy(allow_suppress_callbacks=True))


def test_an_explicit_false_for_suppressed_callbacks_is_allowed() -> None:
    assert allowed(Document(action=ConnectPstn(number=REAL, cli=OWN, suppress_callbacks=False)))


@pytest.mark.parametrize(
    "document",
    [
        recording("s3://calls/2024/"),
        recording(None),
        Document(instructions=(StartRecording(),), action=Hangup()),
        Document(action=ConnectConf(conference_id="daily", record=True)),
        Document(action=ConnectPstn(number=REAL, cli=OWN, record=True)),
    ],
)
def test_recording_is_refused_until_allowed(document: Document) -> None:
    assert refused(document).rule == "recording"


@pytest.mark.parametrize("url", ["s3://calls/2024", "s3://calls/2024/", "s3://calls/2024/may/a.mp3", "gs://other/x"])
def test_recordings_are_stored_in_a_listed_destination_or_below(url: str) -> None:
    assert allowed(recording(url), BUCKET)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "s3://calls",
        "s3://calls/2024evil",
        "s3://calls/2024/../other",
        "s3://calls/2024/%2e%2e/other",
        "s3://calls/2024//x",
        "s3://evil@calls/2024/",
        "s3://calls/2024/\\x",
        "s3://calls/2024/a\n",
        "azure://calls/2024/",
        "https://calls/2024/",
    ],
)
def test_other_destinations_of_recordings_are_refused(url: str | None) -> None:
    assert refused(recording(url), BUCKET).rule == "recording"


def test_allowed_recording_without_a_listed_destination_is_refused() -> None:
    assert refused(recording("s3://calls/"), Policy(allow_recording=True)).rule == "recording"


def test_credentials_in_a_request_cause_a_warning_and_are_never_shown() -> None:
    decision = allowed(recording("s3://calls/2024/", "AKIA:s3cret:eu-west-1"), BUCKET)

    (warning,) = decision.warnings
    assert warning.startswith("$.instructions[0].options.credentials: ")
    assert "s3cret" not in repr((decision.verdicts, decision.warnings))


@pytest.mark.parametrize(
    ("request_", "rule", "policy"),
    [
        (to_sip("alice@pbx.example.com"), "sip_target", SIP),
        (to_sip("sip:alice@pbx.example.com:5060;transport=tls"), "sip_target", SIP),
        (to_user("alice"), "in_app_target", Policy(allow_in_app=True)),
        (Document(action=ConnectMxp()), "in_app_target", Policy(allow_in_app=True)),
        (to_stream("wss://ai.example.com/audio"), "stream_target", STREAMS),
    ],
)
def test_targets_other_than_telephones_are_refused_until_allowed(request_: Payload, rule: str, policy: Policy) -> None:
    refusal = refused(request_)

    assert refusal.rule == rule
    assert "SINCH_VOICE_ALLOW_" in refusal.how_to_change
    assert allowed(request_, policy)


def test_a_stream_to_a_listed_host_is_refused_until_streams_are_allowed() -> None:
    policy = STREAMS.model_copy(update={"allow_streams": False})

    assert refused(to_stream("wss://ai.example.com/audio"), policy).rule == "stream_target"


@pytest.mark.parametrize(
    "url", ["ws://ai.example.com/", "https://ai.example.com/", "wss://evil.test/", "wss://10.0.0.1/", "alice"]
)
def test_a_stream_goes_to_a_listed_host_over_tls(url: str) -> None:
    assert refused(to_stream(url), STREAMS).rule == "stream_target"


def test_a_callout_to_an_in_app_user_is_refused_until_allowed() -> None:
    request = TtsCalloutRequest(tts_callout=TtsCallout(destination=UserDestination(endpoint="alice"), text="Hi."))

    refusal = refused(request)

    assert (refusal.rule, refusal.path) == ("in_app_target", "$.ttsCallout.destination.endpoint")
    assert allowed(request, Policy(allow_in_app=True))


@pytest.mark.parametrize(
    "address",
    [
        "911@pbx.example.com",
        "sip:+1911@pbx.example.com",
        "9-1-1@pbx.example.com",
        "%39%31%31@pbx.example.com",
        "911;phone-context=+1@pbx.example.com",
        "alice@@pbx.example.com",
        "alice",
        "alice@pbx.example.com\r\nRoute: <sip:evil.test>",
        "",
    ],
)
def test_a_malformed_sip_address_or_an_emergency_number_in_one_is_refused(address: str) -> None:
    assert refused(to_sip(address), SIP).rule == "sip_target"


def test_an_emergency_number_as_in_app_user_is_refused() -> None:
    assert refused(to_user("911"), Policy(allow_in_app=True)).rule == "in_app_target"
