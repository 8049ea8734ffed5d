"""Read foreign SVAML tolerantly, and refuse what the platform would refuse.

:func:`examine` reports everything it finds; :func:`read` raises at the first error.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.svaml.findings import Finding, Location, Step, moving, replacing
from sinch_voice_mcp.svaml.model.document import Document
from sinch_voice_mcp.svaml.model.events import ACTION_OPTIONAL, ACTIONS_ALLOWED, INSTRUCTIONS_ALLOWED, Event
from sinch_voice_mcp.svaml.reading import jsontext
from sinch_voice_mcp.svaml.reading.normalizing import Normalizer, UnknownMember
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint, faults
from sinch_voice_mcp.types import JsonObject, Payload, is_list, is_object

P = TypeVar("P", bound=Payload)

_EVENT_NAMES: dict[Event, str] = {
    "ice": "an incoming call (ICE)",
    "ace": "an answered call (ACE)",
    "pie": "prompt input (PIE)",
    "callout": "the ICE of a callout",
    "update": "an update of a call",
}
_MIN_SIMILARITY = 0.82
"""Of difflib: `acton` and `Instruction` are near enough, `actionUrl` is not."""

_ROOT_MEMBERS = frozenset({"instructions", "action", "actions", "$schema"})
"""Members of the document that are read one by one; ``$schema`` is for editors and never sent."""

_VOICE_V2_MEMBERS = ("commands", "command", "callBehavior")
"""Members that tell SVAML of Voice v2, and the envelope around it, from Voice v1."""
_MAX_KEYS = 100
"""Unknown members of a document that are compared with the known ones; the comparison is slow."""

_PATTERNS = {
    "action": "must be `return(value)` or `menu(id)`",
    "dtmf": "must be one key: 0-9, * or #",
}
_OBJECTS = {
    "destination": "must be an object with `type` and `endpoint`",
}
_RULE_BY_MEMBER = {
    "maxDuration": "SV013",
    "conferenceId": "SV025",
    "action": "SV017",
    "transport": "SV033",
    "moh": "SV033",
    "mohClass": "SV033",
    "domain": "SV033",
    "mode": "SV033",
    "indications": "SV033",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read: the typed document, the findings, and the undocumented members."""

    document: Document
    findings: tuple[Finding, ...]
    unknown: tuple[UnknownMember, ...]

    def to_wire(self) -> JsonObject:
        """Return the document in documented spelling, with the undocumented members where they stood."""
        wire = self.document.to_wire()
        for member in self.unknown:
            _put(wire, member.location, member.value)
        return wire


def read(data: object, event: Event | None = None) -> Reading:
    """Read a document, or its JSON text.

    Args:
        data: A JSON object as Python values, or JSON text.
        event: What the document answers; None allows what any event allows.

    Raises:
        SvamlError: The document has an error; ``path`` is its JSON path.
    """
    reading, findings = examine(data, event)
    if reading is None:
        worst = next(finding for finding in findings if finding.level == "error")
        raise SvamlError(worst.message, path=worst.path, rule=worst.code)
    return reading


def examine(data: object, event: Event | None = None) -> tuple[Reading | None, tuple[Finding, ...]]:
    """Read a document and report every finding; the reading is None if one of them is an error."""
    reading, normalizer, _ = survey(data, event)
    return reading, tuple(normalizer.findings)


def survey(
    data: object, event: Event | None = None, *, ignored: Container[str] = (), forgiving: bool = False
) -> tuple[Reading | None, Normalizer, JsonObject | None]:
    """Read a document as far as it can be read.

    Args:
        data: As for :func:`read`.
        event: As for :func:`read`.
        ignored: Names of instructions, in lower case, that are left out without a finding.
        forgiving: Whether ``instructions`` and ``action`` are also read under a similar name, with an error.

    Returns:
        The reading, None if there is an error; the normalizer with its findings; and the document in documented
        spelling, which rules can examine even if it has errors.
    """
    normalizer = Normalizer()
    raw = _root(data, normalizer)
    if raw is not None and forgiving:
        raw = _renamed(raw, normalizer)
    wire = None if raw is None else _normalized_document(raw, normalizer, ignored)
    document = None
    if wire is not None:
        _check_event(wire, event, normalizer)
        _check_language(wire, normalizer)
        document = validated(Document, wire, normalizer)
    if document is None or any(finding.level == "error" for finding in normalizer.findings):
        return None, normalizer, wire
    return Reading(document, tuple(normalizer.findings), tuple(normalizer.unknown)), normalizer, wire


