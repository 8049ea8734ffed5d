"""Tools of the toolset ``calls`` that place calls and control them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.boundary import error_json
from sinch_voice_mcp.operations.dispatch.hang_ups import AfterStop
from sinch_voice_mcp.operations.placing import Placed, PlacedLeg
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.svaml import Continue, Document, DtmfMode, PlayFiles, Say
from sinch_voice_mcp.tools import callouts
from sinch_voice_mcp.tools.arguments import (
    build_prompt,
    errors_naming_arguments,
    naming_arguments,
    require_exactly_one,
)
from sinch_voice_mcp.tools.call_results import CallDetails, call_details, earlier_sentence
from sinch_voice_mcp.tools.consent import (
    Consented,
    consent_for,
    consent_for_playing,
    consent_for_update,
    requester,
    requester_of,
)
from sinch_voice_mcp.tools.documents import OptionalSvaml, Svaml
from sinch_voice_mcp.tools.parameters import (
    AudioUrls,
    CallIdArgument,
    Cli,
    ConferenceId,
    DryRun,
    EnableDice,
    EnablePie,
    IdempotencyKey,
    Locale,
    MusicOnHold,
    Service,
    ShortCallSeconds,
    ShortCli,
    ShortIdempotencyKey,
    ShortLocale,
    ShortTones,
    To,
    TonesArgument,
)
from sinch_voice_mcp.tools.results import Json, Own, OwnText, Result, Shown, Text, Texts, Untrusted, counted, summarize
from sinch_voice_mcp.tools.spec import ToolEffect, ToolSpec

_CONSENT_TTS = consent_for(callouts.tts, "dry_run")
_CONSENT_CONFERENCE = consent_for(callouts.conference, "dry_run")
_CONSENT_CUSTOM = consent_for(callouts.custom, "dry_run")
_CONSENT_UPDATE = consent_for_update()


def _playing(*, text: str | None, audio_urls: list[str] | None, locale: str | None) -> Document:
    require_exactly_one(text=text, audio_urls=audio_urls)
    prompt = build_prompt(None, audio_urls)
    spoken = PlayFiles(ids=(prompt,), locale=locale) if prompt is not None else Say(text=text or "", locale=locale)
    return Document(instructions=(spoken,), action=Continue())


_PLAYED = {"$.instructions[0].ids": "audio_urls", "$.instructions[0].": ""}
"""Where the arguments of play_to_call are in the document that it sends."""

_CONSENT_PLAY = consent_for_playing(_playing)
_SILENT = (
    "Neither `ice` nor `ace` says what happens on answer: unless your callback URL does, the callee hears silence."
)


class CalloutPlaced(Result):
    """A call that was placed, or the request that a dry run checked."""

    call_id: Text
    request: Json
    verdicts: Texts
    warnings: Texts
    duplicate_of: Annotated[OwnText, Field(description="The earlier call, if it was placed before")]
    untrusted: Untrusted


class ConferenceLeg(Shown):
    """One callee of a conference: the call, or the error."""

    to: Own
    call_id: Text
    error: Json
    request: Json
    duplicate_of: OwnText
    untrusted: Untrusted


class ConferencePlaced(Result):
    """The calls of a conference."""

    conference_id: Own
    legs: list[ConferenceLeg]
    warnings: Texts


class CallSteered(Result):
    """A call in progress was changed."""

    call_id: Own
    warnings: Texts


async def place_tts_callout(
    to: To,
    service: Service,
    consented: Annotated[Consented, _CONSENT_TTS],
    *,
    text: Annotated[
        str | None, Field(description="This, ssml or audio_urls; 600 characters, or see sinch://policy")
    ] = None,
    ssml: Annotated[str | None, Field(description="<speak>…</speak>, at most 600 spoken characters")] = None,
    audio_urls: AudioUrls = None,
    cli: Cli = None,
    locale: Locale = None,
    dtmf: TonesArgument = None,
    enable_ace: Annotated[bool | None, Field(description="Report the answer; default: if events are received")] = None,
    enable_dice: EnableDice = True,
    enable_pie: EnablePie = False,
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Call a phone and speak text or play audio; the callee cannot reply (for that: ask_by_phone).

    Costs money; limits: sinch://policy. Returns before anyone answers; wait_for_call reports the rest.
    """
    plan = callouts.tts(
        to=to,
        text=text,
        ssml=ssml,
        audio_urls=audio_urls,
        cli=cli,
        locale=locale,
        dtmf=dtmf,
        enable_ace=enable_ace,
        enable_dice=enable_dice,
        enable_pie=enable_pie,
    )
    with errors_naming_arguments(plan.arguments):
        placed = await service.calls.place(plan.requests[0], requester(consented, idempotency_key), dry_run=dry_run)
    return _placed(service, placed, plan)


