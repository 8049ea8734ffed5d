"""From a callout request to a plan: what is asked for, and whether the platform takes it at all."""

from collections.abc import Iterator

from sinch_voice_mcp.sandbox.engine import documents
from sinch_voice_mcp.sandbox.engine.numbers import check_taken, normalise
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError, not_simulated
from sinch_voice_mcp.sandbox.engine.state import Asked, Plan, Told
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


def admit(request: CalloutRequest, *, has_callback_url: bool, strict: bool) -> Plan:
    """Decide on a callout.

    Args:
        request: The callout; members of it are of the right type.
        has_callback_url: Whether the application could be asked for the SVAML that a custom callout lacks.
        strict: Refuse numbers without leading plus.

    Raises:
        RejectedError: The platform does not take it, or the sandbox cannot simulate it.
    """
    match request:
        case TtsCalloutRequest():
            return _tts(request.tts_callout, strict=strict)
        case ConferenceCalloutRequest():
            return _conference(request.conference_callout, strict=strict)
        case CustomCalloutRequest():
            return _custom(request.custom_callout, has_callback_url=has_callback_url, strict=strict)


def _tts(callout: TtsCallout, *, strict: bool) -> Plan:
    if callout.text is None and callout.prompts is None and not callout.enable_ace:
        raise RejectedError(40002, "`ttsCallout` needs `text` or `prompts`")
    spoken = tuple(_spoken(callout))
    return Plan(
        begin=_ring(callout.destination, strict=strict),
        after=Document(instructions=spoken, action=Hangup()),
        on_answer=Asked() if callout.enable_ace else None,
        on_input=Asked() if callout.enable_pie else None,
        dice=callout.enable_dice is True,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
    )


def _spoken(callout: TtsCallout) -> Iterator[Instruction]:
    if callout.prompts is not None:
        yield PlayFiles(ids=(callout.prompts,), locale=callout.locale)
    elif callout.text is not None:
        yield Say(text=callout.text, locale=callout.locale)


def _conference(callout: ConferenceCallout, *, strict: bool) -> Plan:
    greeting = () if callout.greeting is None else (Say(text=callout.greeting, locale=callout.locale),)
    join = ConnectConf(conference_id=callout.conference_id, moh=callout.moh_class)
    return Plan(
        begin=_ring(callout.destination, strict=strict),
        after=Document(instructions=greeting, action=join),
        on_answer=Asked() if callout.enable_ace else None,
        on_input=Asked() if callout.enable_pie else None,
        dice=callout.enable_dice is True,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _custom(callout: CustomCallout, *, has_callback_url: bool, strict: bool) -> Plan:
    begin = documents.inline("ice", callout.ice, "callout")
    on_answer = documents.inline("ace", callout.ace, "ace") or Asked()
    on_input = documents.inline("pie", callout.pie, "pie") or Asked()
    number = None if callout.destination is None else _number(callout.destination, strict=strict)
    if begin is None:
        begin = _without_ice(number, has_callback_url=has_callback_url)
    else:
        _check_ringing(begin, strict=strict)
    return Plan(
        begin=begin,
        on_answer=None if callout.enable_ace is False else on_answer,
        on_input=None if callout.enable_pie is False else on_input,
        dice=callout.enable_dice is not False,
        after=Document(action=Continue()),
        number=number,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _without_ice(number: str | None, *, has_callback_url: bool) -> Document | Asked:
    if number is not None:
        return Document(action=ConnectPstn(number=number))
    if has_callback_url:
        return Asked()
    raise RejectedError(40002, "`customCallout` needs `ice`, or `cli` and `destination`")


def _check_ringing(begin: Told, *, strict: bool) -> None:
    match begin:
        case Document(action=ConnectPstn(number=str(number))):
            try:
                normal = normalise(number, strict=strict)
            except RejectedError:
                if strict:
                    raise
                # What is wrong inside SVAML shows in the call, not in the answer to the request.
                return
            check_taken(normal)
        case _:
            pass


def _ring(destination: Destination, *, strict: bool) -> Document:
    return Document(action=ConnectPstn(number=_number(destination, strict=strict)))


def _number(destination: Destination, *, strict: bool) -> str:
    if not isinstance(destination, NumberDestination):
        raise not_simulated(f"{destination.type} destinations")
    number = normalise(destination.endpoint, strict=strict)
    check_taken(number)
    return number


def _present(cli: str | None) -> str | None:
    return cli if cli is not None and cli.strip() else None
