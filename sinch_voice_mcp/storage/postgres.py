"""PostgreSQL through psycopg 3 and its pool, for several servers on one journal."""

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Generic, LiteralString, TypeVar, cast

import anyio
import psycopg
import psycopg_pool
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import dict_row

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.storage.database import Batch, Commit, Dialect, Rollback, Row, Rows, Start, Statement
from sinch_voice_mcp.text.masked_logs import masked_logger

T = TypeVar("T")

_LOGGER = masked_logger(__name__)

Connection = AsyncConnection[Row]

_OLDEST_VERSION = 140_000
"""Oldest supported server version, as PostgreSQL numbers them."""

_POOL_SIZE = 8
"""Most connections of one server: one writes, the others read; PostgreSQL allows 100 by default."""

_TRIES = 5
"""How often a transaction is run that deadlocks, or whose connection turns out to be dead."""

_COMMIT_SIZE = 64
"""Most transactions that share one commit: more would make the first of them wait for longer than a commit takes."""

_SAVEPOINT, _RELEASE, _ROLLBACK_TO = (
    Statement("SAVEPOINT job"),
    Statement("RELEASE job"),
    Statement("ROLLBACK TO job"),
)
_WRITE_LOCK = (Statement("SELECT pg_advisory_xact_lock(:lock, hashtext(current_schema()))", {"lock": 1_690_211}),)
"""One transaction writes at a time, as on SQLite: nearly all change the same rows, and so no two deadlock."""

_UNUSABLE = "The journal's database cannot be used ({})."
_OPTIONS: Mapping[str, Any] = {
    "row_factory": dict_row,
    # Milliseconds after which a server that no longer answers is given up.
    "tcp_user_timeout": 10_000,
    "application_name": "sinch-voice-mcp",
}
_SESSION_TIMEOUTS = """
    SELECT set_config('lock_timeout', '10s', false), set_config('idle_in_transaction_session_timeout', '10s', false)
"""
"""A server that stopped in the middle of a transaction must not block the others for longer."""

