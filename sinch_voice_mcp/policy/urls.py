"""URLs that the platform is given, compared with the hosts that the owner listed. Nothing is fetched here."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter, so no spelling of an IP address (dotted, decimal, octal, hex) is a name.
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.ASCII)
# Any spelling of an IPv4 address: one to four numbers, each decimal, octal or hexadecimal.
_ADDRESS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.ASCII | re.IGNORECASE)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_BRACKETED = re.compile(r"[a-z]+://[^/?#]*\[")
_UNSAFE = frozenset('\\"<>^`{|}[]#')
_LONGEST = 2_000
_LONGEST_NAME = 253


def url_problem(url: str, scheme: str = "https") -> str | None:
    """Why a URL is not one that may be given to the platform; completes a sentence that begins with the URL.

    Allowed is ``https://`` in lower case, a DNS name, port 443, a path and a query in printable ASCII.
    User information, fragments, IP addresses in any spelling and names that are not ASCII are not.
    """
    if not url.startswith(f"{scheme}://"):
        return f"does not begin with `{scheme}://`"
    if len(url) > _LONGEST:
        return f"is longer than {_LONGEST:,} characters"
    if not _PRINTABLE.fullmatch(url):
        return "holds spaces, control characters or characters that are not ASCII"
    if _BRACKETED.match(url):
        return "names its host by an IP address in square brackets and not by a DNS name"
    if (sign := next((sign for sign in url if sign in _UNSAFE), None)) is not None:
        return f"holds the character `{sign}`"
    return _authority_problem(url)


def _authority_problem(url: str) -> str | None:
    authority = urlsplit(url).netloc
    if "@" in authority:
        return "holds user information before its host"
    name = authority.removesuffix(":443")
    if ":" in name:
        return "names another port than 443"
    if is_dns_name(name.lower()):
        return None
    if _ADDRESS.fullmatch(name):
        return "names its host by an IP address and not by a DNS name"
    return "names its host by something else than a DNS name"


def url_host(url: str) -> str:
    """The host of a URL that :func:`url_problem` finds nothing wrong with, in lower case."""
    return urlsplit(url).netloc.removesuffix(":443").lower()


def is_dns_name(name: str) -> bool:
    """Whether a text is a DNS name of two labels or more, in lower case, and no spelling of an IP address."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def is_host_pattern(pattern: str) -> bool:
    """Whether a text is a DNS name, or ``*.`` and one, which stands for every name below it."""
    return is_dns_name(pattern.removeprefix("*."))


def host_listed(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of the listed names, or below a listed ``*.name``."""
    return any(host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern for pattern in patterns)