def parse_json(text: str | bytes) -> object:
    """Parse JSON text.

    Raises:
        SvamlError: The text is not JSON that can be read; the message names line and column.
    """
    try:
        return jsontext.parse(text).value
    except jsontext.NotJsonError as error:
        raise SvamlError(str(error), path="$", rule="SV001") from None


def _normalized_document(raw: JsonObject, normalizer: Normalizer, ignored: Container[str]) -> JsonObject:
    out: JsonObject = {}
    if raw.get("instructions") is not None:
        out["instructions"] = _instructions(raw["instructions"], normalizer, ignored)
    if (action := _one_action(raw, normalizer)) is not None:
        out["action"] = action
    for key in (key for key, value in raw.items() if key not in _ROOT_MEMBERS and value is not None):
        normalizer.note(
            "SV008", "warning", (key,), f"`{key[:40]}` is not a member of an SVAML document, and Sinch ignores it"
        )
        normalizer.unknown.append(UnknownMember((key,), raw[key]))
    return out


def _root(data: object, normalizer: Normalizer) -> JsonObject | None:
    if isinstance(data, str | bytes):
        try:
            data = parse_json(data)
        except SvamlError as error:
            normalizer.note("SV001", "error", (), error.message)
            return None
    if not is_object(data):
        message = "an SVAML document is a JSON object with `instructions` and `action`"
        normalizer.note("SV001", "error", (), message)
        return None
    return None if is_voice_v2(data, normalizer) else data


def is_voice_v2(data: JsonObject, normalizer: Normalizer) -> bool:
    """Whether an object is a document or an envelope of Voice v2; a finding says so."""
    key = next((key for key in _VOICE_V2_MEMBERS if key in data), None)
    if key is not None:
        message = "this is SVAML of Voice v2; write it with `instructions` and `action`, as Voice v1 has them"
        normalizer.note("SV002", "error", (key,), message)
    return key is not None


def _renamed(raw: JsonObject, normalizer: Normalizer) -> JsonObject:
    """Return the document with `instructions` and `action` under these names, if they are written nearly so."""
    out = {key: value for key, value in raw.items() if value is not None}
    for key in [key for key in out if key not in _ROOT_MEMBERS][:_MAX_KEYS]:
        near = nearest(key, ("instructions", "action"), similarity=_MIN_SIMILARITY)
        if near is not None and near not in out:
            message = f"this member is written `{near}`; under another name, Sinch ignores it"
            normalizer.note("SV008", "error", (key,), message, moving((key,), near))
            normalizer.renamed[(near,)] = key
            out[near] = out.pop(key)
    return out


def _instructions(raw: object, normalizer: Normalizer, ignored: Container[str]) -> list[JsonObject]:
    if not is_list(raw):
        normalizer.note("SV009", "error", ("instructions",), "`instructions` is a list of objects")
        return []
    out: list[JsonObject] = []
    for index, item in enumerate(raw):
        if is_object(item) and str(item.get("name")).lower() in ignored:
            continue
        # An instruction that cannot be read is left out, so the next one moves up.
        normalizer.renamed[("instructions", len(out))] = index
        if (instruction := normalizer.instruction(item, ("instructions", len(out)))) is not None:
            out.append(instruction)
    return out


def _one_action(raw: JsonObject, normalizer: Normalizer) -> JsonObject | None:
    if raw.get("actions") is not None:
        normalizer.note(
            "SV004", "error", ("actions",), "a document has exactly one `action`; `actions` is not a member"
        )
        return None
    action = raw.get("action")
    if is_list(action):
        fix = replacing(("action",), action[0]) if len(action) == 1 else ()
        normalizer.note(
            "SV004", "error", ("action",), "a document has exactly one `action`: an object, not a list", fix
        )
        return None
    return None if action is None else normalizer.action(action, ("action",))


