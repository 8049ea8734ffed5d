"""What timers set off in a call, as a closed union, and the reasons for which a call ends."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine.outbox import OutgoingCallback
from sinch_voice_mcp.wire.calls import CallResult

EndReason = Literal[
    "N/A",
    "TIMEOUT",
    "CALLERHANGUP",
    "CALLEEHANGUP",
    "MANAGERHANGUP",
    "BLOCKED",
    "NOCREDITPARTNER",
    "CANCEL",
    "CONGESTION",
    "USERNOTFOUND",
    "CALLBACKERROR",
    "GENERALERROR",
    "INVALIDSVAMLACTION",
]
"""Why a call ended, in the platform's words; ``N/A`` while the call is in progress."""

TimerKind = Literal[
    "dial", "instruction", "leave", "limit", "react", "quit", "amd", "keys", "send", "script",
]  # fmt: skip
"""What a call waits for."""

TimerSlot = tuple[TimerKind, int]
"""What a call waits for, and the index of the leg (of the callback for ``send``, of leg and act for ``script``).

A slot holds one timer.
"""


@dataclass(frozen=True, slots=True)
class DialingStarts:
    """The platform starts to process a call that it accepted."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PhoneRings:
    """The phone of a leg starts to ring."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class CalleeAnswers:
    """The callee of a leg picks up."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class DialingFails:
    """A leg is not answered: busy, unreachable, or ringing for too long."""

    call_id: str
    leg: int
    result: CallResult
    reason: EndReason


@dataclass(frozen=True, slots=True)
class InstructionEnds:
    """The prompt or the tones of an instruction end."""

    call_id: str


@dataclass(frozen=True, slots=True)
class CalleeHangsUp:
    """The callee of a leg hangs up."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The call has lasted as long as it may."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PromptEnds:
    """The prompt of a menu ends; the menu starts to wait for input."""

    call_id: str


@dataclass(frozen=True, slots=True)
class InputTimesOut:
    """A menu has waited long enough for a key or for speech."""

    call_id: str


@dataclass(frozen=True, slots=True)
class UtteranceEnds:
    """The callee stops speaking to a menu; ``text`` is None if the utterance was too long to be understood."""

    call_id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CalleePresses:
    """The callee of a leg presses the first of these keys, and soon the next."""

    call_id: str
    leg: int
    keys: str


@dataclass(frozen=True, slots=True)
class CalleeSpeaks:
    """The callee of a leg starts to say something."""

    call_id: str
    leg: int
    text: str


@dataclass(frozen=True, slots=True)
class DetectionEnds:
    """Answering machine detection of a leg has its result."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class MachineBeeps:
    """The answering machine on a leg beeps."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class KeysEnd:
    """The participant of a conference has pressed no further key of a sequence."""

    call_id: str


@dataclass(frozen=True, slots=True)
class ScriptContinues:
    """The next step of an act in the script of a leg is due; ``key`` counts the keys of the step that were pressed."""

    call_id: str
    leg: int
    act: int
    step: int = 0
    key: int = 0


@dataclass(frozen=True, slots=True)
class DelayedCallback:
    """A callback that was delayed is sent, even if its call has ended."""

    call_id: str
    outgoing: OutgoingCallback


SimulatedProgress = DialingStarts | PhoneRings | CalleeAnswers | DialingFails | InstructionEnds | LimitReached
MenuProgress = CalleePresses | CalleeSpeaks | PromptEnds | InputTimesOut | UtteranceEnds

PartyProgress = CalleeHangsUp | DetectionEnds | MachineBeeps | KeysEnd | ScriptContinues

TimedEvent = SimulatedProgress | MenuProgress | PartyProgress | DelayedCallback
