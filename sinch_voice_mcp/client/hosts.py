"""Where the platform is: base URLs by region, checks of other base URLs, and path parameters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

import httpx2

from sinch_voice_mcp.errors import ConfigurationError, InvalidInputError
from sinch_voice_mcp.ports import Place
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.text.urls import url_problem
from sinch_voice_mcp.types import Region

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

CALLS_PATH = "/calling/v1"
"""Path of callouts, calls and conferences below a base URL."""

_MAX_PARAMETER_CHARS = 256
_MAX_LABEL_CHARS = 63
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class CallingHosts:
    """The base URLs for calls and conferences that credentials may be sent to, one for each place.

    Attributes:
        own: The base URL of callouts, without a slash at the end. If it is not the platform's, such as that of a
            sandbox, the other regions are paths below it.
    """

    own: str

    def at(self, place: Place) -> str:
        """Return the base URL of a place."""
        if place.region is None:
            return self.own
        return REGIONS[place.region] if self._is_platform else f"{self.own}/{place.region}"

    def place_of(self, url: str) -> Place | None:
        """Return the place whose base URL a URL begins with; None if it begins with no other text than these.

        The URL itself is never used for a request: it may have come from anyone.
        """
        if not self._is_platform:
            return self._below_own(url)
        if url_problem(url) is not None:
            return None
        origin = "/".join(url.split("/", 3)[:3]).removesuffix(":443").lower()
        return next((Place(region) for region, base in REGIONS.items() if base == origin), None)

    @property
    def _is_platform(self) -> bool:
        return self.own in REGIONS.values()

    def _below_own(self, url: str) -> Place | None:
        places = (Place(), *map(Place, REGIONS))
        named = _by_address(url)
        return next((one for one in places if named.startswith(_by_address(f"{self.at(one)}{CALLS_PATH}/"))), None)


def _by_address(url: str) -> str:
    """Return a URL of this machine with its address: a sandbox cannot know by which name it was reached."""
    return re.sub(r"\Ahttp://localhost(?=[:/])", "http://127.0.0.1", url)


def calling_url(region: Region) -> str:
    """Return the base URL for callouts, calls and conferences of a region.

    Raises:
        ConfigurationError: The region is unknown.
    """
    if region not in REGIONS:
        raise ConfigurationError(f"there is no region {region!r}; use one of {', '.join(REGIONS)}", field="region")
    return REGIONS[region]


def base_url(text: str, field: str) -> str:
    """Check a base URL and return it without a slash at the end.

    Args:
        text: The URL; its path is prepended to every path of the platform, and signed.
        field: The setting that holds it, for the error message.

    Raises:
        ConfigurationError: It is not an https URL (http is allowed to this machine only), or it has a part that a
            base URL cannot have.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ConfigurationError(f"{field} is not a URL: {error}", field=field) from None
    problem = _problem(url)
    if problem is not None:
        raise ConfigurationError(f"{field} {problem}", field=field)
    return str(url).rstrip("/")


def _problem(url: httpx2.URL) -> str | None:
    if url.scheme not in ("https", "http") or not _is_host(url.host):
        return "must be a complete URL, such as https://calling.api.sinch.com"
    if url.userinfo or "?" in str(url) or "#" in str(url):
        return "must not have a user name, a query or a fragment"
    if url.port is not None and not 0 < url.port <= _MAX_PORT:
        return f"has a port outside 1 to {_MAX_PORT}"
    if url.scheme == "http" and not is_loopback(url.host):
        return "must be https; http is allowed to this machine only"
    return None


def _is_host(host: str) -> bool:
    return all(0 < len(label) <= _MAX_LABEL_CHARS for label in host.removesuffix(".").split("."))


def segment(value: str, field: str) -> str:
    """Return a path parameter as exactly one percent-encoded segment of a path.

    Raises:
        InvalidInputError: It is empty, a dot segment, longer than 256 characters or not valid Unicode: it would lead to
            another path, or to none.
    """
    if value in ("", ".", ".."):
        raise InvalidInputError(f"{field} must not be empty, `.` or `..`.", field=field)
    if len(value) > _MAX_PARAMETER_CHARS:
        raise InvalidInputError(f"{field} is longer than {_MAX_PARAMETER_CHARS} characters.", field=field)
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise InvalidInputError(f"{field} is not valid Unicode text.", field=field) from None
