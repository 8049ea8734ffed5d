"""What a timer can set off, as a closed union."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine.outbox import Outgoing
from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result

Slot = tuple[Literal["dial", "instruction", "leave", "limit", "react", "quit", "amd", "send"], int]
"""What a call waits for, and on which leg."""


@dataclass(frozen=True, slots=True)
class Starts:
    """The platform begins with a call that it took."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Rings:
    """The phone of a leg begins to ring."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class Answers:
    """Somebody picks up."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class GivesUp:
    """A leg is not answered."""

    call_id: str
    leg: int
    result: Result
    reason: Reason


@dataclass(frozen=True, slots=True)
class InstructionOver:
    """What was played or sent is over."""

    call_id: str


@dataclass(frozen=True, slots=True)
class FarSideLeaves:
    """The person on a leg hangs up."""

    call_id: str
    leg: int


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A maximum duration is over."""

    call_id: str


@dataclass(frozen=True, slots=True)
class PromptOver:
    """The prompt of a menu is over; now it listens."""

    call_id: str


@dataclass(frozen=True, slots=True)
class SilenceOver:
    """A menu has listened long enough."""

    call_id: str


@dataclass(frozen=True, slots=True)
class UtteranceOver:
    """What was said to a menu has been said; ``text`` is None where it took too long to be understood."""

    call_id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class FarSidePresses:
    """The person on a leg presses the first of these keys, and soon the next."""

    call_id: str
    leg: int
    keys: str


@dataclass(frozen=True, slots=True)
class FarSideSpeaks:
    """The person on a leg begins to say something."""

    call_id: str
    leg: int
    text: str


@dataclass(frozen=True, slots=True)
class Detected:
    """Answering machine detection has come to its result."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Beeps:
    """The answering machine beeps."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Sends:
    """A callback that was held up goes out, whether its call lasts or not."""

    call_id: str
    outgoing: Outgoing


Event = (
    Starts
    | Rings
    | Answers
    | GivesUp
    | InstructionOver
    | FarSideLeaves
    | LimitReached
    | PromptOver
    | SilenceOver
    | UtteranceOver
    | FarSidePresses
    | FarSideSpeaks
    | Detected
    | Beeps
    | Sends
)
