"""Numbers that regulators reserve for films and books. Models invent them; no such phone exists.

Sources: the North American Numbering Plan (555-0100 to 555-0199 in every area), Ofcom's "numbers for
drama use", ACMA's "numbers for use in TV shows, films and creative works".
"""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FictionalRange:
    """One range: ``pattern`` matches all digits after the plus.

    ``region`` and ``type`` are set if numbering metadata does not know the range.
    """

    title: str
    pattern: str
    region: str | None = None
    type: Literal["fixed", "mobile", "unknown"] = "unknown"


FICTIONAL: tuple[FictionalRange, ...] = (
    FictionalRange("NANP 555-0100 to 555-0199", r"1[2-9]\d\d55501\d\d"),
    FictionalRange("GB mobile 7700 900xxx", r"447700900\d{3}", "GB", "mobile"),
    FictionalRange("GB no area 1632 960xxx", r"441632960\d{3}", "GB", "fixed"),
    FictionalRange("GB London 20 7946 0xxx", r"442079460\d{3}"),
    FictionalRange("GB freephone 8081 570xxx", r"448081570\d{3}"),
    FictionalRange("GB premium 909 879 0xxx", r"449098790\d{3}"),
    FictionalRange("GB UK-wide 3069 990xxx", r"443069990\d{3}"),
    FictionalRange("AU fixed 5550 xxxx", r"61[2378]5550\d{4}"),
    FictionalRange("AU fixed 7010 xxxx", r"61[2378]7010\d{4}"),
    FictionalRange("AU mobile 491 570 006, 110, 156 to 159", r"61491570(?:006|110|15[6-9])"),
)


def fictional_range(e164: str) -> FictionalRange | None:
    """Return the range that a number belongs to; None for a number that a subscriber may have."""
    digits = e164.removeprefix("+")
    return next((one for one in FICTIONAL if re.fullmatch(one.pattern, digits, re.ASCII)), None)
