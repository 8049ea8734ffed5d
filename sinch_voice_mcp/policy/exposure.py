"""What a request may cost at most, so that it can be set aside before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Lasts
from sinch_voice_mcp.policy.facts import Tariff
from sinch_voice_mcp.policy.numbers import NumberFacts
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.limits import CHARS_PER_SECOND
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest

_ANSWERING_S = 30
_SECONDS_PER_MINUTE = 60
_MICROS = 1_000_000
_UNKNOWN = Tariff(None, None, restricted=False)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a request may use up.

    Attributes:
        numbers: The numbers that ring, each once.
        seconds: How long it may last after the answer.
        micros: What it may cost, in millionths of the currency: every leg for its whole length.
        currency: ISO 4217, None where no price is known.
    """

    numbers: tuple[NumberFacts, ...]
    seconds: int
    micros: int
    currency: str | None


def exposure(legs: Sequence[NumberFacts], seconds: int, policy: Policy, tariffs: Mapping[str, Tariff]) -> Exposure:
    """What an allowed request may use up.

    Args:
        legs: The numbers that ring, as often as they ring.
        seconds: How long the call may last after the answer.
        policy: The price that counts where the look-up failed.
        tariffs: What calls cost, by number in E.164.
    """
    known = [tariffs.get(leg.e164, _UNKNOWN) for leg in legs]
    minute = sum((_rate(tariff, policy) for tariff in known), Decimal(0))
    cost = minute * ceil(seconds / _SECONDS_PER_MINUTE) * _MICROS
    return Exposure(
        numbers=tuple(dict.fromkeys(legs)),
        seconds=seconds,
        micros=int(cost.to_integral_value(ROUND_CEILING)),
        currency=next((tariff.currency for tariff in known if tariff.currency), None),
    )


def longest(case: Case) -> int:
    """How long a request may last after the answer, in seconds."""
    policy = case.policy
    if isinstance(case.request, TtsCalloutRequest):
        return _speaking(case.request.tts_callout) or policy.default_duration_s
    bounds = (effect.value for effect in case.all(Lasts) if effect.name == "maxDuration")
    return max(bounds, default=policy.default_duration_s)


def _rate(tariff: Tariff, policy: Policy) -> Decimal:
    return (policy.max_rate_per_minute or Decimal(0)) if tariff.rate is None else tariff.rate


def _speaking(callout: TtsCallout) -> int | None:
    """How long a text takes to say, and the phone to be hung up; None where only the platform knows."""
    # Whoever answers the events can let the call go on.
    if callout.enable_ace or callout.enable_pie:
        return None
    try:
        parts = prompts.parse(callout.prompts) if callout.prompts else (prompts.TextPart(callout.text or ""),)
        spoken = [_seconds(part) for part in parts]
    except (prompts.PromptError, ssml.SsmlError):
        return None
    known = [seconds for seconds in spoken if seconds is not None]
    return ceil(sum(known)) + _ANSWERING_S if len(known) == len(spoken) else None


def _seconds(part: prompts.Part) -> float | None:
    match part:
        case prompts.TextPart(text):
            return len(text) / CHARS_PER_SECOND
        case prompts.SsmlPart(marked_up):
            speech = ssml.parse(marked_up)
            return None if speech.audio else speech.seconds
        case _:
            return None
