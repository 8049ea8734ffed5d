"""Locales and voices that Sinch does not document, and those that are probably meant."""

import pytest

from sinch_voice_mcp.svaml.lint import lint
from sinch_voice_mcp.svaml.voices import VOICES, documented, nearest, values
from tests.unit.svaml.snippets import said


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
    assert finding.message == f"`{written}` is not a documented locale or voice; did you mean `{meant}`?"


@pytest.mark.parametrize("written", ["xx-XX", "", "klingon", "he-IL", "qq", "null", "-", "/female"])
def test_without_a_similar_locale_there_is_no_suggestion(written: str) -> None:
    assert nearest(written) is None


def test_every_suggestion_is_documented() -> None:
    languages = {locale.partition("-")[0] for locale in VOICES}
    for written in [*values(), *languages, *(f"{language}-XX" for language in languages)]:
        assert documented(nearest(written) or "") is not None
