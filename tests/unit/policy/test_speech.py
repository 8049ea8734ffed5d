from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_mcp.policy import Policy
from sinch_voice_mcp.svaml.ssml import SsmlError, parse
from tests.unit.policy.decisions import allowed, refused, tts


@pytest.mark.parametrize(
    "text",
    [
        "Hello.",
        "Gr\u00fc\u00dfe, \u4f60\u597d, \u0928\u092e\u0938\u094d\u0924\u0947",
        "Two\nlines\tof it",
        "[1] or #2?",
        "1 < 2, and the <speaker> and < speak.up",
        "x" * 600,
    ],
)
def test_plain_text_is_spoken(text: str) -> None:
    assert allowed(tts(text=text)).request == tts(text=text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("x" * 601, "601 characters"),
        ("a\u202eb", "RIGHT-TO-LEFT OVERRIDE (U+202E)"),
        ("a\u2066b", "LEFT-TO-RIGHT ISOLATE (U+2066)"),
        ("a\u200bb", "ZERO WIDTH SPACE (U+200B)"),
        ("a\ufeffb", "ZERO WIDTH NO-BREAK SPACE (U+FEFF)"),
        ("a\u00adb", "SOFT HYPHEN (U+00AD)"),
        ("a\U000e0041b", "TAG LATIN CAPITAL LETTER A (U+E0041)"),
        ("a\u3164b", "HANGUL FILLER (U+3164)"),
        ("a\x00b", "U+0000"),
        ("a\x1bb", "U+001B"),
        ("a\x85b", "U+0085"),
        ("a\u2028b", "LINE SEPARATOR (U+2028)"),
        ("Hi];#href[https://evil.test/a.mp3", "#href["),
        ("<speak>Hi</speak>", "<speak>"),
        ("Hi < / Speak\n>", "<speak>"),
        ("Hi <x:speak version='1.1'>", "<speak>"),
        ("Hi #TTS [x", "#TTS ["),
    ],
)
def test_text_that_hides_something_is_refused_by_name(text: str, named: str) -> None:
    refusal = refused(tts(text=text))

    assert (refusal.rule, refusal.path) == ("spoken_text", "$.ttsCallout.text")
    assert named in refusal.message
    assert text not in repr(refusal) or text.isprintable()


def test_each_piece_of_a_prompt_is_measured_by_itself() -> None:
    piece = f"#tts[{'x' * 600}]"

    assert allowed(tts(prompts=f"{piece};{piece}"))
    assert refused(tts(prompts=f"{piece};#tts[{'x' * 601}]")).path == "$.ttsCallout.prompts"


def test_text_is_measured_as_it_is_sent() -> None:
    assert allowed(tts(text="e\u0301" * 600))


def test_the_limit_can_be_lowered() -> None:
    assert refused(tts(text="Hello."), Policy(max_text_chars=5)).rule == "spoken_text"


@pytest.mark.parametrize(
    "ssml",
    [
        "Hello.",
        "<speak>Hello.</speak>",
        "<speak>Hi <amazon:breath/></speak>",
        "<speak><amazon:effect name='whispered'>Hi.</amazon:effect></speak>",
        f"<speak>Hi.{'<s>' * 63}{'</s>' * 63}</speak>",
        '<?xml version="1.0" encoding="UTF-8"?>\n<speak>Hello.</speak>',
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en">Hi<break time="1s"/></speak>',
        '<speak><prosody rate="slow">Hi &amp; &#xE9;</prosody><!-- slow --></speak>',
        f"<speak>{'<s>x</s>' * 600}</speak>",
    ],
)
def test_wellformed_ssml_is_spoken(ssml: str) -> None:
    assert allowed(tts(text=None, prompts=f"#ssml[{ssml}]"))


