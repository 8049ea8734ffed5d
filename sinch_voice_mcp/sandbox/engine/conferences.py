"""Conferences: who participates, who is muted, who is on hold."""

from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import ConferenceMember, InConference, SimulatedConference
from sinch_voice_mcp.svaml import ConnectConf
from sinch_voice_mcp.wire.calls import ManageParticipant


def join(session: Session, action: ConnectConf) -> None:
    """Add a call that is in no conference to one, which is created if it does not exist."""
    call, exchange = session.call, session.exchange
    key = (call.application_key, action.conference_id)
    conference = exchange.conferences.setdefault(key, SimulatedConference(action.conference_id))
    is_first = not conference.members
    conference.members[call.id] = ConferenceMember(session.now)
    call.resting_state = InConference(conference.id)
    hears = (action.moh or "silence") if is_first else "the others"
    session.note("joined", conference=conference.id, hears=hears)


def find(exchange: Exchange, application_key: str, conference_id: str) -> SimulatedConference:
    """Return a conference that has members.

    Raises:
        RejectedError: 40400 if there is none.
    """
    conference = exchange.conferences.get((application_key, conference_id))
    if conference is None:
        raise RejectedError(40400, "Conference not found")
    return conference


def find_member(conference: SimulatedConference, call_id: str) -> ConferenceMember:
    """Return a member of a conference.

    Raises:
        RejectedError: 40400 if the call is not in the conference.
    """
    member = conference.members.get(call_id)
    if member is None:
        raise RejectedError(40400, "Participant not found")
    return member


def manage(session: Session, member: ConferenceMember, request: ManageParticipant) -> None:
    """Mute, unmute, hold or resume a participant; repeating a command has no further effect."""
    match request.command:
        case "mute":
            member.muted = True
            session.note("muted")
        case "unmute":
            member.muted = False
            session.note("unmuted")
        case "onhold":
            member.onhold, member.moh = True, request.moh
            session.note("held", hears=request.moh or "silence")
        case "resume":
            member.onhold, member.moh = False, None
            session.note("resumed")


def kick(session: Session) -> None:
    """End the call of a participant."""
    session.end("ANSWERED", "MANAGERHANGUP")
