"""The toolset ``calls``: place calls, look at them, steer them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.admission.limits import MICROS
from sinch_voice_mcp.operations.calls import Leg, Placed
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.ports import EntryState, JournalEntry, iso
from sinch_voice_mcp.svaml import DtmfMode, PlayFiles, Say
from sinch_voice_mcp.tools import callouts
from sinch_voice_mcp.tools.arguments import exactly_one, named, spoken_prompt
from sinch_voice_mcp.tools.consent import Consented, consent_for, consent_for_update, requester
from sinch_voice_mcp.tools.parameters import (
    AudioUrls,
    CallId,
    Cli,
    ConferenceId,
    DryRun,
    IdempotencyKey,
    Locale,
    MusicOnHold,
    OptionalSvaml,
    Seconds,
    Service,
    Svaml,
    To,
    Tones,
)
from sinch_voice_mcp.tools.results import Json, Number, Result, Text, Texts, Whole, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.wire.calls import Call

_CONSENT_TTS = consent_for(callouts.tts, "dry_run")
_CONSENT_CONFERENCE = consent_for(callouts.conference, "dry_run")
_CONSENT_CUSTOM = consent_for(callouts.custom, "dry_run")
_CONSENT_UPDATE = consent_for_update()
Status = Literal["in_progress", "ended", "failed", "unknown"]
_STATES: Mapping[Status, tuple[EntryState, ...]] = {
    "in_progress": ("pending", "accepted"),
    "ended": ("ended",),
    "failed": ("rejected", "not_sent"),
    "unknown": ("unknown", "lost"),
}
_SILENT = "Nothing says what happens on answer: your callback URL must, or the person hears silence."


class CalloutPlaced(Result):
    """A call that was started, or what would be sent."""

    call_id: Text
    request: Json
    verdicts: Texts
    warnings: Texts
    duplicate_of: Text


class ConferenceLeg(BaseModel):
    """One person who was rung for a conference, or why not."""

    to: str
    call_id: Text
    error: Json
    request: Json
    duplicate_of: Text


class ConferencePlaced(Result):
    """Who was rung for a conference."""

    conference_id: str
    legs: list[ConferenceLeg]


class CallState(Result):
    """A call; ``cost`` is final once ``status`` is FINAL."""

    call_id: str
    status: str
    result: str
    reason: str
    to: Text
    duration_s: int
    cost: Number
    rate_per_minute: Number
    currency: Text


class CallRecord(BaseModel):
    """One request in the journal; ``number`` is shortened."""

    at: str
    kind: str
    status: str
    call_id: Text
    number: Text
    result: Text
    duration_s: Whole
    cost: Number
    currency: Text


class CallList(Result):
    """Requests of the journal, newest first."""

    calls: list[CallRecord]


class CallSteered(Result):
    """A call in progress was changed."""

    call_id: str
    warnings: Texts


async def place_tts_callout(
    to: To,
    service: Service,
    consented: Annotated[Consented, _CONSENT_TTS],
    *,
    text: Annotated[str | None, Field(description="Exactly one of text, ssml, audio_urls")] = None,
    ssml: Annotated[str | None, Field(description="<speak>…</speak>")] = None,
    audio_urls: AudioUrls = None,
    cli: Cli = None,
    locale: Locale = None,
    dtmf: Tones = None,
    enable_ace: Annotated[bool, Field(description="Asks your callback first; `continue` plays")] = False,
    enable_dice: Annotated[bool, Field(description="Tells your callback the end")] = False,
    enable_pie: Annotated[bool, Field(description="Tells your callback menu input")] = False,
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Ring a phone and speak or play audio. Costs money. Returns at once; follow with get_call."""
    plan = callouts.tts(to, text, ssml, audio_urls, cli, locale, dtmf, enable_ace, enable_dice, enable_pie)
    with named(plan.places):
        placed = await service.calls.place(plan.requests[0], requester(consented, idempotency_key), dry_run=dry_run)
    return _placed(service, placed)


