"""Locales and voices that Sinch documents. The list grows, so an unknown value is a warning, never an error.

A value is a locale (``en-US``), a locale with a gender (``en-US/female``) or a voice (``Joanna``), in any
letter case.
"""

from collections.abc import Mapping
from functools import cache

from sinch_voice_mcp.text import suggestions

VOICES: Mapping[str, tuple[str, ...]] = {
    "arb": ("Zeina",),
    "az-AZ": ("Banu", "Babek"),
    "ca-ES": ("Arlet",),
    "cmn-CN": ("Zhiyu",),
    "cs-CZ": ("Vlasta", "Antonin"),
    "cy-GB": ("Gwyneth",),
    "da-DK": ("Naja", "Mads"),
    "de-AT": ("Hannah",),
    "de-DE": ("Marlene", "Vicki", "Hans", "Daniel"),
    "el-GR": ("Athina", "Nestoras"),
    "en-AU": ("Nicole", "Olivia", "Russell"),
    "en-GB": ("Amy", "Emma", "Brian", "Arthur"),
    "en-GB-WLS": ("Geraint",),
    "en-IN": ("Aditi", "Raveena", "Kajal"),
    "en-NZ": ("Aria",),
    "en-US": ("Ivy", "Joanna", "Kendra", "Kimberly", "Salli", "Joey", "Justin", "Kevin", "Matthew"),
    "en-ZA": ("Ayanda",),
    "es-ES": ("Conchita", "Lucia", "Enrique"),
    "es-MX": ("Mia",),
    "es-US": ("Lupe", "Penélope", "Penelope", "Miguel", "Pedro"),
    "et-EE": ("Anu", "Kert"),
    "fi-FI": ("Suvi",),
    "fil-PH": ("Angelo", "Blessica"),
    "fr-CA": ("Chantal", "Gabrielle", "Liam"),
    "fr-FR": ("Céline", "Celine", "Léa", "Mathieu"),
    "hi-IN": ("Aditi", "Kajal"),
    "hr-HR": ("Gabrijela", "Srecko"),
    "hu-HU": ("Noemi", "Tamas"),
    "id-ID": ("Ardi", "Gadis"),
    "is-IS": ("Dóra", "Dora", "Karl"),
    "it-IT": ("Carla", "Bianca", "Giorgio"),
    "ja-JP": ("Mizuki", "Takumi"),
    "ka-GE": ("Eka", "Giorgi"),
    "ko-KR": ("Seoyeon",),
    "lt-LT": ("Ona", "Leonas"),
    "lv-LV": ("Everita", "Nils"),
    "ms-MY": ("Osman", "Yasmin"),
    "mt-MT": ("Grace", "Joseph"),
    "nb-NO": ("Liv",),
    "nl-NL": ("Lotte", "Ruben"),
    "pl-PL": ("Ewa", "Maja", "Jacek", "Jan"),
    "pt-BR": ("Camila", "Vitória", "Vitoria", "Ricardo"),
    "pt-PT": ("Inês", "Ines", "Cristiano"),
    "ro-RO": ("Carmen",),
    "ru-RU": ("Tatyana", "Maxim"),
    "sk-SK": ("Viktoria", "Lukas"),
    "sl-SI": ("Petra", "Rok"),
    "sv-SE": ("Astrid",),
    "th-TH": ("Achara", "Niwat", "Premwadee"),
    "tr-TR": ("Filiz",),
    "uk-UA": ("Polina", "Ostap"),
    "uz-UZ": ("Madina", "Sardor"),
    "vi-VN": ("HoaiMy", "NamMinh"),
    "zh-HK": ("HiuGaai", "HiuMaan", "WanLung"),
}

GENDERS = ("female", "male")

_MAIN = {
    "ar": "arb", "de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "pt": "pt-PT", "zh": "cmn-CN",
    "no": "nb-NO", "nn": "nb-NO", "yue": "zh-HK", "tl": "fil-PH",
}  # fmt: skip
"""The locale that is meant by a language which has several locales here, or which has another code elsewhere."""

