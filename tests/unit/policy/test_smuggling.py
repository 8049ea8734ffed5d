"""What is hidden in a request is refused at its JSON path, or removed before anything is sent."""

import pytest

from sinch_voice_mcp.policy import Policy, Refuse
from sinch_voice_mcp.svaml import read
from sinch_voice_mcp.types import JsonObject, Payload
from tests.unit.policy.decisions import OWN, REAL, allowed, answer, custom, refused, tts

POLICY = Policy(media_hosts=frozenset({"example.com"}), callback_hosts=frozenset({"example.com"}))
ICE = "$.customCallout.ice.action"
EVIL = "https://evil.test/a.mp3"


def dialling(**members: object) -> JsonObject:
    return {"action": {"name": "connectPstn", "number": REAL, "cli": OWN, **members}}


def menu(**members: object) -> JsonObject:
    options = [{"dtmf": "1", "action": "return(x)"}]
    return {"action": {"name": "runMenu", "menus": [{"id": "main", "options": options, **members}]}}


def playing(**members: object) -> JsonObject:
    return {"instructions": [{"name": "playFiles", "ids": ["welcome"]}, members], "action": {"name": "hangup"}}


@pytest.mark.parametrize(
    ("request_", "rule", "path"),
    [
        (custom(ice=dialling(number="+1911")), "emergency_number", f"{ICE}.number"),
        (custom(ice=dialling(name="ConnectPSTN", number="112")), "emergency_number", f"{ICE}.number"),
        (custom(ice=dialling(name="CONNECTPSTN", number="911")), "emergency_number", f"{ICE}.number"),
        (custom(pie=dialling(number="+19005551234")), "number_type", "$.customCallout.pie.action.number"),
        (custom(ice=dialling(number="+441214960123")), "number_region", f"{ICE}.number"),
        (custom(ice=dialling(cli="+46701740605")), "cli_ownership", f"{ICE}.cli"),
        (custom(ice=dialling(cli=None)), "cli_missing", f"{ICE}.cli"),
        (custom(ice=dialling(suppressCallbacks="TRUE")), "hidden_callbacks", f"{ICE}.suppressCallbacks"),
        (custom(ice=dialling(record="true")), "recording", f"{ICE}.record"),
        (custom(ice=dialling(dtmf="call 911")), "dtmf", f"{ICE}.dtmf"),
        (
            custom(ice={"action": {"name": "connectPstn", "destination": "+1911", "cli": OWN}}),
            "emergency_number",
            f"{ICE}.number",
        ),
        (
            custom(ice={"action": {"name": "connectPstn", "cli": OWN}}),
            "number_named",
            f"{ICE}.number",
        ),
        (
            custom(ice={"action": {"name": "ConnectSIP", "destination": {"endpoint": "a@example.com"}}}),
            "sip_target",
            f"{ICE}.destination.endpoint",
        ),
        (
            custom(
                ice={
                    "action": {
                        "name": "connectStream",
                        "destination": {"type": "websocket", "endpoint": "wss://evil.test"},
                    }
                }
            ),
            "stream_target",
            f"{ICE}.destination.endpoint",
        ),
        (
            custom(ace=menu(mainPrompt=f"#tts[Press 1.];#href[{EVIL}]")),
            "media_url",
            "$.customCallout.ace.action.menus[0].mainPrompt",
        ),
        (
            custom(ace=menu(repeatPrompt="#tts[a\u202eb]")),
            "spoken_text",
            "$.customCallout.ace.action.menus[0].repeatPrompt",
        ),
        (
            custom(ace=menu(mainPrompt=f"#ssml[<speak><audio src='{EVIL}'/></speak>]")),
            "media_url",
            "$.customCallout.ace.action.menus[0].mainPrompt",
        ),
        (
            custom(ace=playing(name="PlayFiles", ids=[["#tts[Hi]", f"#HREF[{EVIL}]"]])),
            "media_url",
            "$.customCallout.ace.instructions[1].ids[1]",
        ),
        (custom(ace=playing(name="SAY", text="];#href[x")), "spoken_text", "$.customCallout.ace.instructions[1].text"),
        (
            custom(pie=playing(name="sendDtmf", value="12,34")),
            "dtmf",
            "$.customCallout.pie.instructions[1].value",
        ),
        (
            custom(pie=playing(name="startRecording", options={"destination": "s3://evil/"})),
            "recording",
            "$.customCallout.pie.instructions[1].options.destinationUrl",
        ),
        (custom(ace="http://example.com/ace"), "callback_url", "$.customCallout.ace"),
        (custom(ace="https://evil.test/ace"), "callback_url", "$.customCallout.ace"),
        (tts(text="Hi.", prompts=f"#tts[Hi];#href[{EVIL}]"), "media_url", "$.ttsCallout.prompts"),
        (tts(text=None, prompts="#tts[Hi] #href[https://example.com/a]"), "readable", "$.ttsCallout.prompts"),
    ],
)
def test_what_is_hidden_in_a_request_is_refused_at_its_place(request_: Payload, rule: str, path: str) -> None:
    refusal = refused(request_, POLICY)

    assert (refusal.rule, refusal.path) == (rule, path)


