"""The documented member that a misspelled one probably means."""

import re
from collections.abc import Sequence

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.policy.effects.collecting import EMBEDDED, is_inline, read_inline
from sinch_voice_mcp.policy.meanings import is_many, members
from sinch_voice_mcp.svaml import Event
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.types import Payload

_STEP = re.compile(r"\.(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)|\[(?P<index>\d+)\]|\[(?P<key>'[^']*'|\"[^\"]*\")\]")


def last_step(path: str) -> str:
    """Return the member that a JSON path ends with."""
    steps = _steps(path)
    return steps[-1] if steps else path


def nearest_member(request: Payload, path: str, what: str) -> str | None:
    """Return the member documented beside ``path`` whose name is most like ``what``; None if none is similar.

    ``path`` begins at the request, or at the callout inside its wrapper.
    """
    parent = _steps(path)[:-1]
    # Tools report paths inside the callout, other callers from the request; one of the two roots fits.
    roots = [request, *(value for _, value in request if isinstance(value, Payload))]
    holder = next((found for root in roots if isinstance(found := _at(root, parent), Payload)), None)
    if holder is None:
        return None
    return nearest(what, [member.wire for member in members(type(holder))])


def _steps(path: str) -> list[str]:
    return [step["name"] or step["index"] or step["key"][1:-1] for step in _STEP.finditer(path)]


def _at(root: object, steps: Sequence[str]) -> object:
    here = root
    for step in steps:
        here = _into(here, step)
    return here


def _into(here: object, step: str) -> object:
    if is_many(here):
        return here[int(step)] if step.isdecimal() and int(step) < len(here) else None
    if not isinstance(here, Payload):
        return None
    member = next((member for member in members(type(here)) if member.wire == step), None)
    if member is None:
        return None
    value: object = getattr(here, member.name)
    event = None if member.meaning is None else EMBEDDED.get(member.meaning)
    return _document(value, event) if isinstance(value, str) and event is not None else value


def _document(text: str, event: Event) -> Payload | None:
    try:
        return read_inline(text, event).document if is_inline(text) else None
    except SvamlError:
        return None
