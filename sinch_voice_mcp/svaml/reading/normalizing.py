"""Bring foreign SVAML into the documented spelling, and say what had to be mended.

The result holds documented members only; members nobody documents are set aside with their place,
so that they can be put back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from sinch_voice_mcp.svaml.findings import Finding, Level, Location, json_path, moving, replacing
from sinch_voice_mcp.svaml.reading.shapes import ACTION_SHAPES, INSTRUCTION_SHAPES, Shape
from sinch_voice_mcp.types import JsonObject, is_list, is_object

_MANY = 100
"""Findings after which nobody reads suggestions, and looking for them would take seconds."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A member that no documentation names: where it stands and what it holds."""

    place: Location
    value: object

    @property
    def path(self) -> str:
        """Its JSON path."""
        return json_path(*self.place)


@dataclass(slots=True)
class Canonical:
    """What a walk over a foreign document collects."""

    findings: list[Finding] = field(default_factory=list[Finding])
    unknown: list[Unknown] = field(default_factory=list[Unknown])
    renamed: dict[Location, str] = field(default_factory=dict[Location, str])

    def note(self, code: str, level: Level, place: Location, message: str, fix: tuple[JsonObject, ...] = ()) -> None:
        """Record a finding at a place of the document in documented spelling."""
        self.findings.append(Finding(code, level, message, self.source(place), fix))

    def source(self, place: Location) -> Location:
        """The place as it is written in the foreign document."""
        if not self.renamed:
            return place
        return tuple(self.renamed.get(place[: end + 1], step) for end, step in enumerate(place))

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """The known name that was probably meant; none is looked for once a document is full of faults."""
        if len(self.findings) > _MANY:
            return None
        return next(iter(get_close_matches(name[:40], known, n=1)), None)

    def instruction(self, raw: object, place: Location) -> JsonObject | None:
        """One instruction in documented spelling; None where it has no usable name."""
        return self._named(raw, place, "instruction", INSTRUCTION_SHAPES)

    def action(self, raw: object, place: Location) -> JsonObject | None:
        """The action in documented spelling; None where it has no usable name."""
        return self._named(raw, place, "action", ACTION_SHAPES)

    def _named(self, raw: object, place: Location, kind: str, shapes: Mapping[str, Shape]) -> JsonObject | None:
        if not is_object(raw):
            self.note("SV009", "error", place, f"an {kind} is an object with a `name`")
            return None
        name = raw.get("name")
        if not isinstance(name, str):
            self.note("SV009", "error", (*place, "name"), f"the {kind} needs a `name`: one of {_list(shapes)}")
            return None
        known = self._name(name, (*place, "name"), kind, shapes)
        return None if known is None else self._object({**raw, "name": known}, shapes[known], place)

    def _name(self, name: str, place: Location, kind: str, shapes: Mapping[str, Shape]) -> str | None:
        if name in shapes:
            return name
        folded = {known.lower(): known for known in shapes}
        if (known := folded.get(name.lower())) is not None:
            fix = replacing(self.source(place), known)
            self.note("SV006", "warning", place, f"the {kind} is written `{known}`", fix)
            return known
        near = self.nearest(name.lower(), folded)
        hint = f"; did you mean `{folded[near]}`?" if near else f"; there are {_list(shapes)}"
        self.note("SV005", "error", place, f"there is no {kind} `{name[:40]}`{hint}")
        return None

    def _object(self, raw: JsonObject, shape: Shape, place: Location) -> JsonObject:
        known = shape.members()
        out: JsonObject = {}
        for key, value in raw.items():
            if value is None:
                continue
            member = self._member(key, raw, shape, place)
            if member not in known:
                self._set_aside(key, value, known, place)
            else:
                out[member] = self._value(value, member, shape, (*place, member))
        return out

    def _member(self, key: str, raw: JsonObject, shape: Shape, place: Location) -> str:
        meant = shape.spellings.get(key)
        if meant is None or meant in raw:
            return key
        fix = moving(self.source((*place, key)), meant)
        self.note("SV008", "warning", (*place, key), f"the member is written `{meant}`", fix)
        self.renamed[(*place, meant)] = key
        return meant

    def _set_aside(self, key: str, value: object, known: frozenset[str], place: Location) -> None:
        near = self.nearest(key, known)
        hint = f"; did you mean `{near}`?" if near else ""
        self.note("SV008", "warning", (*place, key), f"`{key[:40]}` is not a member here{hint}")
        self.unknown.append(Unknown((*place, key), value))

    def _value(self, value: object, member: str, shape: Shape, place: Location) -> object:
        if (convert := shape.conversions.get(member)) is not None:
            converted = convert(value)
            if converted != value:
                fix = replacing(self.source(place), converted)
                self.note("SV010", "warning", place, f"the documented form is {json.dumps(converted)[:60]}", fix)
            value = converted
        child = shape.children.get(member)
        if child is None:
            return value
        if is_list(value):
            return [self._child(item, child, (*place, index)) for index, item in enumerate(value)]
        return self._child(value, child, place)

    def _child(self, value: object, shape: Shape, place: Location) -> object:
        return self._object(value, shape, place) if is_object(value) else value


def _list(names: Mapping[str, Shape]) -> str:
    return ", ".join(names)