_ELSEWHERE = {
    "en-uk": "en-GB", "es-la": "es-US", "es-419": "es-US", "zh-mo": "zh-HK",
    "cn": "cmn-CN", "cz": "cs-CZ", "dk": "da-DK", "gr": "el-GR", "jp": "ja-JP", "kr": "ko-KR", "ua": "uk-UA",
    "vn": "vi-VN", "br": "pt-BR", "uk": "uk-UA", "us": "en-US", "gb": "en-GB", "mx": "es-MX", "hk": "zh-HK",
}  # fmt: skip
"""Codes that are often written for a locale, such as that of a country for its language."""

_LANGUAGES = {
    "arabic": "arb", "azerbaijani": "az-AZ", "catalan": "ca-ES", "chinese": "cmn-CN", "mandarin": "cmn-CN",
    "czech": "cs-CZ", "welsh": "cy-GB", "danish": "da-DK", "german": "de-DE", "greek": "el-GR", "english": "en-US",
    "spanish": "es-ES", "estonian": "et-EE", "finnish": "fi-FI", "filipino": "fil-PH", "tagalog": "fil-PH",
    "french": "fr-FR", "hindi": "hi-IN", "croatian": "hr-HR", "hungarian": "hu-HU", "indonesian": "id-ID",
    "icelandic": "is-IS", "italian": "it-IT", "japanese": "ja-JP", "georgian": "ka-GE", "korean": "ko-KR",
    "lithuanian": "lt-LT", "latvian": "lv-LV", "malay": "ms-MY", "maltese": "mt-MT", "norwegian": "nb-NO",
    "dutch": "nl-NL", "polish": "pl-PL", "portuguese": "pt-PT", "romanian": "ro-RO", "russian": "ru-RU",
    "slovak": "sk-SK", "slovenian": "sl-SI", "swedish": "sv-SE", "thai": "th-TH", "turkish": "tr-TR",
    "ukrainian": "uk-UA", "uzbek": "uz-UZ", "vietnamese": "vi-VN", "cantonese": "zh-HK",
}  # fmt: skip
"""Languages by their English name."""

_MIN_SIMILARITY = 0.8
"""Of difflib: `Joana` is near enough to `Joanna`, and no unrelated name is."""

_MAX_NAME_CHARS = 40


@cache
def _known() -> Mapping[str, str]:
    """Return every documented value in its documented spelling, by its lower-case form."""
    values = [value for locale in VOICES for value in (locale, *(f"{locale}/{gender}" for gender in GENDERS))]
    values += [voice for voices in VOICES.values() for voice in voices]
    return {value.lower(): value for value in values}


def values() -> tuple[str, ...]:
    """Return every documented locale and voice."""
    return tuple(_known().values())


def documented(value: str) -> str | None:
    """Return a locale or voice in its documented spelling; None if it is not documented."""
    return _known().get(value.lower())


def nearest(value: str) -> str | None:
    """Return the documented locale or voice that was probably meant; None if nothing is near enough."""
    name, slash, gender = value[:_MAX_NAME_CHARS].strip().lower().replace("_", "-").partition("/")
    meant = _locale_for(name)
    if meant is None:
        return suggestions.nearest(name, values(), similarity=_MIN_SIMILARITY)
    return (documented(f"{meant}/{gender}") if slash else None) or meant


def _locale_for(name: str) -> str | None:
    """Return the locale for a locale in another form, a code of a language or country, or a language's name."""
    known = documented(name) or _ELSEWHERE.get(name) or _LANGUAGES.get(name)
    if known is not None:
        return known
    language = name.partition("-")[0]
    first = (locale for locale in VOICES if locale.partition("-")[0] == language)
    return _MAIN.get(language) or _ELSEWHERE.get(language) or next(first, None)
