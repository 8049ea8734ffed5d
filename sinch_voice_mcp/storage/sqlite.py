"""SQLite: one thread writes and shares commits among transactions, another thread reads."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from sinch_voice_mcp.clock import Pace
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.storage.database import Batch, Commit, Dialect, Rollback, Rows, Start
from sinch_voice_mcp.storage.files import DatabaseFiles

T = TypeVar("T")

_COMMIT_SIZE = 64
"""Most transactions that share one commit: more would make the first of them wait for longer than a commit takes."""

# WAL lets the reader work beside the writer; FULL has every commit on the disk before it is acknowledged.
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
"""``secure_delete`` overwrites what is deleted, so that `forget` leaves nothing of it in the file."""


class SqliteDatabase:
    """A file, or memory if ``path`` is None. Every acknowledged transaction is on the disk.

    Raises:
        StorageError: The file cannot be opened.
    """

    dialect: Dialect = "sqlite"
    # File locks are not reliable on network file systems, and hosts have different clocks.
    spans_hosts = False
    clock_query = None
    # Otherwise SQLite would store a table twice, once by row number: half the pages to write.
    key_ordered = "WITHOUT ROWID"
    # Every transaction of the writer begins with the lock on the whole file.
    migration_lock: Batch = ()

    def __init__(self, path: Path | None, pace: Pace) -> None:
        self.path = path
        self.durable = path is not None
        with _storage_errors(), ExitStack() as opened:
            writes = _connected(path, pace, writes=True)
            opened.callback(writes.close)
            # A database in memory belongs to one connection.
            reads = writes if path is None else _connected(path, pace, writes=False)
            opened.pop_all()
        self._files = DatabaseFiles(path)
        self._writer = _Worker(writes, begin="BEGIN IMMEDIATE")
        self._reader = self._writer if path is None else _Worker(reads, begin="BEGIN")

    @property
    def name(self) -> str:
        """Engine, version and location."""
        return f"SQLite {sqlite3.sqlite_version}, {self.path or 'in memory'}"

    def was_replaced(self) -> bool:
        """Return whether the file or its write-ahead log was deleted or replaced since it was opened."""
        return self._files.were_replaced()

    async def run(self, start: Start[T]) -> T:
        """Run a transaction; transactions that arrive while others are written share a commit."""
        return await self._writer.run(start)

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing, beside the writer."""
        return await self._reader.run(start)

    def announcement(self, channel: str, text: str) -> Batch:
        """Return nothing: SQLite cannot notify other processes."""
        del channel, text
        return ()

    async def listen(self, channel: str, receive: Callable[[str], None]) -> None:
        """Return at once: SQLite cannot notify other processes."""
        del channel, receive

    async def aclose(self) -> None:
        """Finish the transactions that were requested, and close."""
        for worker in {self._writer, self._reader}:
            await worker.aclose()


class _Job(Generic[T]):
    """A transaction and the future for its value."""

    def __init__(self, start: Start[T]) -> None:
        self._start = start
        self._future: Future[T] = Future()
        self._end: Commit[T] | Rollback[T] | None = None

    def begin(self) -> bool:
        """Return whether the transaction is still wanted; from now on it cannot be canceled."""
        return self._future.set_running_or_notify_cancel()

    async def value(self) -> T:
        """Wait for the value."""
        return await asyncio.wrap_future(self._future)

    def run(self, connection: sqlite3.Connection) -> bool:
        """Run the statements; returns whether they are to be committed."""
        transaction = self._start()
        try:
            batch = next(transaction)
            while True:
                batch = transaction.send(_executed(connection, batch))
        except StopIteration as end:
            self._end = end.value
        match self._end:
            case Commit(last=last):
                _executed(connection, last)
                return True
            case _:
                return False

    def deliver(self) -> None:
        """Set the value that the transaction returned."""
        if self._end is not None and not self._future.done():
            self._future.set_result(self._end.value)

    def fail(self, error: BaseException) -> None:
        """Set an error, unless there was one before."""
        if not self._future.done():
            self._future.set_exception(error)


class _Worker:
    """A thread with a connection of its own."""

    def __init__(self, connection: sqlite3.Connection, *, begin: str) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._connection = connection
        self._begin = begin
        self._closed = False
        self._thread = Thread(target=self._work, name="sinch-voice-storage", daemon=True)
        self._thread.start()

    async def run(self, start: Start[T]) -> T:
        """Hand a transaction to the thread and wait for its value."""
        if self._closed:
            raise StorageError("The journal cannot be used: it is closed.")
        job = _Job(start)
        self._jobs.put(job)
        return await job.value()

    async def aclose(self) -> None:
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (jobs := self._next()) is not None:
            # A transaction that was canceled before it began is not run.
            wanted = [job for job in jobs if job.begin()]
            if len(wanted) == 1:
                self._run_alone(wanted[0])
            elif wanted:
                self._run_together(wanted)
        self._connection.close()

    def _next(self) -> "list[_Job[Any]] | None":
        """Wait for the next jobs, at least one; None after the last one."""
        jobs: list[_Job[Any]] = []
        found = self._jobs.get()
        while found is not None:
            jobs.append(found)
            if len(jobs) == _COMMIT_SIZE:
                return jobs
            try:
                found = self._jobs.get_nowait()
            except Empty:
                return jobs
        if jobs:
            # The end is found again after these jobs.
            self._jobs.put(None)
        return jobs or None

    def _run_together(self, jobs: "list[_Job[Any]]") -> None:
        """Run transactions under one commit; one that fails does not affect the others."""
        try:
            with _storage_errors():
                self._connection.execute(self._begin)
                for job in jobs:
                    self._run_in_savepoint(job)
                self._connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - delivered to everyone who waits for one of these transactions
            self._undo()
            for job in jobs:
                job.fail(error)
            return
        for job in jobs:
            job.deliver()

    def _run_alone(self, job: _Job[Any]) -> None:
        """Run one transaction under a commit of its own."""
        try:
            with _storage_errors():
                self._connection.execute(self._begin)
                self._connection.execute("COMMIT" if job.run(self._connection) else "ROLLBACK")
        except BaseException as error:  # noqa: BLE001 - delivered to the one who waits for this transaction
            self._undo()
            job.fail(error)
            return
        job.deliver()

    def _run_in_savepoint(self, job: _Job[Any]) -> None:
        """Run one transaction of several; its value is delivered after the commit."""
        self._connection.execute("SAVEPOINT job")
        keep = False
        try:
            with _storage_errors():
                keep = job.run(self._connection)
        except BaseException as error:  # noqa: BLE001 - delivered to the one who waits for this transaction
            job.fail(error)
        if not keep:
            # A full disk may have rolled everything back already; then this fails, and with it the whole group.
            self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _undo(self) -> None:
        # If even this fails, the next BEGIN raises; the thread has to live to deliver that.
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _executed(connection: sqlite3.Connection, batch: Batch) -> list[Rows]:
    return [connection.execute(each.sql, each.values).fetchall() for each in batch]


def _connected(path: Path | None, pace: Pace, *, writes: bool) -> sqlite3.Connection:
    if path is not None and writes:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # Before SQLite writes to it, which gives the files beside it the same mode. A file that exists keeps its
            # own mode; it may not be a journal.
            path.touch(mode=0o600)
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=pace.sqlite_busy_s,
        # Transactions are begun by hand.
        isolation_level=None,
        # Opened here, used in the worker's thread only.
        check_same_thread=False,
    )
    try:
        connection.row_factory = sqlite3.Row
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _storage_errors() -> Generator[None]:
    """Raise what SQLite and the file system report as a StorageError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"The journal cannot be used: {error}.") from error
