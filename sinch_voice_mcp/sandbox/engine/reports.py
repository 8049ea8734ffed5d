"""Calls and participants as the platform reports them: frozen, at one instant."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.endpoints import Dialed, Endpoint
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.engine.rooms import SimulatedConference
from sinch_voice_mcp.sandbox.engine.state import SimulatedCall, SimulatedLeg
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.calls import CallResult, CallStatus, Price

_CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class CallReport:
    """State and outcome of a call. ``duration`` is in whole seconds; prices are in USD.

    ``to`` is what was dialed, and ``caller`` is known of calls that came in.
    """

    call_id: str
    to: Endpoint | Dialed | None
    caller: Endpoint | None
    domain: Literal["pstn", "mxp"]
    duration: int
    status: CallStatus
    result: CallResult
    reason: EndReason
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


def report(call: SimulatedCall, now: datetime) -> CallReport:
    """Report a call; once it has ended, the report is the same at any instant."""
    ended = call.ended
    first = call.legs[0] if call.legs else None
    incoming, to = call.incoming, call.target
    return CallReport(
        call_id=call.id,
        to=to,
        caller=None if incoming is None else incoming.endpoint,
        domain=_domain(to) if incoming is None else incoming.domain,
        duration=int(_seconds(first, now)),
        status="ONGOING" if ended is None else "FINAL",
        result=ended.result if ended else ("N/A" if call.answered_at is None else "ANSWERED"),
        reason=ended.reason if ended else "N/A",
        timestamp=call.created_at,
        custom=call.plan.custom,
        user_rate=first.rate if first else Decimal(0),
        debit=sum((_cost(leg, now) for leg in call.legs), Decimal(0)),
    )


def participants(
    conference: SimulatedConference, calls: Mapping[str, SimulatedCall], now: datetime
) -> tuple[ParticipantReport, ...]:
    """Report the members of a conference, in the order in which they joined."""
    return tuple(
        ParticipantReport(
            cli=calls[call_id].legs[0].endpoint.address,
            id=call_id,
            duration=int((now - member.joined_at).total_seconds()),
            muted=member.muted,
            onhold=member.onhold,
        )
        for call_id, member in conference.members.items()
    )


def price(amount: Decimal) -> JsonObject:
    """Return an amount of USD in the JSON form that the platform uses."""
    return Price(currency_id=_CURRENCY, amount=float(amount)).to_wire()


def _domain(to: Endpoint | Dialed | None) -> Literal["pstn", "mxp"]:
    return "mxp" if to is not None and to.type == "username" else "pstn"


def _seconds(leg: SimulatedLeg | None, now: datetime) -> float:
    if leg is None or leg.answered_at is None:
        return 0.0
    return ((leg.ended_at or now) - leg.answered_at).total_seconds()


def _cost(leg: SimulatedLeg, now: datetime) -> Decimal:
    """Return the cost of a leg: every started minute since the answer, and at least one."""
    if leg.answered_at is None:
        return Decimal(0)
    return leg.rate * max(1, math.ceil(_seconds(leg, now) / 60))


BEHAVIORS = (
    chosen("time", "duration", "whole seconds since the answer, rounded down"),
    chosen("money", "debit", "every started minute since the answer, for each answered leg"),
)
