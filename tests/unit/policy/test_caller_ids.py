import pytest

from sinch_voice_mcp.policy import Facts, Intent, Policy, Refuse
from sinch_voice_mcp.svaml import ConnectPstn, Document
from sinch_voice_mcp.wire.callouts import ConferenceCallout, ConferenceCalloutRequest
from tests.unit.policy.decisions import FACTS, OWN, REAL, allowed, custom, decided, needed, refused, tts


def test_a_call_without_a_caller_id_is_refused_with_the_reason() -> None:
    refusal = refused(tts(cli=None))

    assert (refusal.rule, refusal.path) == ("cli_missing", "$.ttsCallout.cli")
    assert "return a call id" in refusal.message
    assert "never ring" in refusal.message


def test_the_refusal_lists_the_accounts_own_numbers() -> None:
    refusal = refused(tts(cli=None))

    assert refusal.next_step.startswith("Pass `cli`: one of +14155550100, +14155550101.")


def test_it_lists_remembered_numbers_before_the_platform_is_asked() -> None:
    decision = decided(Intent(tts(cli=None), "live", hint=FACTS), Policy.live(), None)

    assert isinstance(decision, Refuse)
    assert OWN in decision.next_step


def test_it_points_to_the_tool_if_no_numbers_are_known() -> None:
    refusal = refused(tts(cli=None), facts=None)

    assert refusal.rule == "cli_missing"
    assert "list_numbers" in refusal.next_step


def test_it_does_not_list_a_hundred_numbers() -> None:
    facts = Facts(own_numbers=tuple(f"+1415555{number:04d}" for number in range(100, 200)))

    assert "+14155550104 and 95 more." in refused(tts(cli=None), facts=facts).next_step


def test_an_empty_caller_id_counts_as_missing() -> None:
    assert refused(tts(cli="  ")).rule == "cli_missing"


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (
            ConferenceCalloutRequest(
                conference_callout=ConferenceCallout.model_validate(
                    {"destination": {"type": "number", "endpoint": REAL}, "conferenceId": "daily"}
                )
            ),
            "$.conferenceCallout.cli",
        ),
        (custom(ice={"action": {"name": "connectPstn", "number": REAL}}), "$.customCallout.ice.action.cli"),
        (custom(pie={"action": {"name": "connectPstn", "number": REAL}}), "$.customCallout.pie.action.cli"),
        (Document(action=ConnectPstn(number=REAL)), "$.action.cli"),
    ],
)
def test_a_missing_caller_id_is_refused_wherever_a_phone_rings(request_: Document, path: str) -> None:
    refusal = refused(request_)

    assert (refusal.rule, refusal.path) == ("cli_missing", path)


def test_a_configured_caller_id_is_used_if_none_is_given() -> None:
    policy = Policy(default_cli=OWN)

    assert allowed(tts(cli=None), policy).request == tts(cli=OWN)


def test_the_configured_caller_id_needs_no_facts_about_the_account() -> None:
    policy = Policy(default_cli="+46701740605", allowed_regions=frozenset({"US"}))

    assert not needed(Intent(tts(cli=None), "live"), policy).own_numbers
    assert allowed(tts(cli=None), policy, facts=None)


def test_an_own_number_is_allowed_however_it_is_written() -> None:
    assert allowed(tts(cli="+1 (415) 555-0101")).request == tts(cli="+14155550101")


def test_an_own_number_that_metadata_does_not_know_is_allowed() -> None:
    number = "+14151112223333"

    assert allowed(tts(cli=number), Policy(allowed_regions=frozenset({"US"})), facts=Facts(own_numbers=(number,)))


def test_the_accounts_numbers_are_compared_in_e164_too() -> None:
    assert allowed(tts(), facts=Facts(own_numbers=("+1 (415) 555-0100",)))


def test_a_number_of_another_account_is_refused() -> None:
    refusal = refused(tts(cli="+46701740605"))

    assert (refusal.rule, refusal.value) == ("cli_ownership", "+46701740605")
    assert refusal.next_step.startswith("Pass `cli`: one of +14155550100, +14155550101.")
    assert "SINCH_VOICE_VERIFIED_CLI" in refusal.how_to_change


def test_a_listed_number_is_allowed() -> None:
    assert allowed(tts(cli="+46 70 174 06 05"), Policy(verified_cli=frozenset({"+46701740605"})))


@pytest.mark.parametrize(
    "cli",
    ["private", "incoming", "14155550100", "Bank <+14155550100>", "911", "+911", "+1415555010\uff10", "sip:a@b.test"],
)
def test_a_malformed_caller_id_is_refused_without_facts_about_the_account(cli: str) -> None:
    refusal = refused(tts(cli=cli), facts=None)

    assert (refusal.rule, refusal.path) == ("cli_form", "$.ttsCallout.cli")


def test_withheld_caller_ids_are_allowed_if_listed() -> None:
    policy = Policy(verified_cli=frozenset({"private"}))

    assert allowed(tts(cli="private"), policy)
    assert refused(tts(cli="incoming"), policy).rule == "cli_form"


def test_ownership_is_undecided_until_the_account_is_known() -> None:
    policy = Policy(allowed_regions=frozenset({"US"}))

    assert allowed(tts(cli="+46701740605"), policy, facts=None)
    assert needed(Intent(tts(cli="+46701740605"), "live"), policy).own_numbers
