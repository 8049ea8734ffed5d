"""The form in which a callout is sent: with our token, and without the replies that the receiver sends."""

from sinch_voice_mcp.ports import Replies
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.types import Token
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)


def with_token(request: CalloutRequest, token: Token, *, live: bool) -> CalloutRequest:
    """Add our token to a callout, so that every event of the call contains it.

    A live call is made to report its end (DiCE), because its cost and outcome would stay unknown otherwise; a custom
    callout always reports it.
    """
    added: dict[str, object] = {"custom": token, "enable_dice": True} if live else {"custom": token}
    match request:
        case TtsCalloutRequest():
            return request.model_copy(update={"tts_callout": request.tts_callout.model_copy(update=added)})
        case ConferenceCalloutRequest():
            callout = request.conference_callout.model_copy(update=added)
            return request.model_copy(update={"conference_callout": callout})
        case CustomCalloutRequest():
            callout = request.custom_callout.model_copy(update={"custom": token})
            return request.model_copy(update={"custom_callout": callout})


def withhold_replies(request: CustomCalloutRequest) -> tuple[CustomCalloutRequest, Replies]:
    """Split a custom callout into the callout without its replies, and the replies that the receiver sends.

    The platform sends no events for replies inside the callout, so it would report neither what answered nor which
    keys were pressed. A call is hung up if a machine answers, or if it ends before it is known what answered.
    """
    callout = request.custom_callout
    hang_up = Document(action=Hangup()).to_json()
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
