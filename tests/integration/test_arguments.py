"""What models send as arguments: everything filled in, JSON text, wrong types; and what the schemas promise them."""

from collections.abc import Iterator
from typing import Any

import pytest
from mcp.types import Tool

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.svaml import ACTIONS, INSTRUCTIONS
from sinch_voice_mcp.tools import ALL_TOOLS
from tests.callers import Caller, Connect, Era
from tests.platforms import OWN

ANNA, BEN = "+12025550100", "+12025550108"
TOOLS = [spec.name for spec in ALL_TOOLS]
EMPTY: list[Any] = [None, "", [], {"a": {"b": [None]}}]
HANG_UP = {"action": {"name": "hangup"}}
SAY = {"name": "say", "text": "One moment.", "locale": "en-US"}
NEEDED: dict[str, dict[str, Any]] = {
    "place_tts_callout": {"to": ANNA, "text": "Hello Anna", "cli": OWN},
    "place_conference_callout": {"to": [ANNA, BEN], "conference_id": "other", "cli": OWN},
    "place_custom_callout": {"to": ANNA, "cli": OWN, "ace": HANG_UP},
    "update_call": {"svaml": HANG_UP},
    "wait_for_call": {"until": "answered"},
    "play_to_call": {"text": "One moment."},
    "manage_participant": {"command": "mute"},
    "assign_numbers": {"numbers": ["+14155550109"]},
    "unassign_number": {"number": "+14155550109"},
    "query_number": {"number": ANNA},
    "set_callbacks": {"primary": ""},
    "build_svaml": {"event": "ace", "action": {"name": "hangup"}},
    "check_svaml": {"document": HANG_UP},
    "sandbox_receive_call": {"caller": ANNA},
    "sandbox_act": {"act": "say", "value": "Hello"},
    "sandbox_script": {"number": ANNA},
    "sandbox_fault": {"fault": "busy"},
    "sandbox_advance": {"seconds": 1},
}
"""Arguments with which a tool works, besides ids."""

CONSTRAINTS = {"exclusiveMinimum", "exclusiveMaximum", "$ref", "anyOf", "oneOf", "allOf", "additionalProperties"}
PYDANTIC = ("input should", "should be", "input is", "validation", "unable to parse", "assertion", "instance of")
"""Words of messages that pydantic writes for programmers."""


@pytest.fixture
def era() -> Era:
    """One era: the server reads arguments in the same way in both."""
    return "auto"


async def test_every_schema_has_a_type_and_every_object_has_members(voice: Caller) -> None:
    tools = (await voice.client.list_tools()).tools
    for path, schema in (found for tool in tools for found in _schemas(tool.input_schema, tool.name)):
        assert isinstance(schema.get("type"), str), path
        assert not CONSTRAINTS & schema.keys(), path
        assert schema["type"] != "object" or schema["properties"], path
        assert schema["type"] != "array" or schema["items"], path


async def test_the_builder_names_all_actions_and_instructions_and_the_others_name_the_members_of_a_document(
    voice: Caller,
) -> None:
    builder = (await _tool(voice, "build_svaml")).input_schema["properties"]
    names = [[kind.model_fields["name"].default for kind in kinds] for kinds in (ACTIONS, INSTRUCTIONS)]
    assert builder["action"]["properties"]["name"]["enum"] == names[0]
    assert sorted(builder["instructions"]["items"]["properties"]["name"]["enum"]) == sorted(names[1])
    custom = (await _tool(voice, "place_custom_callout")).input_schema["properties"]
    update = (await _tool(voice, "update_call")).input_schema["properties"]
    for document in (custom["ice"], custom["ace"], custom["pie"], update["svaml"]):
        assert document["properties"].keys() == {"instructions", "action"}
    answers = (await _tool(voice, "ask_by_phone")).input_schema["properties"]["answers"]
    assert sorted(answers["properties"]) == list("0123456789")


@pytest.mark.parametrize("empty", EMPTY, ids=str)
@pytest.mark.parametrize("name", [name for name in TOOLS if name != "ask_by_phone"])
async def test_an_empty_optional_argument_counts_as_left_out(
    voice: Caller, clock: ManualClock, name: str, empty: object
) -> None:
    arguments = {**await _ids(voice, clock, name), **NEEDED.get(name, {})}
    properties = (await _tool(voice, name)).input_schema["properties"]
    required = (await _tool(voice, name)).input_schema.get("required", [])
    unlisted = ["enable_dice", "enable_pie"] if name == "place_tts_callout" else []
    empties = {one: empty for one in (*properties, *unlisted) if one not in required and one not in arguments}
    if name == "set_callbacks" and empty == "":
        del empties["fallback"]
    await voice.ok(name, **{**arguments, **empties})


