"""The question that a person answers before a call: what the call would do, from the request and the facts alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.collecting import is_inline
from sinch_voice_mcp.policy.effects.kinds import Effect, Fetch, Identify, Reach, Speak, SpeakSsml, Tones
from sinch_voice_mcp.policy.exposure import longest
from sinch_voice_mcp.policy.numbers import NO_REGION, NumberFacts, examine
from sinch_voice_mcp.svaml import ssml
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import PhoneNumber
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest

ConsentReason = Literal["dial", "unseen", "reach", "dtmf"]
"""Why a person is asked. ``dial``: a number rings that is not trusted. ``unseen``: a callback names the number.
``reach``: an in-app user, SIP address or stream is connected. ``dtmf``: more than ``FREE_DIGITS`` digits are sent."""

FREE_DIGITS = 4
"""Digits that a call may send as tones without confirmation: enough to choose in a menu, too few for a card number."""

_MAX_SPOKEN_CHARS = 300
"""Characters of all spoken texts together that the question quotes."""

_MAX_TARGET_CHARS = 60
"""Characters of one target other than a number that the question shows."""

_MAX_DETAILED_NUMBERS = 3
"""Numbers that the question describes; further ones are only listed."""

_PRICE_BANDS = (Decimal("0.05"), Decimal("0.25"))
"""Upper bounds of the price bands, per minute in the account's currency."""


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """A question to a person; the members are those of :class:`~sinch_voice_mcp.policy.decision.NeedsApproval`."""

    text: str
    reasons: tuple[ConsentReason, ...]
    numbers: tuple[PhoneNumber, ...]


def question(case: Case) -> ConsentQuestion | None:
    """Return the question to ask before a request that passes every rule; None if no person has to confirm it."""
    if case.intent.approved or case.policy.confirm == "never":
        return None
    numbers = _untrusted(case)
    reasons = tuple(_reasons(case, numbers))
    return ConsentQuestion("\n".join(_lines(case)), reasons, numbers) if reasons else None


def unseen(case: Case) -> bool:
    """Whether the reply to a callback, which the guard does not see, decides which number a callout rings."""
    match case.request:
        case CustomCalloutRequest(custom_callout=CustomCallout(destination=None, ice=ice)):
            return ice is None or not is_inline(ice)
        case _:
            return False


def _untrusted(case: Case) -> tuple[PhoneNumber, ...]:
    numbers = dict.fromkeys(found.e164 for found in case.legs)
    return tuple(number for number in numbers if number not in case.policy.trusted_numbers)


def _reasons(case: Case, numbers: Sequence[str]) -> Iterator[ConsentReason]:
    if numbers:
        yield "dial"
    if unseen(case):
        yield "unseen"
    if any(case.all(Reach)):
        yield "reach"
    if _digits(case) > FREE_DIGITS:
        yield "dtmf"


def _digits(case: Case) -> int:
    # All tones together, because a card number could also be sent in parts.
    return sum(char.isdecimal() for tones in case.all(Tones) for char in tones.value)


def _lines(case: Case) -> Iterator[str]:
    yield from _rings(tuple(dict.fromkeys(case.legs)), case)
    if unseen(case):
        yield "Calls a number that a callback chooses"
    # Each fact once: a menu often connects the same target in several branches.
    for reach in dict.fromkeys((effect.kind, effect.target) for effect in case.all(Reach)):
        yield f"Connects: {_KINDS[reach[0]]} {one_line(reach[1] or 'chosen by the caller', _MAX_TARGET_CHARS)}"
    if clis := tuple(dict.fromkeys(effect.cli for effect in case.all(Identify))):
        yield f"Caller ID: {', '.join(_number(cli) for cli in clis[:_MAX_DETAILED_NUMBERS])}"
    if text := one_line(" / ".join(_spoken(case.effects)), _MAX_SPOKEN_CHARS):
        yield f'Says: "{text}"'
    if digits := _digits(case):
        yield f"Sends as tones: {digits} digit{'' if digits == 1 else 's'}"
    yield f"Lasts at most: {longest(case)} s"


_KINDS = {"in_app": "in-app user", "sip": "SIP address", "stream": "stream"}


def _rings(numbers: Sequence[NumberFacts], case: Case) -> Iterator[str]:
    if len(numbers) == 1:
        (number,) = numbers
        yield f"Call {number.international}"
        yield f"Country: {_country(number)}"
        yield f"Kind: {_kind(number)}"
        yield f"Price: {_price(number, case)}"
        return
    for number in numbers[:_MAX_DETAILED_NUMBERS]:
        yield f"Call {number.international} ({_country(number)}, {_kind(number)}, {_price(number, case)})"
    if rest := numbers[_MAX_DETAILED_NUMBERS:]:
        yield f"Call {', '.join(number.e164 for number in rest)}"


def _country(number: NumberFacts) -> str:
    return "none" if number.region in (None, NO_REGION) else number.region


def _kind(number: NumberFacts) -> str:
    return number.type.replace("_", " ")


def _price(number: NumberFacts, case: Case) -> str:
    tariff = case.tariff(number)
    rate = None if tariff is None else tariff.rate
    rate = case.policy.max_rate_per_minute if rate is None else rate
    if rate is None:
        return "unknown"
    if rate == 0:
        return "free"
    currency = f" {tariff.currency}" if tariff is not None and tariff.currency else ""
    # An answer belongs to one wording of the question, so a small change of the price must not change it.
    band = next((f"up to {bound}" for bound in _PRICE_BANDS if rate <= bound), f"above {_PRICE_BANDS[-1]}")
    return f"{band}{currency} per minute"


def _number(cli: str) -> str:
    # A caller ID can also be a word, such as `private`.
    found = examine(cli)
    return found.international if isinstance(found, NumberFacts) else printable(cli)


def _spoken(effects: Sequence[Effect]) -> Iterator[str]:
    for effect in effects:
        match effect:
            case Speak(text=text) if text.strip():
                yield text
            case SpeakSsml(ssml=marked_up):
                yield ssml.parse_leniently(marked_up).text
            case Fetch(kind="media", url=url):
                # The query is not shown, because it can hold a token.
                yield url.partition("?")[0]
            case _:
                pass
