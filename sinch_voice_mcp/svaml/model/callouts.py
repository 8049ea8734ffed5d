"""The three callouts: requests that start a call, without the wrapper that names the method."""

from typing import Annotated, Literal

from sinch_voice_mcp.svaml.model.actions import (
    CallDuration,
    ConferenceDtmfOptions,
    ConferenceId,
    MusicOnHold,
    TonesOnAnswer,
)
from sinch_voice_mcp.svaml.model.destinations import Destination
from sinch_voice_mcp.types import Inert, Meaning, Payload

Domain = Literal["pstn", "mxp"]


class TtsCallout(Payload):
    """Call a destination and speak. ``prompts`` takes precedence over ``text``; ``dtmf`` is sent on answer."""

    destination: Destination
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    dtmf: TonesOnAnswer = None
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
    dtmf: TonesOnAnswer = None
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
    dtmf: TonesOnAnswer = None
    custom: Inert[str] | None = None
    max_duration: CallDuration | None = None
    enable_ace: bool | None = None
    enable_dice: bool | None = None
    enable_pie: bool | None = None
    ice: Annotated[str, Meaning.EMBEDS_ICE] | None = None
    ace: Annotated[str, Meaning.EMBEDS_ACE] | None = None
    pie: Annotated[str, Meaning.EMBEDS_PIE] | None = None
