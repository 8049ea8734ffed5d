"""Rows of the audit log."""

from dataclasses import dataclass

from sinch_voice_mcp.types import JsonObject, Millis, Token, amount_text, instant_of, iso_seconds, unit_text

_IN_MILLIONTHS = "cost"
_AMOUNTS = frozenset({_IN_MILLIONTHS, "reserved", "ignored_amount"})
"""Members of rows that are money."""


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

    @property
    def shown(self) -> JsonObject:
        """What is recorded, with every amount as decimal text in the currency's unit.

        Rows of earlier versions have numbers: a cost in millionths, other amounts in units. They cannot be rewritten,
        because the digest covers them.
        """
        return {name: _amount(name, value) for name, value in self.details.items()}

    def to_json(self) -> JsonObject:
        """Return the row as a JSON object with the instant in ISO 8601."""
        return {
            "seq": self.seq,
            "at": iso(self.at),
            "event": self.event,
            "call": self.token,
            **self.shown,
            "digest": self.digest,
        }


def _amount(name: str, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or name not in _AMOUNTS:
        return value
    return amount_text(int(value)) if name == _IN_MILLIONTHS else unit_text(value)


def iso(at: Millis) -> str:
    """Format an instant in milliseconds as ISO 8601 in whole UTC seconds."""
    return iso_seconds(instant_of(at))
