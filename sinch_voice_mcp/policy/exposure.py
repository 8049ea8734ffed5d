"""The most that a request can use up: numbers, seconds and money, reserved before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from math import ceil

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Lasts
from sinch_voice_mcp.policy.facts import UNKNOWN_TARIFF, Tariff
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.svaml import (
    Action,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Document,
    Hangup,
    Instruction,
    Park,
    PlayFiles,
    Say,
    SendDtmf,
    prompts,
    ssml,
)
from sinch_voice_mcp.svaml.limits import CHARS_PER_SECOND, MAX_PARK_S
from sinch_voice_mcp.svaml.timing import of_tones
from sinch_voice_mcp.types import MICROS_PER_UNIT, Micros, PhoneNumber
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest

_ANSWERING_S = 30
"""Seconds between answer and hang-up besides the speech: pauses, and a slow hang-up."""

_SECONDS_PER_MINUTE = 60
_FREE = Micros(0)


@dataclass(frozen=True, slots=True)
class Exposure:
    """The most that a request can use up.

    Attributes:
        numbers: The numbers that ring, each once.
        targets: The SIP addresses and in-app users that are connected, each once.
        seconds: Longest time between answer and end; for a change of a call, how much longer it may last.
        micros: The highest cost: every leg at its price for that time.
        currency: ISO 4217 code; None if no price is known.
        rate: What a minute costs at most, of all legs together.
        others: Whether a party without a number may be connected, as in a conference.
    """

    numbers: tuple[NumberFacts, ...]
    seconds: int
    micros: Micros
    currency: str | None
    targets: tuple[str, ...] = ()
    rate: Micros = _FREE
    others: bool = False

    def on_call(self, rate: Micros) -> "Exposure":
        """Return what a change uses up together with the call that it changes, whose minute costs ``rate``."""
        added = rate * minutes(self.seconds)
        return replace(self, micros=Micros(self.micros + added), rate=Micros(self.rate + rate))


def exposure(
    legs: Sequence[NumberFacts],
    seconds: int,
    policy: Policy,
    tariffs: Mapping[PhoneNumber, Tariff],
    targets: Sequence[str] = (),
    *,
    others: bool = False,
) -> Exposure:
    """Return the most that an allowed request can use up.

    Args:
        legs: The numbers that ring; a number that rings twice is listed twice.
        seconds: Longest time between answer and end.
        policy: Gives the price of a number whose price lookup failed.
        tariffs: Prices by number in E.164 form.
        targets: The SIP addresses and in-app users that are connected; their price is not known.
        others: Whether a party without a number may be connected.
    """
    known = [tariffs.get(leg.e164, UNKNOWN_TARIFF) for leg in legs]
    minute = sum((rate or Decimal(0) for rate in rates(legs, policy, tariffs, targets)), Decimal(0))
    return Exposure(
        numbers=tuple(dict.fromkeys(legs)),
        seconds=seconds,
        micros=_rounded_up(minute * minutes(seconds)),
        currency=next((tariff.currency for tariff in known if tariff.currency), None),
        targets=tuple(dict.fromkeys(targets)),
        rate=_rounded_up(minute),
        others=others,
    )


def rates(
    legs: Sequence[NumberFacts], policy: Policy, tariffs: Mapping[PhoneNumber, Tariff], targets: Sequence[str] = ()
) -> tuple[Decimal | None, ...]:
    """Return what a minute of each leg and target costs at most; None where the owner set no limit to unknown prices.

    What a person is shown and what is reserved are calculated from these.
    """
    known = (*(tariffs.get(leg.e164, UNKNOWN_TARIFF) for leg in legs), *(UNKNOWN_TARIFF for _ in targets))
    return tuple(policy.max_rate_per_minute if tariff.rate is None else tariff.rate for tariff in known)


def minutes(seconds: float) -> int:
    """Return the started minutes of a time: a reservation must never be less than the bill."""
    return ceil(seconds / _SECONDS_PER_MINUTE)


def _rounded_up(amount: Decimal) -> Micros:
    return Micros(int((amount * MICROS_PER_UNIT).to_integral_value(ROUND_CEILING)))


def longest(case: Case) -> int:
    """Return the longest time between answer and end, in seconds."""
    policy = case.policy
    if isinstance(case.request, TtsCalloutRequest):
        return _speaking(case.request.tts_callout) or policy.default_duration_s
    if isinstance(case.request, Document):
        return prolongs(case.request, policy)
    bounds = (effect.value for effect in case.all(Lasts) if effect.name == "maxDuration")
    return max(bounds, default=policy.default_duration_s)


def is_hangup(document: Document) -> bool:
    """Whether a document does nothing but end the call."""
    return not document.instructions and isinstance(document.action, Hangup)


def prolongs(document: Document, policy: Policy) -> int:
    """Return by how many seconds a document lets the call last longer.

    What cannot be known in advance counts as the duration of a call that requests none.
    """
    spoken = [_instruction_seconds(instruction) for instruction in document.instructions]
    known = [policy.default_duration_s if seconds is None else seconds for seconds in spoken]
    return ceil(sum(known)) + _action_seconds(document.action, policy)


def _action_seconds(action: Action | None, policy: Policy) -> int:
    match action:
        case None | Hangup() | Continue():
            return 0
        case Park(max_duration=seconds):
            return MAX_PARK_S if seconds is None else seconds
        case ConnectPstn(max_duration=seconds) | ConnectSip(max_duration=seconds) | ConnectStream(max_duration=seconds):
            return policy.default_duration_s if seconds is None else seconds
        case _:
            return policy.default_duration_s


def _instruction_seconds(instruction: Instruction) -> float | None:
    match instruction:
        case Say(text=text):
            return len(text) / CHARS_PER_SECOND
        case SendDtmf(value=tones):
            return of_tones(tones)
        case PlayFiles(ids=ids):
            try:
                spoken = [_seconds(part) for text in ids for part in prompts.parse(text)]
            except (prompts.PromptError, ssml.SsmlError):
                return None
            return _known_sum(spoken)
        case _:
            return 0


def _speaking(callout: TtsCallout) -> int | None:
    """Return the seconds that a callout speaks and takes to hang up; None if they cannot be known in advance."""
    # The reply to an event can make the call longer.
    if callout.enable_ace or callout.enable_pie:
        return None
    try:
        parts = prompts.parse(callout.prompts) if callout.prompts else (prompts.TextPart(callout.text or ""),)
        spoken = [_seconds(part) for part in parts]
    except (prompts.PromptError, ssml.SsmlError):
        return None
    seconds = _known_sum(spoken)
    return None if seconds is None else ceil(seconds) + _ANSWERING_S


def _known_sum(seconds: Sequence[float | None]) -> float | None:
    """Return the sum of some times; None if one of them is not known."""
    known = [each for each in seconds if each is not None]
    return sum(known) if len(known) == len(seconds) else None


def _seconds(part: prompts.Part) -> float | None:
    match part:
        case prompts.TextPart(text):
            return len(text) / CHARS_PER_SECOND
        case prompts.SsmlPart(marked_up):
            speech = ssml.parse(marked_up)
            return None if speech.audio else speech.seconds
        case _:
            return None
