"""Building and checking SVAML through the tools."""

import json

import pytest

from tests.integration.conftest import Caller

MENU = {"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": 1, "action": "return(one)"}]}


async def test_a_document_is_built_in_documented_spelling(voice: Caller) -> None:
    built = await voice.ok(
        "build_svaml",
        event="ace",
        instructions=[{"name": "Say", "text": "Hello."}],
        action={"name": "RunMenu", "locale": "en-US", "menus": [MENU]},
    )
    assert built["document"] == {
        "instructions": [{"name": "say", "text": "Hello."}],
        "action": {
            "name": "runMenu",
            "locale": "en-US",
            "menus": [
                {"id": "main", "mainPrompt": "#tts[Press 1.]", "options": [{"dtmf": "1", "action": "return(one)"}]}
            ],
        },
    }
    assert {finding["code"] for finding in built["findings"]} == {"SV006", "SV010"}


async def test_arguments_that_a_client_sends_as_json_text_are_understood(voice: Caller) -> None:
    built = await voice.ok("build_svaml", event="ice", action=json.dumps({"name": "hangup"}))
    assert built["document"] == {"action": {"name": "hangup"}}


@pytest.mark.parametrize(
    ("event", "action", "rule", "path"),
    [
        ("ice", {"name": "continue"}, "SV007", "$.action.name"),
        ("ace", {"name": "connectConf"}, "SV009", "$.action.conferenceId"),
        ("pie", {"name": "conectPstn"}, "SV005", "$.action.name"),
    ],
)
async def test_a_document_that_the_platform_would_refuse_is_not_built(
    voice: Caller, event: str, action: dict[str, str], rule: str, path: str
) -> None:
    error = await voice.fails("build_svaml", event=event, action=action)
    assert (error["code"], error["rule"], error["field"]) == ("invalid_svaml", rule, path)


async def test_a_check_reports_every_fault_and_is_no_error_itself(voice: Caller) -> None:
    document = {"instructions": [{"name": "say"}], "action": {"name": "continue"}}
    checked = await voice.ok("check_svaml", document=document, event="ice")
    assert checked["valid"] is False
    assert {(finding["code"], finding["path"]) for finding in checked["findings"]} == {
        ("SV009", "$.instructions[0].text"),
        ("SV007", "$.action.name"),
    }


@pytest.mark.parametrize("document", ["{", "[1]", "hello", "null", '{"action": {"name": "hangup"}'])
async def test_text_that_is_no_document_is_reported(voice: Caller, document: str) -> None:
    checked = await voice.ok("check_svaml", document=document)
    assert [finding["code"] for finding in checked["findings"]] == ["SV001"]


async def test_json_text_is_checked_like_the_document(voice: Caller) -> None:
    checked = await voice.ok("check_svaml", document='{"action": {"name": "hangup"}}')
    assert (checked["valid"], checked["findings"]) == (True, [])