async def place_conference_callout(
    to: Annotated[list[str], Field(min_length=1, max_length=5, description="1 to 5: E.164, sip:, app:")],
    conference_id: Annotated[ConferenceId, Field(description="Up to 64 characters; created if new")],
    service: Service,
    consented: Annotated[Consented, _CONSENT_CONFERENCE],
    *,
    cli: ShortCli = None,
    greeting: Annotated[str | None, Field(description="Spoken before joining, at most 600 characters")] = None,
    locale: ShortLocale = None,
    moh: Annotated[MusicOnHold | None, Field(description="Played while alone")] = None,
    max_duration: ShortCallSeconds = None,
    dtmf: ShortTones = None,
    dtmf_mode: Annotated[DtmfMode | None, Field(description="What keys do; default ignore")] = None,
    enable_ace: Annotated[bool, Field(description="Report answers")] = False,
    enable_dice: EnableDice = True,
    idempotency_key: ShortIdempotencyKey = None,
    dry_run: DryRun = False,
) -> ConferencePlaced:
    """Call 1 to 5 phones and connect them in a conference. Costs money.

    If one number is refused, none is called; else each has a call_id or an error.
    """
    plan = callouts.conference(
        to=to,
        conference_id=conference_id,
        cli=cli,
        greeting=greeting,
        locale=locale,
        moh=moh,
        max_duration=max_duration,
        dtmf=dtmf,
        dtmf_mode=dtmf_mode,
        enable_ace=enable_ace,
        enable_dice=enable_dice,
    )
    who = requester(consented, idempotency_key)
    with errors_naming_arguments(plan.arguments):
        found = await service.calls.place_conference(plan.requests, who, dry_run=dry_run)
    return _conference(service, found, plan, conference_id, dry_run=dry_run)


