"""What a sandbox can do beside the Voice API: simulated people, failures and time, as operations need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sinch_voice_mcp.types import CallId

CallOrigin = Literal["PSTN", "SIP", "MXP"]
"""Where a call comes from: the telephone network, a SIP trunk, or an app."""

PhoneAct = Literal["press", "say", "answer", "reject", "hang_up"]
"""What a simulated person does at a phone."""


@dataclass(frozen=True, slots=True)
class ComingCall:
    """A call that is to come in.

    Attributes:
        caller: A number in E.164 form, a SIP address, or the name of an in-app user.
        origin: Which of these it is.
        to: The own number that is called; None for the first that is assigned.
        script: What the caller does; None for nothing.
    """

    caller: str
    origin: CallOrigin
    to: str | None = None
    script: Sequence[object] | None = None


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call in a sandbox; ``state`` is the sandbox's word, such as ``dialing``."""

    id: CallId
    state: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class SimulatedFault:
    """A rule by which calls behave like a call to a fictional number.

    Attributes:
        fault: The name of the behavior.
        number: The number that is called or that calls, or the beginning of one with a star; None for every number.
        probability: The share of these calls.
    """

    fault: str
    number: str | None = None
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class SimulatedTime:
    """The time of a sandbox; ``next_event`` is when something is due next, None if nothing is."""

    now: datetime
    next_event: datetime | None = None


class Simulator(Protocol):
    """A sandbox, as the one who tries something out controls it.

    Every method raises ``InvalidInputError`` if the sandbox does not accept a value, another
    :class:`~sinch_voice_mcp.errors.PlatformError` if it refuses, ``NotSentError`` if it was not reached, and
    ``OutcomeUnknownError`` if it may have acted.
    """

    async def receive_call(self, call: ComingCall) -> SimulatedCall:
        """Let a call come in."""
        ...

    async def act(self, call_id: CallId, act: PhoneAct, value: str | None, leg: int) -> SimulatedCall:
        """Do something at a phone of a call; ``value`` is the keys or the words."""
        ...

    async def attach_script(self, number: str, script: Sequence[object]) -> None:
        """Let the callee at a number follow a script, instead of an earlier one."""
        ...

    async def detach_script(self, number: str) -> None:
        """Take the script of a number away."""
        ...

    async def faults(self) -> list[SimulatedFault]:
        """Return the faults in force, in order."""
        ...

    async def add_fault(self, fault: SimulatedFault) -> list[SimulatedFault]:
        """Put one more fault in force, and return all."""
        ...

    async def clear_faults(self) -> list[SimulatedFault]:
        """Remove all faults that calls of this server only can meet."""
        ...

    async def advance(self, seconds: float) -> SimulatedTime:
        """Move time forward; everything that is due by then happens first."""
        ...
