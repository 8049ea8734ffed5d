"""Conferences: who participates, who is muted, who is on hold, who presses keys."""

from sinch_voice_mcp.sandbox.engine import acting
from sinch_voice_mcp.sandbox.engine.endpoints import Region
from sinch_voice_mcp.sandbox.engine.events import KeysEnd
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.rooms import ConferenceMember, SimulatedConference
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import InConference, MenuOutcome
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import ConferenceDtmfOptions, ConnectConf
from sinch_voice_mcp.wire.calls import ManageParticipant

_DEFAULT_DIGITS = 1
_DEFAULT_WAIT_MS = 3000
_MIN_WAIT_MS = 100


def join(session: Session, action: ConnectConf) -> None:
    """Add a call that is in no conference to one, which is created if it does not exist."""
    call, exchange = session.call, session.exchange
    conference = exchange.conferences.setdefault(
        call.room(action.conference_id), SimulatedConference(action.conference_id)
    )
    is_first = not conference.members
    keys = action.conference_dtmf_options or ConferenceDtmfOptions()
    conference.members[call.id] = ConferenceMember(session.now, keys)
    call.resting_state = InConference(conference.id)
    hears = (action.moh or "silence") if is_first else "the others"
    session.note("joined", conference=conference.id, hears=hears)
    acting.reach_on_every_leg(session, "conference")


def press(session: Session, key: str) -> MenuOutcome | None:
    """Take a key that a participant presses; return the sequence that it completes, for the application.

    Keys are ignored, heard by the others, or collected, as the conference was joined.
    """
    conference, member = _membership(session)
    match member.keys.mode:
        case "forward":
            for call_id in conference.members:
                if call_id != session.call.id:
                    exchange = session.exchange
                    exchange.note(exchange.calls[call_id], "keys", {"from": session.call.id, "heard": key})
            return None
        case "detect":
            member.digits += key
            if len(member.digits) >= (member.keys.max_digits or _DEFAULT_DIGITS):
                return end_sequence(session)
            wait_ms = max(member.keys.timeout_mills or _DEFAULT_WAIT_MS, _MIN_WAIT_MS)
            session.after(wait_ms / 1000, ("keys", 0), KeysEnd(session.call.id))
            return None
        case _:
            return None


def end_sequence(session: Session) -> MenuOutcome:
    """Return the keys that a participant has pressed so far, as one sequence."""
    conference, member = _membership(session)
    session.cancel(("keys", 0))
    digits, member.digits = member.digits, ""
    session.note("keys", conference=conference.id, value=digits)
    return MenuOutcome(conference.id, "sequence", digits)


def _membership(session: Session) -> tuple[SimulatedConference, ConferenceMember]:
    call = session.call
    if not isinstance(call.resting_state, InConference):
        raise TypeError("leaving a conference cancels its keys")
    conference = session.exchange.conferences[call.room(call.resting_state.conference_id)]
    return conference, conference.members[call.id]


def find(exchange: Exchange, application_key: str, region: Region, conference_id: str) -> SimulatedConference:
    """Return a conference that has members.

    Raises:
        RejectedError: 40400 if there is none in this region.
    """
    conference = exchange.conferences.get((application_key, region, conference_id))
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


BEHAVIORS = (
    documented(
        "feature",
        "conference keys",
        "ignored, heard by the others, or sent as a prompt-input event, as `mode` says",
        "SVAML actions",
    ),
    chosen(
        "feature",
        "conference keys: sequence",
        "ends with `maxDigits` keys or a pause of `timeoutMills`, at least 0.1 s",
        "the defaults of the documentation: 1 key, 3 s",
        ("_DEFAULT_DIGITS", "_DEFAULT_WAIT_MS", "_MIN_WAIT_MS"),
    ),
    chosen("api", "conference without participants", "40400"),
)
