"""From a tool's arguments to the callouts that they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml import ConferenceDtmfOptions, DtmfMode, MusicOnHold, NumberDestination
from sinch_voice_mcp.tools.arguments import embedded, exactly_one, json_text, spoken_prompt, with_cli
from sinch_voice_mcp.types import JsonObject
from sinch_voice_mcp.wire.callouts import (
    CalloutRequest,
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Callouts, what a tolerant reader set aside in them, and which argument each JSON path stands for."""

    requests: Sequence[CalloutRequest]
    places: Mapping[str, str]
    unknown: tuple[str, ...] = field(default=())


def tts(  # noqa: PLR0917 - the tool's arguments
    to: str,
    text: str | None,
    ssml: str | None,
    audio_urls: list[str] | None,
    cli: str | None,
    locale: str | None,
    dtmf: str | None,
    enable_ace: bool,  # noqa: FBT001 - an argument of the tool
    enable_dice: bool,  # noqa: FBT001 - an argument of the tool
    enable_pie: bool,  # noqa: FBT001 - an argument of the tool
) -> Plan:
    """Ring somebody and speak.

    Raises:
        InvalidInputError: None or several of text, SSML and audio were given.
    """
    exactly_one(text=text, ssml=ssml, audio_urls=audio_urls)
    callout = TtsCallout(
        destination=NumberDestination(endpoint=to),
        cli=cli,
        dtmf=dtmf,
        locale=locale,
        text=text,
        prompts=spoken_prompt(ssml, audio_urls),
        enable_ace=enable_ace or None,
        enable_dice=enable_dice or None,
        enable_pie=enable_pie or None,
    )
    places = {
        "$.ttsCallout.destination.endpoint": "to",
        "$.ttsCallout.prompts": "audio_urls" if ssml is None else "ssml",
        "$.ttsCallout.": "",
    }
    return Plan([TtsCalloutRequest(tts_callout=callout)], places)


def conference(
    to: list[str],
    conference_id: str,
    cli: str | None,
    greeting: str | None,
    locale: str | None,
    moh: MusicOnHold | None,
    max_duration: int | None,
    dtmf_mode: DtmfMode | None,
) -> Plan:
    """Ring several people into one room."""
    options = None if dtmf_mode is None else ConferenceDtmfOptions(mode=dtmf_mode)
    requests = [
        ConferenceCalloutRequest(
            conference_callout=ConferenceCallout(
                destination=NumberDestination(endpoint=number),
                conference_id=conference_id,
                cli=cli,
                conference_dtmf_options=options,
                max_duration=max_duration,
                locale=locale,
                greeting=greeting,
                moh_class=moh,
            )
        )
        for number in to
    ]
    places = {f"$[{at}].conferenceCallout.destination.endpoint": f"to[{at}]" for at in range(len(to))}
    places |= {f"$[{at}].conferenceCallout.": "" for at in range(len(to))}
    return Plan(requests, places)


def custom(
    to: str | None,
    cli: str | None,
    ice: JsonObject | None,
    ace: JsonObject | None,
    pie: JsonObject | None,
    max_duration: int | None,
) -> Plan:
    """Ring somebody and let SVAML decide.

    Raises:
        InvalidInputError: Both or none of ``to`` and ``ice`` were given, or two caller ids.
        SvamlError: A document has an error.
    """
    exactly_one(to=to, ice=ice)
    unknown: list[str] = []
    dialling = with_cli(embedded(ice, "callout", "ice", unknown), cli)
    callout = CustomCallout(
        destination=None if to is None else NumberDestination(endpoint=to),
        cli=cli if ice is None else None,
        max_duration=max_duration,
        ice=json_text(dialling),
        ace=json_text(embedded(ace, "ace", "ace", unknown)),
        pie=json_text(embedded(pie, "pie", "pie", unknown)),
    )
    places = {"$.customCallout.destination.endpoint": "to", "$.customCallout.cli": "cli", "$.customCallout": "$"}
    return Plan([CustomCalloutRequest(custom_callout=callout)], places, tuple(unknown))
