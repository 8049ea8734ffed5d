"""PostgreSQL through psycopg 3 and its pool, for several servers on one journal."""

import asyncio
import logging
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, LiteralString, TypeVar, cast

import anyio
import psycopg
import psycopg_pool
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import dict_row

from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.storage.database import Abandon, Batch, Dialect, Final, Row, Rows, Start, Statement

T = TypeVar("T")

_LOGGER = logging.getLogger(__name__)

Connection = AsyncConnection[Row]

_OLDEST = 140_000
_WAIT_S = 2.5
_AGAIN_S = 1.0
_TRIES = 5
_MOST_AT_ONCE = 64
"""Transactions that share one commit."""

_SAVEPOINT, _RELEASE, _BACK = Statement("SAVEPOINT job"), Statement("RELEASE job"), Statement("ROLLBACK TO job")
_AHEAD = (Statement("SELECT pg_advisory_xact_lock(:lock, hashtext(current_schema()))", {"lock": 1_690_211}),)
"""One transaction writes at a time, as on SQLite: nearly all change the same rows, and so nobody waits in a ring."""

_UNUSABLE = "The journal's database cannot be used ({})."
_OPTIONS: Mapping[str, Any] = {
    "row_factory": dict_row,
    "connect_timeout": 3,
    # A server that has gone silent is given up after so many milliseconds.
    "tcp_user_timeout": 10_000,
    "application_name": "sinch-voice-mcp",
}
_PATIENCE = """
    SELECT set_config('lock_timeout', '10s', false), set_config('idle_in_transaction_session_timeout', '10s', false)
"""
"""A server that froze in the middle of a transaction must not stop the others for longer."""

_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class PostgresDatabase:
    """A pool of connections.

    Transactions that come at once share a commit: they would wait for each other's rows in any case, and for each
    other's commits as long as they hold them.
    """

    dialect: Dialect = "postgres"
    durable = True

    def __init__(self, pool: "psycopg_pool.AsyncConnectionPool[Connection]", name: str, url: str) -> None:
        self._pool = pool
        self._url = url
        self.name = name
        self._waiting: list[_Job] = []
        self._writing: asyncio.Task[None] | None = None

    async def run(self, start: Start[T]) -> T:
        """Run a transaction; again where two stood in each other's way, or the connection had died before."""
        job = _Job(start)
        self._waiting.append(job)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return cast("T", await job.future)

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing, beside the others."""
        with _explained():
            return cast("T", await self._again_and_again(start, ()))

    async def listen(self, channel: str, told: Callable[[str], None]) -> None:
        """Tell what other servers announce, on a connection of its own, which is made anew where it breaks."""
        while True:
            try:
                await self._listened(channel, told)
            except (psycopg.Error, OSError) as error:
                _LOGGER.warning("announcements of other servers are not heard (%s)", type(error).__name__)
            await asyncio.sleep(_AGAIN_S)

    async def _listened(self, channel: str, told: Callable[[str], None]) -> None:
        async with await self._connected() as connection:
            await connection.execute(cast("LiteralString", f"LISTEN {channel}"))
            async for notice in connection.notifies():
                told(notice.payload)

    async def _connected(self) -> Connection:
        """A connection of its own; cancelled in the middle of connecting, it would be left open."""
        connect = cast("type[Connection]", AsyncConnection).connect
        with anyio.CancelScope(shield=True):
            return await connect(self._url, autocommit=True, **_OPTIONS)
        raise RuntimeError("nobody cancels what is shielded")

    async def aclose(self) -> None:
        """Finish what was asked for and close every connection."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
        await self._pool.close()

    async def _write(self) -> None:
        while self._waiting:
            # Whoever has stopped waiting before it began gets nothing done.
            jobs = [job for job in self._waiting[:_MOST_AT_ONCE] if not job.future.done()]
            del self._waiting[:_MOST_AT_ONCE]
            try:
                if len(jobs) == 1 or not await self._together(jobs):
                    for job in jobs:
                        await self._apart(job)
            except BaseException:
                # The program ends.
                for job in (*jobs, *self._waiting):
                    job.future.cancel()
                raise

    async def _apart(self, job: "_Job") -> None:
        """Run one transaction under a commit of its own."""
        try:
            with _explained():
                job.value, job.error = await self._again_and_again(job.start, _AHEAD), None
        except Exception as error:  # noqa: BLE001 - whoever waits hears of it
            job.error = error
        job.tell()

    async def _together(self, jobs: "list[_Job]") -> bool:
        """Run transactions under one commit; where that is impossible, nothing is done and each has to run alone."""
        attempt = _Attempt()
        try:
            async with self._pool.connection() as connection:
                try:
                    await _driven_together(connection, jobs, attempt)
                finally:
                    attempt.broken = connection.broken
        except Exception as error:  # noqa: BLE001 - whoever waits hears of it
            if not (attempt.committing and attempt.broken):
                return False
            for job in jobs:
                job.error = job.error or StorageError(_UNUSABLE.format(type(error).__name__))
        for job in jobs:
            job.tell()
        return True

    async def _again_and_again(self, start: Start[Any], ahead: Batch) -> object:
        for _ in range(_TRIES - 1):
            attempt = _Attempt()
            try:
                return await self._once(start, ahead, attempt)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                continue
            except psycopg.OperationalError:
                # Once the commit is on its way it may have happened; whoever asked has to be told so.
                if attempt.committing or not attempt.broken:
                    raise
                await self._pool.check()
        return await self._once(start, ahead, _Attempt())

    async def _once(self, start: Start[Any], ahead: Batch, attempt: "_Attempt") -> object:
        async with self._pool.connection() as connection:
            try:
                travelling = [*ahead]
                value = await _driven(connection, start, travelling)
                attempt.committing = True
                await _committed(connection, travelling)
            except Abandon as answer:
                await connection.rollback()
                value = answer.value
            except psycopg.OperationalError:
                attempt.broken = connection.broken
                raise
            return value


