"""Documents: built from models, sent, and read back."""

import json

import pytest
from hypothesis import given

from sinch_voice_mcp import svaml
from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.svaml import ConnectConf, Document, Hangup, Menu, Option, PlayFiles, RunMenu, Say
from sinch_voice_mcp.types import JsonObject
from tests import strategies


@given(strategies.documents)
def test_a_document_survives_the_wire(document: Document) -> None:
    text = json.dumps(document.to_wire())
    reading = svaml.read(text)
    assert reading.document == document
    assert reading.findings == ()
    assert json.dumps(reading.to_wire()) == text


@given(strategies.documents)
def test_undocumented_members_survive_the_wire_too(document: Document) -> None:
    wire = document.to_wire()
    wire["action"]["novelty"] = {"deep": [1]}
    wire["x-note"] = "kept"
    reading = svaml.read(wire)
    assert {member.path for member in reading.unknown} == {"$.action.novelty", "$['x-note']"}
    assert reading.to_wire() == wire


def test_a_document_is_pleasant_to_write() -> None:
    document = Document(
        instructions=(Say(text="Welcome."),),
        action=RunMenu(menus=(Menu(id="main", options=(Option(dtmf="1", action="return(book)"),)),)),
    )
    assert document.to_wire() == {
        "instructions": [{"name": "say", "text": "Welcome."}],
        "action": {
            "name": "runMenu",
            "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "return(book)"}]}],
        },
    }


def test_an_empty_list_of_instructions_is_sent_only_if_one_was_given() -> None:
    assert Document(action=Hangup()).to_wire() == {"action": {"name": "hangup"}}
    given_empty: JsonObject = {"instructions": [], "action": {"name": "hangup"}}
    assert svaml.read(given_empty).to_wire() == given_empty


def test_the_schema_member_for_editors_is_not_part_of_a_document() -> None:
    reading = svaml.read({"$schema": "svaml.schema.json", "action": {"name": "hangup"}})
    assert (reading.findings, reading.unknown, reading.to_wire()) == ((), (), {"action": {"name": "hangup"}})


def test_a_misspelled_member_is_refused_in_documents_built_in_python() -> None:
    with pytest.raises(ValueError, match="conferenceId"):
        ConnectConf.model_validate({"name": "connectConf", "room": "a"})


