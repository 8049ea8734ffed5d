"""Where Sinch's documentation, schema and SDKs differ: every form that occurs is accepted, with its remark."""

import json
from collections.abc import Mapping

import pytest

from sinch_voice_mcp.svaml.lint import Context, lint

MAIN = {"id": "main", "mainPrompt": "#tts[Press 1.]"}

PSTN = {"name": "connectPstn", "number": "+12025550100", "cli": "+14155550100"}


def menu(**members: object) -> dict[str, object]:
    option = {"dtmf": "1", "action": "return(a)"}
    return {"name": "runMenu", "locale": "en-US", "menus": [MAIN | {"options": [option]}], **members}


FORMS: list[tuple[str, Mapping[str, object], Context | None, set[str]]] = [
    (
        "destination type in capitals",
        {"name": "connectMxp", "destination": {"type": "Username", "endpoint": "u"}},
        None,
        {"SV010"},
    ),
    (
        "websocket in lower case",
        {"name": "connectStream", "destination": {"type": "websocket", "endpoint": "wss://example.com"}},
        None,
        {"SV010", "SV034"},
    ),
    (
        "option key as a number",
        menu(menus=[MAIN | {"options": [{"dtmf": 1, "action": "return(a)"}]}]),
        None,
        {"SV010"},
    ),
    ("main menu named", menu(mainMenu="main"), None, set()),
    ("main menu of any id, named", menu(mainMenu="x", menus=[MAIN | {"id": "x", "maxDigits": 1}]), None, set()),
    ("callheaders", {"name": "connectMxp", "callheaders": [{"key": "X-A", "value": "b"}]}, None, {"SV008"}),
    ("mohClass in SVAML", {"name": "connectConf", "conferenceId": "a", "mohClass": "music1"}, None, {"SV008"}),
    (
        "transport in lower case",
        {"name": "connectSip", "destination": {"type": "sip", "endpoint": "a@example.com"}, "transport": "tls"},
        None,
        {"SV010"},
    ),
    (
        "sip destination without type",
        {"name": "connectSip", "destination": {"endpoint": "a@example.com"}},
        None,
        {"SV010"},
    ),
    ("Norway, which YAML reads as false", PSTN | {"indications": False}, None, {"SV010"}),
    ("amd.enabled as text", PSTN | {"amd": {"enabled": "true"}}, "callout", {"SV010"}),
    (
        "suppressCallbacks on connectConf",
        {"name": "connectConf", "conferenceId": "a", "suppressCallbacks": True},
        None,
        {"SV032"},
    ),
    (
        "recording a conference",
        {
            "name": "connectConf",
            "conferenceId": "a",
            "record": True,
            "recordingOptions": {"destinationUrl": "gs://a/b"},
        },
        None,
        set(),
    ),
    (".NET's badge", menu(badge=True), None, {"SV008"}),
    (".NET's introPromt", {"name": "park", "introPromt": "#tts[a]", "locale": "en-US"}, None, {"SV008"}),
    ("old library's park limit", {"name": "park", "dialTimeout": 60}, None, {"SV008"}),
    ("action name in capitals", {"name": "ConnectConf", "conferenceId": "a"}, None, {"SV006"}),
    ("number called destination", {"name": "connectPstn", "destination": "+12025550100"}, None, {"SV008"}),
    ("PIE connects a phone", PSTN, "pie", set()),
    ("caller id with a name", PSTN | {"cli": "Clinic <+14155550100>"}, None, set()),
    ("caller id withheld", PSTN | {"cli": "private"}, None, set()),
    (
        "spaces and capitals in an option",
        menu(menus=[MAIN | {"options": [{"dtmf": "1", "action": "RETURN (a)"}]}]),
        None,
        set(),
    ),
    (
        "tags with names, from an older library",
        PSTN | {"tags": [{"key": "a", "value": "b"}, "c"]},
        None,
        set(),
    ),
    (
        "recording a continued call, as older documentation shows",
        {"name": "continue", "record": True, "recordingOptions": {"destinationUrl": "gs://a/b"}},
        "ace",
        set(),
    ),
    ("music called ringing", {"name": "connectConf", "conferenceId": "a", "moh": "ringing"}, None, {"SV010"}),
    (
        "numbers as text",
        menu(menus=[MAIN | {"maxDigits": "4", "timeoutMills": " 5000", "repeats": 2.0}]),
        None,
        {"SV010"},
    ),
    ("a duration as text", PSTN | {"maxDuration": "90"}, None, {"SV010"}),
    ("null members of objects inside", PSTN | {"amd": {"enabled": None}, "tags": None}, None, set()),
    ("null members", PSTN | {"dtmf": None, "locale": None}, None, set()),
]

REFUSED: list[tuple[str, Mapping[str, object], Context | None, str]] = [
    ("ACE connects a phone", PSTN, "ace", "SV007"),
    ("ACE parks", {"name": "park"}, "ace", "SV007"),
    ("a conference id of 65 characters", {"name": "connectConf", "conferenceId": "a" * 65}, None, "SV025"),
]


@pytest.mark.parametrize(("what", "action", "context", "codes"), FORMS, ids=[form[0] for form in FORMS])
def test_a_form_that_occurs_in_sinchs_material_is_accepted(
    what: str, action: Mapping[str, object], context: Context | None, codes: set[str]
) -> None:
    report = lint({"action": action}, context)
    assert report.ok, what
    assert {finding.code for finding in report.findings} == codes
    assert report.document is not None


@pytest.mark.parametrize(("what", "action", "context", "code"), REFUSED, ids=[form[0] for form in REFUSED])
def test_a_form_that_the_platform_refuses_is_an_error(
    what: str, action: Mapping[str, object], context: Context | None, code: str
) -> None:
    report = lint({"action": action}, context)
    assert code in {finding.code for finding in report.findings if finding.level == "error"}, what


def test_recordings_written_as_in_sinchs_examples_are_accepted() -> None:
    options = {"destination": "s3://bucket/folder", "credentials": "KEY:SECRET:eu-west-1"}
    document = {"instructions": [{"name": "startRecording", "options": options}], "action": {"name": "hangup"}}
    assert {finding.code for finding in lint(document).findings} == {"SV008"}


def test_nested_files_are_accepted() -> None:
    document = {"instructions": [{"name": "playFiles", "ids": [["a", "b"]]}], "action": {"name": "hangup"}}
    assert {finding.code for finding in lint(document).findings} == {"SV010"}


def test_a_callout_without_its_wrapper_is_reported_with_what_is_missing() -> None:
    bare = {"ttsCallout": {"destination": {"type": "number", "endpoint": "+12025550100"}, "text": "Hi."}}
    assert ("SV009", "$.method") in {(finding.code, finding.path) for finding in lint(bare).findings}


def test_an_inline_document_in_any_letter_case_is_read() -> None:
    ice = json.dumps({"action": {**PSTN, "name": "ConnectPSTN"}})
    report = lint({"method": "customCallout", "customCallout": {"ice": ice}})
    assert [(finding.code, finding.level) for finding in report.findings] == [("SV006", "warning")]
