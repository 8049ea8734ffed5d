import json

import pytest
from hypothesis import given, settings

from sinch_voice_mcp.policy import Lasts, Policy, effects_of
from sinch_voice_mcp.svaml import (
    Action,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Document,
    NumberDestination,
    Park,
    SipDestination,
    StreamDestination,
)
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import ConferenceCallout, ConferenceCalloutRequest, CustomCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, allowed, custom, refused, sent, tts
from tests.unit.policy.samples import payloads

SHORT = Policy(max_duration_s=900, default_duration_s=300, dial_timeout_s=20)


def conference(max_duration: int | None = None) -> ConferenceCalloutRequest:
    destination = NumberDestination(endpoint=REAL)
    callout = ConferenceCallout(destination=destination, cli=OWN, conference_id="daily", max_duration=max_duration)
    return ConferenceCalloutRequest(conference_callout=callout)


def ringing(dial_timeout: int | None = None, max_duration: int | None = None) -> Document:
    action = ConnectPstn(number=REAL, cli=OWN, dial_timeout=dial_timeout, max_duration=max_duration)
    return Document(action=action)


def bounds(request: Payload) -> dict[str, int]:
    return {effect.path: effect.value for effect in effects_of(request) if isinstance(effect, Lasts)}


def test_every_call_is_sent_with_a_longest_duration() -> None:
    inline = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN}}

    assert bounds(sent(conference(), SHORT)) == {"$.conferenceCallout.maxDuration": 300}
    assert bounds(sent(custom(ice=inline, pie=inline), SHORT)) == {
        "$.customCallout.maxDuration": 300,
        **{
            f"$.customCallout.{event}.action.{name}": seconds
            for event in ("ice", "pie")
            for name, seconds in (("maxDuration", 300), ("dialTimeout", 20))
        },
    }
    assert bounds(sent(ringing(), SHORT)) == {"$.action.maxDuration": 300, "$.action.dialTimeout": 20}
    assert sent(tts(), SHORT) == tts()


@pytest.mark.parametrize(
    "action",
    [
        ConnectSip(destination=SipDestination(endpoint="alice@example.com")),
        ConnectStream(destination=StreamDestination(endpoint="wss://example.com/a")),
    ],
)
def test_other_connections_get_a_longest_duration_too(action: Action) -> None:
    assert bounds(sent(Document(action=action), SHORT)) == {"$.action.maxDuration": 300}


def test_a_requested_duration_is_kept() -> None:
    asked = ringing(10, 30)

    assert sent(asked, SHORT) == asked
    assert sent(Document(action=Park()), SHORT) == Document(action=Park())


@given(payloads(CustomCalloutRequest) | payloads(ConferenceCalloutRequest) | payloads(Document))
@settings(max_examples=100)
def test_filling_in_defaults_twice_changes_nothing_more(request: Payload) -> None:
    once = sent(request, SHORT)

    assert sent(once, SHORT) == once


@pytest.mark.parametrize(("asked", "ok"), [(900, True), (901, False)])
def test_a_duration_above_the_maximum_is_refused(asked: int, ok: bool) -> None:
    requests = (conference(asked), ringing(None, asked), custom(pie=json.dumps(ringing(None, asked).to_wire())))
    for request in requests:
        if ok:
            assert allowed(request, SHORT)
        else:
            assert refused(request, SHORT).rule == "duration"


def test_the_refusal_names_the_longest_allowed_duration() -> None:
    refusal = refused(conference(3_601))

    assert (refusal.rule, refusal.path, refusal.value) == ("duration", "$.conferenceCallout.maxDuration", "3601 s")
    assert refusal.message == "`maxDuration` is 3,601 s; at most 3,600 s are allowed."
    assert refusal.how_to_change == "Only the owner of this server can change this, with SINCH_VOICE_MAX_DURATION_S."


def test_a_phone_rings_for_at_most_a_minute() -> None:
    assert allowed(ringing(60))
    refusal = refused(ringing(61))

    assert (refusal.rule, refusal.path) == ("duration", "$.action.dialTimeout")
    assert "SINCH_VOICE_DIAL_TIMEOUT_S" in refusal.how_to_change


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_duration_below_one_second_is_malformed(seconds: int) -> None:
    refusal = refused(ringing(seconds))

    assert (refusal.rule, refusal.how_to_change) == ("duration", "No setting allows this.")


def test_a_parked_call_is_checked_against_the_maximum_only() -> None:
    policy = Policy(max_duration_s=400, default_duration_s=10)

    assert allowed(Document(action=Park(max_duration=400)), policy)
    assert refused(Document(action=Park(max_duration=401)), policy).rule == "duration"
