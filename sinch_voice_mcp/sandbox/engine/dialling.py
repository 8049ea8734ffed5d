"""From dialling to the answer, or to whatever comes instead."""

from sinch_voice_mcp.sandbox.engine.destinations import (
    ANSWER_AFTER_S,
    Fails,
    IsBusy,
    PicksUp,
    RingsOut,
    destination,
)
from sinch_voice_mcp.sandbox.engine.events import Answers, FarSideLeaves, GivesUp, LimitReached, Rings
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.state import Call, Dialling, Leg, Ringing
from sinch_voice_mcp.svaml import ConnectPstn

DIALLING_S = 1.0
DIAL_TIMEOUT_S = 60.0
LONGEST_CALL_S = 14_400


def dial(exchange: Exchange, call: Call, number: str, connect: ConnectPstn) -> None:
    """Set a new leg up to a number in E.164 form; without caller id its phone never rings."""
    found = destination(number)
    leg = Leg(number, connect.cli or call.plan.cli, found.far_side, found.rate, connect, callbacks=found.callbacks)
    index = len(call.legs)
    call.legs.append(leg)
    call.step = Dialling(index)
    exchange.note(call, "dialling", leg=index, number=number, cli=leg.cli or "")
    if leg.cli is None:
        gives_up = GivesUp(call.id, index, "NOANSWER", "TIMEOUT")
        exchange.after(_patience(leg, DIAL_TIMEOUT_S), ("dial", index), gives_up)
    elif isinstance(instant := _instant_failure(call, index, leg), GivesUp):
        exchange.after(DIALLING_S, ("dial", index), instant)
    else:
        exchange.after(DIALLING_S, ("dial", index), Rings(call.id, index))


def ring(exchange: Exchange, call: Call, index: int) -> None:
    """The phone rings: until somebody picks up, rejects, or patience is over."""
    leg = call.legs[index]
    call.step = Ringing(index)
    exchange.note(call, "ringing", leg=index)
    to_go = ANSWER_AFTER_S - DIALLING_S
    match leg.far_side:
        case PicksUp(after_s=after):
            to_go, event = after - DIALLING_S, Answers(call.id, index)
        case IsBusy():
            event = GivesUp(call.id, index, "BUSY", "CANCEL")
        case Fails(reason=reason):
            event = GivesUp(call.id, index, "FAILED", reason)
        case RingsOut(limit_s=limit):
            to_go, event = _patience(leg, limit), GivesUp(call.id, index, "NOANSWER", "TIMEOUT")
    if to_go > (patience := _patience(leg, DIAL_TIMEOUT_S)):
        to_go, event = patience, GivesUp(call.id, index, "NOANSWER", "TIMEOUT")
    exchange.after(to_go, ("dial", index), event)


def answer(exchange: Exchange, call: Call, index: int) -> None:
    """Somebody picks up: the leg costs money from now on, and has its limit."""
    leg = call.legs[index]
    leg.answered_at = exchange.now
    exchange.note(call, "answered", leg=index)
    limits = [LONGEST_CALL_S, leg.connect.max_duration]
    if index == 0:
        limits.append(call.plan.max_duration_s)
    shortest = min(limit for limit in limits if limit is not None)
    exchange.after(shortest, ("limit", index), LimitReached(call.id))


def hears(exchange: Exchange, call: Call, index: int) -> None:
    """The far side hears a prompt or silence for the first time: some people leave soon after."""
    leg = call.legs[index]
    match leg.far_side:
        case PicksUp(leaves_after_s=float(seconds)) if not leg.will_leave:
            leg.will_leave = True
            exchange.after(seconds, ("leave", index), FarSideLeaves(call.id, index))
        case _:
            pass


def drop(exchange: Exchange, call: Call, index: int) -> None:
    """End one leg and let the call live."""
    call.legs[index].ended_at = exchange.now
    for slot in ("dial", "leave", "limit"):
        exchange.timers.cancel(call.id, (slot, index))
    exchange.note(call, "dropped", leg=index)


def _patience(leg: Leg, otherwise: float) -> float:
    asked = leg.connect.dial_timeout
    return otherwise if asked is None else float(min(max(asked, 0), LONGEST_CALL_S))


def _instant_failure(call: Call, index: int, leg: Leg) -> GivesUp | None:
    match leg.far_side:
        case IsBusy(rings=False):
            return GivesUp(call.id, index, "BUSY", "CANCEL")
        case Fails(reason=reason, rings=False):
            return GivesUp(call.id, index, "FAILED", reason)
        case _:
            return None
