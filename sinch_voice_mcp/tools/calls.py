"""The toolset ``calls``: place calls, look at them, steer them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.operations import Desk
from sinch_voice_mcp.operations.calling import Leg, Placed
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.svaml import ConferenceDtmfOptions, Document, NumberDestination, PlayFiles, Say
from sinch_voice_mcp.tools.arguments import embedded, exactly_one, named, spoken_prompt, with_cli
from sinch_voice_mcp.tools.parameters import (
    AudioUrls,
    CallId,
    Cli,
    ConferenceId,
    DryRun,
    Locale,
    MusicOnHold,
    OptionalSvaml,
    Seconds,
    Svaml,
    TheDesk,
    To,
    Tones,
)
from sinch_voice_mcp.tools.results import Json, Number, Result, Text, Texts, told
from sinch_voice_mcp.tools.spec import Effect, ToolSpec
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import Call

_SILENT = "Nothing says what happens on answer: your callback URL must, or the person hears silence."


class CalloutPlaced(Result):
    """A call that was started, or with ``dry_run`` the request that would start it."""

    call_id: Text
    request: Json
    verdicts: Texts
    warnings: Texts


class ConferenceLeg(BaseModel):
    """One person who was rung for a conference, or why not."""

    to: str
    call_id: Text
    error: Json
    request: Json


class ConferencePlaced(Result):
    """Who was rung for a conference."""

    conference_id: str
    legs: list[ConferenceLeg]


class CallState(Result):
    """State and outcome of a call; ``cost`` is final once ``status`` is FINAL."""

    call_id: str
    status: str
    result: str
    reason: str
    to: Text
    duration_s: int
    cost: Number
    rate_per_minute: Number
    currency: Text


class CallSteered(Result):
    """A call in progress was changed."""

    call_id: str
    warnings: Texts


async def place_tts_callout(
    to: To,
    desk: TheDesk,
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
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Ring a phone and speak or play audio. Costs money. Returns at once; follow with get_call."""
    exactly_one(text=text, ssml=ssml, audio_urls=audio_urls)
    callout = TtsCallout(
        destination=NumberDestination(endpoint=to),
        cli=cli,
        dtmf=dtmf,
        locale=locale,
        text=text,
        prompts=spoken_prompt(ssml, audio_urls),
        enable_ace=enable_ace or None,
        enable_dice=enable_dice or None,
        enable_pie=enable_pie or None,
    )
    places = {
        "$.ttsCallout.destination.endpoint": "to",
        "$.ttsCallout.prompts": "audio_urls" if ssml is None else "ssml",
        "$.ttsCallout.": "",
    }
    with named(places):
        placed = await desk.calling.place(TtsCalloutRequest(tts_callout=callout), dry_run=dry_run)
    return _placed(desk, placed)


async def place_conference_callout(
    to: Annotated[list[str], Field(min_length=1, max_length=5, description="E.164 numbers")],
    conference_id: Annotated[ConferenceId, Field(description="Any name; new ones are made")],
    desk: TheDesk,
    *,
    cli: Cli = None,
    greeting: Annotated[str | None, Field(description="Spoken before joining")] = None,
    locale: Locale = None,
    moh: Annotated[MusicOnHold | None, Field(description="Music while alone")] = None,
    max_duration: Seconds = None,
    dtmf_mode: Literal["ignore", "forward", "detect"] | None = None,
    dry_run: DryRun = False,
) -> ConferencePlaced:
    """Ring 1 to 5 phones into one conference. Costs money. One refused: nobody is rung. Returns a call id each."""
    options = None if dtmf_mode is None else ConferenceDtmfOptions(mode=dtmf_mode)
    requests = [
        ConferenceCalloutRequest(
            conference_callout=ConferenceCallout(
                destination=NumberDestination(endpoint=number),
                conference_id=conference_id,
                cli=cli,
                conference_dtmf_options=options,
                max_duration=max_duration,
                locale=locale,
                greeting=greeting,
                moh_class=moh,
            )
        )
        for number in to
    ]
    places = {f"$[{at}].conferenceCallout.destination.endpoint": f"to[{at}]" for at in range(len(to))}
    places |= {f"$[{at}].conferenceCallout.": "" for at in range(len(to))}
    with named(places):
        legs = [_leg(leg) for leg in await desk.calling.place_conference(requests, dry_run=dry_run)]
    failed = sum(leg.error is not None for leg in legs)
    verb = "would be rung" if dry_run else "being rung"
    summary = told(desk, f"{len(legs) - failed} of {len(legs)} {verb} into conference {conference_id}.")
    return ConferencePlaced(summary=summary, simulated=desk.simulated, conference_id=conference_id, legs=legs)


