"""Whether the journal is still the one that this server opened.

A file can be deleted, lose its write-ahead log or be replaced by an old copy, and a database can be dropped and made
again, while a server has it open. Other servers then do not see what this one records, and would send the same
request again. So each claim first compares what is there with what this server remembers: the files, the key of the
hashes, and the newest row of the audit log, whose digest covers every row before it.
"""

from dataclasses import dataclass
from typing import Final

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.storage.database import Database, Statement, Steps

NUMBER_KEY: Final = "number_key"
"""Name of the row of ``meta`` with the key of the hashes, which the first server made at random."""

_COMPARED = f"""
    SELECT gate.seq AS seq, gate.head AS head,
        (SELECT value FROM meta WHERE name = '{NUMBER_KEY}') AS number_key,
        (SELECT digest FROM audit WHERE audit.seq = :seq) AS digest
    FROM gate WHERE gate.id = 1
"""  # noqa: S608 - a constant

_NEXT_STEP = (
    "Nothing was sent. Ask the owner to put the right journal back, or to restart every server on the new one; until "
    "then this server places no calls."
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest row of the audit log: its number, and its digest; number 0 for an empty log."""

    seq: int
    digest: str


class Identity:
    """Remembers what identifies a journal, and compares it.

    Args:
        database: The database of the journal.
        key: The key of the hashes that was in it.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key.hex()
        self._mark = Mark(0, "")

    def comparing(self) -> Steps[Mark]:
        """Compare the journal with what is remembered; returns what to remember once the transaction has succeeded.

        Raises:
            StorageError: It is another journal, or an older state of this one.
        """
        if self._database.was_replaced():
            raise _error("its file was deleted or replaced, or its write-ahead log was")
        known = self._mark
        (rows,) = yield (Statement(_COMPARED, {"seq": known.seq}),)
        if not rows:
            # The statements of the claim find that the row of the kill switch is missing, and say so.
            return known
        row = rows[0]
        if row["number_key"] != self._key:
            raise _error("it is another journal now")
        if known.seq and row["digest"] != known.digest:
            raise _error("records are missing, as after restoring an old copy")
        return Mark(int(row["seq"]), str(row["head"]))

    def remember(self, mark: Mark) -> None:
        """Remember the newest row of a transaction that has succeeded."""
        if mark.seq > self._mark.seq:
            self._mark = mark


def _error(what: str) -> StorageError:
    return StorageError(f"The journal changed while this server was using it: {what}.", next_step=_NEXT_STEP)
