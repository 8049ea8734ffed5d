"""The input schemas survive what hosts do to them, and a model that fills in every argument can call every tool."""

import copy
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import anyio
import pytest
from mcp.types import Tool

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml.model.events import ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED
from sinch_voice_mcp.tools import ALL_TOOLS
from tests.callers import Caller, connected
from tests.converters import CONVERTERS, Convert
from tests.platforms import OWN
from tests.stage import embedded

pytestmark = pytest.mark.long

ANNA, BEN = "+12025550100", "+12025550108"
TOOLS = [spec.name for spec in ALL_TOOLS]
SPOKEN = '[{"name":"say","text":"One moment."}]'
USE: Mapping[str, Mapping[str, Any]] = {
    "place_tts_callout": {"to": ANNA, "text": "Hello Anna", "cli": OWN},
    "place_conference_callout": {"to": [ANNA, BEN], "conference_id": "other", "cli": OWN},
    "place_custom_callout": {
        "to": ANNA, "cli": OWN, "ace": {"instructions": SPOKEN, "action": '{"name":"hangup"}'},
    },
    "update_call": {"svaml": {"instructions": SPOKEN, "action": '{"name":"hangup"}'}},
    "play_to_call": {"text": "One moment."},
    "ask_by_phone": {
        "to": "+12025550102", "cli": OWN, "question": "Do you come?", "answers": {"1": "yes", "2": "no"}, "wait_s": 45,
    },
    "list_calls": {"state": "answered", "direction": "out"},
    "manage_participant": {"command": "mute"},
    "assign_numbers": {"numbers": ["+14155550109"]},
    "unassign_number": {"number": "+14155550109"},
    "query_number": {"number": ANNA},
    "set_callbacks": {"primary": "https://example.com/events"},
    "build_svaml": {"event": "ace", "action": {"name": "hangup"}},
    "check_svaml": {"document": '{"action":{"name":"hangup"}}', "event": "ace"},
    "sandbox_receive_call": {"caller": ANNA, "script": [{"press": "1"}, {"after_s": 2, "hang_up": True}]},
    "sandbox_act": {"act": "press", "value": "1"},
    "sandbox_script": {"number": ANNA, "script": [{"answer_after_s": 2}, {"on": "menu:main", "say": "yes"}]},
    "sandbox_fault": {"fault": "busy", "probability": 0.5},
    "sandbox_advance": {"seconds": 1.5},
}  # fmt: skip
"""What a model wants to say; everything else it fills in because the schema names it."""

NEEDED: Mapping[str, Mapping[str, Any]] = {
    "hangup": {},
    "continue": {},
    "connectPstn": {"number": ANNA},
    "connectMxp": {"destination": "anna"},
    "connectConf": {"conferenceId": "room"},
    "connectSip": {"destination": "anna@example.com"},
    "connectStream": {"destination": "wss://example.com/audio"},
    "runMenu": {
        "locale": "en-US",
        "menus": [{"id": "main", "mainPrompt": "#tts[Press 1]", "options": [{"dtmf": "1", "action": "return(yes)"}]}],
    },
    "park": {"holdPrompt": "#tts[One moment]", "locale": "en-US"},
    "playFiles": {"ids": ["#tts[Hello]"], "locale": "en-US"},
    "say": {"text": "Hello"},
    "sendDtmf": {"value": "1"},
    "setCookie": {"key": "language", "value": "en"},
    "answer": {},
    "startRecording": {},
    "stopRecording": {},
}


@pytest.fixture(params=CONVERTERS)
def convert(request: pytest.FixtureRequest) -> Convert:
    """Every converter in turn."""
    return CONVERTERS[request.param]


@pytest.fixture
async def voice(sandbox: Sandbox) -> AsyncGenerator[Caller]:
    """A caller on a server that may do what these tests try."""
    async with connected(load({"SINCH_VOICE_CALLBACK_HOSTS": "example.com"}), "auto", sandbox=sandbox) as caller:
        yield caller


