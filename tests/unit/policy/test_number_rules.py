import pytest

from sinch_voice_mcp.policy import Facts, Intent, Mode, Policy
from sinch_voice_mcp.svaml import ConnectPstn, Document
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.applications import AssignNumbers, UnassignNumber
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.unit.policy.decisions import OWN, REAL, allowed, needed, refused, tts

ANYWHERE = Policy(allowed_regions=frozenset({"*"}))
ENDPOINT = "$.ttsCallout.destination.endpoint"


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("+1911", "emergency_number"),
        ("112", "emergency_number"),
        ("+46118118", "short_number"),
        ("+1404", "e164_number"),
        ("hello", "e164_number"),
        ("", "e164_number"),
        ("+19005551234", "number_type"),
        ("+881612345678", "non_geographic"),
        ("+80012345678", "non_geographic"),
        ("+979123456789", "non_geographic"),
    ],
)
@pytest.mark.parametrize("mode", ["live", "sandbox"])
def test_a_number_that_must_not_ring_is_refused_in_both_modes(number: str, rule: str, mode: Mode) -> None:
    refusal = refused(tts(number), ANYWHERE, mode=mode)

    assert (refusal.rule, refusal.path) == (rule, ENDPOINT)


def test_the_refusal_of_an_emergency_number_names_the_users_own_phone() -> None:
    refusal = refused(tts("911"))

    assert "emergency" in refusal.message
    assert "their own phone" in refusal.next_step
    assert refusal.how_to_change == "No setting allows this."


def test_no_setting_allows_emergency_numbers() -> None:
    policy = ANYWHERE.model_copy(update={"allowed_numbers": frozenset({"+1911", "911"})})

    assert refused(tts("+1911"), policy).rule == "emergency_number"


def test_fictional_numbers_ring_in_the_sandbox_only() -> None:
    request = tts("+12025550100")

    assert allowed(request, ANYWHERE, mode="sandbox")
    refusal = refused(request, ANYWHERE)
    assert refusal.rule == "fictional_number"
    assert "real number" in refusal.next_step


def test_listing_a_fictional_number_does_not_make_it_real() -> None:
    policy = Policy(allowed_numbers=frozenset({"+12025550100"}))

    assert refused(tts("+12025550100"), policy).rule == "fictional_number"


def test_fictional_numbers_that_metadata_does_not_know_can_be_tried_in_the_sandbox() -> None:
    assert allowed(tts("+44 7700 900123"), Policy.sandbox(), mode="sandbox").request == tts("+447700900123")


def test_by_default_the_regions_of_the_accounts_numbers_are_allowed() -> None:
    facts = Facts(own_numbers=("+46701740605", "+18005551212", "+12025550100"))

    assert allowed(tts("+46 8 465 004 00", cli="+46701740605"), facts=facts)
    assert allowed(tts(REAL, cli="+46701740605"), facts=facts)
    refusal = refused(tts("+441214960123", cli="+46701740605"), facts=facts)
    assert refusal.rule == "number_region"
    assert "is in GB; allowed regions: SE, US, those of the account's own voice numbers" in refusal.message


def test_a_shared_calling_code_allows_no_second_country() -> None:
    refusal = refused(tts("+18765501234"))

    assert (refusal.rule, refusal.value) == ("number_region", "+18765501234 (JM)")


def test_an_account_without_numbers_allows_no_region() -> None:
    policy = Policy(verified_cli=frozenset({OWN}))

    refusal = refused(tts(), policy, facts=Facts(own_numbers=()))

    assert refusal.rule == "number_region"
    assert "no voice numbers" in refusal.message


def test_an_empty_list_of_regions_allows_none() -> None:
    assert refused(tts(), Policy(allowed_regions=frozenset())).rule == "number_region"


def test_listed_regions_replace_those_of_the_account() -> None:
    policy = Policy(allowed_regions=frozenset({"SE"}))

    assert allowed(tts("+46701740605"), policy)
    assert refused(tts(REAL), policy).rule == "number_region"


@pytest.mark.parametrize("number", ["+441214960123", "+19005551234", "+881612345678"])
def test_a_listed_number_rings_regardless_of_region_and_kind(number: str) -> None:
    assert allowed(tts(number), Policy(allowed_numbers=frozenset({number})))


def test_a_denied_prefix_overrides_a_listed_number() -> None:
    policy = Policy(allowed_numbers=frozenset({REAL}), denied_prefixes=("+1404",))

    refusal = refused(tts("+1 (404) 500-5000"), policy)

    assert (refusal.rule, refusal.value) == ("denied_prefix", REAL)


def test_the_owner_can_allow_other_kinds() -> None:
    policy = Policy(allowed_number_types=frozenset({"premium"}), allowed_regions=frozenset({"US"}))

    assert allowed(tts("+19005551234"), policy)
    assert refused(tts(REAL), policy).rule == "number_type"


def test_connecting_the_number_that_the_caller_dialed_is_refused() -> None:
    refusal = refused(Document(action=ConnectPstn(cli=OWN)))

    assert (refusal.rule, refusal.path) == ("number_named", "$.action.number")


def test_regions_are_undecided_until_the_account_is_known() -> None:
    policy, request = Policy(verified_cli=frozenset({OWN})), tts("+441214960123")

    assert allowed(request, policy, facts=None)
    assert needed(Intent(request, "live"), policy).own_numbers


def test_a_listed_number_and_caller_id_need_no_facts_about_the_account() -> None:
    policy = Policy(allowed_numbers=frozenset({REAL}), verified_cli=frozenset({OWN}))

    assert not needed(Intent(tts(), "live"), policy).own_numbers


@pytest.mark.parametrize(
    "request_",
    [
        AssignNumbers(numbers=("+14155550100",)),
        UnassignNumber(number="+14155550100"),
        ManageParticipant(command="onhold", moh="music1"),
    ],
)
def test_a_request_that_rings_no_phone_passes_unchanged_without_facts(request_: Payload) -> None:
    assert allowed(request_, facts=None).request is request_
    assert not needed(Intent(request_, "live"), Policy.live())