async def place_conference_callout(
    to: Annotated[list[str], Field(min_length=1, max_length=5, description="E.164 numbers")],
    conference_id: Annotated[ConferenceId, Field(description="Any name; new ones are made")],
    service: Service,
    consented: Annotated[Consented, _CONSENT_CONFERENCE],
    *,
    cli: Cli = None,
    greeting: Annotated[str | None, Field(description="Spoken before joining")] = None,
    locale: Locale = None,
    moh: Annotated[MusicOnHold | None, Field(description="Music while alone")] = None,
    max_duration: Seconds = None,
    dtmf_mode: DtmfMode | None = None,
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
) -> ConferencePlaced:
    """Ring 1 to 5 phones into one conference. Costs money. One refused: nobody is rung. Returns a call id each."""
    plan = callouts.conference(to, conference_id, cli, greeting, locale, moh, max_duration, dtmf_mode)
    who = requester(consented, idempotency_key)
    with named(plan.places):
        legs = [_leg(leg) for leg in await service.calls.place_conference(plan.requests, who, dry_run=dry_run)]
    failed = sum(leg.error is not None for leg in legs)
    verb = "would be rung" if dry_run else "being rung"
    summary = told(service, f"{len(legs) - failed} of {len(legs)} {verb} into conference {conference_id}.")
    return ConferencePlaced(summary=summary, simulated=service.simulated, conference_id=conference_id, legs=legs)


