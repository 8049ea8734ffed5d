"""Legs: from dialing to the answer, or to the failure."""

from dataclasses import replace

from sinch_voice_mcp.sandbox.engine import acting
from sinch_voice_mcp.sandbox.engine.callees import (
    ANSWER_AFTER_S,
    CannotBeReached,
    DoesNotAnswer,
    IsBusy,
    PicksUp,
)
from sinch_voice_mcp.sandbox.engine.endpoints import DialOptions, Endpoint
from sinch_voice_mcp.sandbox.engine.events import CalleeAnswers, CalleeHangsUp, DialingFails, LimitReached, PhoneRings
from sinch_voice_mcp.sandbox.engine.script_entries import ANSWER
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import Dialing, Ringing, SimulatedCall, SimulatedLeg
from sinch_voice_mcp.sandbox.ledger import chosen, documented, observed
from sinch_voice_mcp.svaml.limits import MAX_CALL_S

DIALING_S = 1.0
"""Seconds from dialing until the phone rings."""

DIAL_TIMEOUT_S = 60.0
"""Seconds of ringing after which a call is given up, unless it sets its own dial timeout."""


def dial(session: Session, endpoint: Endpoint, options: DialOptions) -> None:
    """Set up a new leg; without caller ID a telephone never rings."""
    call, index = session.call, len(session.call.legs)
    profile = (call.profile if index == 0 else None) or session.exchange.directory.profile_for(call.facts(endpoint))
    cli = _cli(call, options)
    callee, script = acting.cast(session, endpoint, profile)
    if profile.recording is not None and not options.records:
        options = replace(options, records=True, recording=profile.recording)
    leg = SimulatedLeg(
        endpoint,
        cli,
        callee,
        profile.rate,
        options,
        callback_fault=profile.callback_fault,
        script=script,
        recording_fails=profile.recording_fails,
        hostile=profile.hostile,
    )
    call.legs.append(leg)
    call.activity = Dialing(index)
    session.note("dialing", leg=index, type=endpoint.type, number=endpoint.address, cli=cli or "")
    if cli is None and endpoint.type == "number":
        timeout = DialingFails(call.id, index, "NOANSWER", "TIMEOUT")
        session.after(_dial_timeout_s(leg, DIAL_TIMEOUT_S), ("dial", index), timeout)
    else:
        failure = _failure_before_ringing(call.id, index, leg)
        session.after(DIALING_S, ("dial", index), failure or PhoneRings(call.id, index))


def _cli(call: SimulatedCall, options: DialOptions) -> str | None:
    """Return the caller ID that a new leg shows: of the action, else of the caller, else of the callout."""
    caller = None if call.incoming is None else call.incoming.caller
    if options.cli is None or (caller is not None and options.cli.casefold() == "incoming"):
        return caller or call.plan.cli
    return options.cli


def ring(session: Session, index: int) -> None:
    """Let the phone ring until the callee picks up or rejects the call, or the dial timeout is over."""
    call, leg = session.call, session.call.legs[index]
    call.activity = Ringing(index)
    session.note("ringing", leg=index)
    ringing_s = ANSWER_AFTER_S - DIALING_S
    match leg.callee:
        case PicksUp(after_s=after_s):
            ringing_s, event = after_s - DIALING_S, CalleeAnswers(call.id, index)
        case IsBusy():
            event = DialingFails(call.id, index, "BUSY", "CANCEL")
        case CannotBeReached(reason=reason):
            event = DialingFails(call.id, index, "FAILED", reason)
        case DoesNotAnswer(limit_s=limit_s):
            ringing_s, event = _dial_timeout_s(leg, limit_s), DialingFails(call.id, index, "NOANSWER", "TIMEOUT")
    if ringing_s > (timeout_s := _dial_timeout_s(leg, DIAL_TIMEOUT_S)):
        ringing_s, event = timeout_s, DialingFails(call.id, index, "NOANSWER", "TIMEOUT")
    session.after(ringing_s, ("dial", index), event)


def pick_up(session: Session, index: int) -> None:
    """Let the callee of a ringing leg answer at once."""
    session.after(0, ("dial", index), CalleeAnswers(session.call.id, index))


def reject(session: Session, index: int) -> None:
    """Let the callee of a ringing leg reject the call at once."""
    session.after(0, ("dial", index), DialingFails(session.call.id, index, "BUSY", "CANCEL"))


def answer(session: Session, index: int) -> None:
    """Answer a leg: from now on it costs money, and its maximum duration counts."""
    call, leg = session.call, session.call.legs[index]
    leg.answered_at = session.now
    session.note("answered", leg=index)
    limits = [MAX_CALL_S, leg.options.max_duration_s]
    if index == 0:
        limits.append(call.plan.max_duration_s)
    shortest = min(limit for limit in limits if limit is not None)
    session.after(shortest, ("limit", index), LimitReached(call.id))
    if index == 0 and call.recording_wish is not None:
        session.start_recording(call.recording_wish.options)
    acting.reach(session, index, ANSWER)


def answer_caller(session: Session) -> None:
    """Answer a call that came in, unless that has happened."""
    if session.call.incoming is not None and session.call.answered_at is None:
        answer(session, 0)


def start_listening(session: Session, index: int) -> None:
    """Let the party on a leg hear a prompt or silence; some hang up soon after they hear something first."""
    leg = session.call.legs[index]
    match leg.callee:
        case PicksUp(leaves_after_s=float(seconds)) if not leg.is_leaving:
            leg.is_leaving = True
            session.after(seconds, ("leave", index), CalleeHangsUp(session.call.id, index))
        case _:
            pass


def drop(session: Session, index: int) -> None:
    """End one leg; the call continues."""
    session.call.legs[index].ended_at = session.now
    if session.call.focus == index:
        session.call.focus = 0
    session.cancel(("dial", index), ("leave", index), ("limit", index), ("amd", index))
    acting.stop(session, index)
    session.note("dropped", leg=index)


def _dial_timeout_s(leg: SimulatedLeg, default_s: float) -> float:
    requested = leg.options.dial_timeout_s
    return default_s if requested is None else float(min(max(requested, 0), MAX_CALL_S))


def _failure_before_ringing(call_id: str, index: int, leg: SimulatedLeg) -> DialingFails | None:
    match leg.callee:
        case IsBusy(rings=False):
            return DialingFails(call_id, index, "BUSY", "CANCEL")
        case CannotBeReached(reason=reason, rings=False):
            return DialingFails(call_id, index, "FAILED", reason)
        case _:
            return None


BEHAVIORS = (
    documented(
        "call", "caller ID of a connected phone", "that of the caller, unless the action gives another", "SVAML actions"
    ),
    observed("call", "busy", "BUSY / CANCEL", "a real call"),
    documented("call", "no answer", "NOANSWER / TIMEOUT", "Calls"),
    chosen("call", "maximum duration", "ANSWERED / TIMEOUT, 4 h at most"),
    documented("call", "no cli", "accepted, the phone never rings", "Callouts"),
    chosen("call", "no cli: outcome", "stays dialing, NOANSWER / TIMEOUT after the dial timeout"),
    chosen("time", "dialing", "1 s before the phone rings", covers=("DIALING_S",)),
    chosen("time", "dial timeout", "60 s of ringing", covers=("DIAL_TIMEOUT_S",)),
)
