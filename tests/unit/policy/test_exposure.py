from decimal import Decimal

import pytest

from sinch_voice_mcp.policy import Policy, Tariff
from sinch_voice_mcp.svaml import ConnectPstn, Document, Hangup, NumberDestination
from sinch_voice_mcp.types import Payload, PhoneNumber
from sinch_voice_mcp.wire.callouts import ConferenceCallout, ConferenceCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, custom, exposed, tts

OTHER = PhoneNumber("+14045005001")
POLICY = Policy()
TARIFFS = {
    REAL: Tariff(Decimal("0.0123"), "EUR", restricted=False),
    OTHER: Tariff(Decimal("0.1"), "EUR", restricted=False),
}


def seconds(request: Payload) -> int:
    return exposed(request, POLICY, TARIFFS).seconds


def test_a_call_is_reserved_for_its_whole_length_in_started_minutes() -> None:
    callout = ConferenceCallout(
        destination=NumberDestination(endpoint=REAL), cli=OWN, conference_id="daily", max_duration=61
    )

    found = exposed(ConferenceCalloutRequest(conference_callout=callout), POLICY, TARIFFS)

    assert [number.e164 for number in found.numbers] == [REAL]
    assert (found.seconds, found.micros, found.currency) == (61, 24_600, "EUR")


def test_every_number_that_may_ring_is_reserved_for() -> None:
    request = custom(pie={"action": {"name": "connectPstn", "number": OTHER, "cli": OWN, "maxDuration": 1_200}})

    found = exposed(request, POLICY, TARIFFS)

    assert [number.e164 for number in found.numbers] == [REAL, OTHER]
    assert (found.seconds, found.micros) == (1_200, 20 * 112_300)


def test_a_number_that_rings_twice_is_one_number_and_two_legs() -> None:
    request = custom(pie={"action": {"name": "connectPstn", "number": REAL, "cli": OWN}})

    found = exposed(request, POLICY, TARIFFS)

    assert len(found.numbers) == 1
    assert found.micros == 2 * 10 * 12_300


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (tts(text="x" * 140), 40),
        (tts(text="x" * 141), 41),
        (tts(text=None, prompts="#tts[xxxxxxxxxxxxxx];#ssml[<speak>x<break time='2s'/></speak>]"), 34),
        (tts(text=None, prompts="#href[https://example.com/a.mp3]"), 600),
        (tts(text=None, prompts="welcome"), 600),
        (tts(text=None, prompts="#ssml[<speak><audio src='https://example.com/a.mp3'/></speak>]"), 600),
        (tts(text=None, prompts="#tts[open"), 600),
        (custom(), 600),
        (Document(action=ConnectPstn(number=REAL, cli=OWN, max_duration=30)), 30),
    ],
)
def test_a_text_lasts_as_long_as_it_takes_to_say_and_all_else_as_long_as_it_may(
    request_: Payload, expected: int
) -> None:
    assert seconds(request_) == expected


def test_a_text_whose_events_are_answered_may_last_longer() -> None:
    callout = tts().tts_callout.model_copy(update={"enable_ace": True})

    assert seconds(tts().model_copy(update={"tts_callout": callout})) == 600


def test_an_unknown_price_counts_as_the_highest_that_is_allowed() -> None:
    unknown = {REAL: Tariff(None, None, restricted=False)}
    unlimited = POLICY.model_copy(update={"max_rate_per_minute": None})

    assert exposed(tts(), POLICY, unknown).micros == 250_000
    assert exposed(tts(), POLICY, {}).micros == 250_000
    assert exposed(tts(), unlimited, unknown).micros == 0


def test_a_fraction_of_a_millionth_is_rounded_up() -> None:
    tiny = {REAL: Tariff(Decimal("0.0000001"), "EUR", restricted=False)}

    assert exposed(tts(), POLICY, tiny).micros == 1


def test_a_request_that_rings_no_phone_costs_nothing() -> None:
    found = exposed(Document(action=Hangup()), POLICY, TARIFFS)

    assert (found.numbers, found.micros, found.currency) == ((), 0, None)
