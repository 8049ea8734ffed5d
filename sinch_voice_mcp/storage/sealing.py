"""Seal what must not stand in the database as it is: AES-256-GCM under a key derived from a secret of the owner."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sinch_voice_mcp.types import JsonObject, is_object

_KEY_BYTES, _NONCE_BYTES = 32, 12
_SEALING, _DIGESTS = b"sinch-voice-mcp journal: people", b"sinch-voice-mcp journal: digests"


class Seal:
    """Seals JSON objects, each for one row, and opens them again.

    Args:
        secret: The owner's secret. All servers on one database need the same; what was sealed under another one cannot
            be opened.
    """

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derived(secret, _SEALING))
        self._digest_key = _derived(secret, _DIGESTS)

    def digest(self, text: str) -> str:
        """Return a digest of a text, in hexadecimal, that cannot be computed without the secret."""
        return hmac.new(self._digest_key, text.encode(), "sha256").hexdigest()

    def close(self, row: str, content: JsonObject) -> str:
        """Return an object in sealed form, as ASCII text; ``row`` is the ID of the only row in which it opens."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = json.dumps(content, separators=(",", ":")).encode()
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text, row.encode())).decode()

    def open(self, row: str, sealed: str) -> JsonObject | None:
        """Return a sealed object; None if it was sealed under another secret, for another row, or was changed."""
        try:
            data = urlsafe_b64decode(sealed)
            text = self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], row.encode())
        except (InvalidTag, ValueError):
            return None
        content: object = json.loads(text)
        return content if is_object(content) else None


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose).derive(secret)
