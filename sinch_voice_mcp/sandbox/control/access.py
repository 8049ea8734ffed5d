"""Who may use the control API: programs on this machine, and those with the token; never a page of another site."""

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.text.hosts import is_loopback

_SAME_SITE = frozenset({"same-origin", "none"})
# A proxy on this machine passes on requests of others, and names them here.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_CHALLENGE = {"www-authenticate": "Bearer"}

TOKEN_RULE = "a token has at least one character, only printable ones of ASCII, and no blank at its ends"  # noqa: S105 - the rule


def is_token(text: str) -> bool:
    """Return whether a text can be the token of a sandbox."""
    return bool(text) and text.isascii() and text.isprintable() and text == text.strip()


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of access; without a token, only programs on this machine may use the API.

    Raises:
        ValueError: The token is one that a request cannot send, or that every request sends.
    """

    token: str | None

    def __post_init__(self) -> None:
        if self.token is not None and not is_token(self.token):
            raise ValueError(TOKEN_RULE)

    def check(self, headers: Headers, peer: str | None, scheme: str) -> None:
        """Check a request.

        Args:
            headers: The headers of the request.
            peer: The address that the request came from; None if it is not known.
            scheme: ``http`` or ``https``.

        Raises:
            ControlError: The request may not be fulfilled.
        """
        hosts = headers.getlist("host")
        host = hosts[0] if len(hosts) == 1 else ""
        _check_site(headers, f"{scheme}://{host}")
        if self._has_token(headers):
            return
        is_local = peer is not None and is_loopback(peer) and not any(name in headers for name in _FORWARDED)
        if not is_local:
            raise ControlError(
                "unauthorized",
                "requests from other machines need the token of the sandbox",
                "Send `Authorization: Bearer TOKEN`; who started the sandbox knows the token, or gives it one.",
                _CHALLENGE,
            )
        # A name that an attacker controls can point to this machine; a browser then sends that name.
        if not is_loopback(_hostname(host)):
            raise ControlError(
                "forbidden",
                "the header `Host` names another machine",
                "Use http://127.0.0.1 or http://localhost with the port of the sandbox, or send its token.",
            )

    def _has_token(self, headers: Headers) -> bool:
        """Return whether the request has the token.

        Raises:
            ControlError: It has another one.
        """
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if self.token is None or scheme.lower() != "bearer":
            return False
        if hmac.compare_digest(given.strip().encode("utf-8", "replace"), self.token.encode()):
            return True
        wrong = "the token is not that of this sandbox"
        raise ControlError("unauthorized", wrong, "Send the token of this sandbox.", _CHALLENGE)


def _check_site(headers: Headers, own: str) -> None:
    """Refuse requests that a browser sends for a page of another site."""
    origins = headers.getlist("origin")
    is_foreign = any(origin.lower() != own.lower() for origin in origins)
    if is_foreign or headers.get("sec-fetch-site", "none") not in _SAME_SITE:
        raise ControlError(
            "forbidden",
            "a page of another site sent this request",
            "Send it from the sandbox's own page, or from a program that is no browser.",
        )


def _hostname(host: str) -> str:
    """Return a Host header without its port; an empty text if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""
