"""Results about one call that several tool modules return, and the sentences that describe a call."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.boundary import known
from sinch_voice_mcp.operations.endings import NONE_YET, RESULTS, why
from sinch_voice_mcp.operations.events.monitor import CallSnapshot
from sinch_voice_mcp.operations.states import (
    AnsweredBy,
    CallState,
    observed_state,
    state_of_call,
    who_answered,
)
from sinch_voice_mcp.ports import JournalEntry
from sinch_voice_mcp.progress import report_progress
from sinch_voice_mcp.tools.results import Number, Result, Text, Untrusted, Whole, is_absent, summarize
from sinch_voice_mcp.types import MICROS_PER_UNIT
from sinch_voice_mcp.wire.calls import ANSWERED, Call

CallStateField = Annotated[
    CallState, Field(description="ended: also busy or unanswered, see result; failed: not placed")
]
CallResultField = Annotated[
    str | None,
    Field(default=None, exclude_if=is_absent, description="ANSWERED, BUSY, NOANSWER, FAILED (not connected)"),
]
CallReasonField = Annotated[
    str | None,
    Field(default=None, exclude_if=is_absent, description="Why it ended, explained in summary; sinch://results/{code}"),
]
AnsweredByField = Annotated[
    AnsweredBy | None, Field(default=None, exclude_if=is_absent, description="unknown: answered, not known by what")
]
TimedOut = Annotated[
    bool, Field(default=False, exclude_if=is_absent, description="The wait ended first; call wait_for_call")
]

_ANSWERERS: Mapping[AnsweredBy | None, str] = {"human": "a human", "machine": "an answering machine"}


class CallDetails(Result):
    """A call as the platform reports it; money is final once the call has ended."""

    call_id: str
    state: CallStateField
    result: CallResultField
    reason: CallReasonField
    to: Text
    duration_s: Whole
    cost: Number
    rate_per_minute: Annotated[Number, Field(description="Until the call has ended")]
    currency: Text
    untrusted: Untrusted


async def call_details(service: VoiceService, call: Call, remark: str = "") -> CallDetails:
    """Describe a call that the platform reported, with a remark after the summary."""
    what = _name(came_in=call.came_in or await service.events.came_in(call.call_id))
    debit, rate = call.debit, call.user_rate
    state = state_of_call(call)
    ended = state == "ended"
    return CallDetails(
        summary=summarize(service, " ".join(filter(None, (_call_sentence(call, what), remark)))),
        simulated=service.simulated,
        call_id=call.call_id,
        state=state,
        result=None if call.result == NONE_YET else call.result,
        reason=None if call.reason == NONE_YET else call.reason,
        to=service.shown.party(call.to),
        duration_s=call.duration or None,
        cost=debit.known if debit and ended else None,
        rate_per_minute=None if ended else rate and rate.known,
        currency=(debit and debit.currency_id) or (rate and rate.currency_id),
        untrusted=None,
    )


def state_of_snapshot(seen: CallSnapshot) -> CallState:
    """Return the state of a call that was observed."""
    return observed_state(answered=seen.answered, ended=seen.ended)


def answerer_of(seen: CallSnapshot) -> AnsweredBy | None:
    """Return who answered a call that was observed."""
    entered = seen.entered is not None and bool(seen.entered.value)
    return who_answered(answered=seen.answered, detected=seen.answered_by, entered=entered)


def input_of(seen: CallSnapshot) -> str | None:
    """Return what was entered in a menu: keys, or spoken words."""
    return None if seen.entered is None else seen.entered.value


def snapshot_sentence(seen: CallSnapshot) -> str:
    """Describe a call that was observed, in our own words."""
    what = _name(came_in=seen.came_in)
    party = "caller" if seen.came_in else "callee"
    pressed = "" if input_of(seen) is None else f" The {party} entered something."
    who = _ANSWERERS.get(answerer_of(seen))
    if not seen.ended:
        return _open_sentence(what, answered=seen.answered, who=who) + pressed
    cost = _cost(seen.cost, seen.currency)
    return _ended_sentence(what, seen.result, seen.reason, seen.duration, cost, who=who) + pressed


async def report_snapshot(seen: CallSnapshot) -> None:
    """Report a change of a call to the client as progress."""
    await report_progress(snapshot_sentence(seen))


def _name(*, came_in: bool) -> str:
    return "The incoming call" if came_in else "The call"


def _call_sentence(call: Call, what: str) -> str:
    if call.status != "FINAL":
        return _open_sentence(what, answered=call.result == ANSWERED)
    cost = "" if call.debit is None else _cost(call.debit.known, call.debit.currency_id)
    return _ended_sentence(what, call.result, call.reason, call.duration, cost)


def _open_sentence(what: str, *, answered: bool, who: str | None = None) -> str:
    if what == _name(came_in=True):
        # The platform answers it, as the reply says; it rings nowhere.
        return f"{what} is answered and in progress." if answered else f"{what} is not answered yet."
    if who is not None:
        return f"{what} is answered by {who} and in progress."
    return (
        f"{what} is answered and in progress."
        if answered
        else f"{what} is ringing or about to ring; it is not answered yet."
    )


def earlier_sentence(entry: JournalEntry) -> str:
    """Describe what the journal knows of a call that an earlier request placed: how it ended, or where it is."""
    if entry.state == "ended":
        cost = None if entry.cost is None else entry.cost / MICROS_PER_UNIT
        return _ended_sentence("The call", entry.result, entry.reason, entry.duration, _cost(cost, entry.currency))
    if entry.state == "lost":
        return "How it ended is not known."
    return "It has not ended, as far as this server knows; get_call looks it up."


def _ended_sentence(
    what: str, result: str | None, reason: str | None, duration: int | None, cost: str, *, who: str | None = None
) -> str:
    cause = why(result, reason)
    if result == ANSWERED:
        answered = f", answered by {who}" if who else ""
        return f"{what} ended after {duration or 0} s{answered}: {cause}.{cost}"
    if result == "FAILED":
        return f"{what} could not be connected: {cause}."
    return f"{what} ended without an answer: {cause}." if result in RESULTS else f"{what} ended: {cause}."


def _cost(amount: float | None, currency: str | None) -> str:
    return "" if amount is None else f" Cost {amount:g} {known('currency', currency) or ''}".rstrip() + "."
