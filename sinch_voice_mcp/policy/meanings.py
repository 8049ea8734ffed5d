"""The meaning of each member of a payload, read from its annotations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard, get_args

from sinch_voice_mcp.types import Meaning, Payload


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a payload: its Python name, its name on the wire, and its meaning if it is annotated with one."""

    name: str
    wire: str
    meaning: Meaning | None


# Annotations do not change, and every request reads them several times.
@cache
def members(model: type[Payload]) -> tuple[Member, ...]:
    """Return the members of a payload model, in the order of their declaration.

    Raises:
        TypeError: A member is annotated with two different meanings, so the guard cannot decide about it.
    """
    return tuple(
        Member(name, info.serialization_alias or info.alias or name, _meaning(model, name))
        for name, info in model.model_fields.items()
    )


def _meaning(model: type[Payload], name: str) -> Meaning | None:
    info = model.model_fields[name]
    found = set(_meanings((info.annotation, *info.metadata)))
    if len(found) > 1:
        raise TypeError(f"{model.__name__}.{name} carries more than one meaning")
    return found.pop() if found else None


def _meanings(parts: tuple[object, ...]) -> Iterator[Meaning]:
    # A marker annotates the member itself, a part of a union, or the items of a sequence.
    for part in parts:
        if isinstance(part, Meaning):
            yield part
        else:
            yield from _meanings(get_args(part))


def is_many(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a member's value is a sequence of values."""
    return isinstance(value, tuple | list)
