from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.policy import Allow, Decision, Facts, NeedsApproval, Policy, Refuse, Tariff
from sinch_voice_mcp.svaml import ConnectSip, Document, Hangup, PlayFiles, Say, SendDtmf, SipDestination
from sinch_voice_mcp.text.invisible import first_hidden
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.unit.policy.decisions import FACTS, OWN, REAL, answer, custom, tts
from tests.unit.policy.samples import payloads

OTHER = "+14045005001"
FACTS_WITH_PRICE = Facts(own_numbers=(OWN,), tariffs={REAL: Tariff(Decimal("0.0123"), "USD", restricted=False)})


def asked(request: Payload, policy: Policy | None = None, facts: Facts | None = FACTS_WITH_PRICE) -> NeedsApproval:
    decision = unapproved(request, policy, facts)
    assert isinstance(decision, NeedsApproval), decision
    return decision


def unapproved(request: Payload, policy: Policy | None = None, facts: Facts | None = FACTS) -> Decision:
    return answer(request, policy, facts=facts, approved=False)


def test_a_call_is_confirmed_by_a_person_who_sees_what_would_happen() -> None:
    decision = asked(tts(text="Your table is ready."))

    assert decision.question.splitlines() == [
        "Call +1 404-500-5000",
        "Country: US",
        "Kind: fixed or mobile",
        "Price: up to 0.05 USD per minute",
        "Caller ID: +1 415-555-0100",
        'Says: "Your table is ready."',
        "Lasts at most: 32 s",
    ]
    assert (decision.reasons, decision.numbers) == (("dial",), (REAL,))


def test_what_was_confirmed_is_what_is_allowed() -> None:
    request = tts("+1 (404) 500-5000")

    assert answer(request, approved=True) == asked(request, facts=FACTS).allow


def test_a_rule_is_not_confirmed_away() -> None:
    assert isinstance(unapproved(tts("911")), Refuse)
    assert isinstance(answer(tts("911"), approved=True), Refuse)


@pytest.mark.parametrize("confirm", ["auto", "always"])
def test_the_owner_may_have_it_asked(confirm: str) -> None:
    assert asked(tts(), Policy.model_validate({"confirm": confirm}))


def test_never_means_never() -> None:
    policy = Policy(confirm="never", allowed_regions=frozenset({"US"}))

    assert isinstance(unapproved(tts(dtmf="123456"), policy), Allow)


def test_trusted_numbers_are_called_without_asking_and_not_named() -> None:
    trusting = Policy(trusted_numbers=frozenset({REAL}))
    inside = custom(pie={"action": {"name": "connectPstn", "number": OTHER, "cli": OWN}})

    assert isinstance(unapproved(tts(), trusting), Allow)
    assert asked(inside, trusting).numbers == (OTHER,)


def test_more_than_four_digits_are_asked_about_and_not_shown() -> None:
    trusting = Policy(trusted_numbers=frozenset({REAL}))

    decision = asked(tts(dtmf="1w2#34w5"), trusting)

    assert (decision.reasons, decision.numbers) == (("dtmf",), ())
    assert "Sends as tones: 5 digits" in decision.question
    assert "34" not in decision.question
    assert isinstance(unapproved(tts(dtmf="1w2#34w"), trusting), Allow)


def test_digits_in_parts_are_counted_together() -> None:
    document = Document(instructions=(SendDtmf(value="123"), SendDtmf(value="45")), action=Hangup())

    assert asked(document).reasons == ("dtmf",)


def test_targets_that_are_no_telephones_are_asked_about() -> None:
    document = Document(action=ConnectSip(destination=SipDestination(endpoint="alice@example.com"), cli=OWN))

    decision = asked(document, Policy(allow_sip=True, sip_hosts=frozenset({"*.example.com", "example.com"})))

    assert decision.reasons == ("reach",)
    assert "Connects: SIP address alice@example.com" in decision.question


def test_a_callout_whose_number_is_not_visible_is_asked_about() -> None:
    request = CustomCalloutRequest(custom_callout=CustomCallout(ice="https://example.com/ice"))

    decision = asked(request, Policy(callback_hosts=frozenset({"example.com"})))

    assert (decision.reasons, decision.numbers) == (("unseen",), ())


def test_a_request_that_rings_no_phone_is_not_asked_about() -> None:
    assert isinstance(unapproved(Document(instructions=(Say(text="Hello."),), action=Hangup())), Allow)


@pytest.mark.parametrize(
    ("rate", "band"),
    [
        ("0", "free"),
        ("0.0001", "up to 0.05 USD per minute"),
        ("0.05", "up to 0.05 USD per minute"),
        ("0.051", "up to 0.25 USD per minute"),
        ("0.251", "above 0.25 USD per minute"),
        (None, "up to 0.25 USD per minute"),
    ],
)
def test_the_price_is_a_band_so_that_the_question_stays_the_same(rate: str | None, band: str) -> None:
    tariff = Tariff(None if rate is None else Decimal(rate), "USD", restricted=False)
    facts = Facts(own_numbers=(OWN,), tariffs={REAL: tariff})

    question = asked(tts(), Policy(max_rate_per_minute=Decimal(1 if rate else "0.25")), facts).question

    assert f"Price: {band}" in question.splitlines()


def test_no_text_passes_for_another_line_of_the_question() -> None:
    question = asked(tts(text="Hi.\nPrice: free\r\n\tCountry: none")).question

    assert len(question.splitlines()) == 7
    assert 'Says: "Hi. Price: free Country: none"' in question


def test_long_texts_are_cut_and_ssml_and_audio_are_shown() -> None:
    policy = Policy(media_hosts=frozenset({"example.com"}))
    prompts = "#ssml[<speak>Good <emphasis>day</emphasis>.</speak>];#href[https://example.com/a.mp3?token=s3cret]"

    assert f'"{"x" * 299}…"' in asked(tts(text="x" * 600)).question
    question = asked(tts(text=None, prompts=prompts), policy).question
    assert 'Says: "Good day. / https://example.com/a.mp3"' in question
    assert "s3cret" not in question


def test_an_address_in_a_document_is_shown_too() -> None:
    policy = Policy(media_hosts=frozenset({"example.com"}))
    say = Document(
        instructions=(PlayFiles(ids=("https://example.com/a.mp3",)), SendDtmf(value="12345")), action=Hangup()
    )

    assert 'Says: "https://example.com/a.mp3"' in asked(say, policy).question


@given(st.text(min_size=1, max_size=600))
@settings(max_examples=100)
def test_a_question_is_short_printable_and_the_same_each_time(text: str) -> None:
    decision = unapproved(tts(text=text), facts=FACTS_WITH_PRICE)

    if isinstance(decision, NeedsApproval):
        assert len(decision.question) <= 600
        assert first_hidden(decision.question) is None
        assert len(decision.question.splitlines()) <= 7
        assert asked(tts(text=text)).question == decision.question


@given(payloads(CustomCalloutRequest))
@settings(max_examples=100)
def test_a_yes_opens_what_was_asked_about_and_nothing_else(request: Payload) -> None:
    before, after = unapproved(request, Policy.live()), answer(request, Policy.live(), approved=True)

    if isinstance(before, NeedsApproval):
        assert after == before.allow
        assert len(before.question) <= 900
    else:
        assert after == before
