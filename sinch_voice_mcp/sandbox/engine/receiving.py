"""Calls that come in: which application they are for, and how the caller behaves."""

from dataclasses import replace

from sinch_voice_mcp.sandbox.engine.accounts import Application, SimulatedAccount
from sinch_voice_mcp.sandbox.engine.callees import Callee, PicksUp
from sinch_voice_mcp.sandbox.engine.endpoints import Dialed, IncomingCall
from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.profiles import ORDINARY, PATIENT, NumberProfile
from sinch_voice_mcp.sandbox.engine.scripts import Script, ScriptRun
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import SimulatedLeg
from sinch_voice_mcp.sandbox.ledger import chosen, documented

_PRIVATE = "private"
_NUMBERS = ("did", "number")


def admit(
    account: SimulatedAccount, incoming: IncomingCall, application_key: str | None
) -> tuple[Application, IncomingCall]:
    """Return the application that a call is for, and the call with its numbers in E.164 form.

    Raises:
        RejectedError: 40001 if a number cannot be read, 40004 for an unknown application, 40400 for an own number that
            is not assigned.
    """
    dialed, caller = incoming.dialed, incoming.caller
    if dialed.type in _NUMBERS:
        dialed = Dialed(dialed.type, normalize(dialed.address))
    if incoming.origin == "PSTN" and caller != _PRIVATE:
        caller = normalize(caller)
    checked = replace(incoming, dialed=dialed, caller=caller)
    if dialed.type == "did":
        return account.owner(dialed.address), checked
    return account.application(application_key or account.credentials()[0].key), checked


def begin(session: Session, incoming: IncomingCall, script: Script | None = None) -> None:
    """Put the caller on the first leg, not answered yet; a script says what the caller does."""
    call, endpoint = session.call, incoming.endpoint
    profile = session.exchange.directory.faults.draw(call.facts(endpoint)) or endpoint.profile
    call.legs.append(
        SimulatedLeg(
            endpoint,
            incoming.caller,
            _behavior(profile) if script is None else script.callee(PATIENT.callee),
            incoming.rate,
            is_caller=True,
            script=None if script is None else ScriptRun(script),
            callback_fault=profile.callback_fault,
            recording_fails=profile.recording_fails,
            hostile=profile.hostile,
        )
    )
    session.note(
        "incoming",
        origin=incoming.origin,
        caller=incoming.caller,
        to=incoming.dialed.address,
        region=incoming.region,
    )


def _behavior(profile: NumberProfile) -> Callee:
    """Return how a caller behaves; a number that says how it is answered says nothing about calls from it."""
    if profile is ORDINARY or not isinstance(profile.callee, PicksUp):
        return PATIENT.callee
    return profile.callee


BEHAVIORS = (
    documented(
        "call",
        "call that comes in",
        "for the application that has the number, from a number, SIP or an app",
        "Callbacks",
    ),
    chosen(
        "call", "answer of a call that came in", "by `answer`, a menu, parking, a conference, or a phone that answers"
    ),
    chosen("call", "caller", "acts like a callee with that number; any other stays and gives no input"),
)
