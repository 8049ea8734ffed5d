"""What the rules examine: one document, with its instructions, menus and prompts listed once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from sinch_voice_mcp.svaml.findings import Finding, Level, Location
from sinch_voice_mcp.svaml.prompts import Part, PromptError, TextPart, parse
from sinch_voice_mcp.svaml.reading.normalizing import Normalizer
from sinch_voice_mcp.svaml.speech import SpeechWarning, of_part, of_text
from sinch_voice_mcp.types import JsonObject, is_list, is_object

Context = Literal["ice", "ace", "pie", "callout", "update", "dice", "conference", "request"]
"""What a document answers: an event, an update of a call, a key pressed in a conference; or a whole callout request."""

CONTEXTS: tuple[Context, ...] = get_args(Context)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt string, its location, and the object whose ``locale`` it is spoken in."""

    location: Location
    text: str
    holder: Location
    locale: object


class SpokenText(NamedTuple):
    """A plain text that is spoken, its location, and the ``locale`` that it is spoken in."""

    location: Location
    text: str
    locale: object


@dataclass
class Target:
    """A document in documented spelling, with the reader's findings.

    Attributes:
        wire: The document; members may still have the wrong type.
        normalizer: The reader's findings, and how locations translate into the source.
        context: What the document answers; None if it is not known.
    """

    wire: JsonObject
    normalizer: Normalizer
    context: Context | None

    def finding(
        self, code: str, level: Level, location: Location, message: str, fix: tuple[JsonObject, ...] = ()
    ) -> Finding:
        """Return a finding at a location of the document in documented spelling."""
        return Finding(code, level, message, self.source(location), fix)

    def source(self, location: Location) -> Location:
        """Return the location as it is written in the source."""
        return self.normalizer.source(location)

    @cached_property
    def action(self) -> JsonObject:
        """The action; empty without one."""
        action = self.wire.get("action")
        return action if is_object(action) else {}

    @cached_property
    def instructions(self) -> tuple[tuple[Location, JsonObject], ...]:
        """Every instruction with its location."""
        listed = self.wire.get("instructions")
        items = listed if is_list(listed) else []
        return tuple((("instructions", at), item) for at, item in enumerate(items) if is_object(item))

    @cached_property
    def menus(self) -> tuple[tuple[Location, JsonObject], ...]:
        """Every menu with its location."""
        listed = self.action.get("menus") if self.action.get("name") == "runMenu" else None
        items = listed if is_list(listed) else []
        return tuple((("action", "menus", at), item) for at, item in enumerate(items) if is_object(item))

    @cached_property
    def recordings(self) -> tuple[tuple[Location, JsonObject], ...]:
        """The options of every recording, with their location."""
        found = ((location, item.get("options"), "options") for location, item in self.named("startRecording"))
        action = ((("action",), self.action.get("recordingOptions"), "recordingOptions"),)
        return tuple(((*at, member), options) for at, options, member in (*found, *action) if is_object(options))

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """Every prompt string."""
        return tuple(self._prompts())

    def _prompts(self) -> Iterator[Prompt]:
        for location, item in self.instructions:
            ids = item.get("ids") if item.get("name") == "playFiles" else None
            for at, text in enumerate(ids if is_list(ids) else []):
                if isinstance(text, str):
                    yield Prompt((*location, "ids", at), text, location, item.get("locale"))
        yield from self._of_action("introPrompt", "holdPrompt")
        for location, menu in self.menus:
            for member in ("mainPrompt", "repeatPrompt"):
                if isinstance(text := menu.get(member), str):
                    yield Prompt((*location, member), text, ("action",), self.action.get("locale"))

    @cached_property
    def parts(self) -> tuple[tuple[Location, Part], ...]:
        """Every item of the prompts that can be read, with the location of its prompt."""
        return tuple((prompt.location, part) for prompt, part in self._played)

    @cached_property
    def _played(self) -> tuple[tuple[Prompt, Part], ...]:
        return tuple((prompt, part) for prompt in self.prompts for part in _readable(prompt.text))

    @cached_property
    def spoken(self) -> tuple[SpokenText, ...]:
        """Every plain text that is spoken, in `say` and in prompts."""
        in_prompts = (
            SpokenText(prompt.location, part.text, prompt.locale)
            for prompt, part in self._played
            if isinstance(part, TextPart)
        )
        return (*self._said, *in_prompts)

    @cached_property
    def _said(self) -> tuple[SpokenText, ...]:
        return tuple(
            SpokenText((*at, "text"), text, item.get("locale"))
            for at, item in self.named("say")
            if isinstance(text := item.get("text"), str)
        )

    def _of_action(self, *members: str) -> Iterator[Prompt]:
        for member in members:
            if isinstance(text := self.action.get(member), str):
                yield Prompt(("action", member), text, ("action",), self.action.get("locale"))

    def heard(self, code: str) -> Iterator[Finding]:
        """Yield the warnings with a code about the texts that are spoken."""
        return (
            self.finding(code, "warning", location, warning.message)
            for location, warning in self._heard
            if warning.code == code
        )

    @cached_property
    def _heard(self) -> tuple[tuple[Location, SpeechWarning], ...]:
        said = ((location, of_text(text, _locale(locale))) for location, text, locale in self._said)
        played = ((prompt.location, of_part(part, _locale(prompt.locale))) for prompt, part in self._played)
        return tuple((location, warning) for location, warnings in (*said, *played) for warning in warnings)

    def named(self, *names: str) -> Iterable[tuple[Location, JsonObject]]:
        """Yield the instructions and the action that have one of these names."""
        for location, item in self.instructions:
            if item.get("name") in names:
                yield location, item
        if self.action.get("name") in names:
            yield ("action",), self.action

    def read(self, code: str) -> Iterator[Finding]:
        """Yield the findings that the reader made under a code."""
        return (finding for finding in self.normalizer.findings if finding.code == code)


def _readable(prompt: str) -> tuple[Part, ...]:
    try:
        return parse(prompt)
    except PromptError:
        return ()


def _locale(value: object) -> str | None:
    return value if isinstance(value, str) else None
