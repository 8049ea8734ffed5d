"""The audit log as a chain: each digest covers its row and the digest before it."""

import hashlib
import json
from collections.abc import Mapping

from sinch_voice_mcp.storage.database import Statement, Steps
from sinch_voice_mcp.text.masking import masked
from sinch_voice_mcp.types import Millis, Token

_APPEND = (
    "INSERT INTO audit (seq, at, event, call, details, digest) VALUES (:seq, :at, :event, :token, :details, :digest)"
)
_SET_HEAD = "UPDATE gate SET head = :digest WHERE id = 1"
_NEXT = "UPDATE gate SET seq = seq + 1 WHERE id = 1 RETURNING seq, head"
"""Takes the next number and locks the row until the commit, so that the chain has no forks."""


def digest(before: str, seq: int, at: Millis, event: str, token: Token | None, details: str) -> str:
    """Return the digest of a row: SHA-256 of the digest before it and the row's members as JSON text."""
    text = json.dumps([before, seq, at, event, token, details], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def appended(
    seq: int, before: str, at: Millis, event: str, token: Token | None, details: Mapping[str, object]
) -> tuple[Statement, Statement]:
    """Return the statements that append a row whose number was taken; telephone numbers in its texts are masked."""
    # Here, because every row comes through here, and none can be corrected later.
    text = json.dumps(masked(dict(details)), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    sealed = digest(before, seq, at, event, token, text)
    row = {"seq": seq, "at": at, "event": event, "token": token, "details": text, "digest": sealed}
    return Statement(_APPEND, row), Statement(_SET_HEAD, {"digest": sealed})


def audited(event: str, token: Token | None, details: Mapping[str, object], now: Millis) -> Steps[None]:
    """Append a row to the audit log."""
    (rows,) = yield (Statement(_NEXT),)
    yield appended(rows[0]["seq"], rows[0]["head"], now, event, token, details)
