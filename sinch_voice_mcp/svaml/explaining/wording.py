"""Foreign text, prompts and amounts as words: one line each, short, without anything invisible."""

import re
import unicodedata
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from sinch_voice_mcp.svaml import prompts
from sinch_voice_mcp.svaml.prompts import Audio, File, PromptError, Ssml, Text

LONGEST_TEXT = 80
LONGEST_NAME = 40
_LOOKED_AT = 6_000
_LISTED = 8
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_LEFT_OUT = (range(0xFE00, 0xFE10), range(0xE0000, 0xE1000), range(0xFDD0, 0xFDF0))
"""Variation selectors and tags, which can carry hidden text, and noncharacters."""

_PLANE_END = 0xFFFE
_TAG = re.compile(r"<[^<>]*>")


def plain(text: str, limit: int = LONGEST_TEXT) -> str:
    """Foreign text on one line: no control, format or private characters, at most ``limit`` characters."""
    seen = "".join(" " if sign.isspace() else sign for sign in text[:_LOOKED_AT] if sign.isspace() or _is_seen(sign))
    line = " ".join(seen.split())
    whole = len(text) <= _LOOKED_AT and len(line) <= limit
    return line if whole else line[: limit - 1].rstrip() + "…"


def _is_seen(sign: str) -> bool:
    code = ord(sign)
    left_out = code & _PLANE_END == _PLANE_END or any(code in some for some in _LEFT_OUT)
    return not left_out and unicodedata.category(sign) not in _UNSEEN


def quoted(text: str, limit: int = LONGEST_TEXT) -> str:
    """Foreign text in double quotes, which it cannot close."""
    return '"' + plain(text, limit).replace('"', "'") + '"'


def named(text: str, limit: int = LONGEST_NAME) -> str:
    """A foreign name in backticks, which it cannot close."""
    return "`" + (plain(text, limit).replace("`", "'") or " ") + "`"


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends in a quotation that brings its own."""
    return text if text.endswith(('."', '!"', '?"', '…"')) else f"{text}."


def listed(items: Sequence[str], last: str = "and", most: int = _LISTED) -> str:
    """``a, b and c``; what is beyond ``most`` is counted."""
    shown = list(items[:most])
    if len(items) > most:
        shown.append(f"{len(items) - most:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def seconds(count: int) -> str:
    """``90 s (1 min 30 s)``; short times without the brackets."""
    if count < 120:  # noqa: PLR2004 - people read seconds up to two minutes
        return f"{count} s"
    hours, rest = divmod(count, 3600)
    minutes, left = divmod(rest, 60)
    units = ((hours, "h"), (minutes, "min"), (left, "s"))
    return f"{count:,} s ({' '.join(f'{amount} {unit}' for amount, unit in units if amount)})"


def milliseconds(count: int) -> str:
    """Milliseconds as seconds: ``2.5 s``."""
    return f"{count / 1000:,.3f}".rstrip("0").rstrip(".") + " s"


def heard(prompt: str) -> str:
    """What a prompt plays: ``"Hello", then the audio at `https://…```."""
    parts = _parts(prompt)
    return listed([_part(part) for part in parts], last="then") if parts else "nothing"


def spoken(ssml: str) -> str:
    """The text content of SSML; of what is no XML, the text between its tags."""
    try:
        root: Element = fromstring(ssml[:_LOOKED_AT], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return _TAG.sub(" ", ssml[:_LOOKED_AT])
    return "".join(root.itertext())


def _parts(prompt: str) -> tuple[prompts.Part, ...]:
    try:
        return prompts.parse(prompt)
    except PromptError:
        # The linter says what is wrong with it; here it is shown as it is.
        return (Text(prompt),)


def _part(part: prompts.Part) -> str:
    match part:
        case Text(text):
            return quoted(text)
        case Ssml(ssml):
            return quoted(spoken(ssml))
        case Audio(url):
            return f"the audio at {named(url, LONGEST_TEXT)}"
        case File(file):
            return f"the stored file {named(file)}"
