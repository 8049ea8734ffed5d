"""Sinch's prompt syntax: items separated by ``;``, each text, SSML, a URL or the id of a stored file.

Brackets are not escaped in this syntax: the first ``]`` ends an item. Whoever builds a prompt from
foreign text therefore builds it here, where a ``]`` cannot open the way for a second item.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sinch_voice_mcp.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text that is spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Ssml:
    """Speech Synthesis Markup Language that is spoken."""

    ssml: str


@dataclass(frozen=True, slots=True)
class Audio:
    """Audio that the platform fetches. ``tagged`` is whether it was written ``#href[…]``."""

    url: str
    tagged: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """The id of a file stored at Sinch."""

    id: str


Part = Text | Ssml | Audio | File

_TAG = re.compile(r"#([A-Za-z]*)\[")
_URL = re.compile(r"https?://", re.IGNORECASE)
_TAGS = "#tts[…], #ssml[…] and #href[…]"


class PromptError(InvalidInputError):
    """A prompt does not follow the syntax."""

    code = "invalid_prompt"


def parse(prompt: str) -> tuple[Part, ...]:
    """Read a prompt string.

    Raises:
        PromptError: Brackets are unbalanced, a tag is unknown, or something follows an item.
    """
    return tuple(_items(prompt))


def _items(prompt: str) -> Iterator[Part]:
    position = 0
    while position < len(prompt):
        if prompt[position].isspace() or prompt[position] == ";":
            position += 1
        elif prompt[position] == "#":
            part, position = _tagged(prompt, position)
            yield part
        else:
            end = prompt.find(";", position)
            end = len(prompt) if end < 0 else end
            yield _untagged(prompt[position:end].strip())
            position = end


def _tagged(prompt: str, start: int) -> tuple[Part, int]:
    opening = _TAG.match(prompt, start)
    if opening is None:
        raise PromptError(f"`#` at character {start + 1} does not begin {_TAGS}")
    end = prompt.find("]", opening.end())
    if end < 0:
        raise PromptError(f"the bracket opened at character {opening.end()} is not closed")
    inside = prompt[opening.end() : end]
    match opening.group(1).lower():
        case "tts":
            part: Part = Text(inside)
        case "ssml":
            part = Ssml(inside)
        case "href":
            part = Audio(inside.strip())
        case other:
            raise PromptError(f"`#{other}[` is not a prompt tag; there are {_TAGS}")
    return part, _separator(prompt, end + 1)


def _separator(prompt: str, position: int) -> int:
    while position < len(prompt) and prompt[position].isspace():
        position += 1
    if position < len(prompt) and prompt[position] != ";":
        raise PromptError(f"items are separated by `;`, but one follows at character {position + 1}")
    return position


def _untagged(item: str) -> Part:
    if item.lower().startswith("tts#["):
        raise PromptError("write `#tts[…]`, not `tts#[…]`")
    if "[" in item or "]" in item:
        raise PromptError(f"a bracket outside {_TAGS}")
    return Audio(item, tagged=False) if _URL.match(item) else File(item)


def build(parts: Iterable[Part]) -> str:
    """Write parts as a prompt string; ``parse`` gives the same parts back.

    Raises:
        PromptError: A part holds a ``]`` (it would end the item early) or, untagged, a ``;``.
    """
    return ";".join(_write(part) for part in parts)


def _write(part: Part) -> str:
    match part:
        case Text(text):
            return f"#tts[{_closed(text)}]"
        case Ssml(ssml):
            return f"#ssml[{_closed(ssml)}]"
        case Audio(url, tagged=True):
            return f"#href[{_closed(url)}]"
        case Audio(url) | File(url):
            return _bare(url)


def _closed(inside: str) -> str:
    if "]" in inside:
        raise PromptError("`]` would end the item early; use round brackets, or %5D in a URL")
    return inside


def _bare(item: str) -> str:
    if any(sign in item for sign in ";[]#"):
        raise PromptError("`;`, `#` and square brackets need `#href[…]` around the URL")
    return item


def without_brackets(text: str) -> str:
    """The same text with round brackets for square ones, which a prompt cannot hold."""
    return text.translate({ord("["): "(", ord("]"): ")"})
