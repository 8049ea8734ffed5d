"""When two requests are the same, although they are not written the same."""

import json
import re

from sinch_voice_mcp.types import JsonObject, is_list, is_object

_BLANKS = re.compile(r"\s*([\[\]])\s*|\s+")
"""White space, and the brackets of a prompt with the white space around them."""


def sameness(wire: JsonObject) -> JsonObject:
    """Return a request with inaudible white space removed: at the ends of texts, and repeated between words."""
    return {name: _same(value) for name, value in wire.items()}


def _same(value: object) -> object:
    if isinstance(value, str):
        return _text(value)
    if is_object(value):
        return sameness(value)
    return [_same(item) for item in value] if is_list(value) else value


def _text(text: str) -> str:
    if text.lstrip().startswith("{"):
        try:
            document: object = json.loads(text)
        except ValueError:
            pass
        else:
            # Written as it is sent, so that a document without superfluous white space stays as it is.
            return json.dumps(_same(document), ensure_ascii=False, separators=(",", ":"))
    return _BLANKS.sub(lambda found: found[1] or " ", text).strip()
