"""The state of a call, in the words that every tool, resource and prompt uses.

The journal, the platform and the events of a call each have words of their own; only this module translates them.

``scheduled``
    A later time was asked for, and nothing has been sent yet. No call can be scheduled in this version.
``ringing``
    Being placed, or placed, or arrived, and nothing shows yet that it was answered. Sources: the journal's ``pending``
    and ``accepted``; the platform's status ``ONGOING`` with result ``N/A``.
``answered``
    A human or a machine picked up, and the call lasts. Sources: an ACE or PIE event; the platform's status ``ONGOING``
    with result ``ANSWERED``.
``ended``
    Over, in whatever way: ``result`` tells answered, busy, unanswered and not connected apart. Sources: a DiCE event;
    the platform's status ``FINAL``; the journal's ``ended``.
``failed``
    Never placed: the platform refused it, or it was not sent. Sources: the journal's ``rejected`` and ``not_sent``.
``unknown``
    May have been placed, and what became of it cannot be found out. Sources: the journal's ``unknown`` and ``lost``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeGuard, get_args

from sinch_voice_mcp.ports import EntryState, JournalEntry
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.calls import Call

CallState = Literal["scheduled", "ringing", "answered", "ended", "failed", "unknown"]
AnsweredBy = Literal["human", "machine", "unknown"]

_JOURNAL: Mapping[CallState, tuple[EntryState, ...]] = MappingProxyType(
    {
        "scheduled": (),
        # The journal does not record an answer: who asks for one of the two looks at each call.
        "ringing": ("pending", "accepted"),
        "answered": ("pending", "accepted"),
        "ended": ("ended",),
        "failed": ("rejected", "not_sent"),
        "unknown": ("unknown", "lost"),
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "TIMEOUT": "its time limit was reached",
        "CALLERHANGUP": "the caller hung up",
        "CALLEEHANGUP": "the callee hung up",
        "MANAGERHANGUP": "its message or SVAML was over, or a request ended it",
        "BLOCKED": "the destination is blocked for this account",
        "NOCREDITPARTNER": "the account has not enough credit",
        "CANCEL": "it was canceled before it was answered",
        "CONGESTION": "the network had no free line",
        "USERNOTFOUND": "there is no such in-app user",
        "CALLBACKERROR": "the callback URL gave no valid reply",
        "GENERALERROR": "the platform failed",
        "INVALIDSVAMLACTION": "the platform could not carry out the SVAML",
    }
)
"""Why a call ended, by the platform's word (Sinch's documentation of the call's ``reason``); its list may grow."""

RESULTS: Mapping[str, str] = MappingProxyType(
    {
        "N/A": "not answered and not over yet",
        "ANSWERED": "answered",
        "BUSY": "the line was busy",
        "NOANSWER": "not answered",
        "FAILED": "not connected",
    }
)
"""How a call ended, by the platform's word (Sinch's documentation of the call's ``result``)."""


def observed_state(*, answered: bool, ended: bool) -> CallState:
    """Return the state of a call of which it is known whether it was answered and whether it is over."""
    if ended:
        return "ended"
    return "answered" if answered else "ringing"


def state_of_call(call: Call) -> CallState:
    """Return the state of a call as the platform reports it."""
    return observed_state(answered=call.result == "ANSWERED", ended=call.status == "FINAL")


def state_of_entry(entry: JournalEntry, *, answered: bool) -> CallState:
    """Return the state of a request in the journal; ``answered`` is what else is known of its call."""
    return state_of_journal(entry.state, answered=answered)


def state_of_journal(state: EntryState, *, answered: bool) -> CallState:
    """Translate a state of the journal."""
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
    """Return the states of the journal that may be this state."""
    return _JOURNAL[state]


def who_answered(*, answered: bool, detected: str | None, entered: bool) -> AnsweredBy | None:
    """Return who answered a call, or None while it is not answered.

    Args:
        answered: Whether the call was answered.
        detected: What the platform's answering machine detection reported.
        entered: Whether a key was pressed or something said: only a human does that.
    """
    if not answered:
        return None
    if entered or detected == "human":
        return "human"
    return "machine" if detected == "machine" else "unknown"


def ending(result: str | None, reason: str | None) -> str:
    """Say in words why a call ended, with the platform's word: ``the callee hung up (CALLEEHANGUP)``."""
    word = reason if reason not in {None, "N/A"} else result
    if result == "BUSY":
        # The platform's reason for a busy line is CANCEL, which says less.
        return f"{RESULTS['BUSY']} (BUSY)"
    if (result, reason) == ("NOANSWER", "TIMEOUT"):
        return "it rang until its time limit (TIMEOUT)"
    meaning = REASONS.get(word or "") or RESULTS.get(word or "")
    return f"{meaning} ({word})" if meaning else str(word)


def timeline_row(row: Mapping[str, object], *, answered: bool) -> JsonObject:
    """Return a row of a call's timeline without its instant, and with its state in the words of this module."""
    shown = {name: value for name, value in row.items() if name != "at_ms"}
    state = shown.get("state")
    return shown | {"state": state_of_journal(state, answered=answered)} if _is_journal_state(state) else shown


def _is_journal_state(value: object) -> TypeGuard[EntryState]:
    return value in get_args(EntryState)
