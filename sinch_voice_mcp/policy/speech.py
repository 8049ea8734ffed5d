"""What is spoken: plain text and SSML, brought into one form and looked at."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

_DECLARATION = re.compile(r"""\A\s*<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>""")
_PROMPT_TAG = re.compile(r"#\s*(?:tts|ssml|href)\s*\[|(?:tts|ssml|href)\s*#\s*\[", re.IGNORECASE)
_LONGEST = 6_000
_SOURCES = frozenset({"src", "href", "uri"})
_ADDRESS = re.compile(r"https?:|url\s*\(|//", re.IGNORECASE)
# Readers of URLs drop these, so they hide nothing.
_DROPPED = str.maketrans("", "", "\t\n\r")
_TIME = re.compile(r"\s*\+?(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<unit>ms|s)\s*", re.ASCII)
_BREAK_WITHOUT_TIME = 1.0


@dataclass(frozen=True, slots=True)
class Speech:
    """SSML as read.

    Attributes:
        text: What is spoken.
        sources: The URLs that its elements name, and every other attribute that holds one.
        plays: Whether it plays audio.
        breaks: How long its breaks last, in seconds; one without a time counts as 1 s.
    """

    text: str
    sources: tuple[str, ...]
    plays: bool
    breaks: tuple[float, ...]


class SsmlError(ValueError):
    """SSML that cannot be read; the message completes a sentence that begins with "the SSML"."""


def normalised(text: str) -> str:
    """Unicode's composed form (NFC): what looks the same is the same."""
    return unicodedata.normalize("NFC", text)


def prompt_tag(text: str) -> str | None:
    """The first piece of prompt syntax in plain text, such as ``#href[``."""
    found = _PROMPT_TAG.search(text)
    return None if found is None else found.group()


def read_ssml(ssml: str) -> Speech:
    """Read SSML: well-formed XML without a document type or entities, whose root is ``speak``.

    More than 6,000 characters are not read at all.

    Raises:
        SsmlError: It is not.
    """
    root = _root(ssml)
    elements = list(root.iter())
    return Speech(
        text="".join(root.itertext()),
        sources=tuple(source for element in elements for source in _sources(element)),
        plays=any(_local(element.tag) == "audio" and any(_sources(element)) for element in elements),
        breaks=tuple(_seconds(element) for element in elements if _local(element.tag).lower() == "break"),
    )


def ssml_sources(ssml: str) -> tuple[str, ...]:
    """The URLs that SSML names; none where it is no XML, which another rule reports."""
    try:
        return tuple(source for element in _root(ssml).iter() for source in _sources(element))
    except SsmlError:
        return ()


def _root(ssml: str) -> Element:
    if len(ssml) > _LONGEST:
        raise SsmlError(f"is longer than {_LONGEST:,} characters")
    body = _DECLARATION.sub("", ssml, count=1)
    if "<?" in body:
        raise SsmlError("holds a processing instruction")
    root = _parsed(body)
    if _local(root.tag) != "speak":
        raise SsmlError("has another root than <speak>")
    return root


def _parsed(body: str) -> Element:
    try:
        return fromstring(body, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise SsmlError(f"is not well-formed XML at line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise SsmlError("declares a document type or an entity") from None
    except ValueError:
        raise SsmlError("holds characters that no text may hold") from None


def _sources(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if _local(name).lower() in _SOURCES or _ADDRESS.search(value.translate(_DROPPED)):
            yield value


def _seconds(element: Element) -> float:
    time = element.get("time")
    if time is None:
        return _BREAK_WITHOUT_TIME
    found = _TIME.fullmatch(time)
    if found is None:
        raise SsmlError("holds a break whose `time` is not written like `500ms` or `2s`")
    return float(found["number"]) / (1_000 if found["unit"] == "ms" else 1)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
