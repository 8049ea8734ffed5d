"""The form in which a callout is sent: with our token."""

from sinch_voice_mcp.types import Token
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCalloutRequest,
    CustomCalloutRequest,
    TtsCalloutRequest,
)


def with_token(request: CalloutRequest, token: Token) -> CalloutRequest:
    """Add our token to a callout, so that every event of the call contains it."""
    added = {"custom": token}
    match request:
        case TtsCalloutRequest():
            return request.model_copy(update={"tts_callout": request.tts_callout.model_copy(update=added)})
        case ConferenceCalloutRequest():
            callout = request.conference_callout.model_copy(update=added)
            return request.model_copy(update={"conference_callout": callout})
        case CustomCalloutRequest():
            callout = request.custom_callout.model_copy(update=added)
            return request.model_copy(update={"custom_callout": callout})
