"""The tool of the toolset ``calls`` that asks a question by phone."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.endings import why
from sinch_voice_mcp.operations.events.monitor import CallSnapshot
from sinch_voice_mcp.operations.surveys import SurveyQuestion
from sinch_voice_mcp.tools.arguments import destination_of, errors_naming_arguments, naming_arguments
from sinch_voice_mcp.tools.call_results import (
    AnsweredByField,
    CallReasonField,
    CallResultField,
    CallStateField,
    TimedOut,
    answerer_of,
    input_of,
    report_snapshot,
    state_of_snapshot,
)
from sinch_voice_mcp.tools.callouts import CalloutPlan
from sinch_voice_mcp.tools.consent import Consented, consent_for, requester
from sinch_voice_mcp.tools.omissions import is_empty
from sinch_voice_mcp.tools.parameters import Service, ShortCli, ShortIdempotencyKey, ShortLocale, ShortTo
from sinch_voice_mcp.tools.results import Own, OwnText, Result, Texts, Untrusted, Whole, is_absent, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec
from sinch_voice_mcp.types import JsonObject, is_object

_ARGUMENTS = {
    "$.customCallout.ice.action.number": "to",
    "$.customCallout.destination.endpoint": "to",
    "$.customCallout.ice.action.cli": "cli",
    "$.customCallout.cli": "cli",
    "$.customCallout.ace.action.menus[0].mainPrompt": "question",
    "$.customCallout.ace.action.locale": "locale",
    "$.customCallout.ace": "question",
    "$.customCallout.pie.instructions[0].locale": "locale",
}
_ANSWERS: JsonObject = {
    "type": "object",
    "description": "1 to 9 keys with meanings, read out",
    "properties": {key: {"type": "string"} for key in "1234567890"},
}
SurveySeconds = Annotated[float, Field(ge=0, le=45, description="Seconds, at most 45")]
SurveyOutcome = Literal["answered", "no_answer", "machine", "no_input", "unclear"]

_ANSWERED: frozenset[SurveyOutcome | None] = frozenset({"answered", "machine", "no_input"})
"""Outcomes of calls that were answered, which say more than the result and the reason of the call."""


class PhoneAnswer(Result):
    """What the callee answered; ``outcome`` is absent while it is not known."""

    call_id: Own
    state: CallStateField
    timed_out: TimedOut
    outcome: Annotated[
        SurveyOutcome | None,
        Field(
            default=None,
            exclude_if=is_absent,
            description="answered: a valid key; unclear: another key, or not reported; absent: not known yet",
        ),
    ]
    key: Annotated[OwnText, Field(description="A valid answer; any other input is untrusted.input")]
    meaning: OwnText
    answered_by: AnsweredByField
    result: CallResultField
    reason: CallReasonField
    duration_s: Whole
    warnings: Texts
    duplicate_of: OwnText
    untrusted: Untrusted


def _without_unused(answers: object) -> object:
    """Leave out keys without a meaning, which a model fills in where a schema makes it fill in all."""
    return (
        {key: meaning for key, meaning in answers.items() if not is_empty(meaning)} if is_object(answers) else answers
    )


def _plan(
    *, to: str, question: str, answers: dict[str, str] | None, digits: int | None, cli: str | None, locale: str | None
) -> CalloutPlan:
    asked = SurveyQuestion(destination_of(to), question, answers, digits, cli, locale)
    return CalloutPlan([asked.request()], _ARGUMENTS)


async def _check_events_arrive(service: VoiceService) -> None:
    await service.surveys.check()


_CONSENT_ASK = consent_for(_plan, ready=_check_events_arrive)


async def ask_by_phone(  # noqa: PLR0917 - the tool's arguments
    to: ShortTo,
    question: Annotated[str, Field(min_length=1, description="Spoken with the options, at most 600 characters")],
    service: Service,
    consented: Annotated[Consented, _CONSENT_ASK],
    answers: Annotated[
        dict[str, str] | None,
        BeforeValidator(_without_unused),
        Field(min_length=1, max_length=9),
        WithJsonSchema(_ANSWERS),
    ] = None,
    digits: Annotated[int | None, Field(ge=1, le=20, description="Instead: how many digits, 1 to 20")] = None,
    cli: ShortCli = None,
    locale: ShortLocale = None,
    wait_s: SurveySeconds = 45,
    idempotency_key: ShortIdempotencyKey = None,
) -> PhoneAnswer:
    """Call a phone, ask a question and return the key or digits that the callee presses.

    Needs working callbacks; does not understand speech. Costs money. If `timed_out`,
    wait_for_call gets the answer; never ask again.
    """
    asked = SurveyQuestion(destination_of(to), question, answers, digits, cli, locale)
    who = requester(consented, idempotency_key)
    with errors_naming_arguments(_ARGUMENTS):
        found = await service.surveys.ask(asked, who, wait_s, report_snapshot)
    seen = found.snapshot
    entered = input_of(seen)
    outcome = _outcome(seen, asked)
    key = entered if outcome == "answered" else None
    cause = f" {await service.events.silence(seen.call_id)}" if outcome == "unclear" and entered is None else ""
    repeated = " An earlier request asked this already; it was not asked again." if found.placed.duplicate_of else ""
    return PhoneAnswer(
        summary=summarize(service, _sentence(outcome, seen, asked) + cause + repeated),
        simulated=service.simulated,
        call_id=seen.call_id,
        state=state_of_snapshot(seen),
        timed_out=not seen.ended,
        outcome=outcome,
        key=key,
        meaning=asked.meaning(key),
        answered_by=answerer_of(seen),
        result=None if outcome in _ANSWERED else seen.result,
        reason=None if outcome in _ANSWERED else seen.reason,
        duration_s=(seen.duration or None) if seen.ended else None,
        warnings=naming_arguments(found.placed.warnings, _ARGUMENTS),
        duplicate_of=found.placed.duplicate_of,
        untrusted=None if entered == key else {"input": entered},
    )


TOOLS = (ToolSpec(ask_by_phone, toolset="calls", effect=ToolEffect.RINGS, title="Ask by phone"),)


def _outcome(seen: CallSnapshot, asked: SurveyQuestion) -> SurveyOutcome | None:
    entered = input_of(seen)
    if entered is not None:
        # A key that is none of the answers is reported as invalid input, digits as a sequence.
        return "answered" if asked.accepts(entered) else "unclear"
    if not seen.ended:
        return None
    if not seen.answered:
        return "no_answer"
    if not seen.reported:
        return "unclear"
    return "machine" if seen.answered_by == "machine" else "no_input"


def _sentence(outcome: SurveyOutcome | None, seen: CallSnapshot, asked: SurveyQuestion) -> str:
    key = input_of(seen)
    match outcome:
        case None:
            return "The call is still in progress; wait_for_call returns the answer. Do not ask again."
        case "answered":
            meaning = asked.meaning(key)
            return f"The callee pressed {key}: {meaning}." if meaning else f"The callee entered {key}."
        case "unclear" if key is not None:
            return "The callee entered something that was not among the answers; see untrusted.input."
        case "unclear":
            return "The call has ended, and no event of it arrived, so the answer is not known."
        case "machine":
            return "An answering machine picked up; the question was not asked."
        case "no_answer" | "no_input":
            return _without_answer(outcome, seen)


def _without_answer(outcome: Literal["no_answer", "no_input"], seen: CallSnapshot) -> str:
    if outcome == "no_answer":
        opening = "The call could not be connected" if seen.result == "FAILED" else "The callee did not answer"
        return f"{opening}: {why(seen.result, seen.reason)}."
    if seen.reason == "CALLEEHANGUP":
        return "The call was answered, and the callee hung up without pressing a key."
    return "The call was answered, and the callee pressed no key."