_NAMED_VALUE = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class PostgresDatabase:
    """A pool of connections.

    Transactions that arrive at the same time share a commit: they would wait for each other's rows in any case, and
    for each other's commits as long as they hold them.
    """

    dialect: Dialect = "postgres"
    durable = True
    spans_hosts = True
    clock_query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000) AS now"
    key_ordered = ""
    migration_lock: Batch = (Statement("SELECT pg_advisory_xact_lock(:lock)", {"lock": 7_265_164_817}),)

    def __init__(
        self, pool: "psycopg_pool.AsyncConnectionPool[Connection]", name: str, url: str, clock: Clock, pace: Pace
    ) -> None:
        self._pool = pool
        self._url = url
        self._clock = clock
        self._pace = pace
        self.name = name
        self._waiting: list[_Job[Any]] = []
        self._writing: asyncio.Task[None] | None = None

    def was_replaced(self) -> bool:
        """Return False: the files are the server's, and a database that is gone refuses each transaction."""
        return False

    async def run(self, start: Start[T]) -> T:
        """Run a transaction; again if it deadlocked, or if its connection was dead before the commit."""
        job = _Job(start)
        self._waiting.append(job)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await job.future

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing, beside the others."""
        with _storage_errors():
            return await self._run_again(start, ())

    def announcement(self, channel: str, text: str) -> Batch:
        """Return the statement that notifies the servers that listen when it is committed."""
        return (Statement("SELECT pg_notify(:channel, :text)", {"channel": channel, "text": text}),)

    async def listen(self, channel: str, receive: Callable[[str], None]) -> None:
        """Pass on announcements, on a connection of its own that is opened again after it broke."""
        while True:
            try:
                async with _single_connection(self._url, self._pace) as connection:
                    await connection.execute(cast("LiteralString", f"LISTEN {channel}"))
                    async for notice in connection.notifies():
                        receive(notice.payload)
            except (psycopg.Error, OSError) as error:
                _LOGGER.warning("announcements of other servers are not received (%s)", type(error).__name__)
            # Not `sleep`: a loop must never move a clock that skips pauses.
            await self._clock.wait_until(self._clock.now() + timedelta(seconds=self._pace.postgres_reconnect_s))

    async def aclose(self) -> None:
        """Finish the transactions that were requested, and close every connection."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
        await self._pool.close()

    async def _write(self) -> None:
        while self._waiting:
            # A transaction that was canceled before it began is not run.
            jobs = [job for job in self._waiting[:_COMMIT_SIZE] if not job.future.done()]
            del self._waiting[:_COMMIT_SIZE]
            try:
                if len(jobs) == 1 or not await self._run_together(jobs):
                    for job in jobs:
                        await self._run_alone(job)
            except BaseException:
                # The event loop stops this task; without a result the waiting tasks would never end.
                for job in (*jobs, *self._waiting):
                    job.future.cancel()
                raise

    async def _run_alone(self, job: "_Job[Any]") -> None:
        """Run one transaction under a commit of its own."""
        try:
            with _storage_errors():
                job.end(Commit(await self._run_again(job.start, _WRITE_LOCK)))
        except Exception as error:  # noqa: BLE001 - delivered to the one who waits for this transaction
            job.end(error)
        job.deliver()

    async def _run_together(self, jobs: "list[_Job[Any]]") -> bool:
        """Run transactions under one commit; if that is impossible, return False: nothing is done, each runs alone."""
        attempt = _Attempt()
        try:
            async with self._pool.connection() as connection:
                try:
                    await _execute_jobs(connection, jobs, attempt)
                finally:
                    attempt.broken = connection.broken
        except Exception as error:  # noqa: BLE001 - delivered to everyone who waits, or found again when each runs alone
            if not (attempt.committing and attempt.broken):
                return False
            # The commit may have happened; no transaction may run again.
            for job in jobs:
                job.fail(StorageError(_UNUSABLE.format(type(error).__name__)))
        for job in jobs:
            job.deliver()
        return True

    async def _run_again(self, start: Start[T], ahead: Batch) -> T:
        for _ in range(_TRIES - 1):
            attempt = _Attempt()
            try:
                return await self._run_once(start, ahead, attempt)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                continue
            except psycopg.OperationalError:
                # A commit that was sent may have happened; then the caller gets the error.
                if attempt.committing or not attempt.broken:
                    raise
                await self._pool.check()
        return await self._run_once(start, ahead, _Attempt())

    async def _run_once(self, start: Start[T], ahead: Batch, attempt: "_Attempt") -> T:
        async with self._pool.connection() as connection:
            try:
                unsent = [*ahead]
                match await _execute(connection, start, unsent):
                    case Commit(value=value):
                        attempt.committing = True
                        await _commit(connection, unsent)
                    case Rollback(value=value):
                        await connection.rollback()
            except psycopg.OperationalError:
                attempt.broken = connection.broken
                raise
            return value


class _Job(Generic[T]):
    """A transaction and the future for its value."""

    def __init__(self, start: Start[T]) -> None:
        self.start = start
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._end: Commit[T] | Rollback[T] | Exception | None = None

    def end(self, end: "Commit[T] | Rollback[T] | Exception | None") -> None:
        """Remember how the transaction ended; None if it runs again."""
        self._end = end

    def fail(self, error: Exception) -> None:
        """Remember an error, unless the transaction raised one itself."""
        self._end = self._end if isinstance(self._end, Exception) else error

    def deliver(self) -> None:
        """Set the value or the error, unless the one who waits was canceled."""
        if self.future.done():
            return
        match self._end:
            case Commit(value=value) | Rollback(value=value):
                self.future.set_result(value)
            case Exception() as error:
                self.future.set_exception(error)
            case None:
                self.future.cancel()


@dataclass(slots=True)
class _Attempt:
    """How far a transaction came."""

    committing: bool = False
    broken: bool = False


async def open_postgres(url: str, clock: Clock, pace: Pace) -> PostgresDatabase:
    """Connect.

    Raises:
        ConfigurationError: The URL cannot be read.
        StorageError: The server does not answer, or is too old.
    """
    version, place = await _server_info(url, pace)
    if version < _OLDEST_VERSION:
        raise StorageError(f"PostgreSQL {version // 10_000} is too old; 14 or newer is needed.")
    with _storage_errors():
        pool = psycopg_pool.AsyncConnectionPool(
            url,
            connection_class=cast("type[Connection]", AsyncConnection),
            min_size=1,
            max_size=_POOL_SIZE,
            timeout=pace.postgres_connect_s,
            open=False,
            kwargs=_options(pace),
            configure=_configure,
        )
        try:
            await pool.open(wait=True, timeout=pace.postgres_connect_s)
        except BaseException:
            # Also after a cancellation: the pool's tasks would run on.
            with anyio.CancelScope(shield=True):
                await pool.close()
            raise
    return PostgresDatabase(pool, f"PostgreSQL {version // 10_000}.{version % 10_000}, {place}", url, clock, pace)


