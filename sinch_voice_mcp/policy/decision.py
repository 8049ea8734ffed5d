"""What is asked of the guard, and what it answers."""

from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy.profile import Mode
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import Payload


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the account: its own voice numbers, in E.164."""

    own_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to send.

    Attributes:
        request: A callout, a document for a call in progress, callback URLs, or a request that rings nobody.
        mode: Whose rules without a switch apply.
        event: What a bare document answers.
        unknown: JSON paths of members that a tolerant reader set aside.
        hint: What was known of the account at some time; only messages use it.
    """

    request: Payload
    mode: Mode
    event: Event | None = None
    unknown: tuple[str, ...] = ()
    hint: Facts | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule said of one place; ``value`` is fit to be shown and holds no secret and no tones."""

    rule: str
    path: str
    outcome: Literal["pass", "refuse"]
    value: str


@dataclass(frozen=True, slots=True)
class Allow:
    """The request may be sent, in this form: numbers in E.164, the default caller id filled in."""

    request: Payload
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request must not be sent: which rule, what it looked at, where, why, and what to do."""

    rule: str
    value: str
    path: str
    message: str
    how_to_change: str
    next_step: str
    verdicts: tuple[Verdict, ...]

    def error(self) -> RefusedError:
        """The refusal as an error."""
        return RefusedError(
            self.message,
            rule=self.rule,
            value=self.value,
            how_to_change=self.how_to_change,
            field=self.path,
            next_step=self.next_step,
        )


Decision = Allow | Refuse
