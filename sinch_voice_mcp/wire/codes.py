"""The platform's error codes, as Sinch's documentation lists them, and the HTTP status of a success."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_SUCCESS = range(200, 300)


class ErrorCode(NamedTuple):
    """One error code: ``message`` is what an error body says, ``meaning`` explains it as part of a sentence."""

    message: str
    meaning: str


CODES: Mapping[int, ErrorCode] = MappingProxyType(
    {
        40001: ErrorCode("Parameter validation failed", "a parameter does not fit"),
        40002: ErrorCode("A parameter is missing", "a parameter is missing"),
        40003: ErrorCode("Invalid request", "the request is invalid, or its body is missing or not JSON"),
        40004: ErrorCode("Invalid application key", "the application key in the body or path is invalid"),
        40005: ErrorCode("The number has no leading plus", "a number has no leading plus"),
        40100: ErrorCode(
            "The Authorization header is missing or illegal", "the Authorization header is missing or illegal"
        ),
        40101: ErrorCode("The x-timestamp header is missing or invalid", "the timestamp is missing or invalid"),
        40102: ErrorCode("Invalid signature", "the signature is wrong"),
        40103: ErrorCode("Already authorized", "already authorized"),
        40104: ErrorCode("Authorization required", "authorization is required"),
        40105: ErrorCode("The request has expired", "the request has expired"),
        40107: ErrorCode("Wrong kind of authorization", "the wrong kind of authorization"),
        40108: ErrorCode("Invalid credentials", "the credentials are invalid"),
        40200: ErrorCode("Not enough credit", "not enough credit"),
        40300: ErrorCode(
            "The destination is forbidden", "the destination is forbidden, or the caller id is not verified"
        ),
        40301: ErrorCode("Invalid authorization scheme", "the authorization scheme is invalid"),
        40302: ErrorCode("Insufficient privileges", "the privileges are insufficient"),
        40303: ErrorCode("Restricted action", "the action is restricted"),
        40400: ErrorCode("Not found", "not found"),
        40900: ErrorCode("Conflict", "a conflict"),
        42200: ErrorCode("Semantic error", "the request makes no sense"),
        42201: ErrorCode("Semantic error", "the request makes no sense"),
        42202: ErrorCode("Semantic error", "the request makes no sense"),
        42900: ErrorCode("Capacity exceeded", "the capacity is exceeded"),
        42901: ErrorCode("Too many requests", "too fast"),
        50000: ErrorCode("Internal error", "an internal error"),
        50300: ErrorCode("Temporarily unavailable", "temporarily down"),
        50301: ErrorCode("Configuration error", "a configuration error"),
    }
)
"""Every error code. Its first three digits are the HTTP status."""


def is_success(status: int) -> bool:
    """Return whether an HTTP status is one of the 2xx."""
    return status in _SUCCESS


def answer_in_words(status: int, error_code: int | None) -> str:
    """Return what an error of the platform means, in our own words: status, code, and the code's meaning."""
    if error_code is None:
        return f"The platform answered {status}."
    code = CODES.get(error_code)
    meaning = f": {code.meaning}" if code is not None else ""
    return f"The platform answered {status}{meaning} (error code {error_code})."
