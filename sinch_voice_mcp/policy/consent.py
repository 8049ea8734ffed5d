"""The question that a person answers before a call: what would happen, from the request and the facts alone."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sinch_voice_mcp.policy.decision import Allow, ConsentReason, NeedsApproval, Tariff
from sinch_voice_mcp.policy.effects.collecting import is_inline
from sinch_voice_mcp.policy.effects.kinds import Effect, Fetch, Identify, Reach, Speak, SpeakSsml, Tones
from sinch_voice_mcp.policy.exposure import longest
from sinch_voice_mcp.policy.numbers import NumberFacts, examine
from sinch_voice_mcp.policy.rules.case import Case
from sinch_voice_mcp.svaml import ssml
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest

FREE_DIGITS = 4
"""How many digits may be keyed without asking: a menu's choice, and no card number."""

_LONGEST_TEXT = 300
_LONGEST_ITEM = 60
_MOST_NUMBERS = 3
_BANDS = (Decimal("0.05"), Decimal("0.25"))


def approval(case: Case, allow: Allow) -> NeedsApproval | None:
    """The question to be asked before a request that passes every rule; None where nobody has to be asked."""
    if case.intent.approved or case.policy.confirm == "never":
        return None
    numbers = _untrusted(case)
    reasons = tuple(_reasons(case, numbers))
    if not reasons:
        return None
    return NeedsApproval(allow, "\n".join(_lines(case, allow.tariffs)), reasons, numbers)


def unseen(case: Case) -> bool:
    """Whether a callout leaves it to a callback whom to ring."""
    match case.request:
        case CustomCalloutRequest(custom_callout=CustomCallout(destination=None, ice=ice)):
            return ice is None or not is_inline(ice)
        case _:
            return False


def _untrusted(case: Case) -> tuple[str, ...]:
    numbers = dict.fromkeys(found.e164 for _, found in case.sound)
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
    # All tones together, so that nothing is gained by sending them in parts.
    return sum(sign.isdecimal() for tones in case.all(Tones) for sign in tones.value)


def _lines(case: Case, tariffs: Mapping[str, Tariff]) -> Iterator[str]:
    yield from _rings(tuple(dict.fromkeys(found for _, found in case.sound)), case, tariffs)
    if unseen(case):
        yield "Calls whomever a callback names"
    for reach in dict.fromkeys((effect.kind, effect.target) for effect in case.all(Reach)):
        yield f"Connects: {_KINDS[reach[0]]} {one_line(reach[1] or 'whom the caller asked for', _LONGEST_ITEM)}"
    if clis := tuple(dict.fromkeys(effect.cli for effect in case.all(Identify))):
        yield f"Caller id: {', '.join(_number(cli) for cli in clis[:_MOST_NUMBERS])}"
    if text := one_line(" / ".join(_heard(case.effects)), _LONGEST_TEXT):
        yield f'Says: "{text}"'
    if digits := _digits(case):
        yield f"Keys: {digits} digits"
    yield f"Lasts at most: {longest(case.request, case.policy)} s"


_KINDS = {"in_app": "in-app user", "sip": "SIP address", "stream": "stream"}


def _rings(numbers: Sequence[NumberFacts], case: Case, tariffs: Mapping[str, Tariff]) -> Iterator[str]:
    if len(numbers) == 1:
        (number,) = numbers
        yield f"Call {number.international}"
        yield f"Country: {_country(number)}"
        yield f"Kind: {_kind(number)}"
        yield f"Price: {_price(number, case, tariffs)}"
        return
    for number in numbers[:_MOST_NUMBERS]:
        yield f"Call {number.international} ({_country(number)}, {_kind(number)}, {_price(number, case, tariffs)})"
    if rest := numbers[_MOST_NUMBERS:]:
        yield f"Call {', '.join(number.e164 for number in rest)}"


def _country(number: NumberFacts) -> str:
    return "none" if number.region in (None, "001") else number.region


def _kind(number: NumberFacts) -> str:
    return number.type.replace("_", " ")


def _price(number: NumberFacts, case: Case, tariffs: Mapping[str, Tariff]) -> str:
    tariff = tariffs.get(number.e164)
    rate = None if tariff is None else tariff.rate
    rate = case.policy.max_rate_per_minute if rate is None else rate
    if rate is None:
        return "unknown"
    if rate == 0:
        return "free"
    currency = f" {tariff.currency}" if tariff is not None and tariff.currency else ""
    # In bands, so that a small change does not change the question.
    band = next((f"up to {most}" for most in _BANDS if rate <= most), f"above {_BANDS[-1]}")
    return f"{band}{currency} per minute"


def _number(cli: str) -> str:
    found = examine(cli)
    return found.international if isinstance(found, NumberFacts) else printable(cli)


def _heard(effects: Sequence[Effect]) -> Iterator[str]:
    for effect in effects:
        match effect:
            case Speak(text=text) if text.strip():
                yield text
            case SpeakSsml(ssml=marked_up):
                yield ssml.parse_leniently(marked_up).text
            case Fetch(kind="media", url=url):
                # A query can hold a token.
                yield url.partition("?")[0]
            case _:
                pass
