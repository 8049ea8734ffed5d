from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.policy import (
    Allow,
    Decision,
    Facts,
    Intent,
    NeedsApproval,
    Policy,
    Refuse,
    RunningCall,
    Tariff,
    question_text,
)
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectSip,
    Continue,
    Document,
    Event,
    Hangup,
    Menu,
    NumberDestination,
    Park,
    PlayFiles,
    RunMenu,
    Say,
    SendDtmf,
    SipDestination,
)
from sinch_voice_mcp.text.cleaning import compose
from sinch_voice_mcp.text.invisible import first_hidden, replace_hidden
from sinch_voice_mcp.types import CallId, Payload
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
)
from tests.unit.policy.decisions import FACTS, NOON, OWN, REAL, answer, custom, decided, tts
from tests.unit.policy.samples import payloads

OTHER = "+14045005001"
CALL = RunningCall(CallId("c1"))
FACTS_WITH_PRICE = Facts(
    own_numbers=(OWN, "+14155550101"), tariffs={REAL: Tariff(Decimal("0.0123"), "USD", restricted=False)}
)


def asked(request: Payload, policy: Policy | None = None, facts: Facts | None = FACTS_WITH_PRICE) -> NeedsApproval:
    decision = unapproved(request, policy, facts)
    assert isinstance(decision, NeedsApproval), decision
    return decision


def unapproved(
    request: Payload, policy: Policy | None = None, facts: Facts | None = FACTS, running: RunningCall | None = None
) -> Decision:
    event: Event | None = "update" if isinstance(request, Document) else None
    intent = Intent(request, "live", event, now=NOON, approved=False, running=running)
    return decided(intent, policy or Policy.live(), facts)


def in_call(document: Document, running: RunningCall = CALL, policy: Policy | None = None) -> Decision:
    return unapproved(document, policy, FACTS_WITH_PRICE, running)


def asked_in_call(document: Document, running: RunningCall = CALL) -> NeedsApproval:
    decision = in_call(document, running)
    assert isinstance(decision, NeedsApproval), decision
    return decision


