"""The platform's error codes, as Sinch's documentation has them."""

from collections.abc import Mapping
from types import MappingProxyType

MEANINGS: Mapping[int, str] = MappingProxyType(
    {
        40001: "a parameter does not fit",
        40002: "a parameter is missing",
        40003: "the request is invalid, or its body is missing or not JSON",
        40004: "the application key in the body or path is invalid",
        40005: "a number has no leading plus",
        40100: "the Authorization header is missing or illegal",
        40101: "the timestamp is missing or invalid",
        40102: "the signature is wrong",
        40103: "already authorized",
        40104: "authorization is required",
        40105: "the request has expired",
        40107: "the wrong kind of authorization",
        40108: "the credentials are invalid",
        40200: "not enough credit",
        40300: "the destination is forbidden, or the caller id is not verified",
        40301: "the authorization scheme is invalid",
        40302: "the privileges are insufficient",
        40303: "the action is restricted",
        40400: "not found",
        40900: "a conflict",
        42200: "the request makes no sense",
        42201: "the request makes no sense",
        42202: "the request makes no sense",
        42900: "the capacity is exceeded",
        42901: "too fast",
        50000: "an internal error",
        50300: "temporarily down",
        50301: "a configuration error",
    }
)
"""What each code means; the first three digits are the HTTP status."""
