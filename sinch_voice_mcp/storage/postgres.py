"""PostgreSQL through psycopg 3 and its pool, for several servers on one journal."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, LiteralString, TypeVar, cast

import psycopg
import psycopg_pool
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import dict_row

from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.storage.database import Abandon, Batch, Dialect, Final, Row, Rows, Start

T = TypeVar("T")

Connection = AsyncConnection[Row]

_OLDEST = 140_000
_WAIT_S = 5.0
_TRIES = 5
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
    """A pool of connections."""

    dialect: Dialect = "postgres"
    durable = True

    def __init__(self, pool: "psycopg_pool.AsyncConnectionPool[Connection]", name: str) -> None:
        self._pool = pool
        self.name = name

    async def run(self, start: Start[T]) -> T:
        """Run a transaction; again where two stood in each other's way, or the connection had died before."""
        with _explained():
            for _ in range(_TRIES - 1):
                attempt = _Attempt()
                try:
                    return await self._once(start, attempt)
                except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                    continue
                except psycopg.OperationalError:
                    # Once the commit is on its way it may have happened; whoever asked has to be told so.
                    if attempt.committing or not attempt.broken:
                        raise
                    await self._pool.check()
            return await self._once(start, _Attempt())

    async def read(self, start: Start[T]) -> T:
        """Run a transaction that changes nothing."""
        return await self.run(start)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def _once(self, start: Start[T], attempt: "_Attempt") -> T:
        async with self._pool.connection() as connection:
            try:
                value = await _driven(connection, start, attempt)
                attempt.committing = True
                await connection.commit()
            except Abandon as answer:
                await connection.rollback()
                value = answer.value
            except psycopg.OperationalError:
                attempt.broken = connection.broken
                raise
            return cast("T", value)


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
    return PostgresDatabase(pool, f"PostgreSQL {version // 10_000}.{version % 10_000}, {place}")


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
        raise StorageError(f"The journal's database cannot be used ({type(error).__name__}).") from None


async def _configured(connection: Connection) -> None:
    # Every transaction looks again after it waited for a lock, whatever the server's default is.
    await connection.set_isolation_level(IsolationLevel.READ_COMMITTED)
    await connection.execute(_PATIENCE)
    await connection.commit()


async def _driven(connection: Connection, start: Start[Any], attempt: _Attempt) -> object:
    transaction = start()
    try:
        batch = next(transaction)
        while True:
            batch = transaction.send(await _executed(connection, batch))
    except StopIteration as end:
        value: object = end.value
    if isinstance(value, Final):
        # The last statements travel with the commit: one way there and back instead of two.
        async with connection.pipeline():
            for one in value.batch:
                await connection.execute(_translated(one.sql), one.values)
            attempt.committing = True
            await connection.commit()
        return value.value
    return value


async def _executed(connection: Connection, batch: Batch) -> list[Rows]:
    async with connection.pipeline() as pipeline:
        cursors = [await connection.execute(_translated(one.sql), one.values) for one in batch]
        await pipeline.sync()
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
        raise StorageError(f"The journal's database cannot be used ({type(error).__name__}).") from error
