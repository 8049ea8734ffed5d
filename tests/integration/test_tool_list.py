"""The tool list: what every user pays for in every conversation."""

import json
import os
from pathlib import Path

import pytest
from mcp.types import Tool

from sinch_voice_mcp.settings import load
from sinch_voice_mcp.tools import ALL_TOOLS, Effect
from tests.integration.conftest import Caller, Connect, Era, connected

SNAPSHOTS = Path(__file__).parent / "snapshots"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))  # noqa: TID251 - a switch of the tests, not of the product


async def test_each_tool_is_as_its_snapshot_says(voice: Caller) -> None:
    tools = {tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in await _tools(voice)}
    if UPDATE:
        for name, tool in tools.items():
            (SNAPSHOTS / f"{name}.json").write_text(json.dumps(tool, indent=2, ensure_ascii=False) + "\n")
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == tools.keys()
    for name, tool in tools.items():
        assert tool == json.loads((SNAPSHOTS / f"{name}.json").read_text()), f"{name}: run `make snapshots`"


async def test_hints_follow_from_the_effect(voice: Caller) -> None:
    effects = {spec.name: spec.effect for spec in ALL_TOOLS}
    for tool in await _tools(voice):
        hints = tool.annotations
        assert hints is not None
        reads = effects[tool.name] is Effect.READS
        assert (hints.read_only_hint, hints.destructive_hint) == (reads, not reads)
        assert (hints.idempotent_hint, hints.open_world_hint) == (reads, not reads)
        assert tool.title
        assert tool.description


async def test_no_tool_takes_arguments_it_does_not_know(voice: Caller) -> None:
    for tool in await _tools(voice):
        assert tool.input_schema["additionalProperties"] is False


INPUT, OUTPUT = 4.2, 4.05
"""Characters of compact JSON a token. With o200k this list measures 4.22 for what models are always shown, and 4.08
for output schemas; a tokenizer's vocabulary has to be fetched, so the tests count characters."""


async def test_the_tool_list_stays_within_its_budget(voice: Caller) -> None:
    tools = await _tools(voice)
    seen = [{"name": t.name, "description": t.description, "parameters": t.input_schema} for t in tools]
    shown = sum(len(json.dumps(tool, ensure_ascii=False, separators=(",", ":"))) for tool in seen) / INPUT
    answers = sum(len(json.dumps(t.output_schema, separators=(",", ":"))) for t in tools) / OUTPUT
    assert shown <= 2_800
    assert shown / len(tools) <= 120
    assert shown + answers <= 5_500


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"SINCH_VOICE_TOOLSETS": "svaml"}, {"build_svaml", "check_svaml"}),
        ({"SINCH_VOICE_TOOLS": "get_call"}, {"get_call"}),
        (
            {"SINCH_VOICE_TOOLSETS": "svaml", "SINCH_VOICE_TOOLS": "get_call"},
            {"build_svaml", "check_svaml", "get_call"},
        ),
        ({"SINCH_VOICE_TOOLSETS": "svaml", "SINCH_VOICE_EXCLUDE_TOOLS": "check_svaml"}, {"build_svaml"}),
        ({"SINCH_VOICE_TOOLS": "hang_up,get_call", "SINCH_VOICE_READ_ONLY": "true"}, {"get_call"}),
        (
            {"SINCH_VOICE_READ_ONLY": "true"},
            {spec.name for spec in ALL_TOOLS if spec.effect is Effect.READS},
        ),
    ],
)
async def test_the_owner_chooses_which_tools_there_are(
    connect: Connect, environ: dict[str, str], names: set[str]
) -> None:
    async with connect(**environ) as voice:
        assert {tool.name for tool in await _tools(voice)} == names


async def test_a_tool_that_is_not_offered_cannot_be_called(connect: Connect) -> None:
    async with connect(SINCH_VOICE_READ_ONLY="true") as voice:
        error = await voice.fails("hang_up", call_id="c1")
    assert (error["code"], error["message"]) == ("invalid_input", "there is no tool `hang_up`")


async def test_instructions_hold_for_mode_and_tools(connect: Connect) -> None:
    async with connect(SINCH_VOICE_REHEARSE="true") as voice:
        assert "+12025550100" not in (voice.client.instructions or "")
    async with connect(SINCH_VOICE_TOOLSETS="svaml") as voice:
        assert "list_numbers" not in (voice.client.instructions or "")


async def test_name_and_instructions_say_sandbox_only_there(era: Era) -> None:
    async with connected(load({}), era) as voice:
        assert "SANDBOX" in (voice.client.instructions or "")
        assert voice.client.server_info is not None
        assert "sandbox" in voice.client.server_info.name


async def _tools(voice: Caller) -> list[Tool]:
    return (await voice.client.list_tools()).tools
