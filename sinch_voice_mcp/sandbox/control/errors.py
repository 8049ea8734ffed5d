"""Errors of the control API: what was wrong with a request, and what to do next."""

from collections.abc import Mapping
from typing import Literal

ErrorCode = Literal[
    "unauthorized",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "body_too_large",
    "invalid_body",
    "invalid_parameter",
    "invalid_query",
    "too_many_requests",
    "stopping",
    "unexpected",
]

STATUSES: Mapping[ErrorCode, int] = {
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "body_too_large": 413,
    "invalid_body": 400,
    "invalid_parameter": 400,
    "invalid_query": 400,
    "too_many_requests": 429,
    "stopping": 503,
    "unexpected": 500,
}
"""The HTTP status of each error."""


class ControlError(Exception):
    """A request that is not fulfilled; nothing has changed.

    Attributes:
        code: What kind of error it is.
        message: What was wrong, and where.
        next_step: What to do now.
        headers: Further headers of the response.
    """

    def __init__(self, code: ErrorCode, message: str, next_step: str, headers: Mapping[str, str] | None = None) -> None:
        self.code: ErrorCode = code
        self.message = message
        self.next_step = next_step
        self.headers = headers or {}
        super().__init__(message)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUSES[self.code]


def rejection(message: str, code: ErrorCode) -> ControlError:
    """Return the error for what the engine rejects, in the engine's words."""
    step = "GET /_sandbox/openapi.json describes every request."
    return ControlError(code, f"{message[:1].lower()}{message[1:]}", step)