@pytest.mark.parametrize("empty", [None, "", [], {}], ids=str)
async def test_an_empty_optional_argument_of_a_question_counts_as_left_out(voice: Caller, empty: object) -> None:
    asked = {"to": ANNA, "question": "How many?", "digits": 2, "answers": empty, "idempotency_key": empty}
    error = await voice.fails("ask_by_phone", **asked, locale=empty, cli=OWN, wait_s=empty)
    plain = await voice.fails("ask_by_phone", to=ANNA, question="How many?", digits=2, cli=OWN)
    assert error == plain
    keys = {"1": "yes", "2": empty, "3": None, "0": ""}
    same = await voice.fails("ask_by_phone", to=ANNA, question="How many?", answers=keys, digits=0, cli=OWN)
    assert same == plain


async def test_an_empty_required_argument_is_refused(voice: Caller) -> None:
    for to in EMPTY:
        assert (await voice.fails("place_tts_callout", to=to, text="Hello", cli=OWN))["code"] in {
            "invalid_input",
            "refused",
        }


async def test_an_unknown_argument_is_refused_even_if_it_is_empty(voice: Caller) -> None:
    error = await voice.fails("place_tts_callout", to=ANNA, text="Hello", cli=OWN, langauge="", locale="en-US")
    assert error["field"] == "langauge"


@pytest.mark.parametrize("zero", [0, 0.0, "0"])
async def test_zero_counts_as_left_out_where_there_has_to_be_at_least_one(voice: Caller, zero: object) -> None:
    placed = await voice.ok("place_custom_callout", to=ANNA, cli=OWN, ace=HANG_UP, max_duration=zero, dry_run=True)
    plain = await voice.ok("place_custom_callout", to=ANNA, cli=OWN, ace=HANG_UP, dry_run=True)
    assert placed["request"] == plain["request"]
    await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
    assert len((await voice.ok("list_calls", limit=zero))["calls"]) == 1
    error = await voice.fails("list_calls", limit=-1)
    assert error["message"] == "`limit` must be 1 or more"


async def test_a_wait_of_zero_seconds_looks_once(voice: Caller) -> None:
    placed = await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
    assert (await voice.ok("wait_for_call", call_id=placed["call_id"], timeout_s=0))["timed_out"] is True


async def test_an_empty_callback_url_removes_it_and_an_absent_one_stays(connect: Connect) -> None:
    async with connect(SINCH_VOICE_CALLBACK_HOSTS="example.com") as voice:
        await voice.ok("set_callbacks", primary="https://example.com/1", fallback="https://example.com/2")
        stayed = await voice.ok("set_callbacks", primary=None, fallback="https://example.com/3")
        assert stayed["now"]["untrusted"]["primary"] == "https://example.com/1"
        assert (await voice.ok("get_callbacks", which="fallback"))["now"]["untrusted"] == {
            "fallback": "https://example.com/3"
        }
        removed = await voice.ok("set_callbacks", primary=[], fallback="")
        assert removed["now"]["untrusted"] == {"primary": "https://example.com/1"}


async def test_music_without_a_hold_is_ignored_with_a_warning(voice: Caller, clock: ManualClock) -> None:
    ids = await _ids(voice, clock, "manage_participant")
    muted = await voice.ok("manage_participant", **ids, command="mute", moh="ring")
    assert muted["participants"][0]["muted"] is True
    assert muted["warnings"] == ["`moh` was ignored: music goes with the command `onhold` only."]
    held = await voice.ok("manage_participant", **ids, command="onhold", moh="ring")
    assert "warnings" not in held
    assert (await voice.ok("manage_participant", **ids, command="kick", moh="ring"))["warnings"]


async def test_numbers_are_listed_of_one_application(voice: Caller) -> None:
    everything = await voice.ok("list_numbers")
    mine = await voice.ok("list_numbers", application_key=DEFAULT_CREDENTIALS.key)
    assert mine["numbers"] == [row for row in everything["numbers"] if row.get("here")]
    assert f"The account has 10 numbers; {len(mine['numbers'])} of them belong to that application." in mine["summary"]
    assert (await voice.ok("list_numbers", application_key="another"))["numbers"] == []


FORMS: list[Any] = [
    {"instructions": [SAY], "action": {"name": "hangup"}},
    {"instructions": '[{"name":"say","text":"One moment.","locale":"en-US"}]', "action": '{"name":"hangup"}'},
    {"instructions": ['{"name":"say","text":"One moment.","locale":"en-US"}'], "action": "hangup"},
    '{"instructions":[{"name":"say","text":"One moment.","locale":"en-US"}],"action":{"name":"hangup"}}',
    {
        "instructions": [{**SAY, "ids": [], "value": "", "key": None}],
        "action": {"name": "hangup", "number": "", "maxDuration": 0, "barge": False, "menus": []},
    },
]
"""The same document as objects, as text in members, as text and a name, as one text, and filled in."""


