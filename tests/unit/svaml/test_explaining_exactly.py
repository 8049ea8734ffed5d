"""Explanations that a reader could take for something else: each sentence says what the platform documents, no more."""

import pytest

from sinch_voice_mcp.svaml import (
    ConnectPstn,
    ConnectSip,
    Document,
    Event,
    Hangup,
    Menu,
    Option,
    Park,
    PlayFiles,
    RunMenu,
    Say,
    SipDestination,
)
from sinch_voice_mcp.svaml.drawing import graph
from sinch_voice_mcp.svaml.explaining import explain

KEYS = "0123456789*#"


def asking(*options: Option, voiced: bool = False, locale: str | None = "en-US", **members: object) -> Document:
    main = Menu.model_validate({"id": "main", "main_prompt": "#tts[Press a key.]", "options": options, **members})
    return Document(action=RunMenu(menus=(main,), enable_voice=voiced or None, locale=locale))


def calling(**members: object) -> Document:
    return Document(action=ConnectPstn.model_validate({"number": "+12025550123", **members}))


def drawn(document: Document, event: Event | None = None) -> str:
    picture = graph(document, event)
    return "\n".join(
        [
            *(line for node in picture.nodes for line in (node.label, *node.detail)),
            *(edge.label for edge in picture.edges),
        ]
    )


@pytest.mark.parametrize(
    ("cli", "words"),
    [
        ("private", "withholding the caller ID"),
        ("Private", "withholding the caller ID"),
        ("incoming", "showing the caller's own number"),
    ],
)
def test_a_cli_that_is_no_number_is_explained_in_words(cli: str, words: str) -> None:
    to = SipDestination(endpoint="anna@sip.example.com")
    for document in (calling(cli=cli), Document(action=ConnectSip(destination=to, cli=cli))):
        explanation = explain(document, "ice")
        assert f", {words}." in explanation or f", {words}" in explanation
        assert f"`{cli}`" not in explanation
        assert words in drawn(document, "ice")


def test_without_a_cli_an_incoming_call_shows_the_number_of_its_caller() -> None:
    assert "rings until the network gives up, showing the caller's own number (the default)." in explain(
        calling(), "ice"
    )
    assert "without a caller ID of its own" in explain(calling(), "pie")


@pytest.mark.parametrize("action", ["return", "return()", "Return ( )"])
def test_an_empty_value_is_called_one(action: str) -> None:
    document = asking(Option(dtmf="1", action=action))
    assert "Key `1`: sends an empty value to your PIE handler." in explain(document)
    assert "PIE: an empty value" in drawn(document)


def test_a_callout_has_one_side_and_an_incoming_call_two() -> None:
    assert "if it does not reply in time, the call continues with the callee" in explain(calling(), "callout")
    assert "two sides" not in explain(calling(suppress_callbacks=True), "callout")
    assert "if it does not reply in time, the two sides are connected" in explain(calling(), "ice")


def test_a_key_beside_collected_keys_decides_only_alone() -> None:
    voiced = Option(dtmf="2", input="two", action="return(b)")
    explanation = explain(asking(Option(dtmf="1", action="menu(main)"), voiced, max_digits=4, voiced=True))
    assert "- Key `1` alone, ended by `#` or a pause: goes to menu `main`." in explanation
    assert '- Key `2` alone, ended by `#` or a pause, or saying "two": sends `b`' in explanation
    assert "- Key `1`: goes to menu `main`." in explain(asking(Option(dtmf="1", action="menu(main)"), max_digits=1))


def test_the_key_that_ends_the_digits_chooses_nothing() -> None:
    document = asking(Option(dtmf="#", action="return(done)"), max_digits=6)
    explanation = explain(document)
    assert "- Key `#`: chooses nothing, because it ends the keys (`maxDigits`)." in explanation
    assert "`done`" not in explanation
    assert "PIE: done" not in drawn(document)
    assert "Key `#`: sends `done`" in explain(asking(Option(dtmf="#", action="return(done)")))
    said = asking(Option(dtmf="#", input="done", action="return(done)"), max_digits=6, voiced=True)
    assert 'Saying "done": sends `done`' in explain(said)


@pytest.mark.parametrize("step", [Say(text="Hello"), PlayFiles(ids=("#tts[Hello]",))])
def test_before_a_callout_rings_speech_is_not_said_to_be_heard(step: Say | PlayFiles) -> None:
    document = Document(instructions=(step,), action=ConnectPstn(number="+12025550123", cli="+14155550100"))
    first = explain(document, "callout").splitlines()[2]
    assert first.startswith("1. Before the callee is called, ")
    assert first.endswith('"Hello". Sinch does not document whether it is heard.')
    assert "Before the callee" not in explain(document, "ice")


def test_with_every_key_taken_there_is_no_other_key() -> None:
    options = tuple(Option(dtmf=key, action=f"return(v{number})") for number, key in enumerate(KEYS))
    assert "invalidinput" not in explain(asking(*options))
    assert "other" not in drawn(asking(*options))
    assert "Any other words: repeats" in explain(asking(*options, voiced=True))
    assert "Any other key: repeats" in explain(asking(*options[1:]))


def test_with_speech_other_words_are_invalid_as_well() -> None:
    document = asking(Option(dtmf="1", input="bread", action="return(bread)"), voiced=True)
    assert "Any other key or words: repeats" in explain(document)
    assert "receives `invalidinput` with the keys or words." in explain(document)
    assert "other key or words" in drawn(document)


def test_tones_are_sent_to_the_callee_in_a_sentence_of_their_own() -> None:
    explanation = explain(calling(dtmf="1w2"), "ice")
    assert "- Sends the tones `1w2` to the callee who answers (`w` is a pause of 0.5 s, 0.5 s in total)." in explanation
    assert "in time, the two sides are connected. The document" in explanation


def test_a_hold_prompt_follows_only_an_introduction() -> None:
    assert '- Repeats "Wait."' in explain(Document(action=Park(hold_prompt="#tts[Wait.]")))
    both = explain(Document(action=Park(intro_prompt="#tts[Hello.]", hold_prompt="#tts[Wait.]")))
    assert '- First plays "Hello."\n' in both
    assert '- Then repeats "Wait."\n' in both


def test_speech_without_a_locale_has_no_default() -> None:
    explanation = explain(asking(Option(input="yes", action="return(yes)"), voiced=True, locale=None))
    assert "Spoken answers need a `locale`" in explanation
    assert "default)." in explain(asking(locale=None))
    assert "en-US" not in explanation


def test_an_action_that_needs_no_event_is_explained_without_one() -> None:
    assert explain(Document(action=Hangup())) == "1. Hangs up."
