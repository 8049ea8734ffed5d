"""Results about one call that several tool modules return, and the sentences that describe a call."""

from collections.abc import Mapping
from typing import Annotated

from mcp.server.mcpserver import Context
from pydantic import Field

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.boundary import known
from sinch_voice_mcp.operations.events.monitor import CallSnapshot, Progress
from sinch_voice_mcp.operations.states import (
    RESULTS,
    AnsweredBy,
    CallState,
    ending,
    observed_state,
    state_of_call,
    who_answered,
)
from sinch_voice_mcp.ports import JournalEntry
from sinch_voice_mcp.tools.results import Number, Result, Text, Untrusted, is_absent, summarize
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
    str | None, Field(default=None, exclude_if=is_absent, description="Why it ended; summary explains it")
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
    platform_status: str
    result: Annotated[str, Field(description="N/A until answered or over; ANSWERED, BUSY, NOANSWER, FAILED")]
    reason: Annotated[str, Field(description="Why it ended; summary explains it")]
    to: Text
    duration_s: int
    cost: Number
    rate_per_minute: Number
    currency: Text
    untrusted: Untrusted


def call_details(service: VoiceService, call: Call, remark: str = "") -> CallDetails:
    """Describe a call that the platform reported, with a remark after the summary."""
    debit, rate = call.debit, call.user_rate
    return CallDetails(
        summary=summarize(service, " ".join(filter(None, (_call_sentence(call), remark)))),
        simulated=service.simulated,
        call_id=call.call_id,
        state=state_of_call(call),
        platform_status=call.status,
        result=call.result,
        reason=call.reason,
        to=service.shown.number(call.to and call.to.endpoint),
        duration_s=call.duration,
        cost=debit and debit.known,
        rate_per_minute=rate and rate.known,
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
    pressed = "" if input_of(seen) is None else " The callee entered something."
    who = _ANSWERERS.get(answerer_of(seen))
    if not seen.ended:
        return _open_sentence(answered=seen.answered, who=who) + pressed
    return _ended_sentence(seen.result, seen.reason, seen.duration, _cost(seen.cost, seen.currency), who) + pressed


def report_progress(ctx: Context[VoiceService]) -> Progress:
    """Return a callback that reports every change of a call to the client as progress."""
    steps = iter(range(1, 1_000))

    async def report(seen: CallSnapshot) -> None:
        await ctx.report_progress(next(steps), None, snapshot_sentence(seen))

    return report


def _call_sentence(call: Call) -> str:
    if call.status != "FINAL":
        return _open_sentence(answered=call.result == ANSWERED)
    cost = "" if call.debit is None else _cost(call.debit.known, call.debit.currency_id)
    return _ended_sentence(call.result, call.reason, call.duration, cost)


def _open_sentence(*, answered: bool, who: str | None = None) -> str:
    if who is not None:
        return f"The call is answered by {who} and in progress."
    return (
        "The call is answered and in progress."
        if answered
        else "The call is ringing or about to ring; it is not answered yet."
    )


def earlier_sentence(entry: JournalEntry) -> str:
    """Describe what the journal knows of a call that an earlier request placed: how it ended, or where it is."""
    if entry.state == "ended":
        cost = None if entry.cost is None else entry.cost / MICROS_PER_UNIT
        return _ended_sentence(entry.result, entry.reason, entry.duration, _cost(cost, entry.currency))
    if entry.state == "lost":
        return "How it ended is not known."
    return "It has not ended, as far as this server knows; get_call looks it up."


def _ended_sentence(
    result: str | None, reason: str | None, duration: int | None, cost: str, who: str | None = None
) -> str:
    why = ending(result, reason)
    if result == ANSWERED:
        answered = f", answered by {who}" if who else ""
        return f"The call ended after {duration or 0} s{answered}: {why}.{cost}"
    if result == "FAILED":
        return f"The call could not be connected: {why}."
    return f"The call ended without an answer: {why}." if result in RESULTS else f"The call ended: {why}."


def _cost(amount: float | None, currency: str | None) -> str:
    return "" if amount is None else f" Cost {amount:g} {known('currency', currency) or ''}".rstrip() + "."
