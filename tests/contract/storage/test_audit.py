"""The audit log is append-only, and a change by other means is detected."""

import pytest

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.storage import SqlJournal, Storage
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.database import Commit, Statement, Transaction, one
from sinch_voice_mcp.types import Millis, Token
from tests.contract.storage.claims import Asking

# What the owner of the database can do, and this program never does.
UNLOCK = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgres": ("DROP TRIGGER audit_append_only ON audit",),
}


@pytest.fixture
async def written(storage: Storage) -> Storage:
    """A journal with five rows in its audit log."""
    await Asking(storage.journal).call()
    for event in ("a", "b", "c", "d"):
        await storage.journal.note(event, {"said": "ünï\ud800 'x'", "number": 1.5}, token=Token("some"))
    return storage


async def test_an_empty_log_is_whole(journal: SqlJournal) -> None:
    assert await journal.verify() == (0, None)


async def test_an_untouched_log_is_whole(written: Storage) -> None:
    assert await written.journal.verify() == (5, None)


async def test_rows_are_read_in_order_and_by_pages(written: Storage) -> None:
    rows = await written.journal.audit(after=1, limit=2)

    assert [(row.seq, row.event) for row in rows] == [(2, "a"), (3, "b")]
    assert rows[0].to_json() == {
        "seq": 2,
        "at": "2026-01-05T12:00:00Z",
        "event": "a",
        "call": "some",
        "said": "ünï\ud800 'x'",
        "number": 1.5,
        "digest": rows[0].digest,
    }


async def test_a_log_longer_than_a_page_is_checked_to_its_end(storage: Storage) -> None:
    def fill() -> Transaction[None]:
        rows: list[Statement] = []
        head, advance = "", Statement("")
        for seq in range(1, 2_001):
            row, advance = appended(seq, head, Millis(0), "filled", None, {})
            head = str(row.values["digest"])
            rows.append(row)
        yield (*rows, Statement("UPDATE gate SET seq = 2000"), advance)
        return Commit(None)

    await storage.database.run(fill)
    assert await storage.journal.verify() == (2_000, None)

    await _tamper(storage, "UPDATE audit SET event = 'x' WHERE seq = 1900")
    assert await storage.journal.verify() == (1_899, "row 1900 was changed, or a row before it")


async def _tamper(storage: Storage, *changes: str) -> None:
    def unlocked() -> Transaction[None]:
        yield [Statement(text) for text in (*UNLOCK[storage.database.dialect], *changes)]
        return Commit(None)

    await storage.database.run(unlocked)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE audit SET event = 'x' WHERE seq = 3", (2, "row 3 was changed, or a row before it")),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", (0, "row 1 was changed, or a row before it")),
        ("UPDATE audit SET call = NULL WHERE seq = 5", (4, "row 5 was changed, or a row before it")),
        ("UPDATE audit SET details = '{}' WHERE seq = 4", (3, "row 4 was changed, or a row before it")),
        ("UPDATE audit SET digest = 'x' WHERE seq = 2", (1, "row 2 was changed, or a row before it")),
        ("DELETE FROM audit WHERE seq = 3", (2, "row 3 is missing")),
        ("DELETE FROM audit WHERE seq = 1", (0, "row 1 is missing")),
        ("DELETE FROM audit WHERE seq > 3", (3, "the rows after 3 are missing")),
        ("DELETE FROM audit", (0, "the rows after 0 are missing")),
        ("UPDATE gate SET seq = 4", (5, "the log does not end as it was written")),
        ("UPDATE gate SET head = 'x'", (5, "the log does not end as it was written")),
        (
            "INSERT INTO audit (seq, at, event, details, digest) VALUES (6, 0, 'x', '{}', 'x')",
            (5, "row 6 was changed, or a row before it"),
        ),
    ],
)
async def test_the_first_bad_row_is_named(written: Storage, change: str, found: tuple[int, str]) -> None:
    await _tamper(written, change)

    assert await written.journal.verify() == found


@pytest.mark.parametrize("change", ["UPDATE audit SET event = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_database_itself_forbids_every_change(written: Storage, change: str) -> None:
    with pytest.raises(StorageError):
        await written.database.run(lambda: one(change))

    assert await written.journal.verify() == (5, None)
