"""Sinch's application signature: one pure implementation for the client, the callback receiver and the sandbox.

Sinch's documentation describes the signed string under *Authentication*; requests and callbacks use the same
algorithm. Nothing here reads a clock or a socket.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote, unquote

from sinch_voice_mcp.errors import ConfigurationError

# Stricter than `datetime.fromisoformat`, which also accepts dates, missing offsets and week numbers.
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)

TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be from this machine's clock, in either direction; Sinch publishes no number."""


@dataclass(frozen=True)
class Credentials:
    """An application's key and secret, as the dashboard shows them.

    Raises:
        ConfigurationError: The secret is not standard base64, or one of the two is empty.
    """

    key: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        printable = self.key.isascii() and self.key.isprintable()
        if not self.key or not printable or ":" in self.key or " " in self.key:
            message = "the application key is empty, or contains a colon, a space, or a control or non-ASCII character"
            raise ConfigurationError(message, field="key")
        if not self.secret:
            raise ConfigurationError("the application secret is empty", field="secret")
        # Decode once, so that a wrong secret fails here and not in the first request.
        _ = self.secret_bytes

    @property
    def secret_bytes(self) -> bytes:
        """The secret in the form that the signature uses: base64-decoded."""
        try:
            return base64.b64decode(self.secret, validate=True)
        except (binascii.Error, ValueError):
            raise ConfigurationError(
                "the application secret is not base64; copy it whole from the dashboard", field="secret"
            ) from None

    def is_key(self, key: str) -> bool:
        """Return whether a key names this application; letter case and dashes do not matter."""
        return _folded(key) == _folded(self.key)


def _folded(key: str) -> str:
    return key.replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class Message:
    """The signed parts of a request. ``body`` is the exact bytes; ``content_type`` is empty without such a header."""

    method: str
    path: str
    content_type: str
    timestamp: str
    body: bytes = b""


def timestamp(now: datetime) -> str:
    """Format an instant for the ``x-timestamp`` header of a request: UTC, milliseconds, ``Z``."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def callback_timestamp(now: datetime) -> str:
    """Format an instant for the ``x-timestamp`` header of a callback: UTC, seven digits of the second, ``Z``."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def raw_path(decoded: str, raw: bytes | None) -> str:
    """Return a request's path as it was sent, still percent-encoded and without query.

    Args:
        decoded: The path that the HTTP server decoded.
        raw: The request target as it was sent, if the server kept it; ASGI does not require that.
    """
    return quote(decoded) if raw is None else raw.partition(b"?")[0].decode("latin-1")


def content_md5(body: bytes) -> str:
    """Return the base64 of the MD5 of a body; an empty string for an empty body."""
    if not body:
        return ""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")


def string_to_sign(message: Message) -> str:
    """Return the five lines that are signed."""
    return "\n".join(
        (
            message.method.upper(),
            content_md5(message.body),
            message.content_type,
            f"x-timestamp:{message.timestamp}",
            message.path,
        )
    )


def signature(credentials: Credentials, message: Message) -> str:
    """Return the base64 of the HMAC-SHA256 of the string to sign, keyed with the decoded secret."""
    text = string_to_sign(message).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(credentials.secret_bytes, text, hashlib.sha256).digest()).decode("ascii")


def authorization(credentials: Credentials, message: Message) -> str:
    """Return the ``Authorization`` header of a signed request or callback; the scheme is in lower case."""
    return f"application {credentials.key}:{signature(credentials, message)}"


def basic_authorization(credentials: Credentials) -> str:
    """Return the ``Authorization`` header of the Basic scheme, which uses the secret as shown, not decoded."""
    pair = f"{credentials.key}:{credentials.secret}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


Flaw = Literal[
    "authorization_missing",
    "scheme_unknown",
    "timestamp_missing",
    "timestamp_outside",
    "key_unknown",
    "signature_wrong",
    "password_wrong",
]
"""Why a request is not accepted."""

FLAW_CODES: Mapping[Flaw, int] = MappingProxyType(
    {
        "authorization_missing": 40100,
        "timestamp_missing": 40101,
        "signature_wrong": 40102,
        "timestamp_outside": 40105,
        "scheme_unknown": 40107,
        "key_unknown": 40108,
        "password_wrong": 40108,
    }
)
"""The platform's error code for each flaw, as in :data:`sinch_voice_mcp.wire.codes.CODES`."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived: ``path`` is raw and without query, ``query`` is raw and without question mark."""

    method: str
    path: str
    query: str
    authorization: str | None
    content_type: str
    timestamp: str | None
    body: bytes


def verify(
    received: Received,
    credentials: Iterable[Credentials],
    *,
    now: datetime,
    tolerance: timedelta | None = TOLERANCE,
    accept_basic: bool = True,
) -> Credentials | Flaw:
    """Check which application sent a request.

    The signature may cover the raw path, the percent-decoded path, or the raw path with query, because Sinch's own
    SDKs differ.

    Args:
        received: The request, with its body as raw bytes.
        credentials: The applications whose requests are accepted.
        now: The current instant.
        tolerance: How far the timestamp may be from ``now``, in either direction; None accepts any.
        accept_basic: Whether to accept the Basic scheme: yes for requests, never for callbacks.

    Returns:
        The application that sent the request, or why the request is not accepted.
    """
    scheme, _, rest = (received.authorization or "").strip().partition(" ")
    if not scheme or not rest.strip():
        return "authorization_missing"
    match scheme.lower():
        case "application":
            return _verify_signed(received, rest.strip(), tuple(credentials), now, tolerance)
        case "basic" if accept_basic:
            return _verify_basic(rest.strip(), tuple(credentials))
        case _:
            return "scheme_unknown"


def _verify_signed(
    received: Received,
    pair: str,
    known: tuple[Credentials, ...],
    now: datetime,
    tolerance: timedelta | None,
) -> Credentials | Flaw:
    key, colon, claimed = pair.partition(":")
    if not colon or not key or not claimed:
        return "authorization_missing"
    sent_at = parse_timestamp(received.timestamp)
    if sent_at is None or received.timestamp is None:
        return "timestamp_missing"
    if tolerance is not None and abs(now - sent_at) > tolerance:
        return "timestamp_outside"
    sender = next((one for one in known if one.is_key(key)), None)
    if sender is None:
        return "key_unknown"
    # Compare every variant, so that the time taken does not reveal which path was signed.
    matches = [
        hmac.compare_digest(signature(sender, message).encode(), claimed.encode("utf-8", "replace"))
        for message in _variants(received, received.timestamp)
    ]
    return sender if any(matches) else "signature_wrong"


def _variants(received: Received, stamp: str) -> Iterable[Message]:
    paths = [received.path, unquote(received.path)]
    if received.query:
        paths.append(f"{received.path}?{received.query}")
    for path in dict.fromkeys(paths):
        yield Message(received.method, path, received.content_type, stamp, received.body)


def _verify_basic(encoded: str, known: tuple[Credentials, ...]) -> Credentials | Flaw:
    try:
        key, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "authorization_missing"
    if not colon:
        return "authorization_missing"
    sender = next((one for one in known if one.is_key(key)), None)
    if sender is None:
        return "key_unknown"
    right = hmac.compare_digest(password.encode(), sender.secret.encode())
    return sender if right else "password_wrong"


def parse_timestamp(text: str | None) -> datetime | None:
    """Read an ``x-timestamp`` header; None if it is missing or not an ISO 8601 instant with an offset."""
    if text is None or _TIMESTAMP.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
