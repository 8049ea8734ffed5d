"""Conferences: who is in, who is muted, who is held."""

from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import Call, Conference, InConference, Member
from sinch_voice_mcp.svaml import ConnectConf
from sinch_voice_mcp.wire.calls import ManageParticipant


def join(exchange: Exchange, call: Call, action: ConnectConf) -> None:
    """Bring a call that is in no conference into one, which is made when new."""
    key = (call.application_key, action.conference_id)
    conference = exchange.conferences.setdefault(key, Conference(action.conference_id))
    alone = not conference.members
    conference.members[call.id] = Member(exchange.now)
    call.place = InConference(conference.id)
    exchange.note(call, "joined", conference=conference.id, hears=(action.moh or "silence") if alone else "the others")


def find(exchange: Exchange, application_key: str, conference_id: str) -> Conference:
    """A conference that somebody is in.

    Raises:
        RejectedError: 40400, there is none (any more).
    """
    conference = exchange.conferences.get((application_key, conference_id))
    if conference is None:
        raise RejectedError(40400, "Conference not found")
    return conference


def find_member(conference: Conference, call_id: str) -> Member:
    """A call in a conference.

    Raises:
        RejectedError: 40400, it is not in there.
    """
    member = conference.members.get(call_id)
    if member is None:
        raise RejectedError(40400, "Participant not found")
    return member


def manage(exchange: Exchange, call: Call, member: Member, order: ManageParticipant) -> None:
    """Mute, unmute, hold or resume a participant; doing so twice changes nothing more."""
    match order.command:
        case "mute":
            member.muted = True
            exchange.note(call, "muted")
        case "unmute":
            member.muted = False
            exchange.note(call, "unmuted")
        case "onhold":
            member.onhold, member.moh = True, order.moh
            exchange.note(call, "held", hears=order.moh or "silence")
        case "resume":
            member.onhold, member.moh = False, None
            exchange.note(call, "resumed")


def kick(exchange: Exchange, call: Call) -> None:
    """End the call of a participant."""
    exchange.end(call, "ANSWERED", "MANAGERHANGUP")
