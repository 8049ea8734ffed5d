"""SSML as the speech engine behind Sinch takes it: Amazon Polly's subset of tags."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

TAGS = frozenset({
    "speak", "break", "emphasis", "lang", "mark", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "audio",
    "amazon:auto-breaths", "amazon:breath", "amazon:domain", "amazon:effect",
})  # fmt: skip
"""The tags that the engine documents, and ``audio``."""

_NAMESPACE = 'xmlns:amazon="https://amazon.example/ssml" '
_LONGEST = 20_000


def flaws(ssml: str) -> Iterator[str]:
    """What is wrong with SSML, in words; a bare text without tags is tolerated."""
    root = None
    if len(ssml) > _LONGEST:
        yield f"SSML longer than {_LONGEST:,} characters is not looked at"
    elif ssml.lstrip().startswith("<"):
        try:
            root = parsed(ssml)
        except ValueError as error:
            yield str(error)
    if root is not None:
        if name(root) != "speak":
            yield f"the root is `<speak>`, not `<{name(root)}>`"
        unknown = {name(element) for element in root.iter()} - TAGS
        yield from (f"the speech engine does not know `<{tag}>`" for tag in sorted(unknown)[:5])


def parsed(ssml: str) -> Element:
    """SSML as a tree.

    Raises:
        ValueError: It is not well-formed XML, or has a document type or entities.
    """
    # Polly's own prefix is used without being declared.
    body = ssml.strip().replace("<speak", f"<speak {_NAMESPACE}", 1) if "xmlns:amazon" not in ssml else ssml.strip()
    try:
        return fromstring(body)
    except ParseError as error:
        line, column = error.position
        raise ValueError(f"SSML is not well-formed XML at line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise ValueError("SSML has no document type and no entities") from None


def name(element: Element) -> str:
    """A tag as it is written: ``amazon:effect``."""
    namespace, _, local = str(element.tag).rpartition("}")
    return f"amazon:{local}" if "amazon" in namespace else local
