"""Calls and conferences as the platform reports them."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sinch_voice_mcp.svaml import MusicOnHold
from sinch_voice_mcp.types import CallId, Payload, Report
from sinch_voice_mcp.wire.integers import Whole, whole

MAX_PRICE = 1_000_000_000
"""A price above this, in the account's currency, counts as a mistake of the platform."""

ANSWERED = "ANSWERED"
"""Result of a call that was answered."""

CallStatus = Literal["ONGOING", "FINAL"]
CallResult = Literal["N/A", "ANSWERED", "BUSY", "NOANSWER", "FAILED"]
CallLeg = Literal["caller", "callee", "both"]
ParticipantCommand = Literal["mute", "unmute", "onhold", "resume"]


def _number(value: object) -> object:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _status(value: object) -> object:
    """Read a status; one that was never documented says at least that the call has not ended."""
    if not isinstance(value, str):
        return value
    return "FINAL" if value.upper() == "FINAL" else "ONGOING"


def _instant(value: object) -> object:
    """Read an ISO 8601 instant; the platform writes no offset and means UTC."""
    if not isinstance(value, str):
        return value
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError("the instant is out of range") from None


class Price(Payload):
    """An amount of money. ``currency_id`` is an ISO 4217 code; ``amount`` is in units of it, None if it is unknown."""

    currency_id: str | None = None
    amount: Annotated[float | None, BeforeValidator(_number)] = None

    @property
    def known(self) -> float | None:
        """The amount if it can be a price; None if it is absent, negative, or above any price."""
        return self.amount if self.amount is not None and 0 <= self.amount <= MAX_PRICE else None


class Party(Payload):
    """One end of a call, as the platform reports it; ``type`` is in any letter case."""

    type: str | None = None
    endpoint: str | None = None


class Call(Report):
    """State and outcome of a call. ``duration`` is in seconds, 0 until the call is answered, and if it is absurd.

    ``reason`` may be any string, because the platform adds reasons over time.
    """

    call_id: CallId
    status: Annotated[CallStatus, BeforeValidator(_status)]
    result: Annotated[str, BeforeValidator(_upper)] = "N/A"
    reason: Annotated[str, BeforeValidator(_upper)] = "N/A"
    from_: Party | None = Field(default=None, alias="from")
    to: Party | None = None
    domain: str | None = None
    duration: Annotated[int, BeforeValidator(lambda value: whole(value) or 0)] = 0
    timestamp: Annotated[datetime, BeforeValidator(_instant)] | None = None
    custom: str | None = None
    user_rate: Price | None = None
    debit: Price | None = None

    @property
    def came_in(self) -> bool:
        """Whether a caller dialed an own number; of calls between apps, the platform's report does not say it."""
        return self.to is not None and (self.to.type or "").lower() == "did"


class Participant(Report):
    """One call in a conference. ``id`` is its call id; ``duration`` is in seconds."""

    id: CallId
    cli: str | None = None
    duration: Whole = None
    muted: bool = False
    onhold: bool = False


class Conference(Payload):
    """The participants of a conference."""

    participants: Annotated[list[Participant], Field(strict=False)] = Field(default_factory=list[Participant])


class ManageParticipant(Payload):
    """A command to a participant; ``moh`` (music on hold) is valid with ``onhold`` only."""

    command: ParticipantCommand
    moh: MusicOnHold | None = None
