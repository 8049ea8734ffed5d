"""Names of call headers: how they are written, and which ones the owner's rules for destinations depend on."""

import re

_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+", re.ASCII)
"""A token of RFC 3261."""

_ROUTING = frozenset(
    {
        "accept-contact", "alert-info", "call-id", "call-info", "contact", "content-disposition", "content-encoding",
        "content-length", "content-type", "cseq", "diversion", "error-info", "event", "from", "geolocation",
        "history-info", "identity", "identity-info", "join", "max-forwards", "p-asserted-identity",
        "p-called-party-id", "p-preferred-identity", "p-served-user", "path", "privacy", "proxy-require",
        "record-route", "refer-sub", "refer-to", "referred-by", "reject-contact", "remote-party-id", "replaces",
        "reply-to", "request-disposition", "require", "resource-priority", "route", "service-route",
        "session-expires", "supported", "target-dialog", "to", "via",
        # Compact forms of these.
        "a", "b", "c", "d", "e", "f", "i", "j", "k", "l", "m", "n", "o", "r", "t", "v", "x", "y",
    }
)  # fmt: skip
"""Headers that route, replace or identify a SIP call, or name an address to fetch; in lower case."""


def is_header_name(name: str) -> bool:
    """Whether a text is a token as SIP writes the names of headers."""
    return _TOKEN.fullmatch(name) is not None


def routes_calls(name: str) -> bool:
    """Whether a header could send a SIP call to another address, or let it pass for another call."""
    return name.lower() in _ROUTING