async def place_custom_callout(
    desk: TheDesk,
    *,
    to: Annotated[str | None, Field(description="E.164; omit if ice dials")] = None,
    cli: Cli = None,
    ice: OptionalSvaml = None,
    ace: OptionalSvaml = None,
    pie: Annotated[
        OptionalSvaml, Field(description="SVAML, the same for every key; omit: your callback decides")
    ] = None,
    max_duration: Seconds = None,
    dry_run: DryRun = False,
) -> CalloutPlaced:
    """Ring a phone; SVAML decides: ace on answer, pie on menu input. Costs money. See build_svaml."""
    exactly_one(to=to, ice=ice)
    unknown: list[str] = []
    dialling = with_cli(embedded(ice, "callout", "ice", unknown), cli)
    callout = CustomCallout(
        destination=None if to is None else NumberDestination(endpoint=to),
        cli=cli if ice is None else None,
        max_duration=max_duration,
        ice=_text(dialling),
        ace=_text(embedded(ace, "ace", "ace", unknown)),
        pie=_text(embedded(pie, "pie", "pie", unknown)),
    )
    request = CustomCalloutRequest(custom_callout=callout)
    with named({"$.customCallout.destination.endpoint": "to", "$.customCallout.cli": "cli", "$.customCallout": "$"}):
        placed = await desk.calling.place(request, dry_run=dry_run, unknown=tuple(unknown))
    return _placed(desk, placed, () if ace is not None or ice is not None else (_SILENT,))


async def get_call(call_id: CallId, desk: TheDesk) -> CallState:
    """State of a call: ringing, answered or ended; how long, why it ended, cost."""
    return _state(desk, await desk.calling.get(call_id), "")


async def update_call(call_id: CallId, svaml: Svaml, desk: TheDesk) -> CallSteered:
    """Run SVAML on an answered call: transfer, conference, menu, unpark. May ring and cost."""
    warnings = await desk.calling.update(call_id, language.read(svaml, "update"))
    summary = told(desk, "The call follows the new instructions.")
    return CallSteered(summary=summary, simulated=desk.simulated, call_id=call_id, warnings=list(warnings))


async def hang_up(call_id: CallId, desk: TheDesk) -> CallState:
    """End a call, ringing or answered. Safe to repeat."""
    call, ended_now = await desk.calling.hang_up(call_id)
    return _state(desk, call, "" if ended_now else "It had already ended.")


async def play_to_call(
    call_id: CallId,
    desk: TheDesk,
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
        await desk.calling.play(call_id, heard, leg)
    return CallSteered(summary=told(desk, f"Playing to {leg}."), simulated=desk.simulated, call_id=call_id, warnings=[])


TOOLS = (
    ToolSpec(place_tts_callout, toolset="calls", effect=Effect.RINGS, title="Call and speak"),
    ToolSpec(place_conference_callout, toolset="calls", effect=Effect.RINGS, title="Call into a conference"),
    ToolSpec(place_custom_callout, toolset="calls", effect=Effect.RINGS, title="Call with SVAML"),
    ToolSpec(get_call, toolset="calls", effect=Effect.READS, title="Look at a call"),
    ToolSpec(update_call, toolset="calls", effect=Effect.CHANGES, title="Steer a call"),
    ToolSpec(hang_up, toolset="calls", effect=Effect.CHANGES, title="Hang up"),
    ToolSpec(play_to_call, toolset="calls", effect=Effect.CHANGES, title="Play into a call"),
)


def _text(document: Document | None) -> str | None:
    return None if document is None else document.to_json()


def _placed(desk: Desk, placed: Placed, remarks: tuple[str, ...] = ()) -> CalloutPlaced:
    whom = placed.rings or "nobody by phone"
    if placed.call_id is None:
        summary = told(desk, f"Checked, not placed: this request would ring {whom}.")
        request, verdicts = placed.request, [_verdict(verdict) for verdict in placed.verdicts]
    else:
        summary = told(desk, f"Placed: it rings {whom}. Nobody has answered yet.")
        request, verdicts = None, []
    return CalloutPlaced(
        summary=summary,
        simulated=desk.simulated,
        call_id=placed.call_id,
        request=request,
        verdicts=verdicts,
        warnings=[*placed.warnings, *remarks],
    )


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.rule}: {verdict.outcome} {verdict.path}"


def _leg(leg: Leg) -> ConferenceLeg:
    if leg.placed is None:
        return ConferenceLeg(to=leg.to, call_id=None, error=leg.error and leg.error.to_json(), request=None)
    placed = leg.placed
    request = placed.request if placed.call_id is None else None
    return ConferenceLeg(to=placed.rings or leg.to, call_id=placed.call_id, error=None, request=request)


def _state(desk: Desk, call: Call, remark: str) -> CallState:
    debit, rate = call.debit, call.user_rate
    return CallState(
        summary=told(desk, " ".join(filter(None, (_sentence(call), remark)))),
        simulated=desk.simulated,
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
