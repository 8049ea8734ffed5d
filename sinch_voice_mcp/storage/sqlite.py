"""SQLite: one thread writes, with group commit; another one reads."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar, cast

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.storage.database import Abandon, Batch, Dialect, Final, Rows, Start

T = TypeVar("T")

_MOST_AT_ONCE = 64
"""Transactions that share one commit."""

_BUSY_S = 5.0
"""Seconds to wait while another process writes."""

_STEPS_OF_ALL = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class SqliteDatabase:
    """A file, or memory where ``path`` is None. Every acknowledged transaction is on the disk.

    Raises:
        StorageError: The file cannot be opened.
    """

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.durable = path is not None
        with _explained(), ExitStack() as opened:
            writes = _connected(path, writes=True)
            opened.callback(writes.close)
            # Memory belongs to one connection.
            reads = writes if path is None else _connected(path, writes=False)
            opened.pop_all()
        self._writer = _Worker(writes, begin="BEGIN IMMEDIATE")
        self._reader = self._writer if path is None else _Worker(reads, begin="BEGIN")

    @property
    def name(self) -> str:
        """Engine, version and place."""
        return f"SQLite {sqlite3.sqlite_version}, {self.path or 'in memory'}"

    async def run(self, start: Start[T]) -> T:
        """Run a transaction; several that come at once share a commit."""
        return await self._writer.run(start)

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing, beside the writer."""
        return await self._reader.run(start)

    async def listen(self, channel: str, told: Callable[[str], None]) -> None:
        """Nothing: other processes on a file cannot announce anything."""
        del channel, told

    async def aclose(self) -> None:
        """Finish what was asked for and close."""
        for worker in {self._writer, self._reader}:
            await worker.aclose()


class _Job:
    """A transaction and who waits for its value."""

    def __init__(self, start: Start[Any]) -> None:
        self.start = start
        self.future: Future[Any] = Future()
        self.value: object = None


class _Worker:
    """A thread with a connection of its own."""

    def __init__(self, connection: sqlite3.Connection, *, begin: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
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
        return cast("T", await asyncio.wrap_future(job.future))

    async def aclose(self) -> None:
        self._closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (jobs := self._next()) is not None:
            # Whoever has stopped waiting before it began gets nothing done.
            wanted = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            if len(wanted) == 1:
                self._alone(wanted[0])
            elif wanted:
                self._together(wanted)
        self._connection.close()

    def _next(self) -> list[_Job] | None:
        """What waits to be done, at least one; None at the end."""
        jobs: list[_Job] = []
        found = self._jobs.get()
        while found is not None:
            jobs.append(found)
            if len(jobs) == _MOST_AT_ONCE:
                return jobs
            try:
                found = self._jobs.get_nowait()
            except Empty:
                return jobs
        if jobs:
            # The end comes again after these.
            self._jobs.put(None)
        return jobs or None

    def _together(self, jobs: list[_Job]) -> None:
        """Run transactions under one commit; each of them stands or falls alone."""
        try:
            with _explained():
                self._connection.execute(self._begin)
                done = [job for job in jobs if self._apart(job)]
                self._connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - whoever waits hears of it
            self._undo()
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(error)
            return
        for job in done:
            job.future.set_result(job.value)

    def _alone(self, job: _Job) -> None:
        """Run one transaction under a commit of its own."""
        try:
            with _explained():
                self._connection.execute(self._begin)
                job.value = self._driven(job.start)
                self._connection.execute("COMMIT")
        except Abandon as answer:
            self._undo()
            job.value = answer.value
        except BaseException as error:  # noqa: BLE001 - whoever waits hears of it
            self._undo()
            job.future.set_exception(error)
            return
        job.future.set_result(job.value)

    def _apart(self, job: _Job) -> bool:
        """Run one transaction inside a savepoint; whether it has a value, to be told after the commit."""
        self._connection.execute("SAVEPOINT job")
        try:
            with _explained():
                job.value = self._driven(job.start)
        except Abandon as answer:
            job.value = answer.value
            self._back()
            return True
        except BaseException as error:  # noqa: BLE001 - whoever waits hears of it
            self._back()
            job.future.set_exception(error)
            return False
        self._connection.execute("RELEASE job")
        return True

    def _back(self) -> None:
        # A full disk may have rolled everything back already; then this fails, and with it the whole group.
        self._connection.execute("ROLLBACK TO job")
        self._connection.execute("RELEASE job")

    def _driven(self, start: Start[object]) -> object:
        transaction = start()
        try:
            batch = next(transaction)
            while True:
                batch = transaction.send(self._executed(batch))
        except StopIteration as end:
            value: object = end.value
        if isinstance(value, Final):
            self._executed(value.batch)
            return value.value
        return value

    def _executed(self, batch: Batch) -> list[Rows]:
        return [self._connection.execute(one.sql, one.values).fetchall() for one in batch]

    def _undo(self) -> None:
        # Where even this fails, the next BEGIN says so; the thread has to live to hear it.
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _connected(path: Path | None, *, writes: bool) -> sqlite3.Connection:
    if path is not None and writes:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # Before there is anything in it: SQLite gives the files beside it the same mode. What was there before
            # keeps its own; it may be something else altogether.
            path.touch(mode=0o600)
    connection = sqlite3.connect(
        ":memory:" if path is None else path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        for step in _STEPS_OF_ALL:
            connection.execute(f"PRAGMA {step}")
        if not writes:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"The journal cannot be used: {error}.") from error
