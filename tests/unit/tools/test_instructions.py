"""Server instructions: true of every choice of tools."""

import re
from collections.abc import Sequence

import pytest

from sinch_voice_mcp.tools import ALL_TOOLS, TOOLSETS, ToolEffect, ToolSpec, select_tools
from sinch_voice_mcp.tools.instructions import server_instructions

NAMES = [spec.name for spec in ALL_TOOLS]


def _named(text: str) -> set[str]:
    return {name for name in NAMES if re.search(rf"\b{name}\b", text)}


def _instructions(specs: Sequence[ToolSpec]) -> str:
    return server_instructions(specs, "live", simulated=False)


@pytest.mark.parametrize("name", NAMES)
def test_no_tool_is_named_that_is_not_offered(name: str) -> None:
    only = [spec for spec in ALL_TOOLS if spec.name == name]
    others = [spec for spec in ALL_TOOLS if spec.name != name]
    assert _named(_instructions(only)) <= {name}
    assert name not in _named(_instructions(others))


@pytest.mark.parametrize("name", NAMES)
def test_a_server_says_that_it_places_calls_only_if_a_tool_can(name: str) -> None:
    (spec,) = (spec for spec in ALL_TOOLS if spec.name == name)
    assert ("Places and controls phone calls" in _instructions([spec])) is (spec.effect is ToolEffect.RINGS)


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_svaml_is_mentioned_only_where_it_is_offered(toolset: str) -> None:
    assert ("SVAML" in _instructions(select_tools(toolsets=[toolset], simulated=True))) is (toolset == "svaml")


def test_a_read_only_server_says_that_it_changes_nothing() -> None:
    assert "place no call and change nothing" in _instructions(select_tools(read_only=True))


def test_the_sandbox_is_announced_first() -> None:
    assert server_instructions(ALL_TOOLS, "sandbox", simulated=True).startswith("SANDBOX")
