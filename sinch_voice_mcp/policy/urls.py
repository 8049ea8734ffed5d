"""Compare the hosts of URLs with those that the owner listed."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from sinch_voice_mcp.text.urls import is_dns_name


def url_host(url: str) -> str:
    """Return the host, in lower case, of a URL in which ``text.urls.url_problem`` finds no problem."""
    return urlsplit(url).netloc.removesuffix(":443").lower()


def is_host_pattern(pattern: str) -> bool:
    """Whether a text is a DNS name, or ``*.`` and a DNS name, which matches every subdomain."""
    return is_dns_name(pattern.removeprefix("*."))


def host_listed(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of the listed names, or a subdomain of a listed ``*.name``."""
    return any(host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern for pattern in patterns)
