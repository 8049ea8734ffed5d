"""Locales and voices that Sinch documents. The list grows, so an unknown value is a warning, never an error.

A value is a locale (``en-US``), a locale with a gender (``en-US/female``) or a voice (``Joanna``), in any
letter case.
"""

from collections.abc import Mapping
from functools import cache

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
