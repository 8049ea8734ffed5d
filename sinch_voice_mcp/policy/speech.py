"""What is spoken: plain text and SSML, brought into one form and looked at."""

import re
import unicodedata
from dataclasses import dataclass

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

_DECLARATION = re.compile(r"""\A\s*<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>""")
_PROMPT_TAG = re.compile(r"#\s*(?:tts|ssml|href)\s*\[|(?:tts|ssml|href)\s*#\s*\[", re.IGNORECASE)
_LONGEST = 6_000
_SOURCES = frozenset({"src", "href", "uri"})


@dataclass(frozen=True, slots=True)
class Speech:
    """SSML as read: the text that is spoken, and the URLs that its elements name."""

    text: str
    sources: tuple[str, ...]


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
    if len(ssml) > _LONGEST:
        raise SsmlError(f"is longer than {_LONGEST:,} characters")
    body = _DECLARATION.sub("", ssml, count=1)
    if "<?" in body:
        raise SsmlError("holds a processing instruction")
    try:
        root = fromstring(body, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise SsmlError(f"is not well-formed XML at line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise SsmlError("declares a document type or an entity") from None
    except ValueError:
        raise SsmlError("holds characters that no text may hold") from None
    if _local(root.tag) != "speak":
        raise SsmlError("has another root than <speak>")
    elements = list(root.iter())
    sources = [
        value for element in elements for name, value in element.attrib.items() if _local(name).lower() in _SOURCES
    ]
    return Speech("".join(root.itertext()), tuple(sources))


def ssml_sources(ssml: str) -> tuple[str, ...]:
    """The URLs that SSML names; none where it cannot be read, which another rule reports."""
    try:
        return read_ssml(ssml).sources
    except SsmlError:
        return ()


def _local(name: str) -> str:
    return name.rpartition("}")[2]
