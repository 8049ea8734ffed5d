"""What tools return: small models, each with a sentence for the user."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from sinch_voice_mcp.operations import VoiceService

SIMULATED = "SIMULATED: no phone rang."


def is_absent(value: object) -> bool:
    """Whether an optional member is left out of a result."""
    return value is None or value == [] or value is False


Text = Annotated[str | None, Field(default=None, exclude_if=is_absent)]
Number = Annotated[float | None, Field(default=None, exclude_if=is_absent)]
Whole = Annotated[int | None, Field(default=None, exclude_if=is_absent)]
Flag = Annotated[bool, Field(default=False, exclude_if=is_absent)]
Texts = Annotated[list[str], Field(default_factory=list[str], exclude_if=is_absent)]
Json = Annotated[dict[str, Any] | None, Field(default=None, exclude_if=is_absent)]


class Result(BaseModel):
    """What every tool returns: a sentence about what happened, and whether a real phone was involved."""

    summary: str
    simulated: bool


def summarize(service: VoiceService, sentence: str) -> str:
    """Return the sentence, preceded by a warning if no phone rang."""
    return f"{SIMULATED} {sentence}" if service.simulated else sentence


def counted(number: int, what: str) -> str:
    """Return a number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