async def place_custom_callout(
    service: Service,
    consented: Annotated[Consented, _CONSENT_CUSTOM],
    *,
    to: Annotated[str | None, Field(description="E.164, sip:, app:; or `ice` with connectPstn")] = None,
    cli: ShortCli = None,
    ice: OptionalSvaml = None,
    ace: OptionalSvaml = None,
    pie: OptionalSvaml = None,
    max_duration: ShortCallSeconds = None,
    idempotency_key: ShortIdempotencyKey = None,
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Call a phone under SVAML control (see build_svaml): `ace` runs on answer, `pie` on any menu input.

    Costs money. For one question, ask_by_phone is simpler.
    """
    plan = callouts.custom(to=to, cli=cli, ice=ice, ace=ace, pie=pie, max_duration=max_duration)
    who = requester(consented, idempotency_key)
    with errors_naming_arguments(plan.arguments):
        placed = await service.calls.place(plan.requests[0], who, dry_run=dry_run, unknown=plan.unknown)
    return _placed(service, placed, plan, () if ace is not None or ice is not None else (_SILENT,))


async def update_call(
    call_id: CallIdArgument, svaml: Svaml, service: Service, consented: Annotated[Consented, _CONSENT_UPDATE]
) -> CallSteered:
    """Make an answered call run SVAML: transfer, conference, menu, park; also to end a park.

    May call another phone and cost money. Only to speak: play_to_call.
    """
    warnings = await service.calls.update(call_id, language.read(svaml, "update"), requester(consented))
    summary = summarize(service, "The call now runs the new SVAML.")
    return CallSteered(summary=summary, simulated=service.simulated, call_id=call_id, warnings=list(warnings))


async def hang_up(call_id: CallIdArgument, service: Service) -> CallDetails:
    """End one call, ringing or answered. Safe to repeat."""
    call, ended_now = await service.calls.hang_up(call_id, requester_of(service))
    return await call_details(service, call, "" if ended_now else "It had already ended before this request.")


async def play_to_call(
    call_id: CallIdArgument,
    service: Service,
    consented: Annotated[Consented, _CONSENT_PLAY],
    *,
    text: Annotated[str | None, Field(description="This or audio_urls; at most 600 characters")] = None,
    audio_urls: AudioUrls = None,
    leg: Annotated[Literal["caller", "callee", "both"], Field(description="Who hears it")] = "caller",
    locale: ShortLocale = None,
) -> CallSteered:
    """Speak or play audio into an answered call, which then continues. Each repetition is heard again."""
    document = _playing(text=text, audio_urls=audio_urls, locale=locale)
    with errors_naming_arguments(_PLAYED):
        warnings = await service.calls.play(call_id, document, leg, requester(consented))
    summary = summarize(service, f"The message is playing to {'both sides' if leg == 'both' else f'the {leg}'}.")
    return CallSteered(
        summary=summary,
        simulated=service.simulated,
        call_id=call_id,
        warnings=naming_arguments(warnings, _PLAYED),
    )


TOOLS = (
    ToolSpec(place_tts_callout, toolset="calls", effect=ToolEffect.RINGS, title="Call and speak"),
    ToolSpec(place_conference_callout, toolset="calls", effect=ToolEffect.RINGS, title="Call into a conference"),
    ToolSpec(place_custom_callout, toolset="calls", effect=ToolEffect.RINGS, title="Call with SVAML"),
    ToolSpec(update_call, toolset="calls", effect=ToolEffect.CHANGES, title="Redirect a call"),
    ToolSpec(hang_up, toolset="calls", effect=ToolEffect.ENDS, title="Hang up", repeatable=True),
    ToolSpec(play_to_call, toolset="calls", effect=ToolEffect.CHANGES, title="Play into a call"),
)


_NOT_HUNG_UP_YET = "What could not be hung up yet is tried again; get_call shows whether it has ended."


def _placed(
    service: VoiceService, placed: Placed, plan: callouts.CalloutPlan, remarks: tuple[str, ...] = ()
) -> CalloutPlaced:
    callee = placed.called or "no phone"
    if placed.call_id is None:
        sentence = f"Checked only: nothing was placed. This request would call {callee}."
    elif placed.earlier is not None:
        sentence = f"This call to {callee} was already placed by an earlier request; it was not placed again. "
        sentence += earlier_sentence(placed.earlier)
    elif placed.after_stop == "ended":
        sentence = f"The call to {callee} was placed and hung up at once, because calling was stopped meanwhile."
    elif placed.after_stop == "in progress":
        sentence = f"The call to {callee} was placed while calling was being stopped. {_NOT_HUNG_UP_YET}"
    else:
        sentence = f"The call to {callee} is placed; it is not answered yet."
    dry = placed.call_id is None
    return CalloutPlaced(
        summary=summarize(service, sentence),
        simulated=service.simulated,
        call_id=placed.call_id,
        request=placed.request if dry else None,
        verdicts=[_verdict(verdict) for verdict in placed.verdicts] if dry else [],
        warnings=[*naming_arguments(placed.warnings, plan.arguments), *remarks],
        duplicate_of=placed.duplicate_of,
        untrusted=None,
    )


def _conference(
    service: VoiceService, found: Sequence[PlacedLeg], plan: callouts.CalloutPlan, conference_id: str, *, dry_run: bool
) -> ConferencePlaced:
    legs = [_leg(leg) for leg in found]
    stopped = _stopped_meanwhile([leg.placed.after_stop for leg in found if leg.placed is not None])
    return ConferencePlaced(
        summary=summarize(service, _conference_sentence(legs, conference_id, dry_run=dry_run) + stopped),
        simulated=service.simulated,
        conference_id=conference_id,
        legs=legs,
        warnings=naming_arguments(
            (warning for leg in found if leg.placed is not None for warning in leg.placed.warnings), plan.arguments
        ),
    )


def _stopped_meanwhile(found: Sequence[AfterStop | None]) -> str:
    ended, left = found.count("ended"), found.count("in progress")
    sentences = [f" {counted(ended, 'call')} hung up at once: calling was stopped meanwhile."] if ended else []
    if left:
        sentences.append(f" {counted(left, 'call')} placed while calling was being stopped. {_NOT_HUNG_UP_YET}")
    return "".join(sentences)


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.rule}: {verdict.outcome} {verdict.path}"


def _leg(leg: PlacedLeg) -> ConferenceLeg:
    if leg.placed is None:
        error = leg.error and error_json(leg.error)
        return ConferenceLeg(to=leg.to, call_id=None, error=error, request=None, duplicate_of=None, untrusted=None)
    placed = leg.placed
    request = placed.request if placed.call_id is None else None
    to = placed.called or leg.to
    return ConferenceLeg(
        to=to,
        call_id=placed.call_id,
        error=None,
        request=request,
        duplicate_of=placed.duplicate_of,
        untrusted=None,
    )


def _conference_sentence(legs: list[ConferenceLeg], conference_id: str, *, dry_run: bool) -> str:
    room, placed = f"conference {conference_id}", sum(leg.error is None for leg in legs)
    if dry_run:
        return f"Checked only: nothing was placed. {placed} of {len(legs)} phones would be called into {room}."
    repeated = sum(leg.duplicate_of is not None for leg in legs)
    again = f" {repeated} of them by an earlier request, and not again." if repeated else ""
    failed = "".join(f" {leg.to} failed: {leg.error['message']}" for leg in legs if leg.error is not None)
    return f"{placed} of {len(legs)} phones were called into {room}.{again}{failed}"
