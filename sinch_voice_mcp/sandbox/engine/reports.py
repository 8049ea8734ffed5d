"""Calls and participants as the platform reports them: frozen, at one instant."""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result
from sinch_voice_mcp.sandbox.engine.state import Call, Conference, Leg

CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class CallReport:
    """State and outcome of a call. ``duration`` is in whole seconds; money is in USD."""

    call_id: str
    to: str | None
    duration: int
    status: Literal["ONGOING", "FINAL"]
    result: Result
    reason: Reason
    timestamp: datetime
    custom: str
    user_rate: Decimal
    debit: Decimal


@dataclass(frozen=True, slots=True)
class ParticipantReport:
    """A call in a conference. ``duration`` is in whole seconds since it joined."""

    cli: str
    id: str
    duration: int
    muted: bool
    onhold: bool


def report(call: Call, now: datetime) -> CallReport:
    """State and outcome of a call; once it has ended, the same at any instant."""
    ended = call.ended
    first = call.legs[0] if call.legs else None
    return CallReport(
        call_id=call.id,
        to=first.number if first else call.plan.number,
        duration=int(_seconds(first, now)),
        status="ONGOING" if ended is None else "FINAL",
        result=ended.result if ended else ("N/A" if call.answered_at is None else "ANSWERED"),
        reason=ended.reason if ended else "N/A",
        timestamp=call.created_at,
        custom=call.plan.custom,
        user_rate=first.rate if first else Decimal(0),
        debit=sum((_cost(leg, now) for leg in call.legs), Decimal(0)),
    )


def participants(conference: Conference, calls: dict[str, Call], now: datetime) -> tuple[ParticipantReport, ...]:
    """Who is in a conference, in the order in which they joined."""
    return tuple(
        ParticipantReport(
            cli=calls[call_id].legs[0].number,
            id=call_id,
            duration=int((now - member.joined_at).total_seconds()),
            muted=member.muted,
            onhold=member.onhold,
        )
        for call_id, member in conference.members.items()
    )


def _seconds(leg: Leg | None, now: datetime) -> float:
    if leg is None or leg.answered_at is None:
        return 0.0
    return ((leg.ended_at or now) - leg.answered_at).total_seconds()


def _cost(leg: Leg, now: datetime) -> Decimal:
    """Each started minute from the answer."""
    if leg.answered_at is None:
        return Decimal(0)
    return leg.rate * max(1, math.ceil(_seconds(leg, now) / 60))