@pytest.mark.parametrize("prompt", ["introPrompt", "holdPrompt"])
def test_prompts_of_parking_are_checked(prompt: str) -> None:
    # No event of a callout allows parking; an update of a call does.
    document = read({"action": {"name": "Park", prompt: f"#tts[Wait.];{EVIL}"}}, "update").document

    refusal = refused(document, POLICY)

    assert (refusal.rule, refusal.path) == ("media_url", f"$.action.{prompt}")


@pytest.mark.parametrize(
    ("request_", "harmless", "path"),
    [
        (custom(ice=dialling(Number="+1911")), custom(ice=dialling()), f"{ICE}.Number"),
        (custom(ice=dialling(destination="+1911")), custom(ice=dialling()), f"{ICE}.destination"),
        (custom(ice={**dialling(), "instruction": []}), custom(ice=dialling()), "$.customCallout.ice.instruction"),
        (custom(ace=menu(prompt=EVIL)), custom(ace=menu()), "$.customCallout.ace.action.menus[0].prompt"),
    ],
)
def test_an_undocumented_member_is_refused_live_and_left_out_in_the_sandbox(
    request_: Payload, harmless: Payload, path: str
) -> None:
    refusal = refused(request_, POLICY)
    tried = allowed(request_, POLICY, mode="sandbox")

    assert (refusal.rule, refusal.path) == ("unknown_member", path)
    assert [warning.partition(": ")[0] for warning in tried.warnings] == [path]
    assert tried.request == allowed(harmless, POLICY).request


def test_members_that_the_reader_set_aside_are_refused_too() -> None:
    decision = answer(tts(), mode="live", unknown=("$.ice.action.colour",))

    assert isinstance(decision, Refuse)
    assert (decision.rule, decision.path, decision.value) == ("unknown_member", "$.ice.action.colour", "colour")


@pytest.mark.parametrize(
    ("inline", "path"),
    [
        ('{"action":{"name":"park"}}', "$.customCallout.ace.action.name"),
        ('{"action":{"name":"dial","number":"+1911"}}', "$.customCallout.ace.action.name"),
        ('{"action":[{"name":"hangup"},{"name":"connectPstn"}]}', "$.customCallout.ace.action"),
        ('{"commands":[]}', "$.customCallout.ace.commands"),
        ('{"action":{"name":"hangup"}} {"action":{}}', "$.customCallout.ace"),
        ("{" * 3_000, "$.customCallout.ace"),
        ('{"action":{"name":"hangup"' + " " * 100_000 + "}}", "$.customCallout.ace"),
        ("ring +1911", "$.customCallout.ace"),
    ],
)
def test_what_cannot_be_read_is_not_sent(inline: str, path: str) -> None:
    refusal = refused(custom(ace=inline))

    assert (refusal.rule, refusal.path) == ("readable", path)


def test_the_platform_is_sent_our_spelling_of_a_hidden_document() -> None:
    bounds = '"maxDuration":600,"dialTimeout":60'
    ice = ' {"action":{"name":"CONNECTPSTN","destination":"+1 (404) 500-5000","cli":"+1 415 555 0100"}}'

    sent = allowed(custom(ice=ice), POLICY).request.to_wire()["customCallout"]["ice"]

    assert sent == f'{{"action":{{"name":"connectPstn","number":"{REAL}",{bounds},"cli":"{OWN}"}}}}'