class _Job:
    """A transaction and who waits for its value."""

    def __init__(self, start: Start[Any]) -> None:
        self.start = start
        self.future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.value: object = None
        self.error: Exception | None = None

    def tell(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


@dataclass(slots=True)
class _Attempt:
    """How far a transaction came."""

    committing: bool = False
    broken: bool = False


async def open_postgres(url: str, *, largest: int = 8) -> PostgresDatabase:
    """Connect.

    Raises:
        StorageError: The server does not answer, or is too old.
    """
    version, place = await _looked_at(url)
    with _explained():
        if version < _OLDEST:
            raise StorageError(f"PostgreSQL {version // 10_000} is too old; 14 or newer is needed.")
        pool = psycopg_pool.AsyncConnectionPool(
            url,
            connection_class=cast("type[Connection]", AsyncConnection),
            min_size=1,
            max_size=largest,
            timeout=_WAIT_S,
            open=False,
            kwargs=dict(_OPTIONS),
            configure=_configured,
        )
        try:
            await pool.open(wait=True, timeout=_WAIT_S)
        except BaseException:
            await pool.close()
            raise
    return PostgresDatabase(pool, f"PostgreSQL {version // 10_000}.{version % 10_000}, {place}", url)


async def _looked_at(url: str) -> tuple[int, str]:
    """Version and place of the server. By hand: a pool would try again and again, and log whatever it was told."""
    try:
        async with await cast("type[Connection]", AsyncConnection).connect(url, **_OPTIONS) as connection:
            info = connection.info
            return info.server_version, f"{info.host}:{info.port}/{info.dbname}"
    # Their texts, which a traceback would show as well, may hold parts of the URL.
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "the database's URL cannot be read; special characters in it are percent-encoded"
        ) from None
    except (psycopg.Error, OSError) as error:
        raise StorageError(_UNUSABLE.format(type(error).__name__)) from None


async def _configured(connection: Connection) -> None:
    # Every transaction looks again after it waited for a lock, whatever the server's default is.
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
    await connection.execute(_PATIENCE)
    await connection.commit()


async def _driven(connection: Connection, start: Start[Any], ahead: list[Statement]) -> object:
    """Run a transaction up to its commit.

    ``ahead`` travels with its first statements; afterwards it holds those that travel with what comes next.
    """
    transaction = start()
    try:
        batch = next(transaction)
        while True:
            rows = await _executed(connection, (*ahead, *batch))
            asked = rows[len(ahead) :]
            ahead.clear()
            batch = transaction.send(asked)
    except StopIteration as end:
        value: object = end.value
    if isinstance(value, Final):
        ahead += value.batch
        value = value.value
    return value


async def _driven_together(connection: Connection, jobs: list[_Job], attempt: _Attempt) -> None:
    """Run transactions one after the other, each behind a savepoint, and commit.

    A statement that fails is an error of them all; what one of them raises is its own.
    """
    ahead = [*_AHEAD]
    for job in jobs:
        job.value = job.error = None
        ahead.append(_SAVEPOINT)
        try:
            job.value = await _driven(connection, job.start, ahead)
        except psycopg.Error:
            raise
        except Abandon as answer:
            job.value = answer.value
            ahead.append(_BACK)
        except Exception as error:  # noqa: BLE001 - whoever waits hears of it, and nobody else
            job.error = error
            ahead.append(_BACK)
        ahead.append(_RELEASE)
    attempt.committing = True
    await _committed(connection, ahead)


async def _committed(connection: Connection, last: Batch) -> None:
    """One way there and back for the last statements and the commit."""
    async with connection.pipeline():
        for one in last:
            await connection.execute(_translated(one.sql), one.values)
        await connection.commit()


async def _executed(connection: Connection, batch: Batch) -> list[Rows]:
    async with connection.pipeline():
        cursors = [await connection.execute(_translated(one.sql), one.values) for one in batch]
    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


@lru_cache(maxsize=256)
def _translated(sql: str) -> LiteralString:
    """The same statement with values as psycopg writes them."""
    return cast("LiteralString", _NAMED.sub(r"%(\1)s", sql))


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, OSError) as error:
        # Its text may hold the connection string; the kind says enough.
        raise StorageError(_UNUSABLE.format(type(error).__name__)) from error
