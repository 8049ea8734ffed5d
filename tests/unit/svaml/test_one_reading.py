"""What one part of the server accepts, measures or shows, every other part does too: SSML, foreign text and JSON."""

import json
from math import ceil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sinch_voice_mcp.client.error_mapping import clean as client_clean
from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy import Allow, NeedsApproval, Policy, Refuse
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.routes.reading import json_object
from sinch_voice_mcp.svaml import Document, Hangup, PlayFiles, Say, parse_json, timing
from sinch_voice_mcp.svaml.explaining import explain
from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.svaml.ssml import TAGS, Speech, SsmlError, is_plain, parse, parse_leniently
from sinch_voice_mcp.text.cleaning import clean, compose, one_line
from sinch_voice_mcp.text.invisible import first_hidden
from sinch_voice_mcp.text.quoting import printable, terminal_safe
from tests.unit.policy.decisions import answer, exposed, tts

QUICK, MANY = 120, 2_000

_words = st.text("ab c.", min_size=1, max_size=8)
_tags = st.sampled_from(sorted((TAGS - {"speak", "break", "audio"}) | {"blink", "S"}))
_breaks = st.sampled_from(
    ["<break/>", "<break time='500ms'/>", "<break time='.5s' strength='weak'/>", "<BREAK time='1s'/>"]
)
_flaws = st.sampled_from([
    "<s>", "</s>", "&", "& ", "&amp;", "&#65;", "&lol;", "<break time='soon'/>", "<other:s>x</other:s>", "<?php x?>",
    "<!-- x -->", "<!DOCTYPE a>", "<!ENTITY a 'b'>", "<![CDATA[x>]", "\x00", "<>", "'\"", "<a b>", "<a b='c'/>",
    "<amazon:breath", "xmlns:amazon", "<p xmlns:amazon='x:y'/>", "<p xmlns='x:y'><q/></p>",
])  # fmt: skip
_inside = st.recursive(
    _words | _breaks,
    lambda inner: st.tuples(_tags, st.lists(inner, max_size=3)).map(lambda e: f"<{e[0]}>{''.join(e[1])}</{e[0]}>"),
    max_leaves=6,
)
_roots = st.sampled_from([
    "<speak>%s</speak>", "%s", "<say>%s</say>", "<speak>%s", "  <speak>%s</speak>\n",
    '<?xml version="1.0"?><speak>%s</speak>', "<speak xmlns:amazon='x:amazon'>%s</speak>",
    "<a:speak xmlns:a='x:y'>%s</a:speak>", "<speak xml:lang='en'>%s</speak><speak/>",
])  # fmt: skip


@st.composite
def ssmls(draw: st.DrawFn) -> str:
    """SSML, right and wrong, that says something and plays no audio; it holds no `]`, which would end the prompt."""
    pieces = draw(st.lists(_inside, max_size=4))
    flaws = draw(st.lists(_flaws, max_size=1))
    return draw(_roots).replace("%s", "".join(draw(st.permutations(["Hello", *pieces, *flaws])))).replace("]", ")")


def playing(ssml: str) -> Document:
    return Document(instructions=(PlayFiles(ids=(f"#ssml[{ssml}]",), locale="en-US"),), action=Hangup())


def read(ssml: str) -> Speech | None:
    try:
        return parse(ssml)
    except SsmlError:
        return None


def check_ssml(ssml: str) -> None:
    speech = read(ssml)
    request = tts(text=None, prompts=f"#ssml[{ssml}]")
    decision = answer(request)
    report = lint(playing(ssml).to_wire())
    found = [finding for finding in report.findings if finding.code == "SV022"]

    assert isinstance(decision, Allow) == report.ok == (speech is not None)
    explanation = explain(playing(ssml))
    taken = timing.of_prompts((f"#ssml[{ssml}]",))
    assert one_line(parse_leniently(ssml).text, 80).replace('"', "'") in explanation
    if speech is None:
        assert isinstance(decision, Refuse)
        assert decision.rule == "ssml"
        return
    unmarked = ["the SSML has no markup; write #tts[…] for a text, or put it into <speak>…</speak>"]
    assert [finding.message for finding in found] == (unmarked if is_plain(ssml) else []) + [
        f"the speech engine does not document the tag <{tag}>; remove it" for tag in speech.unknown_tags[:5]
    ]
    assert taken == pytest.approx(speech.seconds, abs=0.001)
    assert exposed(request, Policy.live(), {}).seconds == ceil(speech.seconds) + 30


