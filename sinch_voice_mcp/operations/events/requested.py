"""Which events a callout asks for, and the replies that the receiver has to know before they arrive."""

from collections.abc import Mapping

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.ports import EventKind, Replies
from sinch_voice_mcp.svaml import (
    HANG_UP,
    ConnectConf,
    ConnectPstn,
    ConnectSip,
    Destination,
    Document,
    Say,
    UserDestination,
    parse_json,
    read,
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


def speaks_on_continue(request: CalloutRequest) -> bool:
    """Whether the platform would speak the callout's text if the answered-call event (ACE) got the reply ``continue``.

    Only such a callout may ask for ACE although the request does not: it does the same with the event as without it.
    """
    match request:
        case TtsCalloutRequest(tts_callout=callout):
            speaks = bool(callout.text or callout.prompts)
            return callout.enable_ace is None and speaks and not _is_unreported(callout.destination)
        case _:
            return False


def with_defaults(request: CalloutRequest, *, ace: bool) -> CalloutRequest:
    """Ask for the end of the call (DiCE) unless the request says otherwise, and with ``ace`` for the answer (ACE).

    A custom callout is returned as it is, because the platform reports everything of it by default; so is a callout to
    an in-app user, of which it reports nothing.
    """
    match request:
        case TtsCalloutRequest(tts_callout=callout) | ConferenceCalloutRequest(conference_callout=callout) if (
            _is_unreported(callout.destination)
        ):
            return request
        case TtsCalloutRequest(tts_callout=callout):
            return request.model_copy(update={"tts_callout": callout.model_copy(update=_missing(callout, ace=ace))})
        case ConferenceCalloutRequest(conference_callout=callout):
            changed = callout.model_copy(update=_missing(callout, ace=ace))
            return request.model_copy(update={"conference_callout": changed})
        case CustomCalloutRequest():
            return request


def kinds_of(request: CalloutRequest) -> frozenset[EventKind]:
    """Return the kinds of events that the platform sends to the application's callback URL for a callout."""
    asked: set[EventKind]
    match request:
        case TtsCalloutRequest(tts_callout=callout) | ConferenceCalloutRequest(conference_callout=callout):
            flags: Mapping[EventKind, bool | None] = {
                "ace": callout.enable_ace,
                "dice": callout.enable_dice,
                "pie": callout.enable_pie,
            }
            asked = {kind for kind, flag in flags.items() if flag}
            destination = callout.destination
        case CustomCalloutRequest(custom_callout=callout):
            asked, destination = _of_custom(callout), callout.destination
    return frozenset() if _is_unreported(destination) else frozenset(asked)


def conference_replies(request: CalloutRequest) -> Replies:
    """Return the reply to the answered-call event of a conference callout: into the room, as the request says.

    The platform joins a callout to its room by itself only if nothing has to reply to that event.
    """
    if not isinstance(request, ConferenceCalloutRequest) or not request.conference_callout.enable_ace:
        return {}
    callout = request.conference_callout
    greeting = () if callout.greeting is None else (Say(text=callout.greeting, locale=callout.locale),)
    join = ConnectConf(
        conference_id=callout.conference_id,
        conference_dtmf_options=callout.conference_dtmf_options,
        moh=callout.moh_class,
    )
    return {"ace": Document(instructions=greeting, action=join).to_json()}


def withhold_replies(request: CustomCalloutRequest) -> tuple[CustomCalloutRequest, Replies]:
    """Split a custom callout into the callout without its replies, and the replies that the receiver sends.

    The platform sends no events for replies inside the callout, so it would report neither what answered nor which
    keys were pressed. A call is hung up if a machine answers, or if it ends before it is known what answered.
    """
    callout = request.custom_callout
    hang_up = HANG_UP.to_json()
    bare = callout.model_copy(update={"ace": None, "pie": None})
    replies = {
        "ace": callout.ace or hang_up,
        "ace.machine": hang_up,
        "ace.hangup": hang_up,
        "pie.return": callout.pie or hang_up,
        "pie.sequence": callout.pie or hang_up,
        "pie": hang_up,
    }
    return request.model_copy(update={"custom_callout": bare}), replies


def _is_unreported(destination: Destination | None) -> bool:
    """Whether the platform reports neither the answer nor the end of a call, nor its input: one to an in-app user."""
    return isinstance(destination, UserDestination)


def _missing(callout: TtsCallout | ConferenceCallout, *, ace: bool) -> Mapping[str, object]:
    missing: dict[str, object] = {}
    if callout.enable_dice is None:
        missing["enable_dice"] = True
    if ace and callout.enable_ace is None:
        missing["enable_ace"] = True
    return missing


def _of_custom(callout: CustomCallout) -> set[EventKind]:
    asked: set[EventKind] = set()
    # The platform follows SVAML inside the callout without an event, and sends the event to a URL inside it.
    if callout.enable_pie is not False and not (callout.pie or "").strip():
        asked.add("pie")
    if _suppresses_callbacks(callout.ice):
        return asked
    if callout.enable_ace is not False and not (callout.ace or "").strip():
        asked.add("ace")
    if callout.enable_dice is not False:
        asked.add("dice")
    return asked


def _suppresses_callbacks(ice: str | None) -> bool:
    try:
        action = read(parse_json(ice or ""), "callout").document.action
    except SvamlError:
        # Nothing, a URL, or SVAML that the platform does not run.
        return False
    return isinstance(action, ConnectPstn | ConnectSip | ConnectConf) and action.suppress_callbacks is True
