"""Read SVAML that somebody else wrote, tolerantly, and refuse what the platform would refuse.

``examine`` reports everything it finds; ``read`` raises at the first error.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.svaml.findings import Finding, Step, replacing
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTION_OPTIONAL, ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED, Event
from sinch_voice_mcp.svaml.reading.normalizing import Canonical, Unknown
from sinch_voice_mcp.text.validation import complaint, faults
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_EVENT_NAMES: dict[Event, str] = {
    "ice": "an incoming call (ICE)",
    "ace": "an answered call (ACE)",
    "pie": "prompt input (PIE)",
    "callout": "the ICE of a callout",
    "update": "an update of a call",
}
_READ_ELSEWHERE = frozenset({"instructions", "action", "actions", "$schema"})
"""``$schema`` is for editors and never sent."""
_PATTERNS = {
    "action": "must be `return(value)` or `menu(id)`",
    "dtmf": "must be one key: 0-9, * or #",
}
_RULE_BY_MEMBER = {
    "maxDuration": "SV013",
    "conferenceId": "SV025",
    "action": "SV017",
    "transport": "SV033",
    "moh": "SV033",
    "mode": "SV033",
    "indications": "SV033",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read: the typed document, what was remarked, and members nobody documents."""

    document: Document
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]

    def to_wire(self) -> JsonObject:
        """The document in documented spelling with the unknown members back in their places."""
        wire = self.document.to_wire()
        for member in self.unknown:
            _put(wire, member.place, member.value)
        return wire


def read(data: object, event: Event | None = None) -> Reading:
    """Read a document, or its JSON text.

    Args:
        data: A JSON object as Python values, or JSON text.
        event: What the document answers; None to allow what any event allows.

    Raises:
        SvamlError: The document has an error; ``path`` says where.
    """
    reading, findings = examine(data, event)
    if reading is None:
        worst = next(finding for finding in findings if finding.level == "error")
        raise SvamlError(worst.message, path=worst.path, rule=worst.code)
    return reading


def examine(data: object, event: Event | None = None) -> tuple[Reading | None, tuple[Finding, ...]]:
    """Read a document and report every finding; there is no reading where one of them is an error."""
    reading, canonical, _ = survey(data, event)
    return reading, tuple(canonical.findings)


def survey(data: object, event: Event | None = None) -> tuple[Reading | None, Canonical, JsonObject | None]:
    """Read a document as far as it can be read.

    Returns:
        The reading, where there is no error; what the walk collected; and the document in documented spelling, for
        rules that look further, even where it has errors.
    """
    canonical = Canonical()
    wire = _canonical_document(data, canonical)
    document = None
    if wire is not None:
        _check_event(wire, event, canonical)
        document = _validated(wire, canonical)
    if document is None or any(finding.level == "error" for finding in canonical.findings):
        return None, canonical, wire
    return Reading(document, tuple(canonical.findings), tuple(canonical.unknown)), canonical, wire


def parse_json(text: str | bytes) -> object:
    """Parse JSON text.

    Raises:
        SvamlError: The text is not JSON; the message names line and column.
    """
    try:
        return cast("object", json.loads(text))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SvamlError(f"not JSON: {error.msg} at {where}", path="$", rule="SV001") from None
    except (RecursionError, ValueError):
        raise SvamlError("not JSON that can be read: too deep, or not UTF-8", path="$", rule="SV001") from None


def _canonical_document(data: object, canonical: Canonical) -> JsonObject | None:
    raw = _root(data, canonical)
    if raw is None:
        return None
    out: JsonObject = {}
    if raw.get("instructions") is not None:
        out["instructions"] = _instructions(raw["instructions"], canonical)
    if (action := _one_action(raw, canonical)) is not None:
        out["action"] = action
    for key in (key for key in raw if key not in _READ_ELSEWHERE):
        canonical.note("SV008", "warning", (key,), f"`{key[:40]}` is not a member of an SVAML document")
        canonical.unknown.append(Unknown((key,), raw[key]))
    return out


