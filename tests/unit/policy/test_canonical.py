import json

from hypothesis import given, settings

from sinch_voice_mcp.policy import Allow, Dial, Facts, Identify, Intent, Policy, Speak, effects_of
from sinch_voice_mcp.svaml import Document, Hangup, Say
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import CustomCalloutRequest, TtsCalloutRequest
from tests.unit.policy.decisions import FACTS, OWN, REAL, custom, decided, needed, sent, tts
from tests.unit.policy.samples import payloads

PLAIN, FILLING = Policy(), Policy(default_cli=OWN)


def test_numbers_and_caller_ids_leave_in_e164() -> None:
    request = sent(tts("+1 (404) 500-5000", cli="+1 415 555 0100"), PLAIN)

    assert request == tts(REAL, cli=OWN)


def test_texts_leave_composed() -> None:
    request = sent(tts(text="cafe\u0301", prompts="#tts[cafe\u0301];#ssml[<speak>e\u0301</speak>]"), PLAIN)

    assert request == tts(text="caf\u00e9", prompts="#tts[caf\u00e9];#ssml[<speak>\u00e9</speak>]")


def test_an_inline_document_is_written_anew() -> None:
    ice = ' {"action" : {"name": "ConnectPSTN", "destination": "+1 404 500 5000", "cli": "+1 415-555-0100"}} '

    request = sent(custom(ice=ice), PLAIN)

    bounds = '"maxDuration":600,"dialTimeout":60'
    inline = f'{{"action":{{"name":"connectPstn","number":"+14045005000",{bounds},"cli":"+14155550100"}}}}'
    assert request.custom_callout.ice == inline


def test_what_a_reader_does_not_know_does_not_leave() -> None:
    ice = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN, "Number": "+1911"}, "extra": 1}

    request = sent(custom(ice=ice), PLAIN)

    assert json.loads(request.custom_callout.ice or "") == {
        "action": {"name": "connectPstn", "number": REAL, "cli": OWN, "maxDuration": 600, "dialTimeout": 60}
    }


def test_of_two_members_of_one_name_only_the_judged_one_leaves() -> None:
    ice = f'{{"action":{{"name":"connectPstn","number":"+1911","cli":"{OWN}","number":"{REAL}"}}}}'

    request = sent(custom(ice=ice), PLAIN)

    assert "911" not in (request.custom_callout.ice or "")


def test_the_default_caller_id_is_filled_in_wherever_a_phone_rings_without_one() -> None:
    inline = custom(ice={"action": {"name": "connectPstn", "number": REAL}})

    assert sent(tts(cli=None), FILLING) == tts(cli=OWN)
    assert sent(tts(cli=" "), FILLING) == tts(cli=OWN)
    assert json.loads(sent(inline, FILLING).custom_callout.ice or "")["action"]["cli"] == OWN


def test_it_replaces_no_caller_id_and_is_put_where_no_phone_rings() -> None:
    say = Document(instructions=(Say(text="Hello."),), action=Hangup())

    assert sent(tts(cli="+46701740605"), FILLING) == tts(cli="+46701740605")
    assert sent(say, FILLING) is say


@given(payloads(CustomCalloutRequest) | payloads(TtsCalloutRequest) | payloads(Document))
@settings(max_examples=150)
def test_the_canonical_form_of_the_canonical_form_is_itself(request: Payload) -> None:
    once = sent(request, FILLING)

    assert sent(once, FILLING) == once


@given(payloads(CustomCalloutRequest) | payloads(TtsCalloutRequest) | payloads(Document))
@settings(max_examples=200)
def test_what_is_allowed_holds_nothing_that_the_rules_did_not_see(request: Payload) -> None:
    policy = Policy(allowed_regions=frozenset({"US"}), callback_hosts=frozenset({"example.com"}), default_cli=OWN)
    decision = decided(Intent(request, "sandbox", hint=FACTS, approved=True), policy, FACTS)

    if isinstance(decision, Allow):
        effects = effects_of(decision.request)
        assert {effect.number for effect in effects if isinstance(effect, Dial)} <= {REAL}
        assert {effect.cli for effect in effects if isinstance(effect, Identify)} <= {OWN}
        assert not any("\u200b" in effect.text for effect in effects if isinstance(effect, Speak))
        again = decided(Intent(decision.request, "live", approved=True), policy, FACTS)
        assert isinstance(again, Allow)
        assert again.request == decision.request


@given(payloads(CustomCalloutRequest) | payloads(TtsCalloutRequest) | payloads(Document))
@settings(max_examples=100)
def test_facts_change_nothing_where_they_are_not_needed(request: Payload) -> None:
    intent, policy = Intent(request, "live"), Policy.sandbox()

    if not needed(intent, policy):
        assert decided(intent, policy, None) == decided(intent, policy, Facts(own_numbers=()))
