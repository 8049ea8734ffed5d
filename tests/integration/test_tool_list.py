"""The tool list: every user pays for it in every conversation."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from mcp.types import Tool

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.tools import ALL_TOOLS, ToolEffect
from tests.callers import Caller, Connect, Era, connected

IN_MEMORY = {"SINCH_VOICE_DATABASE_URL": ":memory:"}
SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))  # noqa: TID251 - a switch of the tests, not of the product


async def test_each_tool_matches_its_snapshot(voice: Caller) -> None:
    tools = {tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in await _tools(voice)}
    if UPDATE:
        for name, tool in tools.items():
            (SNAPSHOTS / f"{name}.json").write_text(json.dumps(tool, indent=2, ensure_ascii=False) + "\n")
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == tools.keys()
    for name, tool in tools.items():
        assert tool == json.loads((SNAPSHOTS / f"{name}.json").read_text()), f"{name}: run `make snapshots`"


async def test_hints_follow_from_effect_and_repeatability(voice: Caller) -> None:
    specs = {spec.name: spec for spec in ALL_TOOLS}
    for tool in await _tools(voice):
        hints = tool.annotations
        assert hints is not None
        reads = specs[tool.name].effect is ToolEffect.READS
        reaches_others = not reads and specs[tool.name].toolset != "sandbox"
        seen = (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint)
        assert seen == (reads, reaches_others, reaches_others)
        assert hints.idempotent_hint is (reads or specs[tool.name].repeatable)
        assert tool.title
        assert tool.description


async def test_a_tool_that_says_safe_to_repeat_has_the_hint_and_no_tool_that_rings_has_it(voice: Caller) -> None:
    effects = {spec.name: spec.effect for spec in ALL_TOOLS}
    idempotent = {tool.name for tool in await _tools(voice) if tool.annotations and tool.annotations.idempotent_hint}
    says_so = {tool.name for tool in await _tools(voice) if "Safe to repeat" in (tool.description or "")}
    assert {"hang_up", "manage_participant"} <= says_so
    assert says_so | {"emergency_stop"} <= idempotent
    assert not {name for name in idempotent if effects[name] is ToolEffect.RINGS}
    assert not {"update_call", "play_to_call"} & idempotent


async def test_every_tool_rejects_unknown_arguments(voice: Caller) -> None:
    for tool in await _tools(voice):
        error = await voice.fails(tool.name, **dict.fromkeys(tool.input_schema["properties"], ""), surprise=1)
        assert error["message"].startswith("unknown argument `surprise`; there are ")


INPUT, OUTPUT = 4.13, 4.08
"""Characters of compact JSON per token. With o200k this list measures 4.13 for what models always read, and
4.08 for output schemas. A tokenizer would have to download its vocabulary, so the test counts characters."""


async def test_the_tool_list_stays_within_its_budget(voice: Caller) -> None:
    simulating = {spec.name for spec in ALL_TOOLS if spec.toolset == "sandbox"}
    offered = await _tools(voice)
    tools = [tool for tool in offered if tool.name not in simulating]
    shown = _shown(tools)
    answers = sum(len(json.dumps(t.output_schema, separators=(",", ":"))) for t in tools) / OUTPUT
    assert shown <= 4_600
    assert shown / len(tools) <= 140
    assert shown + answers <= 8_000
    assert _shown([tool for tool in offered if tool.name in simulating]) <= 600


async def test_the_tools_of_the_sandbox_are_offered_where_the_platform_is_one_and_not_in_live_mode(era: Era) -> None:
    pair = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0", **IN_MEMORY}
    here = {"SINCH_VOICE_BASE_URL": "http://127.0.0.1:9"}
    everything = {spec.name for spec in ALL_TOOLS}
    simulating = {spec.name for spec in ALL_TOOLS if spec.toolset == "sandbox"}
    rehearsal, standalone = {"SINCH_VOICE_REHEARSE": "true"}, {**pair, **here, "SINCH_VOICE_SANDBOX": "true"}
    for environ in (IN_MEMORY, rehearsal, standalone):
        assert await _names(environ, era) == everything
    for environ in (pair, pair | here):
        assert await _names(environ, era) == everything - simulating
        assert await _names(environ | {"SINCH_VOICE_EXCLUDE_TOOLS": "sandbox_act"}, era) == everything - simulating


@pytest.mark.parametrize(("kind", "name"), [("toolset", "sandbox"), ("tool", "sandbox_act")])
def test_a_live_server_that_is_asked_for_the_tools_of_the_sandbox_does_not_start(kind: str, name: str) -> None:
    variable = f"SINCH_VOICE_{kind.upper()}S"
    live = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0", **IN_MEMORY, variable: name}
    with pytest.raises(ConfigurationError) as caught:
        create_server(load(live))
    assert caught.value.message == (
        f"the {kind} `{name}` is for a sandbox only, and this server is in live mode; take it out of {variable}, "
        "or set SINCH_VOICE_SANDBOX=true"
    )


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"SINCH_VOICE_TOOLSETS": "svaml"}, {"build_svaml", "check_svaml"}),
        ({"SINCH_VOICE_TOOLS": "get_call"}, {"get_call"}),
        ({"SINCH_VOICE_TOOLS": "sandbox_act"}, {"sandbox_act"}),
        (
            {"SINCH_VOICE_TOOLSETS": "svaml", "SINCH_VOICE_TOOLS": "get_call"},
            {"build_svaml", "check_svaml", "get_call"},
        ),
        ({"SINCH_VOICE_TOOLSETS": "svaml", "SINCH_VOICE_EXCLUDE_TOOLS": "check_svaml"}, {"build_svaml"}),
        ({"SINCH_VOICE_TOOLS": "hang_up,get_call", "SINCH_VOICE_READ_ONLY": "true"}, {"get_call"}),
        (
            {"SINCH_VOICE_READ_ONLY": "true"},
            {spec.name for spec in ALL_TOOLS if spec.effect is ToolEffect.READS},
        ),
    ],
)
async def test_the_owner_chooses_which_tools_are_offered(
    connect: Connect, environ: dict[str, str], names: set[str]
) -> None:
    async with connect(**environ) as voice:
        assert {tool.name for tool in await _tools(voice)} == names


async def test_a_tool_that_is_not_offered_cannot_be_called(connect: Connect) -> None:
    async with connect(SINCH_VOICE_READ_ONLY="true") as voice:
        error = await voice.fails("hang_up", call_id="c1")
    assert (error["code"], error["message"]) == ("invalid_input", "there is no tool `hang_up`")


@pytest.mark.parametrize(
    ("environ", "present", "absent"),
    [
        ({}, "Places and controls phone calls", "place no call"),
        ({}, "Try +12025550100", "place no new call"),
        ({"SINCH_VOICE_REHEARSE": "true"}, "Places and controls phone calls", "+12025550100"),
        ({"SINCH_VOICE_READ_ONLY": "true"}, "place no call and change nothing", "Places"),
        ({"SINCH_VOICE_TOOLSETS": "conferences"}, "place no new call", "Places"),
        ({"SINCH_VOICE_TOOLSETS": "svaml"}, "The SVAML tools build and check", "Sinch Voice;"),
        ({"SINCH_VOICE_TOOLSETS": "sandbox"}, "The sandbox tools let simulated people call", "Sinch Voice;"),
        ({}, "The sandbox tools let simulated people call", "place no new call"),
        ({"SINCH_VOICE_READ_ONLY": "true"}, "SANDBOX", "sandbox tools"),
        ({"SINCH_VOICE_TOOLS": "place_tts_callout"}, "sinch://policy", "wait_for_call"),
        ({"SINCH_VOICE_TOOLS": "place_tts_callout"}, "Places and controls phone calls", "list_numbers"),
        ({"SINCH_VOICE_EXCLUDE_TOOLS": "build_svaml,check_svaml"}, "wait_for_call", "SVAML"),
    ],
)
async def test_instructions_are_true_of_the_mode_and_the_tools_offered(
    connect: Connect, environ: dict[str, str], present: str, absent: str
) -> None:
    async with connect(**environ) as voice:
        instructions = voice.client.instructions or ""
    assert present in instructions
    assert absent not in instructions


async def test_instructions_and_descriptions_name_every_state(voice: Caller) -> None:
    (listing,) = (tool for tool in await _tools(voice) if tool.name == "list_calls")
    for state in listing.input_schema["properties"]["state"]["enum"]:
        assert f"`{state}`" in (voice.client.instructions or "")


async def test_the_sandbox_is_named_in_the_servers_name_and_instructions(era: Era) -> None:
    async with connected(load({}), era) as voice:
        assert "SANDBOX" in (voice.client.instructions or "")
        assert voice.client.server_info is not None
        assert "sandbox" in voice.client.server_info.name


def _shown(tools: Sequence[Tool]) -> float:
    """How many tokens a model always reads of these tools."""
    seen = [{"name": t.name, "description": t.description, "parameters": t.input_schema} for t in tools]
    return sum(len(json.dumps(tool, ensure_ascii=False, separators=(",", ":"))) for tool in seen) / INPUT


async def _names(environ: dict[str, str], era: Era) -> set[str]:
    async with connected(load(environ), era) as voice:
        return {tool.name for tool in await _tools(voice)}


async def _tools(voice: Caller) -> list[Tool]:
    return (await voice.client.list_tools()).tools