@pytest.mark.parametrize("name", TOOLS)
async def test_a_converted_schema_has_every_argument_with_a_type_and_no_empty_object(
    voice: Caller, convert: Convert, name: str
) -> None:
    tool = await _tool(voice, name)
    converted = convert(tool)
    assert set(_paths(converted)) == set(_paths(tool.input_schema))
    for schema in _schemas(converted):
        assert schema.get("type") or schema.get("enum")
        assert schema.get("type") != "object" or schema["properties"]


@pytest.mark.parametrize("name", TOOLS)
async def test_a_model_that_fills_in_everything_a_converted_schema_names_can_call_the_tool(
    voice: Caller, clock: ManualClock, sqlite_url: str, convert: Convert, name: str
) -> None:
    schema = convert(await _tool(voice, name))
    if name == "ask_by_phone":
        with anyio.fail_after(30):
            async with embedded(sqlite_url, "auto") as listening:
                answer = await listening.ok(name, **_fitting(schema, USE[name]))
        assert (answer["key"], answer["meaning"]) == ("1", "yes")
        return
    placed = await voice.ok("place_conference_callout", to=[ANNA, BEN], conference_id="room", cli=OWN)
    single = await voice.ok("place_tts_callout", to=ANNA, text="Hello Anna, this is long enough", cli=OWN)
    clock.advance(4)
    in_room = name == "manage_participant"
    here = {"call_id": placed["legs"][0]["call_id"] if in_room else single["call_id"], "conference_id": "room"}
    result = await voice.ok(name, **_fitting(schema, {**here, **USE.get(name, {})}))
    assert result["simulated"] is True


@pytest.mark.parametrize("name", NEEDED)
async def test_every_action_and_instruction_can_be_built_with_all_members_filled_in(
    voice: Caller, convert: Convert, name: str
) -> None:
    schema = convert(await _tool(voice, "build_svaml"))
    said = {"name": name, **NEEDED[name]}
    is_action = any(name in allowed for allowed in ACTIONS_ALLOWED.values())
    allowed = ACTIONS_ALLOWED if is_action else INSTRUCTIONS_ALLOWED
    event = next(event for event, names in allowed.items() if name in names)
    wanted: dict[str, Any] = {"action": said} if is_action else {"action": {"name": "hangup"}, "instructions": [said]}
    arguments = _fitting(schema, {"event": event, **wanted})
    built = (await voice.ok("build_svaml", **arguments))["document"]
    entry = built["action"] if is_action else built["instructions"][0]
    if "barge" in arguments["action"] and name == "runMenu":
        assert entry.pop("barge") is False
        assert entry["menus"][0].pop("repeats") == 0
    if isinstance(entry.get("destination"), dict):
        entry["destination"] = entry["destination"]["endpoint"]
    assert entry == said


def _fitting(schema: dict[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments that say what is wanted, with every other member filled in as its type allows."""
    filled: dict[str, Any] = _filled(schema, {name: wanted[name] for name in wanted if name in schema["properties"]})
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(filled, schema)
    return filled


def _filled(schema: dict[str, Any], wanted: Any = ...) -> Any:
    match schema.get("type"):
        case "object":
            given: dict[str, Any] = {} if wanted is ... else wanted
            assert given.keys() <= schema["properties"].keys(), "the schema has no place for what the model wants"
            return {name: _filled(inner, given.get(name, ...)) for name, inner in schema["properties"].items()}
        case "array":
            return [] if wanted is ... else [_filled(schema["items"], one) for one in wanted]
        case _ if wanted is not ...:
            return wanted
        case _ if "enum" in schema:
            return schema["enum"][0]
        case "integer" | "number":
            return 0
        case "boolean":
            return False
        case _:
            return ""


def _schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from _schemas(inner)
    if "items" in schema:
        yield from _schemas(schema["items"])


def _paths(schema: dict[str, Any], path: str = "$") -> Iterator[str]:
    yield path
    for name, inner in schema.get("properties", {}).items():
        yield from _paths(inner, f"{path}.{name}")
    if "items" in schema:
        yield from _paths(schema["items"], f"{path}[]")


async def _tool(voice: Caller, name: str) -> Tool:
    (tool,) = (tool for tool in (await voice.client.list_tools()).tools if tool.name == name)
    return copy.deepcopy(tool)
