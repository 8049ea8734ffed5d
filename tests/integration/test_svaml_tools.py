"""Building and checking SVAML through the tools."""

import json

import pytest

from tests.callers import Caller

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
async def test_a_document_that_the_platform_would_reject_is_not_built(
    voice: Caller, event: str, action: dict[str, str], rule: str, path: str
) -> None:
    error = await voice.fails("build_svaml", event=event, action=action)
    assert (error["code"], error["rule"], error["field"]) == ("invalid_svaml", rule, path)


async def test_a_check_that_finds_errors_succeeds_and_reports_them_all(voice: Caller) -> None:
    document = {"instructions": [{"name": "say"}], "action": {"name": "continue"}}
    checked = await voice.ok("check_svaml", document=document, event="ice")
    assert checked["valid"] is False
    assert {(finding["code"], finding["path"]) for finding in checked["findings"]} == {
        ("SV009", "$.instructions[0].text"),
        ("SV007", "$.action.name"),
        ("SV028", "$.instructions[0]"),
    }


async def test_a_document_is_fixed_explained_and_drawn_on_request(voice: Caller) -> None:
    action = {"name": "RunMenu", "badge": True, "menus": [MENU]}
    checked = await voice.ok(
        "check_svaml", document={"action": action}, event="ace", fix=True, explain=True, diagram=True
    )
    assert checked["document"]["action"] == {
        "name": "runMenu",
        "barge": True,
        "locale": "en-US",
        "menus": [{**MENU, "options": [{"dtmf": "1", "action": "return(one)"}]}],
    }
    assert (checked["valid"], checked["findings"]) == (True, [])
    assert "Press 1." in checked["explanation"]
    assert checked["diagram"].startswith("flowchart")
    built = await voice.ok("build_svaml", event="ace", action=action, explain=True, diagram=True)
    assert (built["explanation"], built["diagram"]) == (checked["explanation"], checked["diagram"])


async def test_a_list_of_findings_is_capped_with_a_count_of_the_rest(voice: Caller) -> None:
    document = {"instructions": [{"name": "Answer"}] * 130, "action": {"name": "hangup"}}
    checked = await voice.ok("check_svaml", document=document)
    assert (len(checked["findings"]), checked["omitted"]) == (100, 30)


async def test_how_long_a_document_speaks_is_estimated(voice: Caller) -> None:
    document = {"instructions": [{"name": "say", "text": "a" * 140, "locale": "en-US"}], "action": {"name": "hangup"}}
    assert "speaks for about 10 s" in (await voice.ok("check_svaml", document=document))["summary"]


async def test_a_finding_has_the_patch_that_fixes_it(voice: Caller) -> None:
    checked = await voice.ok("check_svaml", document={"action": {"name": "Hangup"}})
    assert checked["findings"][0]["fix"] == [{"op": "replace", "path": "/action/name", "value": "hangup"}]
    assert "document" not in checked


async def test_tags_with_names_pass_the_linter_the_builder_and_the_guard(voice: Caller) -> None:
    tags = [{"key": "billing", "value": "x"}, "plain"]
    telephone = {"name": "connectPstn", "number": "+12025550100", "cli": "+14155550100", "tags": tags}
    checked = await voice.ok("check_svaml", document={"action": telephone}, event="callout")
    built = await voice.ok("build_svaml", event="callout", action=telephone)
    await voice.ok("place_custom_callout", ice={"action": telephone}, dry_run=True)
    assert (checked["valid"], checked["findings"]) == (True, [])
    assert built["document"] == {"action": telephone}


@pytest.mark.parametrize("text", ["", "#tts[Hello]", "\u200b"])
async def test_a_text_that_no_call_may_speak_has_a_remark_before_it_is_refused(voice: Caller, text: str) -> None:
    document = {"instructions": [{"name": "say", "text": text}], "action": {"name": "hangup"}}
    checked = await voice.ok("check_svaml", document=document, event="ace")
    refusal = await voice.fails("place_custom_callout", to="+12025550100", cli="+14155550100", ace=document)
    assert checked["findings"][0]["code"] == "SV021"
    assert refusal["rule"] == "spoken_text"


async def test_a_whole_callout_is_checked_with_the_documents_inside(voice: Caller) -> None:
    ice = json.dumps({"action": {"name": "connectPstn", "number": "+12025550100"}})
    request = {"method": "customCallout", "customCallout": {"ice": ice}}
    checked = await voice.ok("check_svaml", document=request)
    assert [(finding["code"], finding["path"]) for finding in checked["findings"]] == [
        ("SV030", "$.customCallout.ice.action")
    ]


@pytest.mark.parametrize("document", ["{", "[1]", "hello", "null", '{"action": {"name": "hangup"}'])
async def test_text_that_is_not_a_document_is_reported(voice: Caller, document: str) -> None:
    checked = await voice.ok("check_svaml", document=document)
    assert [finding["code"] for finding in checked["findings"]] == ["SV001"]


async def test_json_text_is_checked_like_the_document(voice: Caller) -> None:
    checked = await voice.ok("check_svaml", document='{"action": {"name": "hangup"}}')
    assert (checked["valid"], checked["findings"]) == (True, [])
