"""What a timer can set off, as a closed union."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result

Slot = tuple[Literal["dial", "instruction", "leave", "limit"], int]
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


Event = Starts | Rings | Answers | GivesUp | InstructionOver | FarSideLeaves | LimitReached
