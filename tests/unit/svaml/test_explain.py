"""SVAML in plain English."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sinch_voice_mcp.svaml import (
    EVENTS,
    Answer,
    ConnectConf,
    ConnectPstn,
    Continue,
    Document,
    Event,
    Hangup,
    Menu,
    Option,
    Park,
    PlayFiles,
    RecordingOptions,
    RunMenu,
    Say,
    SendDtmf,
    StartRecording,
    TranscriptionOptions,
)
from sinch_voice_mcp.svaml.explaining import explain, explain_set
from sinch_voice_mcp.svaml.explaining.phrases import milliseconds, seconds
from sinch_voice_mcp.svaml.ssml import parse_leniently
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.invisible import first_hidden
from tests import strategies


def menu(*options: Option, **members: object) -> Document:
    main = Menu.model_validate({"id": "main", "main_prompt": "#tts[Press a key.]", "options": options, **members})
    return Document(action=RunMenu(menus=(main,)))


@given(strategies.documents, st.none() | st.sampled_from(EVENTS))
def test_every_document_is_explained_with_every_key_of_its_menus(document: Document, event: Event | None) -> None:
    explanation = explain(document, event)
    if isinstance(document.action, RunMenu):
        for asked in document.action.menus:
            sequence = asked.max_digits is not None and asked.max_digits > 1
            for option in asked.options or ():
                never = sequence and option.dtmf == "#"
                assert ("Key `#`: chooses nothing" if never else f"Key `{option.dtmf}`") in explanation


@given(
    st.dictionaries(
        st.sampled_from(["ice", "ace", "pie", "callout"]) | strategies.word, strategies.documents, max_size=4
    )
)
def test_every_set_of_handlers_is_explained(handlers: dict[str, Document]) -> None:
    assert explain_set(handlers).count("## When") == len(handlers)


@given(st.text(max_size=300))
@example('a "b"')
@example("a\n2. b")
def test_foreign_text_stays_on_its_line_and_in_its_quotes(text: str) -> None:
    explanation = explain(Document(instructions=(Say(text=text),), action=Hangup()))
    assert [line[:3] for line in explanation.splitlines()] == ["1. ", "2. "]
    assert explanation.count('"') == 2
    assert first_hidden(explanation) is None


def test_the_steps_come_in_order_and_the_action_last() -> None:
    explanation = explain(
        Document(instructions=(Answer(), Say(text="Hello."), SendDtmf(value="1w2")), action=Hangup()), "ice"
    )
    assert explanation.startswith(
        "When a call comes in (ICE):\n\n"
        "1. Answers the call; billing starts.\n"
        '2. Says "Hello."\n'
        "3. Sends the tones `1w2` (`w` is a pause of 0.5 s, 0.5 s in total).\n"
        "4. Hangs up.\n"
    )


@pytest.mark.parametrize(
    ("event", "happens"),
    [("ice", "the caller hears an error message"), ("ace", "the call is connected"), ("pie", "the call ends")],
)
def test_an_explanation_names_what_happens_if_the_reply_is_late(event: Event, happens: str) -> None:
    assert f"does not arrive in time: {happens}" in explain(Document(action=Hangup()), event)


def test_a_menu_names_its_defaults() -> None:
    explanation = explain(menu(Option(dtmf="1", action="Return (sales)")))
    assert "- Key `1`: sends `sales` to your PIE handler." in explanation
    assert "Silence for 5 s (the default): repeats the question up to 3 times (the default), then" in explanation
    assert "Any other key: repeats the question up to 3 times (the default), then" in explanation


def test_a_menu_names_its_own_settings() -> None:
    explanation = explain(menu(repeats=1, timeout_mills=2500, repeat_prompt="#tts[Again?]"))
    assert 'Silence for 2.5 s: repeats "Again?" once, then your PIE handler receives `timeout`.' in explanation


def test_a_menu_without_repeats_says_so() -> None:
    assert "the question is not repeated; your PIE handler receives `timeout`" in explain(menu(repeats=0))


def test_a_sequence_is_collected_and_never_wrong() -> None:
    explanation = explain(menu(max_digits=4))
    assert "Collects up to 4 keys; `#` or a pause of 5 s (the default) ends them." in explanation
    assert "The keys are sent to your PIE handler (`sequence`)." in explanation
    assert "invalidinput" not in explanation


def test_menus_are_explained_once_in_the_order_in_which_they_are_reached() -> None:
    def leading(name: str, *targets: str) -> Menu:
        options = tuple(Option(dtmf=str(key), action=f"menu({target})") for key, target in enumerate(targets))
        return Menu(id=name, options=options)

    action = RunMenu(menus=(leading("lonely"), leading("b", "main"), leading("main", "b", "gone"), leading("b")))
    headings = [line for line in explain(Document(action=action)).splitlines() if line.startswith("Menu")]
    assert headings == [
        "Menu `main`:",
        "Menu `b`:",
        "Menu `lonely` (no key leads here):",
        "Menu `b` (an earlier menu has this id):",
    ]
    assert "goes to menu `gone`, which does not exist" in explain(Document(action=action))


def test_the_key_that_ends_a_sequence_is_explained_as_never_chosen() -> None:
    options = (Option(dtmf="#", action="return(done)"), Option(dtmf="1", action="return(one)"))
    explanation = explain(menu(*options, max_digits=6))
    assert "`#` or a pause of" in explanation
    assert "Key `#`: chooses nothing, because it ends the keys (`maxDigits`)." in explanation
    assert "done" not in explanation
    assert "sends `one`" in explanation
    assert "sends `done`" in explain(menu(*options, max_digits=1))


def test_a_continued_call_that_is_recorded_says_so() -> None:
    options = RecordingOptions(destination_url="gs://bucket/")
    explanation = explain(Document(action=Continue(record=True, recording_options=options)), "ace")
    assert "The call is recorded, as mp3 (the default), to `gs://bucket/`." in explanation


def test_a_transcription_without_a_locale_has_no_language() -> None:
    options = RecordingOptions(transcription_options=TranscriptionOptions(enabled=True))
    explanation = explain(Document(instructions=(StartRecording(options=options),), action=Hangup()))
    assert "transcribes it in a language that is not stated" in explanation
    assert "en-US" not in explanation


def test_options_behind_a_taken_key_are_counted_and_no_more() -> None:
    explanation = explain(menu(*(Option(dtmf="1", action=f"return({number})") for number in range(10_000))))
    assert "Never chosen: 9,999 more options" in explanation
    assert len(explanation) < 2_000


def test_spoken_answers_need_voice() -> None:
    said = Option(dtmf="1", input="sales", action="return(sales)")
    assert 'Key `1` or saying "sales" (needs `enableVoice`)' in explain(menu(said))


def test_spoken_answers_without_a_language_have_no_default() -> None:
    explanation = explain(Document(action=RunMenu(enable_voice=True, menus=(Menu(id="main", max_digits=1),))), "ace")
    assert "Spoken answers need a `locale`: without one, the platform rejects this document." in explanation
    assert "en-US" not in explanation


def test_a_telephone_is_called_with_limits_and_a_caller_id() -> None:
    action = ConnectPstn(number="+12025550123", cli="+14155550100", dial_timeout=25, max_duration=5400)
    explanation = explain(Document(action=action), "ice")
    assert "Calls `+12025550123` and rings for 25 s, with `+14155550100` as caller ID." in explanation
    assert "The call ends after 5,400 s (1 h 30 min)." in explanation
    assert "Not answered within 25 s (NOANSWER), busy (BUSY) or not reachable (FAILED): the call ends" in explanation


def test_a_callout_without_a_caller_id_never_reaches_the_phone() -> None:
    assert "never reaches the phone" in explain(Document(action=ConnectPstn(number="+12025550123")), "callout")


def test_suppressed_callbacks_are_mentioned() -> None:
    explanation = explain(Document(action=ConnectPstn(number="+12025550123", suppress_callbacks=True)), "ice")
    assert "without ACE or DiCE" in explanation
    assert "no event reports it" in explanation


def test_credentials_are_never_shown() -> None:
    options = RecordingOptions(destination_url="s3://bucket/", credentials="KEY:HUSH:eu-central-1")
    explanation = explain(Document(instructions=(StartRecording(options=options),), action=Hangup()))
    assert "s3://bucket/" in explanation
    assert "HUSH" not in explanation


def test_ssml_is_explained_by_the_text_that_is_spoken() -> None:
    ids = ("#ssml[<speak>Hello <break time='1s'/>you</speak>]", "#href[https://example.com/a.mp3]", "file-7")
    explanation = explain(Document(instructions=(PlayFiles(ids=ids),), action=Hangup()))
    assert (
        '1. Plays "Hello you", the audio at `https://example.com/a.mp3` then the stored file `file-7`.' in explanation
    )


@pytest.mark.parametrize("ssml", ["<speak>Hi", "<!DOCTYPE x [<!ENTITY a 'b'>]><speak>Hi</speak>", "Hi"])
def test_unreadable_ssml_is_shown_without_its_tags(ssml: str) -> None:
    assert "Hi" in parse_leniently(ssml).text
    assert "<speak>" not in parse_leniently(ssml).text


def test_a_conference_and_a_parked_call_are_explained() -> None:
    assert "Joins the conference `daily`" in explain(Document(action=ConnectConf(conference_id="daily")))
    assert "Without an update within 600 s (the platform's limit), the call ends." in explain(Document(action=Park()))


def test_a_set_points_to_its_handlers_and_to_those_that_are_missing() -> None:
    asking = menu(Option(dtmf="1", action="return(sales)"), Option(dtmf="2", action="return(lost)"))
    explanation = explain_set({"sales": Document(action=Hangup()), "ice": asking})
    assert explanation.index("(ICE)") < explanation.index("When a menu returns `sales`")
    assert "sends `sales` to your PIE handler, below." in explanation
    assert explanation.endswith("Menus return values that have no handler here: `lost`.")


def test_a_general_pie_handler_handles_every_value() -> None:
    asking = menu(Option(dtmf="2", action="return(lost)"))
    assert "have no handler" not in explain_set({"ice": asking, "pie": Document(action=Hangup())})


def test_only_an_update_can_omit_the_action() -> None:
    assert "Continues the call" in explain(Document(), "update")
    assert "the action is missing" in explain(Document(), "ice")


@pytest.mark.parametrize(("count", "words"), [(90, "90 s"), (120, "120 s (2 min)"), (3661, "3,661 s (1 h 1 min 1 s)")])
def test_long_times_are_also_shown_in_hours_and_minutes(count: int, words: str) -> None:
    assert seconds(count) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 s"), (5000, "5 s"), (10_000, "10 s"), (2500, "2.5 s")])
def test_milliseconds_are_shown_as_seconds(count: int, words: str) -> None:
    assert milliseconds(count) == words


@given(st.text(max_size=400))
def test_cut_text_is_never_longer_than_its_limit(text: str) -> None:
    assert len(one_line(text, 80)) <= 80


def test_invisible_characters_are_removed() -> None:
    assert one_line("a\u202eb\u200bc\U000e0041d \ufe0fe\x1b[31m\ufffe\ufdd0\nf", 80) == "abcd e[31m f"
