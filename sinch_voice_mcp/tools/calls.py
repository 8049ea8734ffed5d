"""The toolset ``calls``: place calls, look at them, steer them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sinch_voice_mcp import svaml as language
from sinch_voice_mcp.errors import InvalidInputError, SvamlError
from sinch_voice_mcp.operations import Desk
from sinch_voice_mcp.operations.calling import Leg, Placed
from sinch_voice_mcp.policy import Verdict
from sinch_voice_mcp.svaml import (
    ConferenceDtmfOptions,
    ConnectPstn,
    Document,
    Event,
    NumberDestination,
    PlayFiles,
    Say,
)
from sinch_voice_mcp.svaml import prompts as prompt_syntax
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
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)
from sinch_voice_mcp.wire.calls import Call


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
    _exactly_one(text=text, ssml=ssml, audio_urls=audio_urls)
    callout = TtsCallout(
        destination=NumberDestination(endpoint=to),
        cli=cli,
        dtmf=dtmf,
        locale=locale,
        text=text,
        prompts=_prompts(ssml, audio_urls),
        enable_ace=enable_ace or None,
        enable_dice=enable_dice or None,
        enable_pie=enable_pie or None,
    )
    placed = await desk.calling.place(TtsCalloutRequest(tts_callout=callout), dry_run=dry_run)
    return _placed(desk, placed, to)


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
    _exactly_one(to=to, ice=ice)
    unknown: list[str] = []
    dialling = _with_cli(_embedded(ice, "callout", "ice", unknown), cli)
    callout = CustomCallout(
        destination=None if to is None else NumberDestination(endpoint=to),
        cli=cli if ice is None else None,
        max_duration=max_duration,
        ice=_text(dialling),
        ace=_text(_embedded(ace, "ace", "ace", unknown)),
        pie=_text(_embedded(pie, "pie", "pie", unknown)),
    )
    request = CustomCalloutRequest(custom_callout=callout)
    placed = await desk.calling.place(request, dry_run=dry_run, unknown=tuple(unknown))
    return _placed(desk, placed, to or "the number that the SVAML dials")


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
    _exactly_one(text=text, audio_urls=audio_urls)
    if text is not None:
        await desk.calling.play(call_id, Say(text=text, locale=locale), leg)
    else:
        ids = tuple(f"#href[{url}]" for url in audio_urls or ())
        await desk.calling.play(call_id, PlayFiles(ids=ids, locale=locale), leg)
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


def _exactly_one(**arguments: object) -> None:
    given = [name for name, value in arguments.items() if value is not None]
    if len(given) != 1:
        names = " or ".join(f"`{name}`" for name in arguments)
        said = "none was given" if not given else f"{len(given)} were given"
        raise InvalidInputError(f"give exactly one of {names}; {said}", field=next(iter(given or arguments)))


def _prompts(ssml: str | None, audio_urls: list[str] | None) -> str | None:
    if ssml is not None:
        return prompt_syntax.build([prompt_syntax.Ssml(ssml)])
    if audio_urls is not None:
        return prompt_syntax.build([prompt_syntax.Audio(url) for url in audio_urls])
    return None


def _embedded(document: JsonObject | None, event: Event, argument: str, unknown: list[str]) -> Document | None:
    """A document that goes into a callout; its JSON paths begin with the argument's name."""
    if document is None:
        return None
    try:
        reading = language.read(document, event)
    except SvamlError as error:
        path = f"$.{argument}{error.path[1:]}"
        raise SvamlError(error.message, path=path, rule=error.rule) from None
    unknown.extend(f"$.{argument}{member.path[1:]}" for member in reading.unknown)
    return reading.document


def _with_cli(document: Document | None, cli: str | None) -> Document | None:
    """The same document, with the caller id where it dials a phone and names none."""
    if document is None or not isinstance(document.action, ConnectPstn) or document.action.cli is not None:
        return document
    return document.model_copy(update={"action": document.action.model_copy(update={"cli": cli})})


def _text(document: Document | None) -> str | None:
    return None if document is None else document.to_json()


def _placed(desk: Desk, placed: Placed, to: str) -> CalloutPlaced:
    if placed.call_id is None:
        summary = told(desk, f"Checked, not placed: {to} would be rung with this request.")
        request, verdicts = placed.request, [_verdict(verdict) for verdict in placed.verdicts]
    else:
        summary = told(desk, f"The call to {to} is being placed; nobody has answered yet.")
        request, verdicts = None, []
    return CalloutPlaced(
        summary=summary,
        simulated=desk.simulated,
        call_id=placed.call_id,
        request=request,
        verdicts=verdicts,
        warnings=list(placed.warnings),
    )


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.rule}: {verdict.outcome} {verdict.path}"


def _leg(leg: Leg) -> ConferenceLeg:
    if leg.placed is None:
        return ConferenceLeg(to=leg.to, call_id=None, error=leg.error and leg.error.to_json(), request=None)
    dry = leg.placed.call_id is None
    return ConferenceLeg(to=leg.to, call_id=leg.placed.call_id, error=None, request=leg.placed.request if dry else None)


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
