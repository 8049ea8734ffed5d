"""Mask telephone numbers in texts that are stored or shown: recognizable for their owner, useless for dialing."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeGuard

from sinch_voice_mcp.text.folding import UNSEEN, folded
from sinch_voice_mcp.text.number_forms import is_number_form
from sinch_voice_mcp.types import is_list, is_object

_SHOWN_AT_START, _SHOWN_AT_END = 5, 2
_MIN_LONG_CHARS = 10
"""Characters of a number from which so many may be shown; of a shorter one, two at each end."""

_MIN_DIALED, _MIN_DIALED_FLOAT = 10**6, 10**9
"""JSON numbers that may be telephone numbers; a price, which is believed up to the second one, may have no decimals."""

_BETWEEN = rf"(?:[\s.\-()/_\u00b7{UNSEEN}]|%(?:20|2[89DdEe])|%C2%A0|&nbsp;)"
"""What people and programs write between the digits of a number, in a folded text."""

_ODD = "[,:;'|~*]"
"""Separators of lists, times and amounts: between groups of digits that only a number has."""

_ESCAPED = re.compile("%[0-9A-Fa-f]{2}")

_WRITTEN = rf"""
    (?P<kept>
        # A date, perhaps with a time: 2026-11-25T09:00:00Z, 25.11.2026, 11/25/2026.
        (?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])
            (?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?(?:Z|[+-]\d\d:\d\d)?)?(?!\d|[.\-]\d)
      | (?<![\d+.\-/])\d\d?(?P<stop>[./-])\d\d?(?P=stop)(?:19|20)\d\d(?!\d|[.\-]\d)
        # A span of times with points: 09.30 - 17.00.
      | (?<![\d.])\d\d?\.\d\d[ ]?-[ ]?\d\d?\.\d\d(?![\d.])
        # A random identifier, or a digest: hexadecimal with a letter in it.
      | (?<![^\W_])[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}(?![^\W_])
      | (?<![^\W_])(?=[0-9]*[a-f])[0-9a-f]{{16,}}(?![^\W_])
    )
  | (?P<number>
        # With a plus, anything may stand between the digits; without one, prices and lists stay readable.
        [+](?:(?:{_BETWEEN}|[,\[\]]){{0,4}}\d){{7,}}
      | \(?\d(?:{_BETWEEN}{{0,4}}\d){{7,}}
      | (?<!\d)(?<!\d{_ODD})(?:\d{{1,3}}{_ODD})?\d{{3}}{_ODD}\d{{3}}{_ODD}\d{{4}}(?!{_ODD}?\d)
      | \d{{7}}
      | (?<!\d)\d{{3}}-\d{{4}}
    )
    """


@cache
def _written() -> re.Pattern[str]:
    """Return the pattern of numbers, compiled when it is first needed, because that takes long at the start."""
    return re.compile(_WRITTEN, re.VERBOSE)


_SCHEMES = ("sip", "app")
"""What a SIP address and the name of an in-app user begin with, in arguments and results."""

_SHORTENED = re.compile(r"\+?[0-9]{2,5}…[0-9]{2}|sip:[A-Za-z0-9._+\-]?…@[a-z0-9.\-]{1,253}|app:[A-Za-z0-9._+\-]?…")

_IDENTIFIERS = frozenset({"call_id", "subject", "destinations", "conference", "numbers"})
"""Members of a row of the audit log that are identifiers, digests, or numbers that are shortened."""


def shortened(number: str) -> str:
    """Return the first five characters of a number and its last two digits: ``+1202…00``.

    Of ``sip:alice@example.com`` and ``app:alice``, ``sip:a…@example.com`` and ``app:a…`` remain.
    """
    scheme, _, name = number.partition(":")
    if scheme in _SCHEMES and name:
        user, at, host = name.rpartition("@") if scheme == "sip" else (name, "", "")
        return f"{scheme}:{user[:1]}…{at}{host}"
    if len(number) < _MIN_LONG_CHARS:
        return f"{number[:2]}…{number[-2:]}"
    return f"{number[:_SHOWN_AT_START]}…{number[-_SHOWN_AT_END:]}"


def is_shortened(text: str) -> bool:
    """Return whether a text is a number, an address or a name that was shortened."""
    return _SHORTENED.fullmatch(text) is not None


def without_numbers(text: str) -> str:
    """Mask everything in a text that has the form of a telephone number: at least seven digits, however it is written.

    Dates, times, prices, short numbers and identifiers stay as they are.
    """
    return _replaced(text, lambda number: shortened(_plain(number)))


def without_trace(text: str) -> str:
    """Return a text in which ``…`` stands for every telephone number: for words in which none is expected."""
    return _replaced(text, lambda _: "…")


def written_numbers(text: str) -> Iterator[str]:
    """Return what :func:`without_numbers` would mask, as digits, with a plus where one is written."""
    return (_plain(found[0]) for found in _written().finditer(folded(text)) if not found["kept"])


def masked(value: object, mask: Callable[[str], str] = without_numbers) -> object:
    """Return a JSON value with all its texts and integers masked; an identifier, only if all of it is a number."""
    if isinstance(value, str):
        return mask(value)
    if _may_be_dialed(value):
        return mask(str(int(value)))
    if is_list(value):
        return [masked(item, mask) for item in value]
    if is_object(value):
        return {name: masked(member, _identifying if name in _IDENTIFIERS else mask) for name, member in value.items()}
    return value


def _may_be_dialed(value: object) -> TypeGuard[int | float]:
    """Return whether a JSON number has as many digits as a telephone number; money has decimals, or is less."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) >= _MIN_DIALED_FLOAT
    return isinstance(value, int) and abs(value) >= _MIN_DIALED


def _identifying(text: str) -> str:
    """Return an identifier; masked only if all of it is a telephone number, because digits are part of most of them."""
    return without_numbers(text) if is_number_form(text) else text


def _replaced(text: str, shown: Callable[[str], str]) -> str:
    """Replace every number in a text; what is between them stays as it was written."""
    parts: list[str] = []
    end = 0
    for found in _written().finditer(folded(text)):
        if not found["kept"]:
            parts += [text[end : found.start()], shown(found[0])]
            end = found.end()
    return "".join(parts) + text[end:]


def _plain(written: str) -> str:
    """Return the digits of a number that was found, with its plus."""
    digits = re.sub("[^0-9]", "", _ESCAPED.sub("", written))
    return f"+{digits}" if written[0] == "+" else digits
