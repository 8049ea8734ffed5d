"""What tools answer: small models, each with a sentence that a person can be told."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from sinch_voice_mcp.operations import VoiceService

SIMULATED = "SIMULATED: no phone rang."


def _absent(value: object) -> bool:
    return value is None or value == []


Text = Annotated[str | None, Field(default=None, exclude_if=_absent)]
Number = Annotated[float | None, Field(default=None, exclude_if=_absent)]
Whole = Annotated[int | None, Field(default=None, exclude_if=_absent)]
Texts = Annotated[list[str], Field(default_factory=list[str], exclude_if=_absent)]
Json = Annotated[dict[str, Any] | None, Field(default=None, exclude_if=_absent)]


class Result(BaseModel):
    """Every result says in a sentence what happened, and whether it was real."""

    summary: str
    simulated: bool


def told(service: VoiceService, sentence: str) -> str:
    """The sentence, opened with a warning where no phone rang."""
    return f"{SIMULATED} {sentence}" if service.simulated else sentence
