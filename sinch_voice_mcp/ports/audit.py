"""Rows of the audit log."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sinch_voice_mcp.types import JsonObject, Millis, Token, iso_seconds


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the audit log.

    Attributes:
        seq: Number of the row, from 1 without gaps.
        at: Instant of the event.
        event: What happened.
        token: The request that it happened to, if it is about one.
        details: What is recorded of it.
        digest: Covers this row and every row before it.
    """

    seq: int
    at: Millis
    event: str
    token: Token | None
    details: JsonObject
    digest: str

    def to_json(self) -> JsonObject:
        """Return the row as a JSON object with the instant in ISO 8601."""
        return {
            "seq": self.seq,
            "at": iso(self.at),
            "event": self.event,
            "call": self.token,
            **self.details,
            "digest": self.digest,
        }


def iso(at: Millis) -> str:
    """Format an instant in milliseconds as ISO 8601 in whole UTC seconds."""
    return iso_seconds(datetime.fromtimestamp(at / 1000, UTC))
