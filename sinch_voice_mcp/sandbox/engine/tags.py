"""Tags: a name that a requester gives its calls, so that several test runs can share one sandbox."""

import re

from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.types import TAG_PATTERN

_SEPARATORS = re.compile(r"[\s,]+")
_PREFIX = "tag="


def tag_in(custom: str) -> str | None:
    """Return the first ``tag=NAME`` in the member ``custom`` of a request, between blanks or commas; None without."""
    names = (word.removeprefix(_PREFIX) for word in _SEPARATORS.split(custom) if word.startswith(_PREFIX))
    return next((name for name in names if TAG_PATTERN.fullmatch(name)), None)


BEHAVIORS = (chosen("api", "tag of a call", "the header `x-sandbox-tag`, else `tag=NAME` in `custom`"),)
