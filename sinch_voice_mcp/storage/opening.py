"""Opening a journal: which database, its tables, its key, and whether another host is on it."""

import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.storage.database import Database, Statement, Transaction, one
from sinch_voice_mcp.storage.events import CHANNEL, SqlEvents
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.migrations import migrate
from sinch_voice_mcp.storage.sqlite import SqliteDatabase

MEMORY = ":memory:"
_ELSEWHERE_MS = 120_000
"""For so long after its last sign of life another host counts as running."""

_EXAMPLE = "postgresql://user@host/database, sqlite:///path/to/file.db or :memory:"


@dataclass(frozen=True, slots=True)
class Storage:
    """An opened database and the journal in it. ``own_time``: the clock is not set by the database's."""

    database: Database
    journal: SqlJournal
    events: SqlEvents
    own_time: bool = False

    async def beat(self) -> None:
        """Say that this host is alive, and set the clock by the database's.

        Raises:
            ConfigurationError: Servers of another host use the same SQLite file.
        """
        if self.database.dialect == "sqlite":
            await self.database.run(lambda: _alive(socket.gethostname(), self.journal.now()))
        elif not self.own_time:
            self.journal.skew += await _skew(self.database, self.journal)

    async def listen(self) -> None:
        """Hear of the news of other servers, for as long as this runs."""
        await self.database.listen(CHANNEL, self.events.wake)

    async def leave(self) -> None:
        """Say that this host is not at it any more; whoever else is here says so again."""
        if self.database.dialect == "sqlite" and self.database.durable:
            with suppress(StorageError):
                await self.database.run(lambda: one("DELETE FROM hosts WHERE name = :host", host=socket.gethostname()))


@asynccontextmanager
async def open_storage(url: str, clock: Clock, *, own_time: bool = False) -> AsyncGenerator[Storage]:
    """Open a journal, make its tables where they are missing, and close it again.

    Args:
        url: ``postgresql://…``, ``sqlite:///path`` or ``:memory:``.
        clock: Where the time comes from; with PostgreSQL, corrected by the server's.
        own_time: Leave the clock as it is, for tests that move it.

    Raises:
        ConfigurationError: The URL is none, the database is newer than this program, an extra is missing, or
            servers of another host use the same SQLite file.
        StorageError: The database cannot be used.
    """
    database = await open_database(url)
    try:
        await migrate(database)
        journal = SqlJournal(database, clock, await _key(database))
        storage = Storage(database, journal, SqlEvents(database, journal), own_time)
        await storage.beat()
        try:
            yield storage
        finally:
            await storage.leave()
    finally:
        await database.aclose()


async def open_database(url: str) -> Database:
    """Connect, and leave the tables as they are.

    Raises:
        ConfigurationError: The URL is none, or an extra is missing.
        StorageError: The database cannot be used.
    """
    if url == MEMORY:
        return SqliteDatabase(None)
    scheme = url.partition(":")[0].lower()
    if scheme == "sqlite":
        return SqliteDatabase(_path(url))
    if scheme in {"postgresql", "postgres"}:
        try:
            from sinch_voice_mcp.storage.postgres import open_postgres  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            message = "PostgreSQL needs the extra `postgres`: pip install 'sinch-voice-mcp[postgres]'"
            raise ConfigurationError(message) from None
        return await open_postgres(url)
    # Not the URL itself: it may hold a password.
    raise ConfigurationError(f"the database's URL has to be {_EXAMPLE}")


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if not url.lower().startswith("sqlite:///") or not parts.path.strip("/"):
        raise ConfigurationError(f"a SQLite URL has three slashes and a path: {_EXAMPLE}")
    # Three slashes and a relative path, or four and an absolute one, as everywhere where such URLs are used.
    return Path(unquote(parts.path)[1:])


async def _key(database: Database) -> bytes:
    made = secrets.token_hex(32)

    def fetching() -> Transaction[str]:
        _, rows = yield (
            Statement(
                "INSERT INTO meta (name, value) VALUES ('number_key', :made) ON CONFLICT (name) DO NOTHING",
                {"made": made},
            ),
            Statement("SELECT value FROM meta WHERE name = 'number_key'"),
        )
        return str(rows[0]["value"])

    return bytes.fromhex(await database.run(fetching))


async def _skew(database: Database, journal: SqlJournal) -> int:
    """Milliseconds that the database's clock is ahead of what the journal takes for the time."""
    before = journal.now()
    rows = await database.read(lambda: one("SELECT (extract(epoch FROM clock_timestamp()) * 1000) AS now"))
    return int(rows[0]["now"]) - (before + journal.now()) // 2


def _alive(host: str, now: int) -> Transaction[None]:
    _, rows = yield (
        Statement(
            "INSERT INTO hosts (name, seen_at) VALUES (:host, :now) "
            "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
            {"host": host, "now": now},
        ),
        Statement(
            "SELECT name FROM hosts WHERE name <> :host AND seen_at > :then",
            {"host": host, "then": now - _ELSEWHERE_MS},
        ),
    )
    if rows:
        raise ConfigurationError(
            f"this SQLite file is in use on another host ({rows[0]['name']}); several hosts need PostgreSQL"
        )
