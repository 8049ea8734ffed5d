"""Admission of callouts: what a request asks for, and whether the platform accepts it."""

from collections.abc import Iterator

from sinch_voice_mcp.sandbox.engine import documents
from sinch_voice_mcp.sandbox.engine.numbers import check_callable, normalize
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError, not_simulated
from sinch_voice_mcp.sandbox.engine.state import AskApplication, CallPlan, ReplySource
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectPstn,
    Continue,
    Destination,
    Document,
    Hangup,
    Instruction,
    NumberDestination,
    PlayFiles,
    Say,
)
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)


def admit(request: CalloutRequest, *, has_callback_url: bool, strict: bool) -> CallPlan:
    """Turn a callout into a plan.

    Args:
        request: The callout, with members of the right types.
        has_callback_url: Whether the application can be asked for the SVAML that a custom callout lacks.
        strict: Whether to reject numbers without leading plus.

    Raises:
        RejectedError: The platform does not accept it, or the sandbox cannot simulate it.
    """
    match request:
        case TtsCalloutRequest():
            return _tts(request.tts_callout, strict=strict)
        case ConferenceCalloutRequest():
            return _conference(request.conference_callout, strict=strict)
        case CustomCalloutRequest():
            return _custom(request.custom_callout, has_callback_url=has_callback_url, strict=strict)


def _tts(callout: TtsCallout, *, strict: bool) -> CallPlan:
    if callout.text is None and callout.prompts is None and not callout.enable_ace:
        raise RejectedError(40002, "`ttsCallout` needs `text` or `prompts`")
    spoken = tuple(_spoken(callout))
    return CallPlan(
        on_incoming=_call_number(callout.destination, strict=strict),
        continuation=Document(instructions=spoken, action=Hangup()),
        on_answer=AskApplication() if callout.enable_ace else None,
        on_input=AskApplication() if callout.enable_pie else None,
        sends_dice=callout.enable_dice is True,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
    )


def _spoken(callout: TtsCallout) -> Iterator[Instruction]:
    if callout.prompts is not None:
        yield PlayFiles(ids=(callout.prompts,), locale=callout.locale)
    elif callout.text is not None:
        yield Say(text=callout.text, locale=callout.locale)


def _conference(callout: ConferenceCallout, *, strict: bool) -> CallPlan:
    greeting = () if callout.greeting is None else (Say(text=callout.greeting, locale=callout.locale),)
    join = ConnectConf(conference_id=callout.conference_id, moh=callout.moh_class)
    return CallPlan(
        on_incoming=_call_number(callout.destination, strict=strict),
        continuation=Document(instructions=greeting, action=join),
        on_answer=AskApplication() if callout.enable_ace else None,
        on_input=AskApplication() if callout.enable_pie else None,
        sends_dice=callout.enable_dice is True,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _custom(callout: CustomCallout, *, has_callback_url: bool, strict: bool) -> CallPlan:
    on_incoming = documents.inline("ice", callout.ice, "callout")
    on_answer = documents.inline("ace", callout.ace, "ace") or AskApplication()
    on_input = documents.inline("pie", callout.pie, "pie") or AskApplication()
    number = None if callout.destination is None else _number(callout.destination, strict=strict)
    if on_incoming is None:
        on_incoming = _without_ice(number, has_callback_url=has_callback_url)
    else:
        _check_number(on_incoming, strict=strict)
    return CallPlan(
        on_incoming=on_incoming,
        on_answer=None if callout.enable_ace is False else on_answer,
        on_input=None if callout.enable_pie is False else on_input,
        sends_dice=callout.enable_dice is not False,
        continuation=Document(action=Continue()),
        number=number,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _without_ice(number: str | None, *, has_callback_url: bool) -> Document | AskApplication:
    if number is not None:
        return Document(action=ConnectPstn(number=number))
    if has_callback_url:
        return AskApplication()
    raise RejectedError(40002, "`customCallout` needs `ice`, or `cli` and `destination`")


def _check_number(on_incoming: ReplySource, *, strict: bool) -> None:
    match on_incoming:
        case Document(action=ConnectPstn(number=str(number))):
            try:
                normalized = normalize(number, strict=strict)
            except RejectedError:
                if strict:
                    raise
                # The platform reports a fault in SVAML through the call, not in the response to the request.
                return
            check_callable(normalized)
        case _:
            pass


def _call_number(destination: Destination, *, strict: bool) -> Document:
    return Document(action=ConnectPstn(number=_number(destination, strict=strict)))


def _number(destination: Destination, *, strict: bool) -> str:
    if not isinstance(destination, NumberDestination):
        raise not_simulated(f"{destination.type} destinations")
    number = normalize(destination.endpoint, strict=strict)
    check_callable(number)
    return number


def _present(cli: str | None) -> str | None:
    return cli if cli is not None and cli.strip() else None
