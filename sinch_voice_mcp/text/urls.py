"""What is wrong with a URL that the platform would fetch or call: one answer for the guard and the linter.

Nothing is fetched here.
"""

import re
from urllib.parse import urlsplit

from sinch_voice_mcp.text.hosts import is_numeric

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter, so no spelling of an IP address (dotted, decimal, octal, hex) is a name.
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?", re.ASCII)
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_BRACKETED = re.compile(r"[a-z]+://[^/?#]*\[")
# URL parsers disagree about these, so the platform could read another host than the guard.
_UNSAFE = frozenset('\\"<>^`{|}[]#')
_MAX_URL_CHARS = 2_000
"""Characters of a URL; real ones are far shorter."""

_MAX_NAME_CHARS = 253
"""Characters of a DNS name, as RFC 1035 limits it."""


def url_problem(url: str, scheme: str = "https") -> str | None:
    """Return why a URL must not be sent to the platform, as the end of a sentence about the URL; None if it may be.

    A URL may have ``https://`` in lower case, a DNS name, port 443, a path and a query in printable ASCII. It may not
    have user information, a fragment, an IP address in any spelling, or a name that is not ASCII.
    """
    if not url.startswith(f"{scheme}://"):
        return f"does not begin with `{scheme}://`"
    if len(url) > _MAX_URL_CHARS:
        return f"is longer than {_MAX_URL_CHARS:,} characters"
    if not _PRINTABLE.fullmatch(url):
        return "has spaces, control characters or characters that are not ASCII"
    if _BRACKETED.match(url):
        return "has an IP address in square brackets instead of a DNS name"
    if (char := next((char for char in url if char in _UNSAFE), None)) is not None:
        return f"has the character `{char}`"
    return _authority_problem(url)


def _authority_problem(url: str) -> str | None:
    authority = urlsplit(url).netloc
    if "@" in authority:
        return "has user information before its host"
    name = authority.removesuffix(":443")
    if ":" in name:
        return "has another port than 443"
    if is_dns_name(name.lower()):
        return None
    if is_numeric(name):
        return "has an IP address instead of a DNS name"
    return "has a host that is not a DNS name"


def is_dns_name(name: str) -> bool:
    """Whether a text is a DNS name of two or more labels, in lower case, and no spelling of an IP address."""
    return len(name) <= _MAX_NAME_CHARS and _NAME.fullmatch(name) is not None
