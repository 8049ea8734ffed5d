"""The state of the kill switch."""

from dataclasses import dataclass

from sinch_voice_mcp.types import Millis


@dataclass(frozen=True, slots=True)
class CallingStopped:
    """The kill switch is on: every claim and every change is refused, except what ends calls.

    Attributes:
        since: Instant at which it was turned on.
        reason: Why it was turned on.
        by: The client or command that turned it on.
        hang_up: Whether every call is hung up, also one whose ID becomes known later.
    """

    since: Millis
    reason: str
    by: str
    hang_up: bool = False


KillSwitchState = CallingStopped | None
"""The kill switch; None if it is off."""
