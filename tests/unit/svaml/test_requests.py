"""The members of a callout request are checked like those of a document."""

import json
from typing import Any

import pytest

from sinch_voice_mcp.svaml.lint import fix, lint
from tests.unit.svaml.snippets import HANGUP, PSTN

NUMBER = {"type": "number", "endpoint": "+12025550100"}
CALLS: dict[str, dict[str, Any]] = {
    "ttsCallout": {"destination": NUMBER, "cli": "+14155550100", "locale": "en-US", "text": "Hello."},
    "conferenceCallout": {"destination": NUMBER, "cli": "+14155550100", "conferenceId": "room"},
    "customCallout": {"destination": NUMBER, "cli": "+14155550100", "ace": json.dumps({"action": HANGUP})},
}


def request(method: str, **members: Any) -> dict[str, Any]:
    return {"method": method, method: {**CALLS[method], **members}}


def found(value: object) -> set[tuple[str, str]]:
    return {(finding.code, finding.path) for finding in lint(value, "request").findings}


def changed(method: str, **members: Any) -> set[tuple[str, str]]:
    """What is found at the members of a callout."""
    return {(code, path.removeprefix(f"$.{method}")) for code, path in found(request(method, **members))}


@pytest.mark.parametrize("method", CALLS)
def test_a_good_callout_has_no_findings_whatever_stands_beside_it(method: str) -> None:
    assert found(request(method) | {"pop": "eu-central"}) == set()


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("cli", ["", "  ", None])
def test_a_callout_to_a_number_without_a_caller_id_never_rings(method: str, cli: str | None) -> None:
    (finding,) = lint(request(method, cli=cli)).findings

    assert (finding.code, finding.level, finding.path) == ("SV030", "warning", f"$.{method}")
    assert "never rings" in finding.message


@pytest.mark.parametrize(
    "destination", [{"type": "username", "endpoint": "anna"}, {"type": "sip", "endpoint": "anna@sip.example.com"}]
)
@pytest.mark.parametrize("method", CALLS)
def test_only_a_number_needs_a_caller_id(method: str, destination: dict[str, str]) -> None:
    assert changed(method, destination=destination, cli=None) == set()


def test_beside_an_ice_the_caller_id_of_the_ice_counts() -> None:
    beside = request("customCallout", cli=None, ice=json.dumps({"action": PSTN}))
    inside = {"method": "customCallout", "customCallout": {"ice": json.dumps({"action": PSTN | {"cli": ""}})}}

    assert found(beside) == {("SV031", "$.customCallout.destination")}
    assert found(inside) == {("SV030", "$.customCallout.ice.action")}


@pytest.mark.parametrize(
    ("destination", "code", "path"),
    [
        (None, "SV009", ".destination"),
        ("+12025550100", "SV009", ".destination"),
        ({"type": "number"}, "SV009", ".destination.endpoint"),
        ({"type": "number", "endpoint": 12025550100}, "SV009", ".destination.endpoint"),
        ({"endpoint": "+12025550100"}, "SV009", ".destination.type"),
        ({"type": "fax", "endpoint": "+12025550100"}, "SV009", ".destination.type"),
        ({"type": "fax"}, "SV009", ".destination.endpoint"),
        ({"type": {}, "endpoint": "+12025550100"}, "SV009", ".destination.type"),
        ({"type": "username", "endpoint": ""}, "SV009", ".destination.endpoint"),
        ({"type": "Number", "endpoint": "+12025550100"}, "SV010", ".destination.type"),
        ({"type": "number", "number": "+12025550100"}, "SV008", ".destination.number"),
        ({"type": "number", "endpoint": "+12025550100", "name": "Anna"}, "SV008", ".destination.name"),
        ({"type": "number", "endpoint": "12025550100"}, "SV011", ".destination.endpoint"),
        ({"type": "number", "endpoint": ""}, "SV011", ".destination.endpoint"),
    ],
)
@pytest.mark.parametrize("method", ["ttsCallout", "conferenceCallout"])
def test_a_destination_is_an_object_with_type_and_endpoint(
    method: str, destination: object, code: str, path: str
) -> None:
    assert (code, path) in changed(method, destination=destination)


