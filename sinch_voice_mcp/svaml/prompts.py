"""Sinch's prompt syntax: items separated by ``;``, each a text, SSML, a URL or the id of a stored file.

The syntax has no escape for brackets: the first ``]`` ends an item. Prompts made from foreign text are therefore built
with :func:`build`, which refuses a ``]`` that would start a second item.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sinch_voice_mcp.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text that is spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class SsmlPart:
    """Speech Synthesis Markup Language that is spoken."""

    ssml: str


@dataclass(frozen=True, slots=True)
class AudioPart:
    """Audio that the platform fetches. ``tagged`` tells ``#href[…]`` from a bare URL."""

    url: str
    tagged: bool = True


@dataclass(frozen=True, slots=True)
class FilePart:
    """The id of a file stored at Sinch."""

    id: str


Part = TextPart | SsmlPart | AudioPart | FilePart

_TAG = re.compile(r"#([A-Za-z]*)\[")
_URL = re.compile(r"https?://", re.IGNORECASE)
_SYNTAX = re.compile(r"#\s*(?:tts|ssml|href)\s*\[|(?:tts|ssml|href)\s*#\s*\[", re.IGNORECASE)
_TAGS = "#tts[…], #ssml[…] and #href[…]"


class PromptError(InvalidInputError):
    """A prompt does not follow the syntax."""

    code = "invalid_prompt"


def parse(prompt: str) -> tuple[Part, ...]:
    """Read a prompt string.

    Raises:
        PromptError: Brackets are unbalanced, a tag is unknown, or no ``;`` stands between two items.
    """
    return tuple(_items(prompt))


def syntax_in(text: str) -> str | None:
    """Return the first piece of prompt syntax in a plain text, such as ``#href[``; None without one."""
    found = _SYNTAX.search(text)
    return None if found is None else found.group()


def is_file_id(name: str) -> bool:
    """Whether a prompt item is the id of a stored file: ASCII letters, digits, spaces and ``._-``."""
    return name.isascii() and all(char.isalnum() or char in "._- " for char in name)


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
        raise PromptError(f"`#` at character {start + 1} does not begin one of {_TAGS}")
    end = prompt.find("]", opening.end())
    if end < 0:
        raise PromptError(f"the bracket opened at character {opening.end()} is not closed")
    inside = prompt[opening.end() : end]
    match opening.group(1).lower():
        case "tts":
            part: Part = TextPart(inside)
        case "ssml":
            part = SsmlPart(inside)
        case "href":
            part = AudioPart(inside.strip())
        case other:
            raise PromptError(f"`#{other}[` is not a prompt tag; use {_TAGS}")
    return part, _separator(prompt, end + 1, nested="[" in inside)


def _separator(prompt: str, position: int, *, nested: bool) -> int:
    while position < len(prompt) and prompt[position].isspace():
        position += 1
    if position < len(prompt) and prompt[position] != ";":
        if nested:
            raise PromptError(
                f"the `]` before character {position + 1} ends the item, for brackets cannot be nested; "
                "write round brackets inside it"
            )
        raise PromptError(f"items are separated by `;`; it is missing before character {position + 1}")
    return position


def _untagged(item: str) -> Part:
    if item.lower().startswith("tts#["):
        raise PromptError("write `#tts[…]`, not `tts#[…]`")
    if "[" in item or "]" in item:
        raise PromptError(f"a square bracket outside {_TAGS}; remove it, or put the item into a tag")
    return AudioPart(item, tagged=False) if _URL.match(item) else FilePart(item)


def build(parts: Iterable[Part]) -> str:
    """Write parts as a prompt string, which :func:`parse` reads back.

    Raises:
        PromptError: A part holds a ``]``, which would end the item early, or, untagged, a ``;`` or ``#``.
    """
    return ";".join(_write(part) for part in parts)


def _write(part: Part) -> str:
    match part:
        case TextPart(text):
            return f"#tts[{_closed(text)}]"
        case SsmlPart(ssml):
            return f"#ssml[{_closed(ssml)}]"
        case AudioPart(url, tagged=True):
            return f"#href[{_closed(url)}]"
        case AudioPart(url) | FilePart(url):
            return _bare(url)


def _closed(inside: str) -> str:
    if "]" in inside:
        raise PromptError("`]` would end the item early; use round brackets, or %5D in a URL")
    return inside


def _bare(item: str) -> str:
    if any(char in item for char in ";[]#"):
        raise PromptError("`;`, `#` and square brackets are only possible inside `#href[…]`")
    return item