async def place_custom_callout(
    service: Service,
    consented: Annotated[Consented, _CONSENT_CUSTOM],
    *,
    to: Annotated[str | None, Field(description="E.164; omit if ice dials")] = None,
    cli: Cli = None,
    ice: OptionalSvaml = None,
    ace: OptionalSvaml = None,
    pie: Annotated[OptionalSvaml, Field(description="SVAML for every key; who needs the key: ask_by_phone")] = None,
    max_duration: Seconds = None,
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Ring a phone; SVAML decides: ace on answer, pie on menu input. Costs money. See build_svaml."""
    plan = callouts.custom(to, cli, ice, ace, pie, max_duration)
    who = requester(consented, idempotency_key)
    with named(plan.places):
        placed = await service.calls.place(plan.requests[0], who, dry_run=dry_run, unknown=plan.unknown)
    return _placed(service, placed, () if ace is not None or ice is not None else (_SILENT,))


async def get_call(call_id: CallId, service: Service) -> CallState:
    """State of a call: ringing, answered or ended; how long, why it ended, cost."""
    return _state(service, await service.calls.get(call_id), "")


async def list_calls(
    service: Service,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    status: Annotated[Status | None, Field(description="failed: not placed; busy is ended")] = None,
    direction: Literal["in", "out"] | None = None,
    since: Annotated[datetime | None, Field(description="ISO 8601")] = None,
) -> CallList:
    """Calls placed, tried or received here, newest first."""
    states = () if status is None else _STATES[status]
    after = None if since is None else int(since.timestamp() * 1000)
    inbound = None if direction is None else direction == "in"
    entries = await service.calls.recent(limit=limit, states=states, since=after, inbound=inbound, refresh=True)
    sentence = f"{len(entries)} calls, newest first." if len(entries) > 1 else f"{len(entries) or 'No'} call."
    calls = [_record(entry) for entry in entries]
    return CallList(summary=told(service, sentence), simulated=service.simulated, calls=calls)


async def update_call(
    call_id: CallId, svaml: Svaml, service: Service, consented: Annotated[Consented, _CONSENT_UPDATE]
) -> CallSteered:
    """Run SVAML on an answered call: transfer, conference, menu, unpark. May ring and cost."""
    warnings = await service.calls.update(call_id, language.read(svaml, "update"), requester(consented))
    summary = told(service, "The call follows the new instructions.")
    return CallSteered(summary=summary, simulated=service.simulated, call_id=call_id, warnings=list(warnings))


async def hang_up(call_id: CallId, service: Service) -> CallState:
    """End a call, ringing or answered. Safe to repeat."""
    call, ended_now = await service.calls.hang_up(call_id)
    return _state(service, call, "" if ended_now else "It had already ended.")


async def play_to_call(
    call_id: CallId,
    service: Service,
    text: Annotated[str | None, Field(description="This or audio_urls")] = None,
    audio_urls: AudioUrls = None,
    leg: Annotated[Literal["caller", "callee", "both"], Field(description="Ignored for callouts")] = "caller",
    locale: Locale = None,
) -> CallSteered:
    """Speak or play into an answered call. Heard again if repeated."""
    exactly_one(text=text, audio_urls=audio_urls)
    prompt = spoken_prompt(None, audio_urls)
    heard = PlayFiles(ids=(prompt,), locale=locale) if prompt is not None else Say(text=text or "", locale=locale)
    with named({"$.instructions[0].text": "text", "$.instructions[0].ids": "audio_urls"}):
        await service.calls.play(call_id, heard, leg)
    return CallSteered(
        summary=told(service, f"Playing to {leg}."), simulated=service.simulated, call_id=call_id, warnings=[]
    )


TOOLS = (
    ToolSpec(place_tts_callout, toolset="calls", effect=Effect.RINGS, title="Call and speak"),
    ToolSpec(place_conference_callout, toolset="calls", effect=Effect.RINGS, title="Call into a conference"),
    ToolSpec(place_custom_callout, toolset="calls", effect=Effect.RINGS, title="Call with SVAML"),
    ToolSpec(get_call, toolset="calls", effect=Effect.READS, title="Look at a call"),
    ToolSpec(list_calls, toolset="calls", effect=Effect.READS, title="List calls"),
    ToolSpec(update_call, toolset="calls", effect=Effect.CHANGES, title="Steer a call"),
    ToolSpec(hang_up, toolset="calls", effect=Effect.CHANGES, title="Hang up"),
    ToolSpec(play_to_call, toolset="calls", effect=Effect.CHANGES, title="Play into a call"),
)


def _placed(service: VoiceService, placed: Placed, remarks: tuple[str, ...] = ()) -> CalloutPlaced:
    whom = placed.rings or "nobody by phone"
    if placed.call_id is None:
        summary = told(service, f"Checked, not placed: this request would ring {whom}.")
        request, verdicts = placed.request, [_verdict(verdict) for verdict in placed.verdicts]
    else:
        said = f"Placed: it rings {whom}. Nobody has answered yet."
        if placed.duplicate_of is not None:
            said = f"The same call to {whom} was placed before; no second one was."
        summary = told(service, said)
        request, verdicts = None, []
    return CalloutPlaced(
        summary=summary,
        simulated=service.simulated,
        call_id=placed.call_id,
        request=request,
        verdicts=verdicts,
        warnings=[*placed.warnings, *remarks],
        duplicate_of=placed.duplicate_of,
    )


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.rule}: {verdict.outcome} {verdict.path}"


def _leg(leg: Leg) -> ConferenceLeg:
    if leg.placed is None:
        error = leg.error and leg.error.to_json()
        return ConferenceLeg(to=leg.to, call_id=None, error=error, request=None, duplicate_of=None)
    placed = leg.placed
    request = placed.request if placed.call_id is None else None
    to = placed.rings or leg.to
    return ConferenceLeg(to=to, call_id=placed.call_id, error=None, request=request, duplicate_of=placed.duplicate_of)


def _record(entry: JournalEntry) -> CallRecord:
    status: Status = next(name for name, states in _STATES.items() if entry.state in states)
    return CallRecord(
        at=iso(entry.claimed_at),
        kind=entry.kind,
        status=status,
        call_id=entry.call_id or entry.subject,
        number=entry.number,
        result=entry.result or (None if entry.error is None else str(entry.error["code"])),
        duration_s=entry.duration,
        cost=None if entry.cost is None else entry.cost / MICROS,
        currency=entry.currency,
    )


def _state(service: VoiceService, call: Call, remark: str) -> CallState:
    debit, rate = call.debit, call.user_rate
    return CallState(
        summary=told(service, " ".join(filter(None, (_sentence(call), remark)))),
        simulated=service.simulated,
        call_id=call.call_id,
        status=call.status,
        result=call.result,
        reason=call.reason,
        to=call.to and call.to.endpoint,
        duration_s=call.duration,
        cost=debit and debit.amount,
        rate_per_minute=rate and rate.amount,
        currency=(debit and debit.currency_id) or (rate and rate.currency_id),
    )


def _sentence(call: Call) -> str:
    match call.status, call.result:
        case "ONGOING", "ANSWERED":
            return "Answered; going on."
        case "ONGOING", _:
            return "Ringing, or about to: not answered yet."
        case _, "ANSWERED":
            paid = "" if call.debit is None else f" Cost {call.debit.amount:g} {call.debit.currency_id or ''}.".rstrip()
            return f"Ended after {call.duration} s ({call.reason}).{paid}"
        case _, result:
            return f"Ended without an answer: {result} ({call.reason})."