def test_a_number_in_place_of_a_destination_is_not_called_missing() -> None:
    (finding,) = lint(request("ttsCallout", destination="+12025550100")).findings
    assert finding.message == "`destination` must be an object with `type` and `endpoint`"


@pytest.mark.parametrize(
    ("method", "members", "code"),
    [
        ("ttsCallout", {"cli": 14155550100}, "SV009"),
        ("ttsCallout", {"cli": "1415"}, "SV011"),
        ("ttsCallout", {"enableAce": "yes"}, "SV009"),
        ("ttsCallout", {"enableDice": "true"}, "SV010"),
        ("ttsCallout", {"custom": ["a"]}, "SV009"),
        ("ttsCallout", {"domain": "gsm"}, "SV033"),
        ("ttsCallout", {"domain": "PSTN"}, "SV010"),
        ("ttsCallout", {"dtmf": "1*"}, "SV014"),
        ("ttsCallout", {"dtmf": 1}, "SV010"),
        ("ttsCallout", {"locale": "xx-XX"}, "SV020"),
        ("ttsCallout", {"text": 1}, "SV009"),
        ("ttsCallout", {"text": "a" * 601}, "SV012"),
        ("ttsCallout", {"text": " "}, "SV035"),
        ("ttsCallout", {"text": "", "enableAce": True}, "SV035"),
        ("ttsCallout", {"text": None}, "SV035"),
        ("ttsCallout", {"text": None, "prompts": ""}, "SV021"),
        ("ttsCallout", {"text": None, "prompts": "tts#[Hello.]"}, "SV021"),
        ("ttsCallout", {"text": None, "prompts": "#ssml[<speak>Hello.]"}, "SV022"),
        ("ttsCallout", {"maxDuration": 60}, "SV008"),
        ("conferenceCallout", {"conferenceId": None}, "SV009"),
        ("conferenceCallout", {"conferenceId": ""}, "SV025"),
        ("conferenceCallout", {"conferenceId": "r" * 65}, "SV025"),
        ("conferenceCallout", {"mohClass": "jazz"}, "SV033"),
        ("conferenceCallout", {"maxDuration": -5}, "SV013"),
        ("conferenceCallout", {"maxDuration": 14_401}, "SV013"),
        ("conferenceCallout", {"maxDuration": "soon"}, "SV009"),
        ("conferenceCallout", {"greeting": "a" * 601}, "SV012"),
        ("conferenceCallout", {"greeting": ["Hello."]}, "SV009"),
        ("conferenceCallout", {"locale": "xx-XX"}, "SV020"),
        ("conferenceCallout", {"conferenceDtmfOptions": "ignore"}, "SV009"),
        ("customCallout", {"ace": 1}, "SV009"),
        ("customCallout", {"ace": {"action": HANGUP}}, "SV001"),
        ("customCallout", {"ace": "ftp://example.com/ace"}, "SV001"),
        ("customCallout", {"dice": "https://example.com/dice"}, "SV008"),
        ("customCallout", {"maxDuration": 0}, "SV013"),
        ("customCallout", {"enableAce": 1}, "SV009"),
    ],
)  # fmt: skip
def test_members_have_their_documented_types_and_values(method: str, members: dict[str, Any], code: str) -> None:
    assert code in {code for code, path in changed(method, **members) if path.removeprefix(".") in {"", *members}}


@pytest.mark.parametrize(
    ("options", "code", "member"),
    [
        ({"mode": "collect"}, "SV033", "mode"),
        ({"timeoutMs": 1}, "SV008", "timeoutMs"),
        ({"maxDigits": "a"}, "SV009", "maxDigits"),
    ],
)
def test_the_keys_of_a_conference_are_checked_as_in_connect_conf(
    options: dict[str, Any], code: str, member: str
) -> None:
    path = f".conferenceDtmfOptions.{member}"
    assert (code, path) in changed("conferenceCallout", conferenceDtmfOptions=options)


