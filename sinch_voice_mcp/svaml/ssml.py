"""The one reader of SSML: the guard, the linter, explanations, durations and the sandbox use it.

The speech engine behind Sinch accepts Amazon Polly's subset of tags. Its own prefix ``amazon:`` needs no declaration,
and text without any markup is accepted as it is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from sinch_voice_mcp.svaml.limits import (
    CHARS_PER_SECOND,
    DEFAULT_BREAK_S,
    MAX_BREAK_S,
    MAX_SSML_CHARS,
    MAX_SSML_DEPTH,
)

TAGS = frozenset({
    "speak", "break", "emphasis", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "audio",
    "amazon:auto-breaths", "amazon:breath", "amazon:domain", "amazon:effect",
})  # fmt: skip
"""The tags that the engine documents, and ``audio``."""

_XML_DECLARATION = re.compile(r"""\A\s*<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?\s*\?>""")
_SPEAK = re.compile(r"<speak(?=[\s/>])")
_ROOT_TAG = re.compile(r"<\s*/?\s*(?:[A-Za-z][\w.-]*\s*:\s*)?speak(?![\w.-])", re.IGNORECASE)
_AMAZON = "https://amazon.example/ssml"
_AMAZON_DECLARATION = f' xmlns:amazon="{_AMAZON}"'
_UNBOUND_PREFIX = 27
"""Expat's code for a prefix that no element declares."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_SHOWN_AS_THEY_ARE = {"\n": "\n", "\r": "\r", "\t": "\t"}