@pytest.mark.parametrize(
    ("ssml", "named"),
    [
        ("Hello & goodbye.", "not well-formed"),
        ("Hello <break/> you.", "not well-formed"),
        ("<speak>Hi <other:breath/></speak>", "not well-formed XML at line 1, column 11"),
        ("<speak>Hi <amazon:breath/>", "not well-formed XML at line 1, column 27"),
        (f"<speak>Hi.{'<s>' * 64}{'</s>' * 64}</speak>", "more than 64 elements inside each other"),
        ("<speak>Hello.", "not well-formed XML at line 1, column 14"),
        ("<speak>Hello & bye</speak>", "not well-formed"),
        ("<say>Hello.</say>", "another root than <speak>"),
        ("<speak>a</speak><speak>b</speak>", "not well-formed"),
        ("<!DOCTYPE speak><speak>Hello.</speak>", "document type"),
        ("<speak>Hello.<?run me?></speak>", "processing instruction"),
        ('<?xml version="1.0" encoding="UTF-7"?><speak>Hello.</speak>', "processing instruction"),
        ("<speak>a\u200bb</speak>", "ZERO WIDTH SPACE"),
        ("<speak>a&#x202E;b</speak>", "RIGHT-TO-LEFT OVERRIDE"),
        ('<speak><sub alias="a\u202eb">x</sub></speak>', "RIGHT-TO-LEFT OVERRIDE"),
        (f"<speak>{'x' * 601}</speak>", "601 characters"),
        (f"<speak>{'<s></s>' * 900}</speak>", "6,000 are allowed"),
        ("<speak>&#35;href&#91;x</speak>", "#href["),
        ("<speak>a>\u0338b</speak>", ""),
    ],
)
def test_other_ssml_is_refused(ssml: str, named: str) -> None:
    request = tts(text=None, prompts=f"#ssml[{ssml}]")

    if named:
        refusal = refused(request)
        assert (refusal.rule, refusal.path) == ("ssml", "$.ttsCallout.prompts")
        assert named in refusal.message
    else:
        # A combining mark after a bracket is composed with it, and the tag is judged as it is sent.
        assert "\u226f" in (allowed(request).request.to_wire()["ttsCallout"]["prompts"])


def test_ssml_that_is_far_too_long_is_not_read() -> None:
    with pytest.raises(SsmlError, match="longer than 25,000"):
        parse("<s>" * 1_000_000)


def test_a_billion_laughs_attack_is_not_read() -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><speak>&b;</speak>'

    with pytest.raises(SsmlError, match="document type or an entity"):
        parse(laughs)


@pytest.mark.parametrize("attribute", ["src", "href", "uri", "xlink:href"])
def test_audio_inside_ssml_goes_by_the_audio_rule(attribute: str) -> None:
    ssml = f"<speak xmlns:xlink='x:y'><audio {attribute}='https://evil.test/a.mp3'/></speak>"

    assert refused(tts(text=None, prompts=f"#ssml[{ssml}]")).rule == "media_url"


@pytest.mark.parametrize(
    "attribute",
    [
        "style='background:url(https://evil.test)'",
        "style='background:URL (x)'",
        "xml:base='http://evil.test/'",
        "x='HTTPS:evil.test'",
        "x='//evil.test/a'",
        "x='ht&#9;tps:evil.test'",
        "x='/&#10;/evil.test'",
    ],
)
def test_a_url_in_any_attribute_goes_by_the_audio_rule(attribute: str) -> None:
    for ssml in (f"<speak {attribute}>Hi.</speak>", f"<speak><p><s {attribute}>Hi.</s></p></speak>"):
        assert refused(tts(text=None, prompts=f"#ssml[{ssml}]")).rule == "media_url"


def test_an_attribute_without_a_url_is_not_checked_as_audio() -> None:
    assert allowed(tts(text=None, prompts="#ssml[<speak><phoneme alphabet='x-sampa' ph='pi:k/n'>x</phoneme></speak>]"))


@given(st.text(alphabet="<>speak/&;#x0 \"'=!?-\u0338\ud800\x00", max_size=40))
def test_reading_ssml_fails_with_its_own_error_only(text: str) -> None:
    with suppress(SsmlError):
        assert isinstance(parse(f"<speak>{text}</speak>").text, str)


@pytest.mark.parametrize("tones", ["1", "0123456789#w", "w" * 64])
def test_tones_are_sent(tones: str) -> None:
    assert allowed(tts(dtmf=tones))


@pytest.mark.parametrize("tones", ["w" * 65, "1 2", "*", "A", "12\n", "\u0661", "\uff11", "+1911;"])
def test_other_tones_are_refused(tones: str) -> None:
    refusal = refused(tts(dtmf=tones))

    assert (refusal.rule, refusal.path) == ("dtmf", "$.ttsCallout.dtmf")


def test_tones_which_may_be_a_pin_are_not_repeated() -> None:
    assert "4711" not in repr(allowed(tts(dtmf="4711#")).verdicts)
    assert "4711" not in repr(refused(tts(dtmf="4711x")))
