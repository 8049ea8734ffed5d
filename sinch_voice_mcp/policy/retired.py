"""Forms of numbers that a country gave up, and the same numbers as they are written since then."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetiredForm:
    """A number in a form that no longer works.

    Attributes:
        digits: All digits of the number as it is written now, without the plus; to be checked by metadata.
        reason: What changed, as a sentence.
    """

    digits: str
    reason: str


_Rewrite = Callable[[re.Match[str]], str]

_VIETNAM = {
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip
"""Old and new prefixes of Vietnamese mobile numbers."""

_LONDON = {"171": "207", "181": "208"}
_OPERATORS = {"mobile": ("01", "05", "07"), "fixed": ("21", "25", "27")}
"""New prefixes of Ivorian numbers: those of the operators Moov, MTN and Orange."""


def _ivory_coast(found: re.Match[str]) -> str:
    number = found[1]
    if number[0] in "23":
        moov, mtn, orange = _OPERATORS["fixed"]
        operator = {"8": moov, "0": mtn}.get(number[2], orange)
    else:
        moov, mtn, orange = _OPERATORS["mobile"]
        operator = moov if number[1] in "0123" else mtn if number[1] in "456" else orange
    return f"225{operator}{number}"


_FORMS: tuple[tuple[str, _Rewrite, str], ...] = (
    (r"521(\d{10})", lambda found: f"52{found[1]}", "Mexico dropped the 1 after +52 in 2019."),
    (r"225(\d{8})", _ivory_coast, "Numbers in the Ivory Coast have had ten digits since 2021."),
    (r"229(\d{8})", lambda found: f"22901{found[1]}", "Numbers in Benin have begun with 01 since 2024."),
    (
        r"377(4[45]\d{6})|386(4[39]\d{6})",
        lambda found: f"383{found[1] or found[2]}",
        "Numbers in Kosovo have had the calling code +383 since 2017.",
    ),
    (
        r"55([1-9]\d)([6-9]\d{7})",
        lambda found: f"55{found[1]}9{found[2]}",
        "Mobile numbers in Brazil have had a 9 after the area code since 2016.",
    ),
    (
        r"57([124-8])(\d{7})",
        lambda found: f"5760{found[1]}{found[2]}",
        "Colombian landlines have ten digits since 2021.",
    ),
    (r"562([2-9]\d{6})", lambda found: f"5622{found[1]}", "Landlines in Santiago have had nine digits since 2013."),
    (
        rf"84({'|'.join(_VIETNAM)})(\d{{7}})",
        lambda found: f"84{_VIETNAM[found[1]]}{found[2]}",
        "Vietnam shortened these mobile numbers in 2018.",
    ),
    (
        r"44(171|181)(\d{7})",
        lambda found: f"44{_LONDON[found[1]]}{found[2]}",
        "London has had the area code 20 since 2000.",
    ),
    (r"599(5\d{6})", lambda found: f"1721{found[1]}", "Sint Maarten has had +1 721 since 2011."),
)


def retired_form(digits: str) -> RetiredForm | None:
    """Return how a number is written now, if its digits are in a form that its country gave up; else None.

    Args:
        digits: All digits of the number, without the plus.
    """
    for pattern, rewrite, reason in _FORMS:
        if (found := re.fullmatch(pattern, digits, re.ASCII)) is not None:
            return RetiredForm(rewrite(found), reason)
    return None
