"""Where the platform is: hosts by region, base URLs that may be used, and path parameters."""

from collections.abc import Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

import httpx2

from sinch_voice_mcp.errors import ConfigurationError, InvalidInputError

Region = Literal["global", "use1", "euc1", "sae1", "apse1", "apse2"]
"""Where calls and conferences live; a conference id means another room in another region."""

REGIONS: Mapping[Region, str] = MappingProxyType(
    {
        "global": "https://calling.api.sinch.com",
        "use1": "https://calling-use1.api.sinch.com",
        "euc1": "https://calling-euc1.api.sinch.com",
        "sae1": "https://calling-sae1.api.sinch.com",
        "apse1": "https://calling-apse1.api.sinch.com",
        "apse2": "https://calling-apse2.api.sinch.com",
    }
)
"""The base URL for callouts, calls and conferences of each region, as Sinch's OpenAPI document lists them."""

CONFIGURATION_URL = "https://callingapi.sinch.com"
"""The base URL for numbers and callback URLs; there is one for all regions."""

_LONGEST_PARAMETER = 256
_LONGEST_LABEL = 63
_LAST_PORT = 65_535


def calling_url(region: Region) -> str:
    """The base URL for callouts, calls and conferences of a region.

    Raises:
        ConfigurationError: There is no such region.
    """
    if region not in REGIONS:
        raise ConfigurationError(f"there is no region {region!r}; there are {', '.join(REGIONS)}", field="region")
    return REGIONS[region]


def base_url(text: str, field: str) -> str:
    """A base URL as it may be used: without a slash at the end.

    Args:
        text: The URL; a path in it is put before every path of the platform, and signed.
        field: The setting that it comes from, to name it in an error.

    Raises:
        ConfigurationError: It is not an https URL (http is allowed to this machine alone), or it has a part that
            a base URL cannot have.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ConfigurationError(f"{field} is not a URL: {error}", field=field) from None
    fault = _fault(url)
    if fault is not None:
        raise ConfigurationError(f"{field} {fault}", field=field)
    return str(url).rstrip("/")


def _fault(url: httpx2.URL) -> str | None:
    if url.scheme not in ("https", "http") or not _is_host(url.host):
        return "must be a whole URL, such as https://calling.api.sinch.com"
    if url.userinfo or "?" in str(url) or "#" in str(url):
        return "must not carry a user name, a query or a fragment"
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        return f"has a port outside 1 to {_LAST_PORT}"
    if url.scheme == "http" and not is_loopback(url.host):
        return "must be https; http is allowed to this machine alone"
    return None


def _is_host(host: str) -> bool:
    return all(0 < len(label) <= _LONGEST_LABEL for label in host.removesuffix(".").split("."))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def segment(value: str, field: str) -> str:
    """A path parameter as exactly one percent-encoded segment of a path.

    Raises:
        InvalidInputError: It is empty, a dot segment, or too long: it would name another path, or none.
    """
    if value in ("", ".", ".."):
        raise InvalidInputError(f"{field} must not be empty or made of dots.", field=field)
    if len(value) > _LONGEST_PARAMETER:
        raise InvalidInputError(f"{field} is longer than {_LONGEST_PARAMETER} characters.", field=field)
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise InvalidInputError(f"{field} is not valid Unicode text.", field=field) from None