def _options(pace: Pace) -> dict[str, Any]:
    # libpq counts whole seconds.
    return {**_OPTIONS, "connect_timeout": math.ceil(pace.postgres_connect_s)}


async def _server_info(url: str, pace: Pace) -> tuple[int, str]:
    """Return version and location of the server. Not through the pool: it would retry, and log every error."""
    try:
        async with _single_connection(url, pace) as connection:
            info = connection.info
            return info.server_version, f"{info.host}:{info.port}/{info.dbname}"
    # Their texts, which a traceback would show as well, may hold parts of the URL.
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "the database's URL cannot be read; special characters in it are percent-encoded"
        ) from None
    except (psycopg.Error, OSError) as error:
        raise StorageError(_UNUSABLE.format(type(error).__name__)) from None


@asynccontextmanager
async def _single_connection(url: str, pace: Pace) -> AsyncGenerator[Connection]:
    """A connection outside the pool.

    Not ``async with`` on the connection itself: that waits for a commit or a rollback before it closes, and a
    cancellation at that moment leaves the connection open.
    """
    connect = cast("type[Connection]", AsyncConnection).connect
    connection = await connect(url, autocommit=True, **_options(pace))
    try:
        yield connection
    finally:
        # Closes without waiting for the server, so that no cancellation comes in between.
        await connection.close()


async def _configure(connection: Connection) -> None:
    # A statement that waited for a lock must see what was committed meanwhile, whatever the server's default is.
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
    await connection.execute(_SESSION_TIMEOUTS)
    await connection.commit()


async def _execute(connection: Connection, start: Start[T], unsent: list[Statement]) -> Commit[T] | Rollback[T]:
    """Run a transaction up to its commit.

    ``unsent`` is sent with its first statements; afterwards it holds the statements to send with the commit.
    """
    transaction = start()
    try:
        batch = next(transaction)
        while True:
            rows = await _send(connection, (*unsent, *batch))
            received = rows[len(unsent) :]
            unsent.clear()
            batch = transaction.send(received)
    except StopIteration as stop:
        end: Commit[T] | Rollback[T] = stop.value
    if isinstance(end, Commit):
        unsent += end.last
    return end


async def _execute_jobs(connection: Connection, jobs: list[_Job[Any]], attempt: _Attempt) -> None:
    """Run transactions one after the other, each behind a savepoint, and commit.

    A statement that fails is an error of all of them; an exception of one transaction is its own.
    """
    unsent = [*_WRITE_LOCK]
    for job in jobs:
        job.end(None)
        unsent.append(_SAVEPOINT)
        keep = False
        try:
            end = await _execute(connection, job.start, unsent)
            job.end(end)
            keep = isinstance(end, Commit)
        except psycopg.Error:
            raise
        except Exception as error:  # noqa: BLE001 - delivered to the one who waits for this transaction
            job.end(error)
        if not keep:
            unsent.append(_ROLLBACK_TO)
        unsent.append(_RELEASE)
    attempt.committing = True
    await _commit(connection, unsent)


async def _commit(connection: Connection, last: Batch) -> None:
    """Send the last statements and the commit in one round trip."""
    async with connection.pipeline():
        for each in last:
            await connection.execute(_translated(each.sql), each.values)
        await connection.commit()


async def _send(connection: Connection, batch: Batch) -> list[Rows]:
    async with connection.pipeline():
        cursors = [await connection.execute(_translated(each.sql), each.values) for each in batch]
    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


@lru_cache(maxsize=256)
def _translated(sql: str) -> LiteralString:
    """Return the same statement with values as psycopg writes them."""
    return cast("LiteralString", _NAMED_VALUE.sub(r"%(\1)s", sql))


@contextmanager
def _storage_errors() -> Generator[None]:
    """Raise what psycopg and the network report as a StorageError."""
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, OSError) as error:
        # Its text may hold the connection string; the kind says enough.
        raise StorageError(_UNUSABLE.format(type(error).__name__)) from error
