"""What is suggested for a misspelled name, and that nothing is for one that only resembles a name."""

import pytest
from mcp import Client

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.tools import select_tools
from tests.callers import Caller
from tests.shell import Shell


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("txt", ["text", "locale"], "text"),
        ("TEXT_", ["text"], "text"),
        ("maxduration", ["maxDuration"], "maxDuration"),
        ("TYPO", ["STOP"], None),
        ("call", ["callbacks"], None),
        ("x" * 100_000, ["text"], None),
        ("text", [], None),
    ],
)
def test_only_a_similar_name_is_suggested(name: str, known: list[str], meant: str | None) -> None:
    assert nearest(name, known) == meant


def test_a_prefix_that_all_names_have_makes_none_similar() -> None:
    assert nearest("SINCH_VOICE_TYPO", ["SINCH_VOICE_STOP"]) == "SINCH_VOICE_STOP"
    assert nearest("SINCH_VOICE_TYPO", ["SINCH_VOICE_STOP"], "SINCH_VOICE_") is None
    assert nearest("SINCH_VOICE_STOPP", ["SINCH_VOICE_STOP"], "SINCH_VOICE_") == "SINCH_VOICE_STOP"


# What resembles a known name, but less than a misspelling does: 0.6 to 0.74.


@pytest.mark.parametrize("environ", [{"SINCH_VOICE_TYPO": "1"}, {"SINCH_VOICE_STORE": "1"}])
def test_no_setting_is_suggested_for_another_word(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(environ)
    assert "did you mean" not in caught.value.message


def test_no_tool_is_suggested_for_another_word() -> None:
    with pytest.raises(ConfigurationError) as caught:
        select_tools(tools=["place_phone"])
    assert "did you mean" not in caught.value.message


async def test_no_argument_or_tool_is_suggested_for_another_word() -> None:
    async with Client(create_server(load({}))) as client:
        voice = Caller(client)
        argument = await voice.fails("hang_up", call_id="c", callee="x")
        tool = await voice.fails("hang_on", call_id="c")
    assert argument["message"].startswith("unknown argument `callee`; there are call_id")
    assert tool["next_step"].startswith("There are: ")


def test_no_member_is_suggested_for_another_word() -> None:
    say = {"name": "say", "text": "Hi", "lock": 1}
    (finding, *_) = lint({"instructions": [say], "action": {"name": "hangup"}}).findings
    assert "did you mean" not in finding.message


@pytest.mark.parametrize(
    ("line", "suggested"), [("call", ""), ("calbacks", "'callbacks'"), ("--regoin=us", "--region"), ("--reason=us", "")]
)
async def test_a_command_or_flag_is_suggested_only_if_it_is_similar(line: str, suggested: str) -> None:
    ended = await Shell().run(line)
    assert ended.status == 2
    assert "No such" in ended.err
    assert ("Did you mean" in ended.err, suggested in ended.err) == (bool(suggested), True)
