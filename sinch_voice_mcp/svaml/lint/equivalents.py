"""Apply the rules about documents to the members of a callout, through instructions and actions that do the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sinch_voice_mcp.svaml.findings import Finding, Location
from sinch_voice_mcp.svaml.lint.documents import RULES
from sinch_voice_mcp.svaml.lint.target import Context, Target
from sinch_voice_mcp.svaml.model.instructions import INSTRUCTIONS
from sinch_voice_mcp.svaml.reading.normalizing import Normalizer
from sinch_voice_mcp.types import JsonObject, is_object


@dataclass(frozen=True)
class _Equivalent:
    """An instruction or action that does what some members of a callout do.

    Attributes:
        name: Its name.
        members: Where each of its members stands in the callout. A callout that lacks the first has no equivalent.
        context: What the document answers that has it.
    """

    name: str
    members: Mapping[str, Location]
    context: Context | None = None


_LOCALE: Location = ("locale",)
_CLI: Location = ("cli",)

_OF_EVERY_CALLOUT = (
    _Equivalent("say", {"text": ("text",), "locale": _LOCALE}),
    _Equivalent("say", {"text": ("greeting",), "locale": _LOCALE}),
    _Equivalent("playFiles", {"ids": ("prompts",), "locale": _LOCALE}),
    _Equivalent("connectPstn", {"dtmf": ("dtmf",)}),
    _Equivalent("connectPstn", {"locale": _LOCALE}),
    _Equivalent("connectConf", {"conferenceDtmfOptions": ("conferenceDtmfOptions",)}),
)
_TO_A_NUMBER = _Equivalent("connectPstn", {"number": ("destination", "endpoint"), "cli": _CLI}, "callout")
_IN_THE_ICE = _Equivalent("connectPstn", {"number": ("destination", "endpoint"), "cli": _CLI})
_BY_DESTINATION: Mapping[str, _Equivalent] = {
    "number": _TO_A_NUMBER,
    "username": _Equivalent("connectMxp", {"destination": ("destination",)}),
    "sip": _Equivalent("connectSip", {"destination": ("destination",), "cli": _CLI}),
}
"""How a callout dials, by the type of its destination."""

_EMPTY_COUNTS_AS_ABSENT: tuple[Location, ...] = (("text",), ("dtmf",))
"""Empty text is a finding of its own; the platform sends no tones."""

_INSTRUCTION_NAMES = frozenset(model.model_fields["name"].default for model in INSTRUCTIONS)


@dataclass
class _StandIn(Target):
    """A document with one equivalent, whose findings are located in the callout.

    Attributes:
        members: Those of the equivalent.
        callout: Where the callout is.
        request: Translates locations into the spelling of the request.
    """

    members: Mapping[str, Location] = field(default_factory=dict[str, Location])
    callout: Location = ()
    request: Normalizer = field(default_factory=Normalizer)

    def source(self, location: Location) -> Location:
        """Return the location in the request."""
        inside = location[2:] if location[0] == "instructions" else location[1:]
        origin = self.members.get(str(inside[0])) if inside else None
        if origin is None:
            return self.callout
        # The callout has one text of prompts where the instruction has a list.
        rest = inside[2:] if inside[0] == "ids" else inside[1:]
        return self.request.source((*self.callout, *origin, *rest))


def check_as_document(method: str, callout: JsonObject, request: Normalizer) -> Iterator[Finding]:
    """Yield what the rules about documents find in the members of a callout.

    Args:
        method: The method of the callout.
        callout: Its members in documented spelling.
        request: Translates locations into the spelling of the request.
    """
    for equivalent in _equivalents(callout):
        document = _document(equivalent, callout)
        if document is not None:
            target = _StandIn(document, Normalizer(), equivalent.context, equivalent.members, (method,), request)
            for rule in RULES:
                yield from rule.check(target)


def _equivalents(callout: JsonObject) -> Iterator[_Equivalent]:
    yield from _OF_EVERY_CALLOUT
    destination = callout.get("destination")
    kind = destination.get("type", "number") if is_object(destination) else None
    dials = _BY_DESTINATION.get(kind) if isinstance(kind, str) else None
    if dials is not None:
        # Beside `ice`, the caller ID in that document counts.
        yield _IN_THE_ICE if dials is _TO_A_NUMBER and callout.get("ice") is not None else dials


def _document(equivalent: _Equivalent, callout: JsonObject) -> JsonObject | None:
    given = {name: _at(callout, origin) for name, origin in equivalent.members.items()}
    first = next(iter(equivalent.members))
    empty = isinstance(value := given[first], str) and not value.strip()
    if given[first] is None or (empty and equivalent.members[first] in _EMPTY_COUNTS_AS_ABSENT):
        return None
    members = {name: [value] if name == "ids" else value for name, value in given.items() if value is not None}
    named: JsonObject = {"name": equivalent.name, **members}
    if equivalent.name in _INSTRUCTION_NAMES:
        return {"instructions": [named], "action": {"name": "hangup"}}
    return {"action": named}


def _at(callout: JsonObject, origin: Location) -> object:
    here: object = callout
    for step in origin:
        here = here.get(str(step)) if is_object(here) else None
    return here
