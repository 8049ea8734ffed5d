"""Callouts: calls that are started through REST. The method's wrapper is part of the payload."""

from typing import Annotated, Literal

from pydantic import Field

from sinch_voice_mcp.svaml import ConferenceDtmfOptions, ConferenceId, Destination, MusicOnHold
from sinch_voice_mcp.types import Inert, Meaning, Payload

Domain = Literal["pstn", "mxp"]
CallDuration = Annotated[int, Field(ge=1, le=14_400), Meaning.LASTS]


class TtsCallout(Payload):
    """Ring somebody and speak. ``prompts`` wins over ``text``; ``dtmf`` is sent on answer."""

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
    """Ring somebody and let them join a conference. ``max_duration`` is in seconds."""

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
    """Ring somebody with SVAML deciding everything. ``ice``, ``ace``, ``pie``: SVAML as JSON text, or a URL."""

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
    """The platform took the request; the phone does not ring yet."""

    call_id: Annotated[str, Field(min_length=1)]
