"""What a request may cost at most, so that it can be set aside before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil

from sinch_voice_mcp.policy.decision import Tariff
from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.effects.kinds import Dial, Lasts
from sinch_voice_mcp.policy.numbers import NumberFacts, examine
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.svaml import prompts, ssml
from sinch_voice_mcp.svaml.limits import CHARS_PER_SECOND
from sinch_voice_mcp.types import Payload
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


def exposure(request: Payload, policy: Policy, tariffs: Mapping[str, Tariff]) -> Exposure:
    """What a request in its canonical form may use up.

    Args:
        request: The request as it would be sent.
        policy: How long a call may last, and what a price counts as that could not be had.
        tariffs: What calls cost, by number in E.164.
    """
    legs = rung(request)
    seconds = longest(request, policy)
    known = [tariffs.get(leg.e164, _UNKNOWN) for leg in legs]
    minute = sum((_rate(tariff, policy) for tariff in known), Decimal(0))
    cost = minute * ceil(seconds / _SECONDS_PER_MINUTE) * _MICROS
    return Exposure(
        numbers=tuple(dict.fromkeys(legs)),
        seconds=seconds,
        micros=int(cost.to_integral_value(ROUND_CEILING)),
        currency=next((tariff.currency for tariff in known if tariff.currency), None),
    )


def rung(request: Payload) -> tuple[NumberFacts, ...]:
    """The numbers that ring and exist, as often as they ring."""
    dialled = (effect.number for effect in effects_of(request) if isinstance(effect, Dial))
    found = (examine(number) for number in dialled if number is not None)
    return tuple(one for one in found if isinstance(one, NumberFacts))


def longest(request: Payload, policy: Policy) -> int:
    """How long a request may last after the answer, in seconds."""
    if isinstance(request, TtsCalloutRequest):
        return _speaking(request.tts_callout) or policy.default_duration_s
    bounds = (effect for effect in effects_of(request) if isinstance(effect, Lasts) and effect.name == "maxDuration")
    return max((bound.value for bound in bounds), default=policy.default_duration_s)


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
