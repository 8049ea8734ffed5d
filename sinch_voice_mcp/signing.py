"""Sinch's application signature: one pure implementation for client, receiver and sandbox.

The string that is signed, and where each part comes from, is in Sinch's documentation under
*Authentication*; requests and callbacks use the same algorithm. Nothing here reads a clock or a socket.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import unquote

from sinch_voice_mcp.errors import ConfigurationError

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be from our clock; Sinch publishes no number."""


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
            message = "the application key is empty, or holds a colon, a space or what no header can carry"
            raise ConfigurationError(message, field="key")
        if not self.secret:
            raise ConfigurationError("the application secret is empty", field="secret")
        _ = self.secret_bytes

    @property
    def secret_bytes(self) -> bytes:
        """The secret as the signature uses it: base64-decoded."""
        try:
            return base64.b64decode(self.secret, validate=True)
        except (binascii.Error, ValueError):
            raise ConfigurationError(
                "the application secret is not base64; copy it whole from the dashboard", field="secret"
            ) from None

    def is_key(self, key: str) -> bool:
        """Whether a key names this application; letter case and dashes do not matter."""
        return _folded(key) == _folded(self.key)


def _folded(key: str) -> str:
    return key.replace("-", "").lower()


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed. ``body`` is the exact bytes; ``content_type`` the header as it stands, empty without one."""

    method: str
    path: str
    content_type: str
    timestamp: str
    body: bytes = b""


def timestamp(now: datetime) -> str:
    """An instant as Sinch's requests carry it: UTC, milliseconds, ``Z``."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def content_md5(body: bytes) -> str:
    """Base64 of the MD5 of a body; empty for an empty body."""
    if not body:
        return ""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")


def string_to_sign(message: Message) -> str:
    """The five lines that are signed."""
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
    """Base64 of the HMAC-SHA256 of the string to sign, keyed with the decoded secret."""
    text = string_to_sign(message).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(credentials.secret_bytes, text, hashlib.sha256).digest()).decode("ascii")


def authorization(credentials: Credentials, message: Message) -> str:
    """The ``Authorization`` header of a signed request or callback; the scheme in lower case."""
    return f"application {credentials.key}:{signature(credentials, message)}"


def basic_authorization(credentials: Credentials) -> str:
    """The ``Authorization`` header of the Basic scheme: the secret as shown, not decoded."""
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


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in. ``path`` is raw, without query; ``query`` is raw, without question mark."""

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
    """Check who sent a request.

    The signature may be over the raw path, the percent-decoded path, or the raw path with query:
    Sinch's own SDKs differ.

    Args:
        received: The request, its body as raw bytes.
        credentials: The applications that may be meant.
        now: The current instant.
        tolerance: How old or new a timestamp may be; None accepts any.
        accept_basic: Whether the Basic scheme is accepted (requests: yes, callbacks: never).

    Returns:
        The application that sent it, or why it is not accepted.
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
    """An ``x-timestamp`` header as an instant; None where it is missing or not ISO 8601."""
    if text is None or _TIMESTAMP.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
