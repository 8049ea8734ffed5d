"""What tools are told: parameter types with the few words that a model needs, and the injected desk."""

from typing import Annotated, Literal

from mcp.server.mcpserver import Context, Resolve
from pydantic import BeforeValidator, Field, Strict, WithJsonSchema

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.svaml import ConferenceId
from sinch_voice_mcp.types import JsonObject


async def the_service(ctx: Context[VoiceService]) -> VoiceService:
    """The desk that the server opened at its start."""
    return ctx.request_context.lifespan_context


Service = Annotated[VoiceService, Resolve(the_service)]


def _whole(value: object) -> object:
    """JSON has one kind of number; 60.0 is 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


To = Annotated[str, Field(description="E.164, e.g. +12025550100")]
Cli = Annotated[str | None, Field(description="Caller id, one of list_numbers; needed unless the owner set one")]
Locale = Annotated[str | None, Field(description="Of the text: sv-SE, en-GB/male")]
Tones = Annotated[str | None, Field(description="Keys sent on answer, before speech: 0-9 # w(0.5 s)")]
DryRun = Annotated[bool, Field(description="Show the request, ring nobody")]
Seconds = Annotated[
    Annotated[int, Strict(), Field(ge=1, le=14_400), BeforeValidator(_whole)] | None,
    Field(description="Seconds, each call"),
]
CallId = Annotated[str, Field(min_length=1, max_length=200)]
IdempotencyKey = Annotated[str | None, Field(min_length=1, max_length=200, description="Same key: never placed twice")]
AudioUrls = Annotated[list[str] | None, Field(min_length=1, max_length=64, description="https audio")]
MusicOnHold = Literal["ring", "music1", "music2", "music3"]

__all__ = [
    "AudioUrls",
    "CallId",
    "Cli",
    "ConferenceId",
    "DryRun",
    "IdempotencyKey",
    "Locale",
    "MusicOnHold",
    "OptionalSvaml",
    "Seconds",
    "Service",
    "Svaml",
    "To",
    "Tones",
]

Svaml = Annotated[JsonObject, WithJsonSchema({"type": "object", "description": "SVAML {instructions, action}"})]
OptionalSvaml = Annotated[
    JsonObject | None, WithJsonSchema({"type": "object", "description": "SVAML {instructions, action}"})
]
