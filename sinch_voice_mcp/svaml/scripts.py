"""Scripts: which one a letter belongs to, which ones a voice reads, and which locale reads a script."""

import unicodedata
from collections.abc import Mapping
from functools import cache

from sinch_voice_mcp.svaml.voices import VOICES, documented

LATIN = "LATIN"

SCRIPTS: Mapping[str, str] = {
    LATIN: "Latin", "CYRILLIC": "Cyrillic", "GREEK": "Greek", "ARABIC": "Arabic", "HEBREW": "Hebrew", "CJK": "Chinese",
    "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "BOPOMOFO": "Bopomofo", "THAI": "Thai",
    "LAO": "Lao", "KHMER": "Khmer", "MYANMAR": "Burmese", "DEVANAGARI": "Devanagari (Hindi)", "BENGALI": "Bengali",
    "GURMUKHI": "Gurmukhi", "GUJARATI": "Gujarati", "ORIYA": "Odia", "TAMIL": "Tamil", "TELUGU": "Telugu",
    "KANNADA": "Kannada", "MALAYALAM": "Malayalam", "SINHALA": "Sinhala", "TIBETAN": "Tibetan",
    "GEORGIAN": "Georgian", "ARMENIAN": "Armenian", "ETHIOPIC": "Ethiopic", "MONGOLIAN": "Mongolian",
    "CHEROKEE": "Cherokee", "THAANA": "Thaana", "SYRIAC": "Syriac", "TIFINAGH": "Tifinagh", "JAVANESE": "Javanese",
}  # fmt: skip
"""Scripts in use, as ``unicodedata`` begins the names of their letters, and their names in English."""

WITHOUT_SPACES = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR"})
"""Scripts of which one character can be a word. A single letter of another script can be a sign, such as π."""

_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_READS: Mapping[str, frozenset[str]] = {
    "arb": frozenset({"ARABIC"}),
    "cmn-CN": frozenset({"CJK", "BOPOMOFO"}),
    "zh-HK": frozenset({"CJK", "BOPOMOFO"}),
    "ja-JP": _JAPANESE,
    "ko-KR": frozenset({"HANGUL", "CJK"}),
    # Its voices are those of Indian English too, and read both.
    "hi-IN": frozenset({"DEVANAGARI", LATIN}),
    "en-IN": frozenset({"DEVANAGARI", LATIN}),
    "ru-RU": frozenset({"CYRILLIC"}),
    "uk-UA": frozenset({"CYRILLIC"}),
    "uz-UZ": frozenset({LATIN, "CYRILLIC"}),
    "el-GR": frozenset({"GREEK"}),
    "ka-GE": frozenset({"GEORGIAN"}),
    "th-TH": frozenset({"THAI"}),
}
"""The scripts that the voices of a locale are made for; those of a locale that is not listed read Latin letters."""

_UKRAINIAN = frozenset("іїєґІЇЄҐ")
_LOCALE_OF: Mapping[str, str] = {
    "HIRAGANA": "ja-JP", "KATAKANA": "ja-JP", "CJK": "cmn-CN", "HANGUL": "ko-KR", "ARABIC": "arb", "CYRILLIC": "ru-RU",
    "GREEK": "el-GR", "GEORGIAN": "ka-GE", "THAI": "th-TH", "DEVANAGARI": "hi-IN",
}  # fmt: skip
"""A locale whose voices read a script."""


@cache
def script_of(letter: str) -> str | None:
    """Return the script of a letter, one of ``SCRIPTS``; None for a character that is no letter of these."""
    if not letter.isalpha():
        return None
    plain = unicodedata.normalize("NFKC", letter)[:1]
    name = unicodedata.name(plain, "").partition(" ")[0]
    return name if name in SCRIPTS else None


def read_by(voice: str) -> frozenset[str] | None:
    """Return the scripts that a locale or voice is made for; None if it is not documented."""
    known = documented(voice)
    if known is None:
        return None
    name = known.partition("/")[0]
    locales = [locale for locale, voices in VOICES.items() if name == locale or name in voices]
    return frozenset(script for locale in locales for script in _READS.get(locale, (LATIN,)))


def locale_for(script: str, text: str) -> str | None:
    """Return a locale whose voices read a script, for a text in it; None if Sinch documents none."""
    if script == "CYRILLIC" and not _UKRAINIAN.isdisjoint(text):
        return "uk-UA"
    if script == "CJK" and not {"HIRAGANA", "KATAKANA"}.isdisjoint(map(script_of, text)):
        return "ja-JP"
    return _LOCALE_OF.get(script)
