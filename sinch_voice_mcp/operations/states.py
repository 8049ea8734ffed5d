"""The state of a call, in the words that every tool, resource and prompt uses.

The journal, the platform and the events each have other words; only this module translates them.

``scheduled``
    Requested for a later time; nothing has been sent yet. No call can be scheduled in this version.
``ringing``
    Being placed, placed or incoming, and not known to be answered. Sources: the journal's ``pending``
    and ``accepted``; the platform's status ``ONGOING`` with result ``N/A``.
``answered``
    A human or a machine picked up, and the call lasts. Sources: an ACE or PIE event; the platform's status ``ONGOING``
    with result ``ANSWERED``.
``ended``
    Over; ``result`` distinguishes answered, busy, unanswered and not connected. Sources: a DiCE event;
    the platform's status ``FINAL``; the journal's ``ended``.
``failed``
    Never placed: the platform refused it, or it was not sent. Sources: the journal's ``rejected`` and ``not_sent``.
``unknown``
    May have been placed; whether it was, or how it ended, is not known. Sources: the journal's ``unknown`` and
    ``lost``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from sinch_voice_mcp.ports import EntryState, JournalEntry
from sinch_voice_mcp.wire.calls import ANSWERED, Call

CallState = Literal["scheduled", "ringing", "answered", "ended", "failed", "unknown"]
AnsweredBy = Literal["human", "machine", "unknown"]

_JOURNAL: Mapping[CallState, tuple[EntryState, ...]] = MappingProxyType(
    {
        "scheduled": (),
        # The journal does not record an answer, so a filter for one of the two has to look up each call.
        "ringing": ("pending", "accepted"),
        "answered": ("pending", "accepted"),
        "ended": ("ended",),
        "failed": ("rejected", "not_sent"),
        "unknown": ("unknown", "lost"),
    }
)


def observed_state(*, answered: bool, ended: bool) -> CallState:
    """Return the state of a call from whether it was answered and whether it has ended."""
    if ended:
        return "ended"
    return "answered" if answered else "ringing"


def state_of_call(call: Call) -> CallState:
    """Return the state of a call as the platform reports it."""
    return observed_state(answered=call.result == ANSWERED, ended=call.status == "FINAL")


def state_of_entry(entry: JournalEntry, *, answered: bool) -> CallState:
    """Return the state of a request in the journal; ``answered`` is known from elsewhere."""
    return state_of_journal(entry.state, answered=answered)


def state_of_journal(state: EntryState, *, answered: bool) -> CallState:
    """Return the state that a state of the journal means."""
    match state:
        case "pending" | "accepted":
            return "answered" if answered else "ringing"
        case "ended":
            return "ended"
        case "rejected" | "not_sent":
            return "failed"
        case "unknown" | "lost":
            return "unknown"


def journal_states(state: CallState) -> tuple[EntryState, ...]:
    """Return the states of the journal that can mean this state."""
    return _JOURNAL[state]


def who_answered(*, answered: bool, detected: str | None, entered: bool) -> AnsweredBy | None:
    """Return who answered a call, or None while it is not answered.

    Args:
        answered: Whether the call was answered.
        detected: What the platform's answering machine detection reported.
        entered: Whether a menu got an input; only a human gives one.
    """
    if not answered:
        return None
    if entered or detected == "human":
        return "human"
    return "machine" if detected == "machine" else "unknown"
