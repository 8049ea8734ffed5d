"""When a person confirms a request before it is sent, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.effects.kinds import Fetch, Join, PlayStored, Reach, Speak, SpeakSsml
from sinch_voice_mcp.policy.showing import digits_of, unseen
from sinch_voice_mcp.types import PhoneNumber

ConsentReason = Literal["dial", "unseen", "reach", "dtmf", "speak", "join"]
"""Why a person is asked. ``dial``: a number rings that is not trusted. ``unseen``: a callback names the number.
``reach``: an in-app user, SIP address or stream is connected. ``dtmf``: more than ``FREE_DIGITS`` digits are sent in
one call. ``speak`` and ``join``: a call in progress speaks or plays something, or joins a conference."""

FREE_DIGITS = 4
"""Digits that a call may send as tones without confirmation: enough to choose in a menu, too few for a card number."""

_HEARD = (Speak, SpeakSsml, PlayStored)


@dataclass(frozen=True, slots=True)
class Consent:
    """Why a person has to confirm a request, and the numbers that ring and are not trusted."""

    reasons: tuple[ConsentReason, ...]
    numbers: tuple[PhoneNumber, ...]


def needed_consent(case: Case) -> Consent | None:
    """Return why a person has to confirm a request that passes every rule; None if no person has to."""
    if not may_ask(case):
        return None
    numbers = _untrusted(case)
    reasons = tuple(_reasons(case, numbers))
    return Consent(reasons, numbers) if reasons else None


def may_ask(case: Case) -> bool:
    """Whether a person could have to confirm a request, whatever it does."""
    return not case.intent.approved and case.policy.confirm != "never"


def _untrusted(case: Case) -> tuple[PhoneNumber, ...]:
    numbers = dict.fromkeys(found.e164 for found in case.legs)
    return tuple(number for number in numbers if number not in case.policy.trusted_numbers)


def _reasons(case: Case, numbers: Sequence[str]) -> Iterator[ConsentReason]:
    running = case.intent.running
    if numbers:
        yield "dial"
    if unseen(case):
        yield "unseen"
    if any(case.all(Reach)):
        yield "reach"
    digits = digits_of(case)
    if digits and digits + (running.digits if running is not None else 0) > FREE_DIGITS:
        yield "dtmf"
    # What a person confirmed when the call was placed does not include what is said in it later.
    if running is not None and not running.trusted and any(_is_heard(effect) for effect in case.effects):
        yield "speak"
    # Anyone can be in a conference, so the numbers that the call rang make no difference.
    if running is not None and any(case.all(Join)):
        yield "join"


def _is_heard(effect: object) -> bool:
    return isinstance(effect, _HEARD) or (isinstance(effect, Fetch) and effect.kind == "media")