_MARKUP = re.compile(r"[<&]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"<[^<>]*>")
_URL_ATTRIBUTES = frozenset({"src", "href", "uri"})
_URL = re.compile(r"https?:|url\s*\(|//", re.IGNORECASE)
# URL parsers drop these characters, so they hide no URL.
_DROPPED_IN_URLS = str.maketrans("", "", "\t\n\r")
_TIME = re.compile(r"\s*\+?(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<unit>ms|s)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Speech:
    """SSML as read.

    Attributes:
        text: What is spoken.
        sources: The URLs that the platform would fetch: audio, and every attribute that holds a URL.
        audio: How many elements play audio.
        breaks: How long each break lasts, in seconds; one without ``time`` lasts 1 s.
        unknown_tags: Tags that the engine does not document, sorted.
    """

    text: str
    sources: tuple[str, ...] = ()
    audio: int = 0
    breaks: tuple[float, ...] = ()
    unknown_tags: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long text and breaks last, in seconds; audio is not included, for its length is not known."""
        silence = sum(min(seconds, MAX_BREAK_S) for seconds in self.breaks)
        return len(self.text) / CHARS_PER_SECOND + silence


class SsmlError(ValueError):
    """SSML that cannot be read; the message completes a sentence that begins with "the SSML"."""


def parse(ssml: str) -> Speech:
    """Read SSML: text without markup, or well-formed XML whose root is ``speak``.

    Raises:
        SsmlError: It is neither, has a document type, an entity or a processing instruction, a break without a
            readable time, more than 6,000 characters or more than 64 elements inside each other.
    """
    root = _root(ssml)
    if root is None:
        return Speech(ssml)
    elements = list(root.iter())
    return Speech(
        text="".join(root.itertext()),
        sources=tuple(_sources(elements)),
        audio=sum(_local(element.tag) == "audio" and any(_sources((element,))) for element in elements),
        breaks=tuple(_seconds(element) for element in elements if _local(element.tag).lower() == "break"),
        unknown_tags=tuple(sorted({tag(element) for element in elements} - TAGS)),
    )


def is_plain(ssml: str) -> bool:
    """Whether SSML is text without any markup."""
    return _MARKUP.search(ssml) is None


def has_root_tag(text: str) -> bool:
    """Whether a plain text contains a tag ``speak``, also with a prefix, so that it may be read as SSML."""
    return _ROOT_TAG.search(text) is not None


def parse_leniently(ssml: str) -> Speech:
    """Read SSML without raising: of SSML that cannot be read, the text between its tags is what is spoken."""
    try:
        return parse(ssml)
    except SsmlError:
        return Speech(_TAG.sub(" ", ssml[:MAX_SSML_CHARS]).strip())


def sources(ssml: str) -> tuple[str, ...]:
    """Return the URLs that SSML would make the platform fetch; none if it cannot be read."""
    try:
        root = _root(ssml)
    except SsmlError:
        return ()
    return () if root is None else tuple(_sources(root.iter()))


def written(ssml: str) -> str:
    """Write SSML as it is read: characters in place of references to them, no comments. Unreadable SSML stays."""
    try:
        root = _root(ssml)
    except SsmlError:
        return ssml
    return ssml if root is None else _written(root)


def tag(element: Element) -> str:
    """Return the name of an element as it is written: ``amazon:effect``."""
    namespace, _, local = str(element.tag).rpartition("}")
    return f"amazon:{local}" if "amazon" in namespace else local


def _root(ssml: str) -> Element | None:
    """Return the root element; None for text without markup."""
    if len(ssml) > MAX_SSML_CHARS:
        raise SsmlError(f"is longer than {MAX_SSML_CHARS:,} characters")
    if not _MARKUP.search(ssml):
        if _NOT_IN_XML.search(ssml):
            raise SsmlError("holds characters that no text may hold")
        return None
    body = _XML_DECLARATION.sub("", ssml, count=1)
    if "<?" in body:
        raise SsmlError("holds a processing instruction")
    root = _parsed(body.strip())
    if _local(root.tag) != "speak":
        raise SsmlError(f"has the root <{tag(root)[:40]}>, another root than <speak>")
    if _depth(root) > MAX_SSML_DEPTH:
        raise SsmlError(f"has more than {MAX_SSML_DEPTH} elements inside each other")
    return root


def _parsed(body: str) -> Element:
    try:
        return fromstring(body, forbid_dtd=True)
    except ParseError as error:
        declared = _SPEAK.sub(f"<speak{_AMAZON_DECLARATION}", body, count=1)
        if error.code == _UNBOUND_PREFIX and "<amazon:" in body and "xmlns:amazon" not in body:
            return _parsed_with_prefix(declared, _SPEAK.search(body))
        raise _not_wellformed(*error.position) from None
    except DefusedXmlException:
        raise SsmlError("declares a document type or an entity") from None
    except ValueError:
        raise SsmlError("holds characters that no text may hold") from None


def _parsed_with_prefix(declared: str, speak: re.Match[str] | None) -> Element:
    """Parse SSML again, with the engine's own prefix declared."""
    try:
        return fromstring(declared, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        start = 0 if speak is None else speak.start()
        # The author never wrote the declaration, so it does not count in the position.
        on_the_same_line = line == declared.count("\n", 0, start) + 1
        raise _not_wellformed(line, column - len(_AMAZON_DECLARATION) if on_the_same_line else column) from None
    except DefusedXmlException:
        raise SsmlError("declares a document type or an entity") from None


def _not_wellformed(line: int, column: int) -> SsmlError:
    return SsmlError(f"is not well-formed XML at line {line}, column {column + 1}")


def _written(element: Element) -> str:
    attributes = "".join(
        f" {'xml:' if name.startswith(_XML) else ''}{_local(name)}={quoteattr(value, _SHOWN_AS_THEY_ARE)}"
        for name, value in element.attrib.items()
    )
    inner = escape(element.text or "") + "".join(_written(child) + escape(child.tail or "") for child in element)
    name = tag(element)
    return f"<{name}{attributes}>{inner}</{name}>" if inner else f"<{name}{attributes}/>"


def _depth(root: Element) -> int:
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in element)
    return deepest


def _sources(elements: Iterable[Element]) -> Iterator[str]:
    for element in elements:
        for name, value in element.attrib.items():
            if _local(name).lower() in _URL_ATTRIBUTES or _URL.search(value.translate(_DROPPED_IN_URLS)):
                yield value


def _seconds(element: Element) -> float:
    time = element.get("time")
    if time is None:
        return DEFAULT_BREAK_S
    found = _TIME.fullmatch(time)
    if found is None:
        raise SsmlError("holds a break whose `time` is not written like `500ms` or `2s`")
    return float(found["number"]) / (1_000 if found["unit"] == "ms" else 1)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
