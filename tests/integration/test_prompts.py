"""Prompts: the starting points that a user can choose."""

import re
from typing import get_args

import click
import pytest
from mcp.shared.exceptions import MCPError

from sinch_voice_mcp.cli import cli
from sinch_voice_mcp.errors import NoCallbacksError
from sinch_voice_mcp.operations.events.monitor import Until
from sinch_voice_mcp.operations.states import CallState
from sinch_voice_mcp.prompts import read_prompt
from sinch_voice_mcp.settings import all_settings
from sinch_voice_mcp.tools import ALL_TOOLS
from sinch_voice_mcp.tools.surveys import SurveyOutcome
from tests.callers import Caller

NAMES = [
    "ask-by-phone",
    "place-a-call",
    "remind-by-phone",
    "run-a-conference",
    "set-up-callbacks",
    "why-a-call-failed",
]
OUTCOMES = {*get_args(SurveyOutcome), *get_args(Until), *get_args(CallState)}


async def test_every_prompt_is_offered_and_filled_with_its_arguments(voice: Caller) -> None:
    prompts = (await voice.client.list_prompts()).prompts
    assert [prompt.name for prompt in prompts] == NAMES
    for prompt in prompts:
        given = {argument.name: f"<{argument.name} {{number}}>" for argument in prompt.arguments or ()}
        (message,) = (await voice.client.get_prompt(prompt.name, given)).messages
        text = message.content.text if message.content.type == "text" else ""
        assert all(value in text for value in given.values())


async def test_an_omitted_argument_has_a_default(voice: Caller) -> None:
    filled = await voice.client.get_prompt("place-a-call", {"number": "+12025550100", "message": "Hello"})
    assert "the language of the message" in filled.messages[0].model_dump_json()


async def test_prompts_name_only_tools_that_exist(voice: Caller) -> None:
    tools = {spec.name for spec in ALL_TOOLS}
    built = [spec.build() for spec in ALL_TOOLS]
    parameters = {name for tool in built for name in tool.parameters["properties"]}
    members = {name for tool in built for name in (tool.output_schema or {})["properties"]}
    codes = {"refused", "rejected", "not_sent", "outcome_unknown", NoCallbacksError.code, "untrusted"}
    for prompt in (await voice.client.list_prompts()).prompts:
        given = {argument.name: "x" for argument in prompt.arguments or ()}
        text = (await voice.client.get_prompt(prompt.name, given)).messages[0].model_dump_json()
        assert set(re.findall(r"`([a-z_]+)`", text)) <= tools | parameters | members | codes | OUTCOMES


async def test_prompts_name_only_settings_and_commands_that_exist(voice: Caller) -> None:
    variables = {row.variable for row in all_settings().values()}
    text = (await voice.client.get_prompt("set-up-callbacks")).messages[0].model_dump_json()
    named = set(re.findall(r"SINCH_[A-Z_]+", text))
    commands = set(re.findall(r"`sinch-voice-mcp ([a-z]+)", text))
    assert "SINCH_VOICE_PUBLIC_URL" in named
    assert named <= variables
    assert commands == {"callbacks"}
    assert commands <= set(cli.list_commands(click.Context(cli)))


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("place-a-call", {"number": "+12025550100"}, "needs `message`"),
        ("place-a-cal", {}, "there are ask-by-phone, place-a-call"),
    ],
)
async def test_an_unknown_prompt_or_missing_argument_is_named(
    voice: Caller, name: str, given: dict[str, str], says: str
) -> None:
    with pytest.raises(MCPError, match=says):
        await voice.client.get_prompt(name, given)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("no front matter", "begins with front matter"),
        ('+++\ntitle = "a"\ndescription = "b"\n+++\nCall {number}.', "does not declare"),
    ],
)
def test_a_file_that_is_not_a_prompt_is_rejected(page: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_prompt("page", page)
