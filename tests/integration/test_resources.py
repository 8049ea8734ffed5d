"""Resources and completion: what a model can look up."""

import re
from urllib.parse import quote

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from sinch_voice_mcp.operations.endings import REASONS, RESULTS
from sinch_voice_mcp.policy import RULES as RULES_OF_GUARD
from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.policy.policy import variable
from sinch_voice_mcp.svaml import ACTIONS, INSTRUCTIONS
from sinch_voice_mcp.svaml.lint import RULES
from tests.callers import Caller, Connect

_BY_CA = ["CALLERHANGUP", "CALLEEHANGUP", "CANCEL", "CALLBACKERROR"]


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


async def test_a_page_lists_the_events_that_allow_an_action_and_its_members(voice: Caller) -> None:
    page = await _read(voice, "sinch://svaml/RUNMENU")
    assert "Allowed in: ice, ace, pie, update." in page
    assert "| `menus` | list of Menu | yes |" in page
    assert "## Option" in page


async def test_locales_are_listed_with_their_voices(voice: Caller) -> None:
    assert "- `sv-SE`: Astrid" in await _read(voice, "sinch://locales")


@pytest.mark.parametrize("code", ["refused", "outcome_unknown", "40300", "SV013", "sv013"])
async def test_every_kind_of_code_is_explained(voice: Caller, code: str) -> None:
    assert len((await _read(voice, f"sinch://errors/{code}")).split()) > 5


@pytest.mark.parametrize("code", sorted({*RESULTS, *REASONS}))
async def test_every_result_and_reason_is_explained_in_words_with_what_to_do(voice: Caller, code: str) -> None:
    uri = f"sinch://results/{quote(code, safe='')}"
    page = await _read(voice, uri)
    endings = [every[code] for every in (RESULTS, REASONS) if code in every]
    assert all(f": {ending.words}.\n\n{ending.advice}\n" in page for ending in endings)
    # A look-up among the errors points there.
    assert uri in await _read(voice, f"sinch://errors/{quote(code.lower(), safe='')}")


async def test_the_reason_for_missing_credit_says_what_to_do(voice: Caller) -> None:
    page = await _read(voice, "sinch://results/nocreditpartner")
    assert "the account has no credit: top it up in the dashboard" in page
    assert page.startswith("# NOCREDITPARTNER\n")


async def test_every_rule_of_the_linter_is_explained(voice: Caller) -> None:
    for rule in RULES:
        assert rule.exactly in await _read(voice, f"sinch://errors/{rule.code}")


@pytest.mark.parametrize("uri", ["sinch://svaml/nothing", "sinch://errors/nothing", "sinch://results/refused"])
async def test_an_unknown_name_or_code_is_not_found(voice: Caller, uri: str) -> None:
    with pytest.raises(MCPError):
        await voice.client.read_resource(uri)


async def test_names_are_completed_in_any_letter_case(voice: Caller) -> None:
    svaml = ResourceTemplateReference(uri="sinch://svaml/{name}")
    errors = ResourceTemplateReference(uri="sinch://errors/{code}")
    results = ResourceTemplateReference(uri="sinch://results/{code}")
    prompt = PromptReference(name="place-a-call")
    completed = [
        (await voice.client.complete(svaml, {"name": "name", "value": "CONNECTp"})).completion.values,
        (await voice.client.complete(errors, {"name": "code", "value": "4290"})).completion.values,
        (await voice.client.complete(results, {"name": "code", "value": "ca"})).completion.values,
        (await voice.client.complete(prompt, {"name": "locale", "value": "sv"})).completion.values,
        (await voice.client.complete(prompt, {"name": "number", "value": "+1"})).completion.values,
    ]
    assert completed == [["connectPstn"], ["42900", "42901"], _BY_CA, ["sv-SE", "sv-SE/female", "sv-SE/male"], []]


async def test_the_policy_names_every_setting_its_value_and_what_set_it(connect: Connect) -> None:
    async with connect(SINCH_VOICE_CALLS_PER_DAY="7", SINCH_VOICE_TRUSTED_NUMBERS="+46701740605") as voice:
        page = await _read(voice, "sinch://policy")
        listed = (await voice.client.list_resources()).resources
    assert "- `SINCH_VOICE_CALLS_PER_DAY` = 7, from SINCH_VOICE_CALLS_PER_DAY: " in page
    assert "- `SINCH_VOICE_TRUSTED_NUMBERS` = +4670…05, from" in page
    assert "- `SINCH_VOICE_REPEAT_PER_DAY` = unlimited, from default (sandbox): " in page
    assert all(f"\n- `{variable(name)}` = " in page for name in Policy.model_fields)
    assert "46701740605" not in page
    assert "sinch://policy" in [resource.uri for resource in listed]


async def test_the_policy_explains_every_rule_and_which_setting_changes_it(voice: Caller) -> None:
    page = await _read(voice, "sinch://policy")
    assert all(f"- `{rule.code}`: {rule.refusal.exactly} " in page for rule in RULES_OF_GUARD)
    assert "No setting changes it." in page
    assert "Changed by `SINCH_VOICE_DENIED_PREFIXES`." in page


async def test_the_policy_shows_what_is_used_up_and_what_stopped_calling(voice: Caller) -> None:
    assert "Calling is allowed. Last 24 hours: calls placed: 0," in await _read(voice, "sinch://policy")
    await voice.ok("place_tts_callout", to="+12025550100", text="Hello", cli="+14155550100")
    page = await _read(voice, "sinch://policy")
    assert re.search(r"calls placed: 1, in progress: 1; spent or reserved 0\.\d\d USD\.", page)
    await voice.ok("emergency_stop", reason="wrong list")
    page = await _read(voice, "sinch://policy")
    assert re.search(r"Calling was stopped at \S+Z \(rule `stopped`\); `untrusted` says why\.", page)
    assert '{"untrusted": {"reason": "wrong list", "by": "emergency_stop of local"}}' in page


async def test_a_call_that_the_platform_rejects_uses_nothing_up(voice: Caller) -> None:
    await voice.fails("place_tts_callout", to="+12025550130", text="Hello", cli="+14155550100")
    page = await _read(voice, "sinch://policy")
    assert "calls placed: 0, in progress: 0; spent or reserved 0.00." in page


@pytest.mark.parametrize(
    "rule", ["calling_hours", "cli_missing", "consent", "calls_per_day", "repeat_gap_s", "stopped"]
)
async def test_the_rule_of_every_refusal_is_explained(voice: Caller, rule: str) -> None:
    text = await _read(voice, f"sinch://errors/{rule}")
    assert "SINCH_VOICE_" in text
