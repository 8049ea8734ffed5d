"""What the sandbox answers, before it becomes HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sinch_voice_mcp.sandbox.engine import RejectedError
from sinch_voice_mcp.types import JsonObject


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON object or nothing at all, and further headers."""

    status: int = 200
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def content(self) -> bytes:
        """The bytes of the body: none at all where the platform sends no data."""
        # Escapes keep what cannot be UTF-8, such as half a surrogate pair in `custom`, sendable.
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


EMPTY = Answer(200)
"""No data, as the platform answers where it manages something: zero bytes."""

NO_CONTENT = Answer(204)


def rejection(error: RejectedError, reference: str, *, status: int | None = None) -> Answer:
    """The platform's error body; the first three digits of its code are the HTTP status."""
    body: JsonObject = {"errorCode": error.code, "message": error.message, "reference": reference}
    headers = {} if error.retry_after_s is None else {"retry-after": str(error.retry_after_s)}
    return Answer(status or error.code // 100, body, headers)