def _check_event(wire: JsonObject, event: Event | None, normalizer: Normalizer) -> None:
    action = cast("JsonObject | None", wire.get("action"))
    refused = any(finding.level == "error" for finding in normalizer.findings)
    if action is None and event not in ACTION_OPTIONAL and not refused:
        normalizer.note(
            "SV003",
            "error",
            ("action",),
            'the `action` is missing, and instructions alone do nothing; add one, such as {"name": "hangup"}',
        )
    if event is None:
        return
    if action is not None and action["name"] not in (allowed := ACTIONS_ALLOWED[event]):
        _not_here(normalizer, ("action", "name"), str(action["name"]), event, allowed)
    instructions = cast("list[JsonObject]", wire.get("instructions", []))
    for index, instruction in enumerate(instructions):
        if instruction["name"] not in (allowed := INSTRUCTIONS_ALLOWED[event]):
            _not_here(normalizer, ("instructions", index, "name"), str(instruction["name"]), event, allowed)


def _check_language(wire: JsonObject, normalizer: Normalizer) -> None:
    action = wire.get("action")
    if is_object(action) and action.get("enableVoice") is True and action.get("locale") is None:
        message = "`enableVoice` requires `locale`, the language of the spoken answers; add it"
        normalizer.note("SV019", "error", ("action",), message)


def _not_here(
    normalizer: Normalizer, location: tuple[Step, ...], name: str, event: Event, allowed: Sequence[str]
) -> None:
    message = f"`{name}` is not allowed in answer to {_EVENT_NAMES[event]}; use one of {', '.join(allowed)}"
    normalizer.note("SV007", "error", location, message)


def validated(model: type[P], wire: JsonObject, normalizer: Normalizer, at: Location = ()) -> P | None:
    """Return an object in documented spelling as its model; None, with findings, if it does not fit.

    Args:
        model: The model.
        wire: The object.
        normalizer: Takes the findings.
        at: Where the object is.
    """
    try:
        return model.model_validate(wire)
    except ValidationError as error:
        found = faults(error)
        for fault in found:
            location = (*at, *_location(fault, wire))
            if fault["type"] == "too_short" and any(_is_inside(other["loc"], fault["loc"]) for other in found):
                # Pydantic counts only the valid items; the others are reported themselves.
                continue
            member = next((step for step in reversed(location) if isinstance(step, str)), "")
            wrong_value = fault["type"] != "missing" and not fault["type"].endswith("_type")
            code = _RULE_BY_MEMBER.get(member, "SV009") if wrong_value else "SV009"
            normalizer.note(code, "error", location, f"`{member}` {_problem(member, fault)}")
        return None


def _is_inside(loc: tuple[int | str, ...], around: tuple[int | str, ...]) -> bool:
    return len(loc) > len(around) and loc[: len(around)] == around


def _location(fault: ErrorDetails, wire: JsonObject) -> Location:
    """Return pydantic's location without the tags that it adds for the members of a union."""
    location: list[Step] = []
    here: object = wire
    loc = fault["loc"]
    if fault["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        # Only the destination of a callout has a tag that is missing or unknown here.
        loc = (*loc, "type")
    for index, step in enumerate(loc):
        found, inner = _into(here, step)
        if found or index == len(loc) - 1:
            location.append(step)
            here = inner
    return tuple(location)


def _into(here: object, step: Step) -> tuple[bool, object]:
    if isinstance(step, str):
        return (True, here[step]) if is_object(here) and step in here else (False, here)
    return (True, here[step]) if is_list(here) and step < len(here) else (False, here)


def _problem(member: str, fault: ErrorDetails) -> str:
    if fault["type"] in {"model_type", "model_attributes_type"} and member in _OBJECTS:
        return _OBJECTS[member]
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(member, "is not of the documented form")
    return complaint(fault)


def _put(wire: JsonObject, location: tuple[Step, ...], value: object) -> None:
    here: Any = wire
    for step in location[:-1]:
        here = here[step]
    here[location[-1]] = value
