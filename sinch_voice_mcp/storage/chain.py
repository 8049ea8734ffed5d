"""The audit log as a chain: each digest covers its row and the digest before it."""

import hashlib
import json
from collections.abc import Mapping

from sinch_voice_mcp.storage.database import Statement

APPEND = (
    "INSERT INTO audit (seq, at, event, call, details, digest) VALUES (:seq, :at, :event, :token, :details, :digest)"
)
ADVANCE = "UPDATE gate SET head = :digest WHERE id = 1"
NEXT = "UPDATE gate SET seq = seq + 1 WHERE id = 1 RETURNING seq, head"
"""Takes the next number; whoever has it holds the row until the commit, so the chain has no forks."""


def digest(before: str, seq: int, at: int, event: str, token: str | None, details: str) -> str:
    """The digest of a row: SHA-256 of the digest before it and the row's members as JSON text."""
    text = json.dumps([before, seq, at, event, token, details], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def appended(
    seq: int, before: str, at: int, event: str, token: str | None, details: Mapping[str, object]
) -> tuple[Statement, Statement]:
    """The statements that add a row whose number was taken."""
    text = json.dumps(dict(details), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    sealed = digest(before, seq, at, event, token, text)
    row = {"seq": seq, "at": at, "event": event, "token": token, "details": text, "digest": sealed}
    return Statement(APPEND, row), Statement(ADVANCE, {"digest": sealed})
