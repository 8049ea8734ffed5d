from decimal import Decimal

import pytest

from sinch_voice_mcp.policy import Facts, Intent, Needs, Policy, Tariff
from sinch_voice_mcp.svaml import Document, Hangup, Say
from sinch_voice_mcp.types import PhoneNumber
from tests.unit.policy.decisions import OWN, REAL, allowed, custom, needed, refused, tts

OTHER = PhoneNumber("+14045005001")


def priced(rate: str | None, *, restricted: bool = False, number: PhoneNumber = REAL) -> Facts:
    tariff = Tariff(None if rate is None else Decimal(rate), "EUR", restricted)
    return Facts(own_numbers=(OWN,), tariffs={number: tariff})


@pytest.mark.parametrize("rate", ["0", "0.01", "0.25", None])
def test_a_minute_may_cost_what_the_owner_allows(rate: str | None) -> None:
    assert allowed(tts(), facts=priced(rate))


def test_a_higher_price_is_refused_and_named() -> None:
    refusal = refused(tts(), facts=priced("0.2501"))

    assert (refusal.rule, refusal.value) == ("price", "0.2501 EUR")
    assert refusal.message == "A minute to +14045005000 costs 0.2501 EUR; at most 0.25 is allowed."
    assert "SINCH_VOICE_MAX_RATE_PER_MINUTE" in refusal.how_to_change


def test_a_limit_of_zero_allows_only_free_calls() -> None:
    free = Policy(max_rate_per_minute=Decimal(0))

    assert allowed(tts(), free, facts=priced("0"))
    assert refused(tts(), free, facts=priced("0.0001")).rule == "price"


def test_without_a_limit_any_price_passes_and_restricted_numbers_stay_refused() -> None:
    unlimited = Policy(max_rate_per_minute=None)

    assert allowed(tts(), unlimited, facts=priced("99"))
    assert refused(tts(), unlimited, facts=priced("0.01", restricted=True)).rule == "restricted_number"


def test_no_setting_allows_a_restricted_number() -> None:
    policy = Policy(allowed_numbers=frozenset({REAL}), trusted_numbers=frozenset({REAL}))

    refusal = refused(tts(), policy, facts=priced("0.01", restricted=True))

    assert (refusal.rule, refusal.how_to_change) == ("restricted_number", "No setting allows this.")


def test_a_number_inside_a_document_has_a_price_too() -> None:
    request = custom(pie={"action": {"name": "connectPstn", "number": OTHER, "cli": OWN}})

    refusal = refused(request, facts=priced("3", number=OTHER))

    assert (refusal.rule, refusal.path) == ("price", "$.customCallout.pie.action.number")
    assert needed(Intent(request, "live"), Policy.live()).tariffs == (REAL, OTHER)


def test_only_the_facts_that_a_rule_needs_are_requested() -> None:
    known = Policy(allowed_regions=frozenset({"US"}), verified_cli=frozenset({OWN}))

    assert needed(Intent(tts(), "live"), known) == Needs(own_numbers=False, tariffs=(REAL,))
    assert needed(Intent(tts(), "live"), Policy.live()) == Needs(own_numbers=True, tariffs=(REAL,))
    say = Document(instructions=(Say(text="Hello."),), action=Hangup())
    assert needed(Intent(say, "live"), Policy.live()) == Needs()


def test_prices_and_regions_are_each_checked_as_soon_as_their_facts_are_known() -> None:
    only_prices = Facts(tariffs=priced("3").tariffs)
    only_numbers = Facts(own_numbers=("+46701740605",))

    assert refused(tts(), facts=only_prices).rule == "price"
    assert refused(tts(), facts=only_numbers).rule == "number_region"


def test_an_allowed_request_carries_the_prices_it_was_checked_with() -> None:
    assert allowed(tts(), facts=priced("0.01")).tariffs == priced("0.01").tariffs
