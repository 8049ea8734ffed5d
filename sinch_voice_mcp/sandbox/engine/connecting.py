"""Connections: what an action connects a call to, and what it leaves for that."""

from sinch_voice_mcp.sandbox.engine import conferences, dialing
from sinch_voice_mcp.sandbox.engine.endpoints import NO_OPTIONS, Connect, dial_options, endpoint_of
from sinch_voice_mcp.sandbox.engine.events import LimitReached
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import Bridged, Connected, Parked, UnusableSvaml
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import ConnectConf, Document, Park
from sinch_voice_mcp.svaml.limits import MAX_PARK_S


def connect(session: Session, action: Connect) -> None:
    """Dial what an action names, in place of everything that the call was connected to."""
    call = session.call
    default = call.plan.endpoint if call.incoming is None else call.incoming.forwarded_to
    try:
        endpoint = endpoint_of(action, default)
    except RejectedError as error:
        session.fail(UnusableSvaml(error.message))
        return
    options = dial_options(action)
    disconnect(session)
    _hide(session, hides=options.hides)
    dialing.dial(session, endpoint, options)


def join(session: Session, action: ConnectConf) -> bool:
    """Join a conference; return whether the call is in it now.

    A callout that is not answered yet rings its destination first. A second phone that the application replies for
    comes along.
    """
    call = session.call
    if call.incoming is None and call.answered_at is None:
        _join_after_answer(session, action)
        return False
    dialing.answer_caller(session)
    disconnect(session, but=call.focus)
    call.focus = 0
    _hide(session, hides=action.suppress_callbacks is True)
    conferences.join(session, action)
    return True


def park(session: Session, action: Park) -> None:
    """Hold the call: in the slot of instructions, so that an update ends the parking."""
    call = session.call
    dialing.answer_caller(session)
    disconnect(session)
    session.note("parked", intro=action.intro_prompt or "", hold=action.hold_prompt or "")
    call.activity = Parked()
    session.after(action.max_duration or MAX_PARK_S, ("instruction", 0), LimitReached(call.id))
    dialing.start_listening(session, 0)


def bridge(session: Session, index: int) -> None:
    """Connect a second leg that has answered to the first one."""
    session.call.focus = 0
    session.call.resting_state = Bridged(index)


def disconnect(session: Session, *, but: int = 0) -> None:
    """Leave the conference, drop the other legs except one, and drop all documents."""
    call = session.call
    call.frames.clear()
    session.leave_conference()
    for index, leg in enumerate(call.legs):
        if index not in {0, but} and leg.ended_at is None:
            dialing.drop(session, index)
    call.resting_state = Connected()


def _join_after_answer(session: Session, action: ConnectConf) -> None:
    call = session.call
    if call.plan.endpoint is None:
        session.fail(UnusableSvaml("`connectConf` connects no phone, because the callout names no destination"))
        return
    call.joins = Document(action=action)
    dialing.dial(session, call.plan.endpoint, NO_OPTIONS)


def _hide(session: Session, *, hides: bool) -> None:
    if hides:
        session.call.suppresses_callbacks = True


BEHAVIORS = (
    documented(
        "feature",
        "connectPstn",
        "calls a number; in an update it transfers the call",
        "SVAML actions",
        ("connectPstn",),
    ),
    documented("feature", "connectConf", "joins a conference", "SVAML actions", ("connectConf",)),
    chosen("feature", "connectConf in the ICE of a callout", "calls the destination, which joins after the answer"),
    documented(
        "feature",
        "connectSip, connectMxp, connectStream",
        "legs like that of a telephone, without sound",
        "SVAML actions",
        ("connectSip", "connectMxp", "connectStream"),
    ),
    chosen(
        "feature",
        "park",
        "holds the call until an update, at most 600 s; then it ends with TIMEOUT",
        "the older official library allows at most 600 s",
        ("park",),
    ),
    chosen("call", "second phone and conference", "both phones join, as one participant"),
)
