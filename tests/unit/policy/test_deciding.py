import re

import pytest
from hypothesis import given, settings

from sinch_voice_mcp.policy import (
    RULES,
    Allow,
    Intent,
    Mode,
    NeedsApproval,
    Policy,
    Refuse,
    Rule,
    Verdict,
)
from sinch_voice_mcp.svaml import ConnectPstn, Continue, Document, Park
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.unit.policy.decisions import FACTS, NOON, OWN, REAL, allowed, answer, custom, decided, needed, refused, tts
from tests.unit.policy.samples import ROOTS, payloads


def test_every_rule_has_a_code_of_its_own() -> None:
    codes = [rule.code for rule in RULES]

    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code) for code in codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_explained(rule: Rule) -> None:
    assert rule.refusal.title
    assert rule.refusal.exactly.endswith(".")
    assert set(rule.refusal.settings) <= set(Policy.model_fields)
    assert rule.refusal.how_to_change.endswith(".")


COUNTED = {name for name in Policy.model_fields if name.startswith(("repeat_", "calls_per_"))} | {
    "max_concurrent_calls",
    "max_unknown_outcomes",
    "max_spend_per_day",
}
"""What cannot be judged by one request alone."""


def test_every_setting_changes_a_rule_or_is_counted_or_is_about_asking_and_keeping() -> None:
    ruled = {name for rule in RULES for name in rule.refusal.settings}

    assert ruled | COUNTED | {"confirm", "audit_text"} == set(Policy.model_fields)
    assert not ruled & COUNTED


def test_the_first_rule_that_fails_is_named() -> None:
    everything = tts("+1911", cli="no number", text="x" * 601, prompts="https://evil.test/", dtmf="x")

    order: list[str] = []
    for change in (
        {"destination": {"type": "number", "endpoint": REAL}},
        {"cli": OWN},
        {"text": "Hello."},
        {"dtmf": "1"},
        {"prompts": None},
    ):
        order.append(refused(everything).rule)
        wire = everything.to_wire()
        wire["ttsCallout"] |= change
        everything = type(everything).model_validate(wire)

    assert order == ["emergency_number", "cli_form", "spoken_text", "dtmf", "media_url"]
    assert allowed(everything)


def test_a_refusal_carries_the_verdict_of_every_rule() -> None:
    refusal = refused(tts("+1911", dtmf="x"))

    refusing = {verdict.rule for verdict in refusal.verdicts if verdict.outcome == "refuse"}
    passing = {verdict.rule for verdict in refusal.verdicts if verdict.outcome == "pass"}
    assert refusing == {"emergency_number", "dtmf"}
    assert {"cli_ownership", "spoken_text"} <= passing


def test_a_permission_names_what_was_looked_at() -> None:
    verdicts = allowed(tts(dtmf="1#")).verdicts

    assert all(verdict.outcome == "pass" for verdict in verdicts)
    assert Verdict("number_region", "$.ttsCallout.destination.endpoint", "pass", f"{REAL} (US)") in verdicts
    assert Verdict("dtmf", "$.ttsCallout.dtmf", "pass", "2 tones") in verdicts


def test_a_refusal_becomes_an_error_with_everything_in_it() -> None:
    error = refused(tts("911")).error()

    assert error.to_json() == {
        "code": "refused",
        "message": "`911` is an emergency number or would reach one; this server never calls emergency numbers.",
        "field": "$.ttsCallout.destination.endpoint",
        "rule": "emergency_number",
        "value": "911",
        "how_to_change": "No setting allows this.",
        "next_step": (
            "Tell the user to call the emergency service from their own phone. "
            "Repeating the request unchanged will not help."
        ),
        "retry_safe": True,
    }


def test_a_refusal_shows_nothing_invisible_and_nothing_long() -> None:
    refusal = refused(tts("+1\u202e" + "9" * 500, cli="a\x1b[2J" + "b" * 500))

    shown = f"{refusal.message} {refusal.value} {refusal.verdicts}"
    assert shown.isprintable()
    assert len(refusal.message) < 200


def test_a_document_has_to_fit_its_event() -> None:
    decision = answer(Document(action=Park()), event="pie")

    assert isinstance(decision, Refuse)
    assert (decision.rule, decision.path) == ("readable", "$.action.name")
    assert isinstance(answer(Document(action=Continue()), event="pie"), Allow)


def test_a_documents_caller_id_is_filled_in_too() -> None:
    document = Document(action=ConnectPstn(number="+1 404 500 5000"))

    decision = allowed(document, Policy(default_cli=OWN))

    assert decision.request == Document(action=ConnectPstn(number=REAL, cli=OWN, max_duration=600, dial_timeout=60))


@pytest.mark.parametrize("ice", [None, "https://example.com/ice"])
def test_a_callout_without_a_visible_number_has_a_remark(ice: str | None) -> None:
    request = CustomCalloutRequest(custom_callout=CustomCallout(ice=ice))

    decision = allowed(request, Policy.sandbox(), mode="sandbox")

    assert any("has no number" in warning for warning in decision.warnings)


def test_a_callout_whose_document_dials_is_not_remarked() -> None:
    ice = {"action": {"name": "connectPstn", "number": REAL, "cli": OWN}}

    assert allowed(custom(ice=ice)).warnings == ()


@pytest.mark.parametrize("mode", ["live", "sandbox"])
@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.__name__)
def test_every_kind_of_request_gets_a_decision(root: type[Payload], mode: Mode) -> None:
    policies = (Policy.live(), Policy.sandbox(), Policy(default_cli=OWN))

    @given(payloads(root))
    @settings(max_examples=25)
    def is_decided(request: Payload) -> None:
        for policy in policies:
            for facts in (None, FACTS):
                decision = decided(Intent(request, mode, now=NOON), policy, facts)
                shown = decision.allow if isinstance(decision, NeedsApproval) else decision
                assert repr(shown.verdicts).isprintable()

    is_decided()


@given(payloads(Document))
@settings(max_examples=100)
def test_knowing_more_never_allows_what_was_refused(request: Payload) -> None:
    intent = Intent(request, "live", now=NOON, approved=True)

    if isinstance(decided(intent, Policy.live(), None), Refuse):
        assert isinstance(decided(intent, Policy.live(), FACTS), Refuse)
    elif not needed(intent, Policy.live()):
        assert isinstance(decided(intent, Policy.live(), FACTS), Allow)
