"""A call that speaks and plays nothing costs as much as one that does, so it is refused."""

import pytest

from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.policy.refusal import UNCHANGED
from sinch_voice_mcp.svaml import Document, Hangup, PlayFiles, Say
from sinch_voice_mcp.types import Payload
from sinch_voice_mcp.wire.callouts import ConferenceCallout, ConferenceCalloutRequest, TtsCallout, TtsCalloutRequest
from tests.unit.policy.decisions import OWN, REAL, allowed, custom, refused, tts

MEDIA = Policy(media_hosts=frozenset({"example.com"}))


def speaking(ssml: str) -> Payload:
    return tts(text=None, prompts=f"#ssml[{ssml}]")


def greeting(text: str) -> Payload:
    destination = tts().tts_callout.destination
    return ConferenceCalloutRequest(
        conference_callout=ConferenceCallout(destination=destination, conference_id="daily", cli=OWN, greeting=text)
    )


def playing(*ids: str) -> Payload:
    return Document(instructions=(PlayFiles(ids=ids),), action=Hangup())


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0\u3000", "\u0301"])
def test_text_without_anything_to_speak_is_refused_in_every_member(text: str) -> None:
    for request, path in (
        (tts(text=text), "$.ttsCallout.text"),
        (tts(prompts=f"welcome;#tts[{text}]"), "$.ttsCallout.prompts"),
        (greeting(text), "$.conferenceCallout.greeting"),
        (Document(instructions=(Say(text=text),), action=Hangup()), "$.instructions[0].text"),
    ):
        refusal = refused(request)
        assert (refusal.rule, refusal.path) == ("spoken_text", path)
        assert "say nothing" in refusal.message
        assert refusal.how_to_change == "No setting allows this."
        assert refusal.next_step == f"Write the text to speak. {UNCHANGED}"


def test_a_callout_with_neither_text_nor_prompts_is_silent() -> None:
    refusal = refused(tts(text=None))

    assert (refusal.rule, refusal.path) == ("spoken_text", "$.ttsCallout.text")


def test_tones_or_a_callback_may_replace_text() -> None:
    destination = tts().tts_callout.destination
    answered = TtsCalloutRequest(tts_callout=TtsCallout(destination=destination, cli=OWN, enable_ace=True))

    assert allowed(tts(text=None, dtmf="1"))
    assert allowed(answered)


@pytest.mark.parametrize(
    "ssml",
    [
        "",
        " ",
        "<speak></speak>",
        "<speak> \n </speak>",
        "<speak><break time='1s'/></speak>",
        "<speak>\u00a0</speak>",
        "<speak><audio/></speak>",
    ],
)
def test_ssml_without_anything_to_speak_or_play_is_refused(ssml: str) -> None:
    refusal = refused(speaking(ssml))

    assert (refusal.rule, refusal.path) == ("ssml", "$.ttsCallout.prompts")
    assert "say nothing" in refusal.message


def test_ssml_that_only_plays_audio_is_not_silent() -> None:
    assert allowed(speaking("<speak><audio src='https://example.com/a.mp3'/></speak>"), MEDIA)


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (playing(), "$.instructions[0].ids"),
        (playing("welcome", ""), "$.instructions[0].ids[1]"),
        (playing(" ; "), "$.instructions[0].ids[0]"),
        (tts(prompts=""), "$.ttsCallout.prompts"),
        (tts(prompts=" ;"), "$.ttsCallout.prompts"),
        (
            custom(ace='{"instructions":[{"name":"playFiles","ids":[]}],"action":{"name":"hangup"}}'),
            "$.customCallout.ace.instructions[0].ids",
        ),
    ],
)
def test_a_prompt_that_plays_nothing_is_refused(request_: Payload, path: str) -> None:
    refusal = refused(request_)

    assert (refusal.rule, refusal.path) == ("readable", path)
    assert "nothing would be played" in refusal.message


@pytest.mark.parametrize(
    "breaks",
    [
        "<break time='10s'/>",
        "<break time='10000ms'/>" * 3,
        "<break/>" * 30,
        "<break time='.5s' strength='strong'/>",
    ],
)
def test_short_breaks_are_allowed(breaks: str) -> None:
    assert allowed(speaking(f"<speak>Hi.{breaks}</speak>"))


@pytest.mark.parametrize(
    ("breaks", "named"),
    [
        ("<break time='10.1s'/>", "a break longer than 10 s"),
        ("<break time='10001ms'/>", "a break longer than 10 s"),
        (f"<break time='{'9' * 400}s'/>", "a break longer than 10 s"),
        ("<break time='8s'/>" * 4, "longer than 30 s together"),
        ("<break strength='x-strong'/>" * 31, "longer than 30 s together"),
        ("<break time='1h'/>", "not written like `500ms` or `2s`"),
        ("<break time='-1s'/>", "not written like `500ms` or `2s`"),
        ("<s:break xmlns:s='x:y' time='11s'/>", "a break longer than 10 s"),
    ],
)
def test_long_breaks_are_refused(breaks: str, named: str) -> None:
    refusal = refused(speaking(f"<speak>Hi.{breaks}</speak>"))

    assert refusal.rule == "ssml"
    assert named in refusal.message
    assert refusal.how_to_change == "No setting allows this."


def test_the_breaks_of_each_piece_are_counted_separately() -> None:
    breaks = "<break time='10s'/>" * 3
    piece = f"#ssml[<speak>Hi.{breaks}</speak>]"

    assert allowed(tts(REAL, prompts=f"{piece};{piece}"))
