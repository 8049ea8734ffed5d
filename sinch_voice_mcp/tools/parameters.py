"""Parameter types of the tools, with their descriptions, and the injected service."""

from datetime import UTC, datetime
from typing import Annotated

from mcp.server.mcpserver import Context, Resolve
from pydantic import AfterValidator, BeforeValidator, Field, Strict

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.svaml import ConferenceId, MusicOnHold
from sinch_voice_mcp.svaml.limits import MAX_CALL_S
from sinch_voice_mcp.text.number_forms import is_number_form
from sinch_voice_mcp.tools.schemas import unlist
from sinch_voice_mcp.types import CallId


async def the_service(ctx: Context[VoiceService]) -> VoiceService:
    """Return the service that the server opened when it started."""
    return ctx.request_context.lifespan_context


Service = Annotated[VoiceService, Resolve(the_service)]


def _whole(value: object) -> object:
    """Accept 60.0 as 60: JSON has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _in_utc(instant: datetime | None) -> datetime | None:
    """Take a time without a zone as UTC, in which results are: the machine's zone is not the user's."""
    return instant.replace(tzinfo=UTC) if instant is not None and instant.tzinfo is None else instant


def _no_number(call_id: CallId) -> CallId:
    """Refuse a telephone number: it would be sent as an ID, and stand in the audit log."""
    if is_number_form(call_id):
        raise ValueError("is a telephone number, not the id of a call; list_calls finds calls by their number")
    return call_id


# Described in full in place_tts_callout; in other tools, the short forms save a third of the tokens.
To = Annotated[str, Field(description="E.164 (+12025550100), sip:user@host or app:USER")]
ShortTo = Annotated[str, Field(description="E.164 or sip:user@host")]
Cli = Annotated[str | None, Field(description="Caller ID of list_numbers; default: the owner's, if set")]
ShortCli = Annotated[str | None, Field(description="Caller ID, of list_numbers")]
Locale = Annotated[str | None, Field(description="Language or voice: sv-SE, en-GB/male; default en-US")]
ShortLocale = Annotated[str | None, Field(description="Default en-US")]
ShortTones = Annotated[str | None, Field(description="Tones on answer")]
TonesArgument = Annotated[str | None, Field(description="Sent on answer: up to 64 of 0-9 # w (0.5 s pause)")]
EnableDice = Annotated[bool, Field(json_schema_extra=unlist)]
EnablePie = Annotated[bool, Field(json_schema_extra=unlist)]
DryRun = Annotated[bool, Field(description="Only check; send nothing")]
CallSeconds = Annotated[
    Annotated[int, Strict(), Field(ge=1, le=MAX_CALL_S), BeforeValidator(_whole)] | None,
    Field(description="Seconds; default 600, at most 3600 unless the owner set others"),
]
ShortCallSeconds = Annotated[CallSeconds, Field(description="Seconds; default 600, at most 3600")]
CallIdArgument = Annotated[CallId, Field(min_length=1, max_length=200), AfterValidator(_no_number)]
IdempotencyKey = Annotated[
    str | None, Field(min_length=1, max_length=200, description="Up to 200 characters; one key, one call")
]
ShortIdempotencyKey = Annotated[str | None, Field(min_length=1, max_length=200, description="One key, one call")]
OptionalInstant = Annotated[datetime | None, AfterValidator(_in_utc), Field(description="In UTC: 2026-11-25T09:00")]
AudioUrls = Annotated[
    list[str] | None,
    Field(min_length=1, max_length=64, description="Up to 64, https, on media_hosts of sinch://policy"),
]

__all__ = [
    "AudioUrls",
    "CallIdArgument",
    "CallSeconds",
    "Cli",
    "ConferenceId",
    "DryRun",
    "EnableDice",
    "EnablePie",
    "IdempotencyKey",
    "Locale",
    "MusicOnHold",
    "OptionalInstant",
    "Service",
    "ShortCallSeconds",
    "ShortCli",
    "ShortIdempotencyKey",
    "ShortLocale",
    "ShortTo",
    "ShortTones",
    "To",
    "TonesArgument",
]