def test_a_callout_without_anything_to_dial_is_reported() -> None:
    report = lint({"method": "customCallout", "customCallout": {"ice": " "}})
    assert [(finding.code, finding.level, finding.path) for finding in report.findings] == [
        ("SV009", "warning", "$.customCallout")
    ]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ({"enabledice": True}, {"enableDice": True}),
        ({"moh": "Music1"}, {"mohClass": "music1"}),
        ({"MaxDuration": 60}, {"maxDuration": 60}),
    ],
)
def test_a_member_in_another_spelling_is_fixed(slip: dict[str, Any], meant: dict[str, Any]) -> None:
    fixed = fix(request("conferenceCallout", **slip))

    assert fixed.value == request("conferenceCallout", **meant)
    assert fixed.report.findings == ()


def test_a_misspelt_member_gets_the_nearest_name_that_is_not_taken() -> None:
    messages = [
        finding.message
        for members in ({"greetin": "Hello."}, {"destinatoin": NUMBER})
        for finding in lint(request("conferenceCallout", **members)).findings
    ]
    assert messages == [
        "`greetin` is not a member here, and Sinch ignores it; did you mean `greeting`?",
        "`destinatoin` is not a member here, and Sinch ignores it",
    ]


def test_each_fault_of_a_request_is_reported_once() -> None:
    members = {
        "destination": {"type": "fax"}, "cli": 14155550100, "conferenceId": "", "mohClass": "jazz", "maxDuration": -5,
        "enableAce": "yes", "greetin": "hi", "conferenceDtmfOptions": {"mode": "collect"},
    }  # fmt: skip
    report = lint({"method": "conferenceCallout", "conferenceCallout": members})
    assert sorted(finding.code for finding in report.findings) == [
        "SV008", "SV009", "SV009", "SV009", "SV009", "SV013", "SV025", "SV033", "SV033",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "code", "path", "hint"),
    [
        ({"method": "ttsCalout", "ttsCallout": CALLS["ttsCallout"]}, "SV009", "$.method", "did you mean `ttsCallout`?"),
        ({"method": "TtsCallout", "ttsCallout": CALLS["ttsCallout"]}, "SV006", "$.method", "written `ttsCallout`"),
        ({"method": "ttsCallout", "ttsCalout": CALLS["ttsCallout"]}, "SV009", "$.ttsCallout", "`ttsCalout`?"),
        ({"method": "ttsCallout"}, "SV009", "$.ttsCallout", "must be an object"),
        ({"ttsCallout": CALLS["ttsCallout"]}, "SV009", "$.method", "must be one of ttsCallout"),
        ({"commands": []}, "SV002", "$.commands", "Voice v2"),
        ({"callBehavior": {"type": "STATIC", "static": {"commands": []}}}, "SV002", "$.callBehavior", "Voice v2"),
    ],
)
def test_what_is_wrong_with_the_wrapper_is_the_only_finding(value: object, code: str, path: str, hint: str) -> None:
    (finding,) = lint(value, "request").findings

    assert (finding.code, finding.path) == (code, path)
    assert hint in finding.message


def test_the_envelope_of_voice_v2_is_recognized_without_an_event() -> None:
    envelope: object = {"callBehavior": {"type": "STATIC", "static": {"commands": []}}}
    assert [finding.code for finding in lint(envelope).findings] == ["SV002"]


def test_an_error_in_the_wrapper_does_not_hide_those_inside() -> None:
    slipped = {"method": "ttsCalout", "ttsCallout": CALLS["ttsCallout"] | {"cli": ""}}
    assert {code for code, _ in found(slipped)} == {"SV009", "SV030"}