@pytest.mark.parametrize("ace", FORMS, ids=["objects", "text", "names", "one text", "filled in"])
async def test_every_form_of_a_document_is_the_same_call(voice: Caller, ace: Any) -> None:
    plain = {"instructions": [SAY], "action": {"name": "hangup"}}
    placed = await voice.ok("place_custom_callout", to=ANNA, cli=OWN, ace=plain)
    again = await voice.ok("place_custom_callout", to=ANNA, cli=OWN, ace=ace)
    assert again["duplicate_of"] == placed["call_id"]
    assert "warnings" not in again


async def test_a_member_that_is_needed_stays_even_if_it_is_empty(voice: Caller) -> None:
    cookie = {"name": "setCookie", "key": "language", "value": ""}
    built = await voice.ok("build_svaml", event="ace", action={"name": "hangup"}, instructions=[cookie])
    assert built["document"]["instructions"] == [cookie]
    error = await voice.fails("build_svaml", event="ice", action={"name": "connectConf", "conferenceId": ""})
    assert error["field"] == "$.action.conferenceId"


async def test_a_member_of_another_action_is_left_out_with_a_finding(voice: Caller) -> None:
    built = await voice.ok("build_svaml", event="ace", action={"name": "hangup", "moh": "ring"})
    assert built["document"] == HANG_UP
    assert built["findings"][0]["path"] == "$.action.moh"


WRONG: list[Any] = [True, -7, 7.5, 10**30, "yesterday", "x" * 3_000, ["x", 3], {"x": 3}, [["x"]], "2026-13-45"]


@pytest.mark.parametrize("name", TOOLS)
async def test_a_wrong_argument_is_refused_in_our_own_words(voice: Caller, clock: ManualClock, name: str) -> None:
    arguments = {**await _ids(voice, clock, name), **NEEDED.get(name, {})}
    for argument in (await _tool(voice, name)).input_schema["properties"]:
        for wrong in WRONG:
            result = await voice.client.call_tool(name, {**arguments, argument: wrong})
            said = str(result.content).lower()
            if result.is_error:
                assert not [words for words in PYDANTIC if words in said], said


@pytest.mark.parametrize("since", ["yesterday", "2026-13-45", "25 November", True, 1e300, ["now"]])
async def test_a_time_that_cannot_be_read_is_answered_with_one_that_can(voice: Caller, since: object) -> None:
    error = await voice.fails("list_calls", since=since)
    assert error["message"] == "`since` must be a time such as 2026-11-25 or 2026-11-25T09:00Z"


async def test_a_call_in_progress_has_no_currency_without_a_cost(voice: Caller) -> None:
    placed = await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
    waited = await voice.ok("wait_for_call", call_id=placed["call_id"], timeout_s=0)
    (listed,) = (await voice.ok("list_calls"))["calls"]
    for result in (waited, listed):
        assert not {"cost", "currency"} & result.keys()


async def test_the_description_the_instructions_and_the_prompt_name_the_same_next_step(voice: Caller) -> None:
    prompt = await voice.client.get_prompt("place-a-call", {"number": ANNA, "message": "Hello"})
    texts = [(await _tool(voice, "place_tts_callout")).description, voice.client.instructions, str(prompt.messages)]
    for text in texts:
        assert "wait_for_call" in (text or "")
        assert "get_call " not in (text or "")


async def _ids(voice: Caller, clock: ManualClock, name: str) -> dict[str, Any]:
    """Return the ids that a tool needs, of calls that are answered."""
    properties = (await _tool(voice, name)).input_schema["properties"]
    if "conference_id" in properties and "to" not in properties:
        placed = await voice.ok("place_conference_callout", to=[ANNA, BEN], conference_id="room", cli=OWN)
        call_id = placed["legs"][0]["call_id"]
    elif "call_id" in properties:
        call_id = (await voice.ok("place_tts_callout", to=ANNA, text="A text that lasts", cli=OWN))["call_id"]
    else:
        return {}
    clock.advance(4)
    return {one: value for one, value in {"call_id": call_id, "conference_id": "room"}.items() if one in properties}


async def _tool(voice: Caller, name: str) -> Tool:
    (tool,) = (tool for tool in (await voice.client.list_tools()).tools if tool.name == name)
    return tool


def _schemas(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _schemas(inner, f"{path}.{name}")
    if "items" in schema:
        yield from _schemas(schema["items"], f"{path}[]")
