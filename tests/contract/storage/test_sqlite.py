"""SQLite: group commit, full disks, files that cannot be written, and other hosts."""

import asyncio
import multiprocessing
import stat
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.ports import Granted
from sinch_voice_mcp.storage import MEMORY, Storage, open_database, open_storage
from sinch_voice_mcp.storage.database import Commit, Database, Rollback, Statement, Transaction, one
from tests.contract.storage.claims import Asking, counted


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def database(sqlite_url: str) -> AsyncGenerator[Database]:
    """A database with one table, in which a number can be once."""
    opened = await open_database(sqlite_url)
    await opened.run(lambda: one("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
    yield opened
    await opened.aclose()


Value = tuple[int, ...] | str


def insert(*numbers: int, then: Exception | Rollback[Value] | None = None) -> Callable[[], Transaction[Value]]:
    def inserting() -> Transaction[Value]:
        for number in numbers:
            yield (Statement("INSERT INTO numbers (number) VALUES (:number)", {"number": number}),)
        if isinstance(then, Exception):
            raise then
        return then or Commit(numbers)

    return inserting


async def numbers(database: Database) -> list[int]:
    rows = await database.read(lambda: one("SELECT number FROM numbers ORDER BY number"))
    return [row["number"] for row in rows]


class _Held:
    """A transaction that keeps the writing thread busy until it is released."""

    def __init__(self, database: Database) -> None:
        self.release, self._begun = Event(), Event()
        self.task = asyncio.create_task(database.run(self._holding))

    def _holding(self) -> Transaction[None]:
        self._begun.set()
        self.release.wait(5)
        yield ()
        return Commit(None)

    async def begun(self) -> None:
        await asyncio.to_thread(self._begun.wait, 5)

    async def let_go(self) -> None:
        self.release.set()
        await self.task


async def test_transactions_that_come_at_once_stand_or_fall_alone(database: Database) -> None:
    held = _Held(database)
    await held.begun()
    waiting = asyncio.gather(
        *(database.run(insert(number)) for number in range(100)),
        database.run(insert(200, then=ValueError("mine"))),
        database.run(insert(201, 1)),
        database.run(insert(202, then=Rollback("answer"))),
        return_exceptions=True,
    )
    await asyncio.sleep(0)
    await held.let_go()

    *fine, raised, twice, abandoned = await waiting

    assert fine == [(number,) for number in range(100)]
    assert isinstance(raised, ValueError)
    assert isinstance(twice, StorageError)
    assert abandoned == "answer"
    assert await numbers(database) == list(range(100))


async def test_a_transaction_alone_in_its_group_leaves_nothing_where_it_fails(database: Database) -> None:
    with pytest.raises(ValueError, match="mine"):
        await database.run(insert(1, then=ValueError("mine")))
    with pytest.raises(StorageError):
        await database.run(insert(2, 2))
    assert await database.run(insert(3, then=Rollback("answer"))) == "answer"

    assert await numbers(database) == []
    assert await database.run(insert(1)) == (1,)


async def test_a_transaction_that_is_canceled_before_it_began_does_not_run(database: Database) -> None:
    held = _Held(database)
    await held.begun()
    left, stayed = (asyncio.create_task(database.run(insert(number))) for number in (1, 2))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.sleep(0)
    await held.let_go()

    assert await stayed == (2,)
    assert left.cancelled()
    assert await numbers(database) == [2]


async def test_a_transaction_that_is_canceled_in_the_middle_does_not_stop_the_thread(database: Database) -> None:
    held = _Held(database)
    await held.begun()
    task = held.task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.release.set()

    assert await database.run(insert(1)) == (1,)


async def test_closing_finishes_the_transactions_that_were_requested_and_refuses_new_ones(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)
    await database.run(lambda: one("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
    asked = [asyncio.create_task(database.run(insert(number))) for number in range(200)]
    await asyncio.sleep(0)

    await database.aclose()
    await database.aclose()

    assert await asyncio.gather(*asked) == [(number,) for number in range(200)]
    with pytest.raises(StorageError, match="closed"):
        await database.run(insert(1))


async def test_a_reader_cannot_write_and_sees_what_was_acknowledged(database: Database) -> None:
    with pytest.raises(StorageError, match="readonly"):
        await database.read(insert(1))

    for number in range(5):
        await database.run(insert(number))
        assert (await numbers(database))[-1] == number


async def test_only_the_owner_may_read_the_files(storage: Storage, sqlite_url: str) -> None:
    await Asking(storage.journal).call()
    file = Path(sqlite_url.removeprefix("sqlite:///"))

    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.glob(f"{file.name}*")}

    assert modes == dict.fromkeys(("journal.db", "journal.db-wal", "journal.db-shm"), 0o600)


async def test_a_folder_is_made_where_there_is_none(tmp_path: Path, clock: ManualClock) -> None:
    async with open_storage(f"sqlite:///{tmp_path}/a/b%20c/journal.db", clock):
        assert stat.S_IMODE((tmp_path / "a" / "b c").stat().st_mode) == 0o700
        assert (tmp_path / "a" / "b c" / "journal.db").exists()


async def test_a_journal_survives_its_server_and_memory_does_not(sqlite_url: str, clock: ManualClock) -> None:
    for url, left in ((sqlite_url, 1), (MEMORY, 0)):
        async with open_storage(url, clock) as storage:
            await Asking(storage.journal).call()
            assert storage.journal.durable is bool(left)
        async with open_storage(url, clock) as storage:
            assert await counted(storage, "calls") == left


@pytest.mark.parametrize(
    "url", ["sqlite://file.db", "sqlite:///", "sqlite:file.db", "mysql://root:hunter2@host/db", "journal.db", ""]
)
async def test_what_is_no_url_of_a_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        await open_database(url)

    assert "hunter2" not in str(refused.value)


def other_bytes(path: Path) -> None:
    path.write_bytes(b"not a database" * 99)


@pytest.mark.parametrize("made", [Path.mkdir, other_bytes])
async def test_what_is_no_journal_is_an_error_and_not_a_crash(
    tmp_path: Path, made: Callable[[Path], object], clock: ManualClock
) -> None:
    made(tmp_path / "journal.db")

    with pytest.raises(StorageError, match="The journal cannot be used"):
        async with open_storage(f"sqlite:///{tmp_path}/journal.db", clock):
            raise AssertionError("it opened")


async def test_a_full_disk_refuses_claims_and_leaves_none_of_them_half(storage: Storage) -> None:
    journal = storage.journal
    await storage.database.run(lambda: one("PRAGMA max_page_count = 1"))
    asking = Asking(journal, details={"text": "x" * 2_000})

    async def claimed() -> bool:
        try:
            return await asking.asked() == Granted()
        except StorageError:
            return False

    granted = 0
    # One after the other, and then many that share a commit.
    while await claimed():
        granted += 1
        assert granted < 500
    granted += sum(await asyncio.gather(*(claimed() for _ in range(40))))

    assert [await counted(storage, table) for table in ("calls", "keys", "audit")] == [granted] * 3
    assert await journal.verify() == (granted, None)
    await storage.database.run(lambda: one("PRAGMA max_page_count = 1000000"))
    assert await asking.asked() == Granted()


async def test_a_journal_that_may_not_be_written_refuses_claims(storage: Storage) -> None:
    await storage.database.run(lambda: one("PRAGMA query_only = ON"))

    with pytest.raises(StorageError):
        await Asking(storage.journal).asked()
    # What was written before can still be read.
    assert await storage.journal.entries(limit=1) == []


async def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "file").touch)

    with pytest.raises(StorageError):
        await open_database(f"sqlite:///{tmp_path}/file/journal.db")


async def test_another_hosts_server_on_the_same_file_is_refused(
    storage: Storage, sqlite_url: str, clock: ManualClock
) -> None:
    seen = storage.journal.now()
    await storage.database.run(lambda: one("INSERT INTO hosts (name, seen_at) VALUES ('elsewhere', :at)", at=seen))
    clock.advance(119)
    with pytest.raises(ConfigurationError, match=r"another host \(elsewhere\); several hosts need PostgreSQL"):
        async with open_storage(sqlite_url, clock):
            raise AssertionError("it opened")
    with pytest.raises(ConfigurationError):
        await storage.beat()

    # Two minutes after its last sign of life it counts as gone.
    clock.advance(1)
    async with open_storage(sqlite_url, clock):
        await storage.beat()


async def test_several_servers_of_one_host_may_share_a_file(storage: Storage, replica: Storage) -> None:
    await storage.beat()
    await replica.beat()

    assert await Asking(replica.journal).call()


def _serve(url: str) -> int:
    async def serving() -> int:
        async with open_storage(url, ManualClock()) as storage:
            asking = Asking(storage.journal)
            return sum([await asking.asked(f"key-{at}") == Granted() for at in range(20)])

    return asyncio.run(serving())


@pytest.mark.long
def test_processes_that_open_one_file_at_once_share_its_keys(sqlite_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as servers:
        granted = list(servers.map(_serve, [sqlite_url] * 2))

    assert sum(granted) == 20