@pytest.mark.parametrize(
    ("foreign", "documented"),
    [
        ({"name": "ConnectConf", "conferenceId": "a", "moh": "Music1"}, {"conferenceId": "a", "moh": "music1"}),
        ({"name": "connectPSTN", "destination": "+12025550100"}, {"number": "+12025550100"}),
        ({"name": "connectpstn", "indications": False}, {"indications": "no"}),
        ({"name": "connectPstn", "amd": {"enabled": "true"}}, {"amd": {"enabled": True}}),
        (
            {"name": "connectMXP", "callheaders": [{"key": "a", "value": "b"}]},
            {"callHeaders": [{"key": "a", "value": "b"}]},
        ),
        (
            {"name": "connectSip", "destination": {"endpoint": "a@example.com"}, "transport": "tls"},
            {"destination": {"type": "sip", "endpoint": "a@example.com"}, "transport": "TLS"},
        ),
        (
            {"name": "connectMxp", "destination": {"type": "Username", "endpoint": "u"}},
            {"destination": {"type": "username", "endpoint": "u"}},
        ),
        (
            {"name": "connectStream", "destination": {"type": "websocket", "endpoint": "wss://example.com"}},
            {"destination": {"type": "Websocket", "endpoint": "wss://example.com"}},
        ),
        ({"name": "RunMenu", "badge": False, "menus": [{"id": "main"}]}, {"barge": False, "menus": [{"id": "main"}]}),
        ({"name": "park", "introPromt": "#tts[a]", "dialTimeout": 60}, {"introPrompt": "#tts[a]", "maxDuration": 60}),
        (
            {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": 1, "action": "RETURN (x)"}]}]},
            {"menus": [{"id": "main", "options": [{"dtmf": "1", "action": "RETURN (x)"}]}]},
        ),
        ({"name": "hangup", "reason": None}, {}),
    ],
)
def test_the_spellings_of_sinchs_own_material_are_read(
    foreign: dict[str, object], documented: dict[str, object]
) -> None:
    wire = svaml.read({"action": foreign}).document.to_wire()["action"]
    assert {key: value for key, value in wire.items() if key != "name"} == documented


def test_nested_lists_of_files_are_flattened_with_a_finding() -> None:
    reading = svaml.read({"instructions": [{"name": "playFiles", "ids": [["a"], "b"]}], "action": {"name": "hangup"}})
    assert reading.document.instructions == (PlayFiles(ids=("a", "b")),)
    assert [(finding.code, finding.path) for finding in reading.findings] == [("SV010", "$.instructions[0].ids")]


FAULTY: list[tuple[object, str, str]] = [
    ("{", "$", "SV001"),
    ("[" * 100_000, "$", "SV001"),
    (b"\xff\xfe", "$", "SV001"),
    ([], "$", "SV001"),
    ({"commands": []}, "$.commands", "SV002"),
    ({}, "$.action", "SV003"),
    ({"instructions": [{"name": "answer"}]}, "$.action", "SV003"),
    ({"action": [{"name": "hangup"}, {"name": "park"}]}, "$.action", "SV004"),
    ({"actions": [{"name": "hangup"}]}, "$.actions", "SV004"),
    ({"action": {"name": "hangUpp"}}, "$.action.name", "SV005"),
    ({"instructions": {"name": "say"}, "action": {"name": "hangup"}}, "$.instructions", "SV009"),
    ({"instructions": ["say"], "action": {"name": "hangup"}}, "$.instructions[0]", "SV009"),
    ({"instructions": [{"name": "say"}], "action": {"name": "hangup"}}, "$.instructions[0].text", "SV009"),
    ({"action": {"name": "connectConf"}}, "$.action.conferenceId", "SV009"),
    ({"action": {"name": "connectConf", "conferenceId": "x" * 65}}, "$.action.conferenceId", "SV025"),
    ({"action": {"name": "connectPstn", "maxDuration": 14_401}}, "$.action.maxDuration", "SV013"),
    ({"action": {"name": "park", "maxDuration": 601}}, "$.action.maxDuration", "SV013"),
    ({"action": {"name": "connectPstn", "maxDuration": "a minute"}}, "$.action.maxDuration", "SV009"),
    ({"action": {"name": "connectConf", "conferenceId": "a", "moh": "jazz"}}, "$.action.moh", "SV033"),
    ({"action": {"name": "runMenu", "menus": [{"options": []}]}}, "$.action.menus[0].id", "SV009"),
    (
        {"action": {"name": "runMenu", "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "go"}]}]}},
        "$.action.menus[0].options[0].action",
        "SV017",
    ),
]


@pytest.mark.parametrize(("document", "path", "rule"), FAULTY)
def test_what_the_platform_would_refuse_is_refused_with_its_path(document: object, path: str, rule: str) -> None:
    with pytest.raises(SvamlError) as refused:
        svaml.read(document)
    assert (refused.value.path, refused.value.rule) == (path, rule)


@pytest.mark.parametrize(
    ("event", "actions", "instructions"),
    [
        ("ice", "hangup connectPstn connectMxp connectConf connectSip connectStream runMenu park", "answer sendDtmf"),
        ("ace", "hangup continue connectConf runMenu", ""),
        ("pie", "hangup continue connectPstn connectConf connectSip runMenu", "sendDtmf"),
        ("callout", "hangup connectPstn connectMxp connectConf connectSip connectStream", "answer sendDtmf"),
        ("update", "hangup continue connectPstn connectMxp connectConf connectSip runMenu park", "answer sendDtmf"),
    ],
)
def test_each_event_allows_what_the_documentation_says(event: svaml.Event, actions: str, instructions: str) -> None:
    needs = {
        "connectConf": {"conferenceId": "a"},
        "connectSip": {"destination": {"endpoint": "a@example.com"}},
        "connectStream": {"destination": {"endpoint": "wss://example.com"}},
        "runMenu": {"menus": [{"id": "main"}]},
        "sendDtmf": {"value": "1"},
        "say": {"text": "a"},
        "playFiles": {"ids": ["a"]},
        "setCookie": {"key": "a", "value": "b"},
    }
    everywhere = {"playFiles", "say", "setCookie", "startRecording", "stopRecording"}
    for model in svaml.ACTIONS:
        name = model.model_fields["name"].default
        reading, findings = svaml.examine({"action": {"name": name, **needs.get(name, {})}}, event)
        assert (reading is not None) == (name in actions.split()), (name, findings)
    for model in svaml.INSTRUCTIONS:
        name = model.model_fields["name"].default
        document = {"instructions": [{"name": name, **needs.get(name, {})}], "action": {"name": "hangup"}}
        reading, findings = svaml.examine(document, event)
        assert (reading is not None) == (name in everywhere | set(instructions.split())), (name, findings)
        assert reading is not None or [finding.path for finding in findings] == ["$.instructions[0].name"]


def test_an_update_can_omit_the_action() -> None:
    assert svaml.read({"instructions": [{"name": "say", "text": "a"}]}, "update").document.action is None


def test_every_error_of_a_document_is_reported_at_once() -> None:
    document = {"instructions": [{"name": "say"}, {"name": "nothing"}], "action": {"name": "connectConf"}}
    _, findings = svaml.examine(document, "ice")
    assert {finding.path for finding in findings if finding.level == "error"} == {
        "$.instructions[0].text",
        "$.instructions[1].name",
        "$.action.conferenceId",
    }
