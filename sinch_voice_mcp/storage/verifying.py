"""Verification of the audit log: compute every digest again."""

from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import digest
from sinch_voice_mcp.storage.database import Commit, Statement, Transaction

_PAGE_SIZE = 1_000
"""Rows that are read at a time."""


def verifying() -> Transaction[tuple[int, str | None]]:
    """Return the number of good rows, and what is wrong with the next one; None if all are good."""
    head, seq, promised = "", 0, 0
    while True:
        rows, (gate,) = yield (
            Statement(sql.AUDIT, {"after": seq, "limit": _PAGE_SIZE}),
            Statement("SELECT seq, head FROM gate WHERE id = 1"),
        )
        for row in rows:
            if row["seq"] != seq + 1:
                return Commit((seq, f"row {seq + 1} is missing"))
            head = digest(head, seq + 1, row["at"], row["event"], row["call"], row["details"])
            if head != row["digest"]:
                return Commit((seq, f"row {seq + 1} was changed, or a row before it"))
            seq += 1
        if len(rows) < _PAGE_SIZE and (gate["seq"], gate["head"]) == (seq, head):
            return Commit((seq, None))
        # Other servers may append rows meanwhile; rows that the gate row had counted at the last look must exist.
        if not rows and seq < promised:
            return Commit((seq, f"the rows after {seq} are missing"))
        if not rows and gate["seq"] <= seq:
            return Commit((seq, "the log does not end as it was written"))
        promised = gate["seq"]
