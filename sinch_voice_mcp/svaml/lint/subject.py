"""What the rules look at: one document, flattened once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from sinch_voice_mcp.svaml.findings import Finding, Level, Location
from sinch_voice_mcp.svaml.reading.normalizing import Canonical
from sinch_voice_mcp.types import JsonObject, is_list, is_object

Context = Literal["ice", "ace", "pie", "callout", "update", "dice", "conference", "request"]
"""What a document answers: an event, an update of a call, a key pressed in a conference; or a whole callout request."""

CONTEXTS: tuple[Context, ...] = get_args(Context)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt string, where it stands, and the object whose ``locale`` it is spoken in."""

    place: Location
    text: str
    holder: Location
    locale: object


@dataclass
class Subject:
    """A document in documented spelling, with what the reader of it remarked.

    Attributes:
        wire: The document; members may still be of the wrong type.
        canonical: The reader's findings, and how places translate into the source.
        context: What the document answers; None where nobody knows.
    """

    wire: JsonObject
    canonical: Canonical
    context: Context | None

    def finding(
        self, code: str, level: Level, place: Location, message: str, fix: tuple[JsonObject, ...] = ()
    ) -> Finding:
        """A finding at a place of the document in documented spelling."""
        return Finding(code, level, message, self.source(place), fix)

    def source(self, place: Location) -> Location:
        """The place as it is written in the source."""
        return self.canonical.source(place)

    @cached_property
    def action(self) -> JsonObject:
        """The action; empty where there is none."""
        action = self.wire.get("action")
        return action if is_object(action) else {}

    @cached_property
    def instructions(self) -> tuple[tuple[Location, JsonObject], ...]:
        """Every instruction with its place."""
        listed = self.wire.get("instructions")
        items = listed if is_list(listed) else []
        return tuple((("instructions", at), item) for at, item in enumerate(items) if is_object(item))

    @cached_property
    def menus(self) -> tuple[tuple[Location, JsonObject], ...]:
        """Every menu with its place."""
        listed = self.action.get("menus") if self.action.get("name") == "runMenu" else None
        items = listed if is_list(listed) else []
        return tuple((("action", "menus", at), item) for at, item in enumerate(items) if is_object(item))

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt string."""
        return tuple(self._prompts())

    def _prompts(self) -> Iterator[Prompt]:
        for place, item in self.instructions:
            ids = item.get("ids") if item.get("name") == "playFiles" else None
            for at, text in enumerate(ids if is_list(ids) else []):
                if isinstance(text, str):
                    yield Prompt((*place, "ids", at), text, place, item.get("locale"))
        yield from self._of_action("introPrompt", "holdPrompt")
        for place, menu in self.menus:
            for member in ("mainPrompt", "repeatPrompt"):
                if isinstance(text := menu.get(member), str):
                    yield Prompt((*place, member), text, ("action",), self.action.get("locale"))

    def _of_action(self, *members: str) -> Iterator[Prompt]:
        for member in members:
            if isinstance(text := self.action.get(member), str):
                yield Prompt(("action", member), text, ("action",), self.action.get("locale"))

    def named(self, *names: str) -> Iterable[tuple[Location, JsonObject]]:
        """The instructions and the action that have one of these names."""
        for place, item in self.instructions:
            if item.get("name") in names:
                yield place, item
        if self.action.get("name") in names:
            yield ("action",), self.action

    def read(self, code: str) -> Iterator[Finding]:
        """What the reader of the document found under a rule."""
        return (finding for finding in self.canonical.findings if finding.code == code)
