"""Admission of callouts: what a request asks for, and whether the platform accepts it."""

import re
from collections.abc import Iterator

from sinch_voice_mcp.sandbox.engine import documents
from sinch_voice_mcp.sandbox.engine.accounts import Application
from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint, IncomingCall, endpoint_of
from sinch_voice_mcp.sandbox.engine.numbers import check_callable, normalize
from sinch_voice_mcp.sandbox.engine.profiles import profile_of
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import AskApplication, CallPlan, ReplySource
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import (
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Destination,
    Document,
    Hangup,
    Instruction,
    NumberDestination,
    PlayFiles,
    Say,
    SipDestination,
    UserDestination,
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

_SIP_ADDRESS = re.compile(r"(sips?:)?[^@\s]+@[^@\s]+")


def admit(request: CalloutRequest, *, has_callback_url: bool, strict: bool) -> CallPlan:
    """Turn a callout into a plan.

    Args:
        request: The callout, with members of the right types.
        has_callback_url: Whether the application can be asked for the SVAML that a custom callout lacks.
        strict: Whether to reject numbers without leading plus.

    Raises:
        RejectedError: The platform does not accept it.
    """
    match request:
        case TtsCalloutRequest():
            return _tts(request.tts_callout, strict=strict)
        case ConferenceCalloutRequest():
            return _conference(request.conference_callout, strict=strict)
        case CustomCalloutRequest():
            return _custom(request.custom_callout, has_callback_url=has_callback_url, strict=strict)


def first_endpoint(plan: CallPlan) -> Endpoint | None:
    """Return what a call will dial first; None if only the application knows."""
    match plan.on_incoming:
        case Document(action=ConnectPstn() | ConnectSip() | ConnectMxp() | ConnectStream() as action):
            try:
                return endpoint_of(action, plan.endpoint)
            except RejectedError:
                return None
        case Document(action=ConnectConf()):
            return plan.endpoint
        case _:
            return None


def _tts(callout: TtsCallout, *, strict: bool) -> CallPlan:
    if callout.text is None and callout.prompts is None and not callout.enable_ace:
        raise RejectedError(40002, "`ttsCallout` needs `text` or `prompts`")
    spoken = tuple(_spoken(callout))
    endpoint = _endpoint(callout.destination, strict=strict)
    return CallPlan(
        on_incoming=_dialing(endpoint),
        endpoint=endpoint,
        continuation=Document(instructions=spoken, action=Hangup()),
        on_answer=AskApplication() if callout.enable_ace else None,
        on_input=AskApplication() if callout.enable_pie else None,
        sends_dice=callout.enable_dice is True and endpoint.type != "username",
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
    join = ConnectConf(
        conference_id=callout.conference_id,
        moh=callout.moh_class,
        conference_dtmf_options=callout.conference_dtmf_options,
    )
    endpoint = _endpoint(callout.destination, strict=strict)
    return CallPlan(
        on_incoming=_dialing(endpoint),
        endpoint=endpoint,
        continuation=Document(instructions=greeting, action=join),
        on_answer=AskApplication() if callout.enable_ace else None,
        on_input=AskApplication() if callout.enable_pie else None,
        sends_dice=callout.enable_dice is True and endpoint.type != "username",
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _custom(callout: CustomCallout, *, has_callback_url: bool, strict: bool) -> CallPlan:
    on_incoming = documents.inline("ice", callout.ice, "callout")
    on_answer = documents.inline("ace", callout.ace, "ace") or AskApplication()
    on_input = documents.inline("pie", callout.pie, "pie") or AskApplication()
    endpoint = None if callout.destination is None else _endpoint(callout.destination, strict=strict)
    if on_incoming is None:
        on_incoming = _without_ice(endpoint, has_callback_url=has_callback_url)
    else:
        _check_number(on_incoming, strict=strict)
    return CallPlan(
        on_incoming=on_incoming,
        on_answer=None if callout.enable_ace is False else on_answer,
        on_input=None if callout.enable_pie is False else on_input,
        sends_dice=callout.enable_dice is not False and not _is_in_app(on_incoming),
        continuation=Document(action=Continue()),
        endpoint=endpoint,
        cli=_present(callout.cli),
        dtmf=callout.dtmf,
        custom=callout.custom or "",
        max_duration_s=callout.max_duration,
    )


def _is_in_app(on_incoming: ReplySource) -> bool:
    return isinstance(on_incoming, Document) and isinstance(on_incoming.action, ConnectMxp)


def _without_ice(endpoint: Endpoint | None, *, has_callback_url: bool) -> Document | AskApplication:
    if endpoint is not None:
        return _dialing(endpoint)
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
            check_callable(profile_of(normalized))
        case _:
            pass


def _dialing(endpoint: Endpoint) -> Document:
    """Return the SVAML that dials a destination."""
    match endpoint:
        case Endpoint(type="sip", address=address):
            return Document(action=ConnectSip(destination=SipDestination(endpoint=address)))
        case Endpoint(type="username", address=address):
            return Document(action=ConnectMxp(destination=UserDestination(endpoint=address)))
        case _:
            return Document(action=ConnectPstn(number=endpoint.address))


def _endpoint(destination: Destination, *, strict: bool) -> Endpoint:
    if isinstance(destination, NumberDestination):
        endpoint = Endpoint("number", normalize(destination.endpoint, strict=strict))
    elif isinstance(destination, SipDestination) and not _SIP_ADDRESS.fullmatch(destination.endpoint):
        raise RejectedError(40001, "a SIP address is written `user@host`")
    else:
        endpoint = Endpoint(destination.type, destination.endpoint)
    check_callable(endpoint.profile)
    return endpoint


def _present(cli: str | None) -> str | None:
    return cli if cli is not None and cli.strip() else None


def admit_incoming(application: Application, incoming: IncomingCall) -> CallPlan:
    """Turn a call that comes in into a plan: the application is asked for everything.

    Menus of calls from an app send no event for their input.
    """
    asked = AskApplication()
    return CallPlan(
        on_incoming=application.on_incoming or asked,
        continuation=Document(action=Continue()),
        on_answer=asked,
        on_input=None if incoming.origin == "MXP" else asked,
        sends_dice=True,
        custom=incoming.custom,
    )


BEHAVIORS = (
    documented("feature", "ttsCallout", "calls, speaks, hangs up", "Callouts"),
    documented("feature", "conferenceCallout", "calls, speaks the greeting, joins the conference", "Callouts"),
    documented(
        "feature",
        "customCallout",
        "calls the number in the inline ICE, else the destination; then the inline ACE decides",
        "Callouts",
    ),
    documented(
        "feature",
        "destinations of callouts",
        "numbers, SIP addresses, in-app users",
        "Callouts",
        ("number", "sip", "username"),
    ),
    documented("feature", "ice, ace, pie by URL", "the event is posted there, without fallback", "Callouts"),
    documented("callback", "without flags", "custom callouts send ACE, PIE, DiCE; the others none", "Callouts"),
    chosen("callback", "flag `false` of a custom callout", "that event is not sent"),
    documented("callback", "in-app callees", "no ACE, and of a callout no DiCE", "Callbacks"),
    documented("callback", "menus of calls from an app", "no PIE; the call ends after the input", "Callbacks"),
)
