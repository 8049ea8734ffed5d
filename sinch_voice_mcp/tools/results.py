"""What tools return: small models, each with a sentence for the user."""

from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field, model_validator

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.boundary import separate
from sinch_voice_mcp.types import is_object

SIMULATED = "SIMULATED: no phone rang."


def is_absent(value: object) -> bool:
    """Whether an optional member is left out of a result."""
    return value is None or value == [] or value is False


class Origin(Enum):
    """Whose words the text of a member is, where they are not foreign."""

    OWN = "ours, or the requester's"


Own = Annotated[str, Origin.OWN]
OwnText = Annotated[str | None, Origin.OWN, Field(default=None, exclude_if=is_absent)]
Text = Annotated[str | None, Field(default=None, exclude_if=is_absent)]
"""A foreign text; it is shown if it is a known word or has the known form of its member."""

Number = Annotated[float | None, Field(default=None, exclude_if=is_absent)]
Whole = Annotated[int | None, Field(default=None, exclude_if=is_absent)]
Flag = Annotated[bool, Field(default=False, exclude_if=is_absent)]
Texts = Annotated[list[str], Origin.OWN, Field(default_factory=list[str], exclude_if=is_absent)]
Json = Annotated[dict[str, Any] | None, Origin.OWN, Field(default=None, exclude_if=is_absent)]
Untrusted = Annotated[dict[str, Any] | None, Field(default=None, exclude_if=is_absent)]
"""Foreign texts by what they are; a model with foreign members has a member ``untrusted`` of this type."""


class Shown(BaseModel):
    """A part of a result: texts that are not our own pass the boundary when it is made."""

    @model_validator(mode="before")
    @classmethod
    def _separated(cls, members: object) -> object:
        return separate(members, own_members(cls)) if is_object(members) else members


@cache
def own_members(kind: type[BaseModel]) -> frozenset[str]:
    """Return the members whose texts are our own, and those that hold no text: models, numbers, fixed words."""
    fields = kind.model_fields.items()
    return frozenset(
        name for name, field in fields if Origin.OWN in field.metadata or not _bears_text(field.annotation)
    )


def _bears_text(annotation: object) -> bool:
    if get_origin(annotation) is Literal:
        return False
    return any(annotation is kind for kind in (str, object, Any)) or any(map(_bears_text, get_args(annotation)))


class Result(Shown):
    """What every tool returns: a sentence about what happened, and whether a real phone was involved."""

    summary: Own
    simulated: bool


def summarize(service: VoiceService, sentence: str) -> str:
    """Return the sentence, preceded by a warning if no phone rang."""
    return f"{SIMULATED} {sentence}" if service.simulated else sentence


def counted(number: int, what: str) -> str:
    """Return a number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
