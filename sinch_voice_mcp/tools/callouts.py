"""Convert a tool's arguments to callouts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml import ConferenceDtmfOptions, DtmfMode, MusicOnHold
from sinch_voice_mcp.tools.arguments import (
    build_prompt,
    destination_of,
    json_text,
    read_document,
    require_exactly_one,
    with_cli,
)
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
class CalloutPlan:
    """What a tool is going to place.

    Attributes:
        requests: The callouts.
        arguments: Prefixes of JSON paths in them, and the arguments that they stand for.
        unknown: JSON paths of undocumented members in their SVAML.
    """

    requests: Sequence[CalloutRequest]
    arguments: Mapping[str, str]
    unknown: tuple[str, ...] = field(default=())


def tts(
    *,
    to: str,
    text: str | None,
    ssml: str | None,
    audio_urls: list[str] | None,
    cli: str | None,
    locale: str | None,
    dtmf: str | None,
    enable_ace: bool | None,
    enable_dice: bool,
    enable_pie: bool,
) -> CalloutPlan:
    """Plan a call that speaks or plays something.

    Raises:
        InvalidInputError: None or several of text, SSML and audio were given.
    """
    require_exactly_one(text=text, ssml=ssml, audio_urls=audio_urls)
    callout = TtsCallout(
        destination=destination_of(to),
        cli=cli,
        dtmf=dtmf,
        locale=locale,
        text=text,
        prompts=build_prompt(ssml, audio_urls),
        enable_ace=enable_ace,
        enable_dice=_unless_default(asked=enable_dice),
        enable_pie=enable_pie or None,
    )
    arguments = {
        "$.ttsCallout.destination.endpoint": "to",
        "$.ttsCallout.prompts": "audio_urls" if ssml is None else "ssml",
        "$.ttsCallout.enableAce": "enable_ace",
        "$.ttsCallout.enablePie": "enable_pie",
        "$.ttsCallout.": "",
    }
    return CalloutPlan([TtsCalloutRequest(tts_callout=callout)], arguments)


def conference(
    *,
    to: list[str],
    conference_id: str,
    cli: str | None,
    greeting: str | None,
    locale: str | None,
    moh: MusicOnHold | None,
    max_duration: int | None,
    dtmf: str | None,
    dtmf_mode: DtmfMode | None,
    enable_ace: bool,
    enable_dice: bool,
) -> CalloutPlan:
    """Plan calls that connect several callees in one conference."""
    options = None if dtmf_mode is None else ConferenceDtmfOptions(mode=dtmf_mode)
    requests = [
        ConferenceCalloutRequest(
            conference_callout=ConferenceCallout(
                destination=destination_of(party),
                conference_id=conference_id,
                cli=cli,
                dtmf=dtmf,
                conference_dtmf_options=options,
                max_duration=max_duration,
                locale=locale,
                greeting=greeting,
                moh_class=moh,
                enable_ace=enable_ace or None,
                enable_dice=_unless_default(asked=enable_dice),
                # Without it the platform detects keys and reports none.
                enable_pie=True if dtmf_mode == "detect" else None,
            )
        )
        for party in to
    ]
    arguments = {f"$[{at}].conferenceCallout.destination.endpoint": f"to[{at}]" for at in range(len(to))}
    arguments |= {f"$[{at}].conferenceCallout.": "" for at in range(len(to))}
    arguments |= {
        "$.conferenceCallout.enableAce": "enable_ace",
        "$.conferenceCallout.enablePie": "dtmf_mode",
        "$.conferenceCallout.": "",
    }
    return CalloutPlan(requests, arguments)


def custom(
    *,
    to: str | None,
    cli: str | None,
    ice: JsonObject | None,
    ace: JsonObject | None,
    pie: JsonObject | None,
    max_duration: int | None,
) -> CalloutPlan:
    """Plan a call that SVAML documents control.

    Raises:
        InvalidInputError: Both or none of ``to`` and ``ice`` were given, or two caller IDs.
        SvamlError: A document has an error.
    """
    require_exactly_one(to=to, ice=ice)
    unknown: list[str] = []
    dialing = with_cli(read_document(ice, "callout", "ice", unknown), cli)
    callout = CustomCallout(
        destination=None if to is None else destination_of(to),
        cli=cli if ice is None else None,
        max_duration=max_duration,
        ice=json_text(dialing),
        ace=json_text(read_document(ace, "ace", "ace", unknown)),
        pie=json_text(read_document(pie, "pie", "pie", unknown)),
    )
    arguments = {"$.customCallout.destination.endpoint": "to", "$.customCallout.cli": "cli", "$.customCallout": "$"}
    return CalloutPlan([CustomCalloutRequest(custom_callout=callout)], arguments, tuple(unknown))


def _unless_default(*, asked: bool) -> bool | None:
    """Return the flag for the end of a call as a request has it.

    The operations ask for it unless the request says no, so a request is the same one as before there was a default.
    """
    return None if asked else False
