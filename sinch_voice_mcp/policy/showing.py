"""What a person sees of a request before it is sent: every fact in full, because what is shown is what is granted."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import groupby
from math import ceil

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.collecting import EMBEDDED, is_inline, read_inline
from sinch_voice_mcp.policy.effects.kinds import (
    Fetch,
    Header,
    Hides,
    Identify,
    Join,
    PlayStored,
    Reach,
    Speak,
    SpeakSsml,
    Store,
    Tones,
)
from sinch_voice_mcp.policy.exposure import longest, minutes, rates
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.policy.numbers import NO_REGION, NumberFacts, examine
from sinch_voice_mcp.svaml import Document, ssml
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import MICROS_PER_UNIT, Meaning, Payload
from sinch_voice_mcp.wire.callouts import ConferenceCalloutRequest, CustomCallout, CustomCalloutRequest

_PRICE_BANDS = tuple(map(Decimal, ("0", "0.05", "0.25", "0.50", "1", "2", "5")))
"""Upper bounds of the price bands, per minute in the account's currency; above them, whole units."""

_LENGTH_BANDS = (60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400)
"""Upper bounds of the bands of length, in seconds; above them, whole hours. A confirmation covers its band."""

_HOUR_S = 3_600

_BLANKS = re.compile(r"\s{3,}")

_REACHED = {"in_app": "in-app user", "sip": "SIP address", "stream": "stream"}