@given(ssmls())
@example("<speak>Hello <amazon:breath/></speak>")
@example("<speak>Hello<break time='3s'/></speak>")
@example("Hello")
@example("Hello <break/>")
@example("Hello\x00")
@settings(max_examples=QUICK, deadline=None)
def test_linter_guard_explanation_and_durations_read_the_same_ssml(ssml: str) -> None:
    check_ssml(ssml)


@pytest.mark.long
@given(ssmls())
@settings(max_examples=MANY, deadline=None)
def test_linter_guard_explanation_and_durations_read_the_same_ssml_in_many_forms(ssml: str) -> None:
    check_ssml(ssml)


_chars = st.sampled_from([
    "a", "1", "\u00e9", "e\u0301", "\u0645", "\u062e", "\u0915", "\u094d", "\u845b", "\u4f60", "\u2764", "\u1820",
    "\U0001f468", "\U0001f3fd", "\u200b", "\u200c", "\u200d", "\u202e", "\u2066", "\ufe0f", "\ufe00", "\u180b",
    "\U000e0100", "\U000e0041", "\u3164", "\u034f", "\u115f", "\u00ad", "\ufdd0", "\uffff", "\ue000", "\x00",
    "\x1b", "\x85", "\u2028", "\u2800", " ", "\n", "\t", "\u00a0", "`", '"',
])  # fmt: skip


def check_text(text: str) -> None:
    shown = [
        clean(text),
        one_line(text, 400),
        client_clean(text, (), 400),
        printable(text, 400),
        terminal_safe(text),
        explain(Document(instructions=(Say(text=text),), action=Hangup())),
    ]
    decision = answer(tts(text=text), approved=False)
    assert [first_hidden(one) for one in shown] == [None] * len(shown)
    hidden = first_hidden(compose(text))
    if isinstance(decision, NeedsApproval):
        assert hidden is None
        assert one_line(compose(text), 300) in decision.question
    if hidden is not None:
        assert isinstance(decision, Refuse)
        assert hidden in decision.message
    elif first_hidden(text) is None and not any(char.isspace() for char in text):
        assert [clean(text), one_line(text, 400), client_clean(text, (), 400), printable(text, 400)] == [text] * 4
        assert terminal_safe(text) == text


@given(st.lists(_chars, max_size=12).map("".join))
@example("a\u3164b")
@example("a\u034fb")
@example("\u0645\u200c\u180b")
@settings(max_examples=QUICK, deadline=None)
def test_guard_client_explanation_and_terminal_hide_the_same_characters(text: str) -> None:
    check_text(text)


@pytest.mark.long
@given(st.lists(_chars, max_size=12).map("".join))
@settings(max_examples=MANY, deadline=None)
def test_guard_client_explanation_and_terminal_hide_the_same_characters_in_many_texts(text: str) -> None:
    check_text(text)


def messages(text: str | bytes) -> list[str]:
    found = [finding.message for finding in lint(text).findings if finding.message.startswith("not JSON")]
    try:
        parse_json(text)
    except SvamlError as error:
        found.append(error.message)
    try:
        json_object(text if isinstance(text, bytes) else text.encode())
    except RejectedError as error:
        found += [error.message.removeprefix("The body is ")] if "not JSON" in error.message else []
    return found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": "b', "unterminated string starting at line 1, column 7"),
        ('{\n  "a": NaN}', "NaN is not a JSON value at line 2, column 8"),
        ('{"NaN": 1, "b": -Infinity}', "-Infinity is not a JSON value at line 1, column 17"),
        ('{"a": 1e400}', "a number is too large at line 1, column 7"),
        ('{"9e999": [1, ' + "9" * 301 + "]}", "a number has more than 300 digits at line 1, column 15"),
        ("[" * 101 + "]" * 101, "objects and arrays are nested more than 100 deep at line 1, column 101"),
        ('{"a":' * 5_000, "objects and arrays are nested more than 100 deep at line 1, column 501"),
        (f'"{"x" * 1_048_576}"', "the text is longer than 1,048,576 characters"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        ("{} {}", "extra data at line 1, column 4"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_json_is_reported_alike_everywhere_with_its_position(text: str | bytes, message: str) -> None:
    assert messages(text) == [f"not JSON: {message}"] * 3


@pytest.mark.parametrize("text", ["[" * 100 + "]" * 100, "9" * 300, "-" + "9" * 300, '"[[[[{{{{NaN"', "\ufeff{}"])
def test_json_within_the_limits_is_read(text: str) -> None:
    assert parse_json(text) == json.loads(text.removeprefix("\ufeff"))
