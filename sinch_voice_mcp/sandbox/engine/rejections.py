"""How the platform says no: its error codes, without HTTP."""

from collections.abc import Mapping

MEANINGS: Mapping[int, str] = {
    40001: "Parameter validation failed",
    40002: "A parameter is missing",
    40003: "Invalid request",
    40004: "Invalid application key",
    40005: "The number has no leading plus",
    40100: "The Authorization header is missing or illegal",
    40101: "The x-timestamp header is missing or invalid",
    40102: "Invalid signature",
    40105: "The request has expired",
    40107: "Wrong kind of authorization",
    40108: "Invalid credentials",
    40300: "The destination is forbidden",
    40301: "Invalid authorization scheme",
    40400: "Not found",
    40900: "Conflict",
    42200: "Semantic error",
    42900: "Capacity exceeded",
    50000: "Internal error",
}
"""Meaning of each error code (Sinch's documentation, *Errors*)."""


class RejectedError(Exception):
    """The platform refuses a request; nothing has changed.

    Attributes:
        code: Error code, such as 40400; its first three digits are the kind.
        message: One sentence.
        retry_after_s: Seconds after which a repetition may be accepted, if that is known.
    """

    def __init__(self, code: int, message: str | None = None, *, retry_after_s: int | None = None) -> None:
        super().__init__(message or MEANINGS[code])
        self.code = code
        self.message = message or MEANINGS[code]
        self.retry_after_s = retry_after_s


def not_simulated(feature: str) -> RejectedError:
    """The refusal of something that the sandbox cannot play yet."""
    return RejectedError(42200, f"The sandbox does not simulate {feature}.")