def _root(data: object, canonical: Canonical) -> JsonObject | None:
    if isinstance(data, str | bytes):
        try:
            data = parse_json(data)
        except SvamlError as error:
            canonical.note("SV001", "error", (), error.message)
            return None
    if not is_object(data):
        message = "an SVAML document is a JSON object with `instructions` and `action`"
        canonical.note("SV001", "error", (), message)
        return None
    if (key := next((key for key in ("commands", "command") if key in data), None)) is not None:
        message = "this is Voice v2 SVAML; Voice v1 has `instructions` and `action`"
        canonical.note("SV002", "error", (key,), message)
        return None
    return data


def _instructions(raw: object, canonical: Canonical) -> list[JsonObject]:
    if not is_list(raw):
        canonical.note("SV009", "error", ("instructions",), "`instructions` is a list")
        return []
    read_items = (canonical.instruction(item, ("instructions", index)) for index, item in enumerate(raw))
    return [item for item in read_items if item is not None]


def _one_action(raw: JsonObject, canonical: Canonical) -> JsonObject | None:
    if raw.get("actions") is not None:
        canonical.note("SV004", "error", ("actions",), "a document has exactly one `action`, not `actions`")
        return None
    action = raw.get("action")
    if is_list(action):
        fix = replacing(("action",), action[0]) if len(action) == 1 else ()
        canonical.note("SV004", "error", ("action",), "a document has exactly one action, not a list", fix)
        return None
    return None if action is None else canonical.action(action, ("action",))


def _check_event(wire: JsonObject, event: Event | None, canonical: Canonical) -> None:
    action = cast("JsonObject | None", wire.get("action"))
    refused = any(finding.level == "error" for finding in canonical.findings)
    if action is None and event not in ACTION_OPTIONAL and not refused:
        canonical.note("SV003", "error", ("action",), "the action is missing; instructions alone do nothing")
    if event is None:
        return
    if action is not None and action["name"] not in (allowed := ACTIONS_ALLOWED[event]):
        _not_here(canonical, ("action", "name"), str(action["name"]), event, allowed)
    instructions = cast("list[JsonObject]", wire.get("instructions", []))
    for index, instruction in enumerate(instructions):
        if instruction["name"] not in (allowed := INSTRUCTIONS_ALLOWED[event]):
            _not_here(canonical, ("instructions", index, "name"), str(instruction["name"]), event, allowed)


def _not_here(canonical: Canonical, place: tuple[Step, ...], name: str, event: Event, allowed: Sequence[str]) -> None:
    message = f"`{name}` is not allowed in answer to {_EVENT_NAMES[event]}; allowed: {', '.join(allowed)}"
    canonical.note("SV007", "error", place, message)


def _validated(wire: JsonObject, canonical: Canonical) -> Document | None:
    try:
        return Document.model_validate(wire)
    except ValidationError as error:
        found = faults(error)
        for fault in found:
            place = _place(fault["loc"], wire)
            if fault["type"] == "too_short" and any(_is_inside(other["loc"], fault["loc"]) for other in found):
                # Pydantic counts only the sound items; the others have been reported themselves.
                continue
            member = next((step for step in reversed(place) if isinstance(step, str)), "")
            wrong_value = fault["type"] != "missing" and not fault["type"].endswith("_type")
            code = _RULE_BY_MEMBER.get(member, "SV009") if wrong_value else "SV009"
            canonical.note(code, "error", place, f"`{member}` {_complaint(member, fault)}")
        return None


def _is_inside(loc: tuple[int | str, ...], around: tuple[int | str, ...]) -> bool:
    return len(loc) > len(around) and loc[: len(around)] == around


def _place(loc: tuple[int | str, ...], wire: JsonObject) -> tuple[Step, ...]:
    """Pydantic's location without the tags that it adds for the members of a union."""
    place: list[Step] = []
    here: object = wire
    for index, step in enumerate(loc):
        found, inner = _into(here, step)
        if found or index == len(loc) - 1:
            place.append(step)
            here = inner
    return tuple(place)


def _into(here: object, step: Step) -> tuple[bool, object]:
    if isinstance(step, str):
        return (True, here[step]) if is_object(here) and step in here else (False, here)
    return (True, here[step]) if is_list(here) and step < len(here) else (False, here)


def _complaint(member: str, fault: ErrorDetails) -> str:
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(member, "is not of the documented form")
    return complaint(fault)


def _put(wire: JsonObject, place: tuple[Step, ...], value: object) -> None:
    here: Any = wire
    for step in place[:-1]:
        here = here[step]
    here[place[-1]] = value
