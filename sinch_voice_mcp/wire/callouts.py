"""Callouts: requests that start a call. Each model includes the wrapper that names its method."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.svaml import ConferenceDtmfOptions, ConferenceId, Destination, MusicOnHold
from sinch_voice_mcp.svaml.model.actions import CallDuration
from sinch_voice_mcp.types import CallId, Inert, Meaning, Payload

Domain = Literal["pstn", "mxp"]


class TtsCallout(Payload):
    """Call a destination and speak. ``prompts`` takes precedence over ``text``; ``dtmf`` is sent on answer."""

    destination: Destination
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    dtmf: Annotated[str, Meaning.TONES] | None = None
    domain: Domain | None = None
    custom: Inert[str] | None = None
    locale: Inert[str] | None = None
    text: Annotated[str, Meaning.SPOKEN] | None = None
    prompts: Annotated[str, Meaning.PROMPT] | None = None
    enable_ace: bool | None = None
    enable_dice: bool | None = None
    enable_pie: bool | None = None


class ConferenceCallout(Payload):
    """Call a destination and connect it to a conference. ``max_duration`` is in seconds."""

    destination: Destination
    conference_id: ConferenceId
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    dtmf: Annotated[str, Meaning.TONES] | None = None
    conference_dtmf_options: ConferenceDtmfOptions | None = None
    max_duration: CallDuration | None = None
    enable_ace: bool | None = None
    enable_dice: bool | None = None
    enable_pie: bool | None = None
    locale: Inert[str] | None = None
    greeting: Annotated[str, Meaning.SPOKEN] | None = None
    moh_class: MusicOnHold | None = None
    custom: Inert[str] | None = None
    domain: Domain | None = None


class CustomCallout(Payload):
    """Place a call that SVAML controls. ``ice``, ``ace`` and ``pie`` are SVAML as JSON text, or a URL.

    ``max_duration`` is in seconds.
    """

    destination: Destination | None = None
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    dtmf: Annotated[str, Meaning.TONES] | None = None
    custom: Inert[str] | None = None
    max_duration: CallDuration | None = None
    enable_ace: bool | None = None
    enable_dice: bool | None = None
    enable_pie: bool | None = None
    ice: Annotated[str, Meaning.EMBEDS_ICE] | None = None
    ace: Annotated[str, Meaning.EMBEDS_ACE] | None = None
    pie: Annotated[str, Meaning.EMBEDS_PIE] | None = None


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
