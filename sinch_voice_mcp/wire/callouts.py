"""Callouts in the wrapper that names their method, and the platform's answer."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.svaml import ConferenceCallout, CustomCallout, TtsCallout
from sinch_voice_mcp.types import CallId, Payload

__all__ = [
    "CalloutAnswer",
    "CalloutRequest",
    "ConferenceCallout",
    "ConferenceCalloutRequest",
    "CustomCallout",
    "CustomCalloutRequest",
    "TtsCallout",
    "TtsCalloutRequest",
]


class TtsCalloutRequest(Payload):
    """A ``ttsCallout`` in its wrapper."""

    method: Literal["ttsCallout"] = "ttsCallout"
    tts_callout: TtsCallout


class ConferenceCalloutRequest(Payload):
    """A ``conferenceCallout`` in its wrapper."""

    method: Literal["conferenceCallout"] = "conferenceCallout"
    conference_callout: ConferenceCallout


class CustomCalloutRequest(Payload):
    """A ``customCallout`` in its wrapper."""

    method: Literal["customCallout"] = "customCallout"
    custom_callout: CustomCallout


CalloutRequest = TtsCalloutRequest | ConferenceCalloutRequest | CustomCalloutRequest


class CalloutAnswer(Payload):
    """The platform accepted the callout; the phone does not ring yet."""

    call_id: Annotated[CallId, Field(min_length=1)]
