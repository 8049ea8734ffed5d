"""What is asked of the guard, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.errors import RefusedError
from sinch_voice_mcp.policy.policy import Mode
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.types import Payload


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the platform says of calls to a number.

    Attributes:
        rate: Price of a minute; None where it could not be had.
        currency: ISO 4217.
        restricted: Whether the platform restricts the number.
    """

    rate: Decimal | None
    currency: str | None
    restricted: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the platform knows; a member is None while nobody has asked.

    Attributes:
        own_numbers: The account's own voice numbers, in E.164.
        tariffs: What calls cost, by number in E.164.
    """

    own_numbers: tuple[str, ...] | None = None
    tariffs: Mapping[str, Tariff] | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """Which facts a decision waits for; false where it waits for none.

    Attributes:
        own_numbers: Whether the account's own numbers.
        tariffs: Of which numbers, in E.164, what they cost.
    """

    own_numbers: bool = False
    tariffs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.own_numbers or bool(self.tariffs)


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to send.

    Attributes:
        request: A callout, a document for a call in progress, callback URLs, or a request that rings nobody.
        mode: Whose rules without a switch apply.
        event: What a bare document answers.
        unknown: JSON paths of members that a tolerant reader set aside.
        hint: What was known of the account at some time; only messages use it.
        now: The moment of the decision, in UTC; where it is None, nothing is said of calling hours.
        approved: Whether whoever is asked for consent gave it.
    """

    request: Payload
    mode: Mode
    event: Event | None = None
    unknown: tuple[str, ...] = ()
    hint: Facts | None = None
    now: datetime | None = None
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule said of one place; ``value`` is fit to be shown and holds no secret and no tones."""

    rule: str
    path: str
    outcome: Literal["pass", "refuse"]
    value: str


@dataclass(frozen=True, slots=True)
class Allow:
    """The request may be sent, in this form: numbers in E.164, default caller id and durations filled in.

    ``tariffs`` is what was known of the prices of the numbers that ring, by number.
    """

    request: Payload
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]
    tariffs: Mapping[str, Tariff] = field(default_factory=dict[str, Tariff])


ConsentReason = Literal["dial", "unseen", "reach", "dtmf"]
"""Why somebody is asked: a number rings, a callback says which, something else is reached, many keys are sent."""


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """Every rule passes, and a person has to say yes first.

    Attributes:
        allow: What may be sent after the yes.
        question: Plain text that shows what would happen, one fact in a line; the same for the same request.
        reasons: Why somebody is asked.
        numbers: The numbers, in E.164, that ring and are not trusted.
    """

    allow: Allow
    question: str
    reasons: tuple[ConsentReason, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request must not be sent: which rule, what it looked at, where, why, and what to do.

    ``next_allowed_at`` is when it may be, an instant in UTC as ISO 8601, where time alone is in the way.
    """

    rule: str
    value: str
    path: str
    message: str
    how_to_change: str
    next_step: str
    verdicts: tuple[Verdict, ...]
    next_allowed_at: str | None = None

    def error(self) -> RefusedError:
        """The refusal as an error."""
        return RefusedError(
            self.message,
            rule=self.rule,
            value=self.value,
            how_to_change=self.how_to_change,
            field=self.path,
            next_step=self.next_step,
            next_allowed_at=self.next_allowed_at,
        )


Decision = Allow | NeedsApproval | Refuse
