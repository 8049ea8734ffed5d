"""What a simulated callee does: answers, is busy, does not answer; and how it reacts to a menu."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.ledger import chosen

ANSWER_AFTER_S = 3.0
"""Seconds from dialing to the answer, unless a number says otherwise."""

AmdStatus = Literal["machine", "human", "notsure", "hangup", "inprogress"]
AmdReason = Literal["longgreeting", "initialsilence", "beep", "greeting", "n/a"]


@dataclass(frozen=True, slots=True)
class PressesKeys:
    """Presses these keys at every menu, once its prompt is over."""

    keys: str


@dataclass(frozen=True, slots=True)
class PressesWrongKeys:
    """Presses a key that the menu does not offer, so many times in all."""

    times: int


@dataclass(frozen=True, slots=True)
class Speaks:
    """Says this at every menu with voice input."""

    text: str


@dataclass(frozen=True, slots=True)
class HangsUp:
    """Listens to the prompt of a menu once, then hangs up after so many seconds of silence."""

    after_s: float = 2.0


@dataclass(frozen=True, slots=True)
class StaysSilent:
    """Stays on the phone and does nothing."""


MenuReaction = PressesKeys | PressesWrongKeys | Speaks | HangsUp | StaysSilent
"""What a callee does at a menu."""


@dataclass(frozen=True, slots=True)
class SimulatedDetection:
    """The result of answering machine detection, ``after_s`` seconds after the answer.

    A machine beeps ``beep_after_s`` seconds after that, or never.
    """

    status: AmdStatus = "human"
    reason: AmdReason = "greeting"
    after_s: float = 2.0
    beep_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class PicksUp:
    """Answers ``after_s`` seconds after dialing started.

    It hangs up ``leaves_after_s`` seconds after it first hears a prompt or silence, or never.
    """

    after_s: float = ANSWER_AFTER_S
    leaves_after_s: float | None = None
    at_menu: MenuReaction = HangsUp()
    detection: SimulatedDetection = SimulatedDetection()


@dataclass(frozen=True, slots=True)
class IsBusy:
    """Rejects the call, at once or after ringing."""

    rings: bool = False


@dataclass(frozen=True, slots=True)
class DoesNotAnswer:
    """Rings for ``limit_s`` seconds, or for as long as the call's own dial timeout says."""

    limit_s: float = 30.0


@dataclass(frozen=True, slots=True)
class CannotBeReached:
    """Fails, at once or after ringing."""

    reason: EndReason
    rings: bool = False


Callee = PicksUp | IsBusy | DoesNotAnswer | CannotBeReached
ORDINARY_CALLEE = PicksUp()
"""Answers after 3 s and listens; hangs up at a menu."""


BEHAVIORS = (
    chosen("time", "answer", "3 s after dialing started", covers=("ANSWER_AFTER_S",)),
    chosen("time", "answering machines", "detected after 1 to 5 s, a human after 2 s"),
)
