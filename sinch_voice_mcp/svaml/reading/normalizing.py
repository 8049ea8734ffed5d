"""Bring foreign SVAML into the documented spelling, with a finding for each change.

The result holds documented members only. Undocumented members are set aside with their location, so that they can be
put back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml.findings import Finding, Level, Location, Step, json_path, moving, replacing
from sinch_voice_mcp.svaml.reading.shapes import ACTION_SHAPES, FORMS, INSTRUCTION_SHAPES, Shape
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_MAX_SUGGESTIONS = 100
"""Findings after which no similar names are searched: the search would take seconds, for a report that is cut."""

_MAX_NAME_CHARS = 40
_MAX_FORM_CHARS = 60


@dataclass(frozen=True, slots=True)
class UnknownMember:
    """An undocumented member: its location and its value."""

    location: Location
    value: object

    @property
    def path(self) -> str:
        """The JSON path of the member."""
        return json_path(*self.location)


@dataclass(slots=True)
class Normalizer:
    """Rewrites the parts of one foreign document in documented spelling, and collects the findings.

    Attributes:
        findings: What was wrong, with locations in the foreign spelling.
        unknown: The members that were set aside.
        renamed: Foreign names of members, and foreign indexes of instructions, by their location in documented
            spelling.
    """

    findings: list[Finding] = field(default_factory=list[Finding])
    unknown: list[UnknownMember] = field(default_factory=list[UnknownMember])
    renamed: dict[Location, Step] = field(default_factory=dict[Location, Step])

    def note(self, code: str, level: Level, location: Location, message: str, fix: tuple[JsonObject, ...] = ()) -> None:
        """Record a finding at a location of the document in documented spelling."""
        self.findings.append(Finding(code, level, message, self.source(location), fix))

    def source(self, location: Location) -> Location:
        """Return the location as it is written in the foreign document."""
        if not self.renamed:
            return location
        return tuple(self.renamed.get(location[: end + 1], step) for end, step in enumerate(location))

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """Return the known name that was probably meant; None without a similar one, or after 100 findings."""
        if len(self.findings) > _MAX_SUGGESTIONS:
            return None
        return nearest(name, known)

    def instruction(self, raw: object, location: Location) -> JsonObject | None:
        """Return an instruction in documented spelling; None if it has no known name."""
        return self._named(raw, location, "instruction", INSTRUCTION_SHAPES)

    def action(self, raw: object, location: Location) -> JsonObject | None:
        """Return the action in documented spelling; None if it has no known name."""
        return self._named(raw, location, "action", ACTION_SHAPES)

    def _named(self, raw: object, location: Location, kind: str, shapes: Mapping[str, Shape]) -> JsonObject | None:
        if not is_object(raw):
            self.note("SV009", "error", location, f"an {kind} is an object with a `name`")
            return None
        raw = self._with_name(raw, location)
        name = raw.get("name")
        if not isinstance(name, str):
            self.note("SV009", "error", (*location, "name"), f"the {kind} needs a `name`: one of {_list(shapes)}")
            return None
        known = self._name(name, (*location, "name"), kind, shapes)
        return None if known is None else self.members({**raw, "name": known}, shapes[known], location)

    def _with_name(self, raw: JsonObject, location: Location) -> JsonObject:
        """Return the object with its `name` under this name, if it is written in another letter case."""
        other = next((key for key in raw if key.lower() == "name" and raw.get("name") is None and key != "name"), None)
        if other is None:
            return raw
        fix = moving(self.source((*location, other)), "name")
        self.note("SV008", "error", (*location, other), "this member is written `name`", fix)
        self.renamed[(*location, "name")] = other
        return {"name" if key == other else key: value for key, value in raw.items() if key != "name"}

    def _name(self, name: str, location: Location, kind: str, shapes: Mapping[str, Shape]) -> str | None:
        if name in shapes:
            return name
        folded = {known.lower(): known for known in shapes}
        if (known := folded.get(name.lower())) is not None:
            fix = replacing(self.source(location), known)
            self.note("SV006", "warning", location, f"the name of the {kind} is written `{known}`", fix)
            return known
        near = self.nearest(name, shapes)
        hint = f"; did you mean `{near}`?" if near else f"; use one of {_list(shapes)}"
        self.note("SV005", "error", location, f"there is no {kind} `{name[:_MAX_NAME_CHARS]}`{hint}")
        return None

    def members(self, raw: JsonObject, shape: Shape, location: Location) -> JsonObject:
        """Return an object with its documented members in documented spelling; null stands for an absent member."""
        known = shape.members()
        out: JsonObject = {}
        for key, value in raw.items():
            if value is None:
                continue
            member = self._member(key, raw, shape, location)
            if member not in known:
                # A name that is taken cannot be the one that was meant by another.
                near = shape.hints.get(key) or self.nearest(key, known.difference(raw))
                self._set_aside(key, value, near, location)
            else:
                out[member] = self._value(value, member, shape, (*location, member))
        return out

    def _member(self, key: str, raw: JsonObject, shape: Shape, location: Location) -> str:
        meant = shape.spelled(key)
        if meant is None or raw.get(meant) is not None:
            return key
        fix = moving(self.source((*location, key)), meant)
        self.note("SV008", "warning", (*location, key), f"the documented name of this member is `{meant}`", fix)
        self.renamed[(*location, meant)] = key
        return meant

    def _set_aside(self, key: str, value: object, near: str | None, location: Location) -> None:
        hint = f"; did you mean `{near}`?" if near else ""
        self.note(
            "SV008",
            "warning",
            (*location, key),
            f"`{key[:_MAX_NAME_CHARS]}` is not a member here, and Sinch ignores it{hint}",
        )
        self.unknown.append(UnknownMember((*location, key), value))

    def _value(self, value: object, member: str, shape: Shape, location: Location) -> object:
        if (convert := shape.conversion(member)) is not None:
            converted = convert(value)
            if _differs(converted, value):
                fix = replacing(self.source(location), converted)
                message = f"the documented form of this value is {_form(member, converted)}"
                self.note("SV010", "warning", location, message, fix)
            value = converted
        child = shape.children.get(member)
        if child is None:
            return value
        if is_list(value):
            return [self._child(item, child, (*location, index)) for index, item in enumerate(value)]
        return self._child(value, child, location)

    def _child(self, value: object, shape: Shape, location: Location) -> object:
        return self.members(value, shape, location) if is_object(value) else value


def _differs(one: object, other: object) -> bool:
    # In Python, 4 equals 4.0; as JSON they differ.
    return one != other or isinstance(one, float) != isinstance(other, float)


def _form(member: str, value: object) -> str:
    written = json.dumps(value)
    return written if len(written) <= _MAX_FORM_CHARS else FORMS.get(member, f"{written[:_MAX_FORM_CHARS]}…")


def _list(names: Mapping[str, Shape]) -> str:
    return ", ".join(names)
