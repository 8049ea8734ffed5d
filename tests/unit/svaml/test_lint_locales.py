"""Locales and voices that Sinch does not document, and those that are probably meant."""

import pytest

from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.svaml.voices import VOICES, documented, nearest, values
from tests.unit.svaml.snippets import played, said


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("zh-CN", "cmn-CN"),
        ("zh", "cmn-CN"),
        ("ar-SA", "arb"),
        ("ar-EG", "arb"),
        ("no-NO", "nb-NO"),
        ("nn-NO", "nb-NO"),
        ("en_US", "en-US"),
        ("EN_gb", "en-GB"),
        (" en-US", "en-US"),
        ("en-UK", "en-GB"),
        ("en-CA", "en-US"),
        ("fr-BE", "fr-FR"),
        ("de", "de-DE"),
        ("sv", "sv-SE"),
        ("jp-JP", "ja-JP"),
        ("English", "en-US"),
        ("swedish", "sv-SE"),
        ("Joana", "Joanna"),
        ("zh_CN/female", "cmn-CN/female"),
        ("ar-SA/male", "arb/male"),
        ("en_US/child", "en-US"),
    ],
)
def test_an_unknown_locale_gets_the_one_that_is_probably_meant(written: str, meant: str) -> None:
    (finding,) = lint(said({"name": "say", "text": "Hi.", "locale": written})).findings
    assert (finding.code, finding.level) == ("SV020", "warning")
    message = f"`{written}` is not a documented locale or voice (did you mean `{meant}`?), so another language or "
    assert finding.message == f"{message}silence may be heard"


@pytest.mark.parametrize("written", ["xx-XX", "", "klingon", "he-IL", "qq", "null", "-", "/female"])
def test_without_a_similar_locale_there_is_no_suggestion(written: str) -> None:
    assert nearest(written) is None


def test_every_suggestion_is_documented() -> None:
    languages = {locale.partition("-")[0] for locale in VOICES}
    for written in [*values(), *languages, *(f"{language}-XX" for language in languages)]:
        assert documented(nearest(written) or "") is not None


@pytest.mark.parametrize(
    ("text", "locale", "meant"),
    [
        ("مرحبا", None, "arb"),
        ("你好,世界", "en-US", "cmn-CN"),
        ("नमस्ते", "sv-SE/female", "hi-IN"),
        ("Привет, Anna", "Joanna", "ru-RU"),
        ("こんにちは", "cmn-CN", "ja-JP"),
        ("안녕하세요", "ja-JP", "ko-KR"),
    ],
)
def test_a_text_in_a_script_that_the_voice_does_not_read_is_reported(text: str, locale: str | None, meant: str) -> None:
    (finding,) = lint(said({"name": "say", "text": text, "locale": locale})).findings
    assert (finding.code, finding.path) == ("SV037", "$.instructions[0].text")
    assert finding.message.endswith(f"set `locale` to {meant}")
    (in_prompt, *_) = lint(played(f"#tts[{text}]", locale=locale)).findings
    assert in_prompt.code in {"SV037", "SV019"}


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("مرحبا", "arb"),
        ("مرحبا", "Zeina"),
        ("你好", "ja-JP"),
        ("你好", "zh-HK/male"),
        ("नमस्ते", "Aditi"),
        ("Привет", "uk-UA"),
        ("Café Zürich", None),
        ("12345", None),
        ("Hello", "arb"),
    ],
)
def test_a_text_that_the_voice_reads_is_not(text: str, locale: str | None) -> None:
    assert lint(said({"name": "say", "text": text, "locale": locale})).findings == ()