def test_a_call_is_confirmed_by_a_person_who_sees_what_would_happen() -> None:
    decision = asked(tts(text="Your table is ready."))

    assert decision.question.splitlines() == [
        "Call +1 404-500-5000",
        "Country: US",
        "Kind: fixed or mobile",
        "Price: up to 0.05 USD per minute",
        "Type: call that speaks or plays",
        "Caller ID: +1 415-555-0100",
        'Says: "Your table is ready."',
        "Lasts at most: 1 min",
        "Costs at most: 0.05 USD",
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


def test_more_than_four_digits_are_asked_about_and_shown() -> None:
    trusting = Policy(trusted_numbers=frozenset({REAL}))

    decision = asked(tts(dtmf="1w2#34w5"), trusting)

    assert (decision.reasons, decision.numbers) == (("dtmf",), ())
    assert "Sends as tones: 1w2#34w5" in decision.question.splitlines()
    assert isinstance(unapproved(tts(dtmf="1w2#34w"), trusting), Allow)


@pytest.mark.parametrize(("before", "reasons"), [(0, None), (2, None), (3, ("dtmf",)), (9, ("dtmf",))])
def test_digits_that_the_call_has_sent_before_count(before: int, reasons: tuple[str, ...] | None) -> None:
    document = Document(instructions=(SendDtmf(value="1#2"),), action=Hangup())

    decision = in_call(document, RunningCall(CallId("c1"), digits=before))

    assert (decision.reasons if isinstance(decision, NeedsApproval) else None) == reasons
    if isinstance(decision, NeedsApproval):
        assert f"Digits sent in this call, with these: {before + 2}" in decision.question.splitlines()


def test_a_document_without_digits_is_not_asked_about_because_of_earlier_ones() -> None:
    assert isinstance(in_call(Document(action=Hangup()), RunningCall(CallId("c1"), digits=9)), Allow)


SAY = Document(instructions=(Say(text="Hello, I am your bank."),), action=Hangup())
HEARD: Mapping[str, tuple[Document, str]] = {
    "speech": (SAY, 'Says: "Hello, I am your bank."'),
    "text in a prompt": (Document(instructions=(PlayFiles(ids=("#tts[Pay now.]",)),), action=Continue()), "Pay now."),
    "SSML": (Document(instructions=(PlayFiles(ids=("#ssml[<speak>Pay.</speak>]",)),), action=Continue()), "Pay."),
    "audio": (
        Document(instructions=(PlayFiles(ids=("https://example.com/a.mp3?x=1",)),), action=Continue()),
        "Plays: https://example.com/a.mp3?x=1",
    ),
    "a stored file": (
        Document(instructions=(PlayFiles(ids=("welcome.wav",)),), action=Continue()),
        "Plays: stored file welcome.wav",
    ),
    "a menu": (
        Document(action=RunMenu(menus=(Menu(id="main", main_prompt="#tts[Enter your PIN.]"),))),
        'Says: "Enter your PIN."',
    ),
    "park": (Document(action=Park(intro_prompt="#tts[Hold on.]")), 'Says: "Hold on."'),
}
"""What is heard in a call in progress, and the line that shows it."""

HEARING = Policy(media_hosts=frozenset({"example.com"}))


@pytest.mark.parametrize("what", HEARD)
def test_what_is_heard_in_a_call_in_progress_is_asked_about(what: str) -> None:
    document, line = HEARD[what]

    decision = in_call(document, policy=HEARING)

    assert isinstance(decision, NeedsApproval)
    assert decision.reasons == ("speak",)
    assert line in decision.question
    assert "In the call: c1" in decision.question.splitlines()
    assert "Call +" not in decision.question


def test_joining_a_conference_is_asked_about_with_its_name() -> None:
    decision = asked_in_call(Document(action=ConnectConf(conference_id="board room")))

    assert decision.reasons == ("join",)
    assert "Conference: board room" in decision.question.splitlines()


@pytest.mark.parametrize("document", [Document(action=Hangup()), Document(action=Continue()), Document(action=Park())])
def test_what_no_one_hears_and_connects_nothing_is_not_asked_about(document: Document) -> None:
    assert isinstance(in_call(document), Allow)


def test_what_only_trusted_numbers_hear_is_not_asked_about() -> None:
    assert isinstance(in_call(SAY, RunningCall(CallId("c1"), trusted=True)), Allow)


def test_a_trusted_call_is_not_joined_to_a_conference_unasked() -> None:
    decision = in_call(Document(action=ConnectConf(conference_id="room")), RunningCall(CallId("c1"), trusted=True))

    assert isinstance(decision, NeedsApproval)
    assert decision.reasons == ("join",)


@pytest.mark.parametrize("document", [SAY, Document(action=ConnectConf(conference_id="room"))])
def test_a_document_that_answers_an_event_is_not_asked_about(document: Document) -> None:
    assert isinstance(unapproved(document), Allow)


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


@pytest.mark.parametrize(
    ("rate", "band"),
    [
        ("0", "free"),
        ("0.0001", "up to 0.05 USD per minute"),
        ("0.05", "up to 0.05 USD per minute"),
        ("0.051", "up to 0.25 USD per minute"),
        ("0.251", "up to 0.50 USD per minute"),
        ("7.1", "up to 8.00 USD per minute"),
        (None, "up to 0.25 USD per minute"),
    ],
)
def test_the_price_is_a_band_so_that_the_question_stays_the_same(rate: str | None, band: str) -> None:
    tariff = Tariff(None if rate is None else Decimal(rate), "USD", restricted=False)
    facts = Facts(own_numbers=(OWN,), tariffs={REAL: tariff})

    question = asked(tts(), Policy(max_rate_per_minute=Decimal(9 if rate else "0.25")), facts).question

    assert f"Price: {band}" in question.splitlines()


def test_no_text_passes_for_another_line_of_the_question() -> None:
    question = asked(tts(text="Hi.\nPrice: free\r\n\tCountry: none")).question

    assert len(question.splitlines()) == 9
    assert 'Says: "Hi. Price: free Country: none"' in question


def test_texts_ssml_and_audio_are_shown_in_full() -> None:
    policy = Policy(media_hosts=frozenset({"example.com"}))
    ssml = '<speak>Good <sub alias="evening">day</sub>.</speak>'
    prompts = f"#ssml[{ssml}];#href[https://example.com/a.mp3?call=17]"

    assert f'Says: "{"x" * 600}"' in asked(tts(text="x" * 600)).question.splitlines()
    lines = asked(tts(text=None, prompts=prompts), policy).question.splitlines()
    # With the markup, because its attributes can replace the words.
    assert f'Says (SSML): "{ssml}"' in lines
    assert "Plays: https://example.com/a.mp3?call=17" in lines


def test_every_number_of_a_request_is_shown_with_its_price() -> None:
    documents = custom(
        ice={"action": {"name": "connectPstn", "number": REAL, "cli": OWN}},
        pie={"action": {"name": "connectPstn", "number": OTHER, "cli": OWN}},
    )

    lines = asked(documents).question.splitlines()

    assert lines[:2] == [
        "Call +1 404-500-5000 (US, fixed or mobile, up to 0.05 USD per minute)",
        "Call +1 404-500-5001 (US, fixed or mobile, up to 0.25 per minute)",
    ]
    assert lines[-2:] == ["Lasts at most: 10 min", "Costs at most: 3.00 USD"]


BANDS = ((32, 1), (60, 1), (61, 2), (120, 2), (121, 5), (600, 10), (601, 20), (3_600, 60))


@pytest.mark.parametrize(("seconds", "minutes"), BANDS)
def test_a_length_is_shown_as_the_end_of_its_band(seconds: int, minutes: int) -> None:
    callout = ConferenceCallout(
        destination=NumberDestination(endpoint=REAL), conference_id="room", cli=OWN, max_duration=seconds
    )

    lines = asked(ConferenceCalloutRequest(conference_callout=callout)).question.splitlines()

    assert f"Lasts at most: {minutes} min" in lines
    assert "Conference: room" in lines


def test_a_recording_and_hidden_callbacks_are_shown() -> None:
    policy = Policy(
        allow_recording=True, allow_suppress_callbacks=True, recording_destinations=frozenset({"s3://bucket"})
    )
    dial = {
        "name": "connectPstn",
        "number": OTHER,
        "cli": OWN,
        "suppressCallbacks": True,
        "record": True,
        "recordingOptions": {"destinationUrl": "s3://bucket/a", "credentials": "ID:secret:eu-west-1"},
    }

    lines = asked(custom(pie={"action": dial}), policy).question.splitlines()

    assert "Records to: s3://bucket/a" in lines
    assert "Reports no events" in lines


def identity(request: Payload) -> tuple[str, str]:
    """What a confirmation is bound to."""
    shown = asked(request).shown
    return question_text([shown]), shown.exact


def conference(**members: Any) -> ConferenceCalloutRequest:
    given: dict[str, Any] = {
        "destination": NumberDestination(endpoint=REAL),
        "conference_id": "room",
        "cli": OWN,
        "max_duration": 300,
    }
    return ConferenceCalloutRequest(conference_callout=ConferenceCallout(**(given | members)))


@pytest.mark.parametrize(
    "members",
    [
        {"destination": NumberDestination(endpoint=OTHER)},
        {"cli": "+14155550101"},
        {"conference_id": "other"},
        {"greeting": "Hello."},
        {"locale": "sv-SE"},
        {"moh_class": "ring"},
        {"dtmf": "1"},
        {"enable_ace": True},
        {"max_duration": 301},
    ],
)
def test_a_confirmation_is_bound_to_every_member(members: dict[str, Any]) -> None:
    assert identity(conference(**members)) != identity(conference())


def test_a_confirmation_covers_every_length_of_its_band() -> None:
    assert identity(conference(max_duration=121)) == identity(conference(max_duration=300))


def test_a_confirmation_is_bound_to_what_embedded_documents_do() -> None:
    def flow(**members: object) -> CustomCalloutRequest:
        menu = {"name": "runMenu", "menus": [{"id": "main", "mainPrompt": "#tts[Hi.]", **members}]}
        return custom(ace={"action": menu})

    assert identity(flow()) == identity(flow())
    assert identity(flow(repeats=2)) != identity(flow())
    assert identity(flow(timeoutMills=2)) != identity(flow())
    assert identity(flow(options=[{"dtmf": "1", "action": "return"}])) != identity(flow())


@given(st.text(min_size=1, max_size=600))
@settings(max_examples=100)
def test_a_question_is_printable_complete_and_the_same_each_time(text: str) -> None:
    decision = unapproved(tts(text=text), facts=FACTS_WITH_PRICE)

    if isinstance(decision, NeedsApproval):
        lines = decision.question.splitlines()
        assert first_hidden(decision.question) is None
        assert len(lines) == 9
        (said,) = [line for line in lines if line.startswith("Says: ")]
        assert len(said) >= len(" ".join(replace_hidden(compose(text), lambda _: "").split()))
        assert asked(tts(text=text)).question == decision.question


@given(payloads(CustomCalloutRequest))
@settings(max_examples=100)
def test_a_yes_opens_what_was_asked_about_and_nothing_else(request: Payload) -> None:
    before, after = unapproved(request, Policy.live()), answer(request, Policy.live(), approved=True)

    if isinstance(before, NeedsApproval):
        assert after == before.allow
    else:
        assert after == before