@dataclass(frozen=True, slots=True)
class ShownLeg:
    """One number that rings, as a person sees it. ``rate`` is the upper bound of its price per minute, if known."""

    number: str
    country: str
    kind: str
    rate: Decimal | None
    currency: str | None

    @property
    def price(self) -> str:
        """The price band in words."""
        if self.rate is None:
            return "unknown"
        return "free" if self.rate == 0 else f"up to {_money(self.rate, self.currency)} per minute"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person sees of one request.

    Attributes:
        legs: The numbers that ring, each once.
        facts: Everything else that it does, one fact per line.
        cost: The upper bound of its price, never less than what is reserved; None if no price is known.
        costs: Whether it can cost anything.
        currency: ISO 4217 code; None if no price is known.
        exact: The request without its durations, as JSON text: with ``facts``, the identity of what is granted.
    """

    legs: tuple[ShownLeg, ...]
    facts: tuple[str, ...]
    cost: Decimal | None
    currency: str | None
    exact: str
    costs: bool = True


def show(case: Case) -> Shown:
    """Return what a person sees of a request that passes every rule."""
    legs = tuple(dict.fromkeys(_leg(number, case) for number in case.legs))
    return Shown(
        legs=legs,
        facts=tuple(_counted(_facts(case))),
        cost=_cost(case),
        currency=next((leg.currency for leg in legs if leg.currency), None),
        exact=json.dumps(_exact(case.request), sort_keys=True),
        costs=_seconds(case) > 0,
    )


def _counted(facts: Iterable[str]) -> Iterator[str]:
    """Yield the facts in their order, because it can change what they mean; a fact that repeats at once has a count."""
    for fact, same in groupby(facts):
        times = len(list(same))
        yield fact if times == 1 else f"{fact} ({times} times)"


def _cost(case: Case) -> Decimal | None:
    """Return the upper bound of what is reserved for a request; None if no price is known."""
    running = case.intent.running
    found = list(rates(case.legs, case.policy, case.tariffs, case.targets))
    if running is not None:
        # The call that is changed costs money for that time as well.
        found.append(None if running.rate is None else Decimal(running.rate) / MICROS_PER_UNIT)
    known = [_price_band(rate) for rate in found if rate is not None]
    if len(known) < len(found) or unseen(case):
        return None
    return sum(known, Decimal(0)) * minutes(_band(_seconds(case)))


def question_text(shown: Sequence[Shown]) -> str:
    """Write the question about requests that are sent together: plain text, one fact per line, nothing cut."""
    # The callouts of a conference differ in the number only, so their common facts are shown once.
    together = len({one.facts for one in shown}) == 1
    groups = [shown] if together else [[one] for one in shown]
    return "\n\n".join("\n".join(_lines(group)) for group in groups)


def unseen(case: Case) -> bool:
    """Whether the reply to a callback, which the guard does not see, decides which number a callout rings."""
    match case.request:
        case CustomCalloutRequest(custom_callout=CustomCallout(destination=None, ice=ice)):
            return ice is None or not is_inline(ice)
        case _:
            return False


def digits_of(case: Case) -> int:
    """Count the digits that a request sends as tones, all together: a card number could also be sent in parts."""
    return sum(char.isdecimal() for tones in case.all(Tones) for char in tones.value)


def _lines(group: Sequence[Shown]) -> Iterator[str]:
    legs = tuple(dict.fromkeys(leg for one in group for leg in one.legs))
    if len(legs) == 1:
        (leg,) = legs
        yield from (f"Call {leg.number}", f"Country: {leg.country}", f"Kind: {leg.kind}", f"Price: {leg.price}")
    else:
        yield from (f"Call {leg.number} ({leg.country}, {leg.kind}, {leg.price})" for leg in legs)
    yield from group[0].facts
    if any(one.costs for one in group):
        costs = [one.cost for one in group]
        known = [cost for cost in costs if cost is not None]
        currency = next((one.currency for one in group if one.currency), None)
        yield f"Costs at most: {_money(sum(known, Decimal(0)), currency) if len(known) == len(costs) else 'unknown'}"


def _facts(case: Case) -> Iterator[str]:
    yield f"Type: {_type(case.request)}"
    if case.intent.running is not None:
        yield f"In the call: {_whole(case.intent.running.call_id)}"
    yield from _targets(case)
    yield from _heard(case)
    yield from _digits(case)
    for store in case.all(Store):
        yield f"Records to: {_whole(store.url or 'a place that the platform chooses')}"
    if any(case.all(Hides)):
        yield "Reports no events"
    if seconds := _seconds(case):
        # A document that only speaks does not bound the call that it runs in.
        what = "Prolongs the call by" if isinstance(case.request, Document) else "Lasts"
        yield f"{what} at most: {minutes(_band(seconds))} min"


def _targets(case: Case) -> Iterator[str]:
    if unseen(case):
        yield "Calls a number that a callback chooses"
    for reach in case.all(Reach):
        yield f"Connects: {_REACHED[reach.kind]} {_whole(reach.target or 'chosen by the caller')}"
    for header in case.all(Header):
        yield f"Call header: {_whole(header.key)}: {_whole(header.value)}"
    for join in case.all(Join):
        yield f"Conference: {_whole(join.conference_id)}"
    if clis := tuple(dict.fromkeys(effect.cli for effect in case.all(Identify))):
        yield f"Caller ID: {', '.join(_number(cli) for cli in clis)}"


def _digits(case: Case) -> Iterator[str]:
    running, digits = case.intent.running, digits_of(case)
    if running is not None and digits:
        yield f"Digits sent in this call, with these: {digits + running.digits}"
    elif digits and sum(1 for _ in case.all(Tones)) > 1:
        yield f"Digits sent in all: {digits}"


def _heard(case: Case) -> Iterator[str]:
    for effect in case.effects:
        match effect:
            case Speak(text=text) if text.strip():
                yield f'Says: "{one_line(text, len(text))}"'
            case SpeakSsml(ssml=marked_up):
                # With its markup, because an attribute can replace the words.
                written = ssml.written(marked_up)
                yield f'Says (SSML): "{one_line(written, len(written) or 1)}"'
            case Tones(value=tones):
                yield f"Sends as tones: {_whole(tones)}"
            case Fetch(kind="media", url=url):
                yield f"Plays: {_whole(url)}"
            case PlayStored(name=name):
                yield f"Plays: stored file {_whole(name)}"
            case Fetch(kind="callback", url=url):
                yield f"Asks what to do: {_whole(url)}"
            case _:
                pass


def _type(request: Payload) -> str:
    match request:
        case Document():
            return "change of a call in progress"
        case ConferenceCalloutRequest():
            return "call into a conference"
        case CustomCalloutRequest():
            return "call with a call flow"
        case _:
            return "call that speaks or plays"


def _seconds(case: Case) -> int:
    """Return how long a request lasts at most; 0 only for a change that does not prolong its call."""
    return longest(case) if isinstance(case.request, Document) else max(longest(case), 1)


def _leg(number: NumberFacts, case: Case) -> ShownLeg:
    tariff = case.tariff(number)
    rate = None if tariff is None else tariff.rate
    rate = case.policy.max_rate_per_minute if rate is None else rate
    return ShownLeg(
        number=number.international,
        country="none" if number.region in (None, NO_REGION) else number.region,
        kind=number.type.replace("_", " "),
        # A confirmation belongs to one wording of the question, so a small change of the price must not change it.
        rate=None if rate is None else _price_band(rate),
        currency=None if tariff is None else tariff.currency,
    )


def _price_band(rate: Decimal) -> Decimal:
    """Return the upper bound of the band that a price is in."""
    return next((band for band in _PRICE_BANDS if rate <= band), rate.to_integral_value(ROUND_CEILING))


def _band(seconds: int) -> int:
    """Return the upper bound of the band that a length is in, in seconds; a length of 0 is in none."""
    if seconds <= 0:
        return 0
    whole_hours = ceil(seconds / _HOUR_S) * _HOUR_S
    return next((bound for bound in _LENGTH_BANDS if seconds <= bound), whole_hours)


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:.2f} {currency or ''}".rstrip()


def _number(cli: str) -> str:
    # A caller ID can also be a word, such as `private`.
    found = examine(cli)
    return found.international if isinstance(found, NumberFacts) else _whole(cli)


def _whole(text: str) -> str:
    shown = printable(text, max(len(text), 1))
    # Many blanks would move what follows them out of sight.
    return _BLANKS.sub(lambda found: f"<{len(found[0])} blanks>", shown)


def _exact(payload: Payload) -> Mapping[str, object]:
    values = ((member, getattr(payload, member.name)) for member in members(type(payload)))
    return {
        member.wire: _exact_value(value, member.meaning)
        for member, value in values
        # The band of length stands for these.
        if value is not None and member.name != "max_duration"
    }


def _exact_value(value: object, meaning: Meaning | None) -> object:
    if isinstance(value, Payload):
        return _exact(value)
    if is_many(value):
        return [_exact_value(item, meaning) for item in value]
    event = None if meaning is None else EMBEDDED.get(meaning)
    if event is not None and isinstance(value, str) and is_inline(value):
        try:
            return _exact(read_inline(value, event).document)
        except SvamlError:
            return value
    return value
