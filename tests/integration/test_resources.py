"""Resources and completion: what a model can look up."""

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from sinch_voice_mcp.svaml import ACTIONS, INSTRUCTIONS
from sinch_voice_mcp.svaml.lint import RULES
from tests.integration.conftest import Caller


async def _read(voice: Caller, uri: str) -> str:
    (content,) = (await voice.client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def test_every_action_and_instruction_has_a_page(voice: Caller) -> None:
    for model in (*ACTIONS, *INSTRUCTIONS):
        name = str(model.model_fields["name"].default)
        page = await _read(voice, f"sinch://svaml/{name}")
        members = [info.alias for field, info in model.model_fields.items() if field != "name"]
        assert page.startswith(f"# {name}\n")
        assert all(f"| `{member}` |" in page for member in members)


async def test_a_page_says_where_a_thing_is_allowed_and_what_it_holds(voice: Caller) -> None:
    page = await _read(voice, "sinch://svaml/RUNMENU")
    assert "Allowed in: ice, ace, pie, update." in page
    assert "| `menus` | list of Menu | yes |" in page
    assert "## Option" in page


async def test_locales_are_listed_with_their_voices(voice: Caller) -> None:
    assert "- `sv-SE`: Astrid" in await _read(voice, "sinch://locales")


@pytest.mark.parametrize("code", ["refused", "outcome_unknown", "40300", "SV013", "sv013"])
async def test_every_kind_of_error_is_explained(voice: Caller, code: str) -> None:
    assert len((await _read(voice, f"sinch://errors/{code}")).split()) > 5


async def test_every_rule_of_the_linter_is_explained(voice: Caller) -> None:
    for rule in RULES:
        assert rule.exactly in await _read(voice, f"sinch://errors/{rule.code}")


@pytest.mark.parametrize("uri", ["sinch://svaml/nothing", "sinch://errors/nothing"])
async def test_what_is_not_there_is_said_to_be_so(voice: Caller, uri: str) -> None:
    with pytest.raises(MCPError):
        await voice.client.read_resource(uri)


async def test_names_are_completed(voice: Caller) -> None:
    svaml = ResourceTemplateReference(uri="sinch://svaml/{name}")
    errors = ResourceTemplateReference(uri="sinch://errors/{code}")
    prompt = PromptReference(name="place-a-call")
    completed = [
        (await voice.client.complete(svaml, {"name": "name", "value": "CONNECTp"})).completion.values,
        (await voice.client.complete(errors, {"name": "code", "value": "4290"})).completion.values,
        (await voice.client.complete(prompt, {"name": "locale", "value": "sv"})).completion.values,
        (await voice.client.complete(prompt, {"name": "number", "value": "+1"})).completion.values,
    ]
    assert completed == [["connectPstn"], ["42900", "42901"], ["sv-SE", "sv-SE/female", "sv-SE/male"], []]
