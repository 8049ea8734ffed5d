"""Opening a journal: the database, its tables, the key of its hashes, and whether other hosts use it."""

import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import anyio

from sinch_voice_mcp.clock import Clock, Pace, SystemClock
from sinch_voice_mcp.errors import ConfigurationError, StorageError
from sinch_voice_mcp.storage.adoption import adopt
from sinch_voice_mcp.storage.database import Commit, Database, Statement, Transaction, one
from sinch_voice_mcp.storage.events import CHANNEL, SqlEvents
from sinch_voice_mcp.storage.files import access_warning
from sinch_voice_mcp.storage.identity import NUMBER_KEY
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.migrations import migrate
from sinch_voice_mcp.storage.retention import Terms
from sinch_voice_mcp.storage.sealing import Seal
from sinch_voice_mcp.storage.sqlite import SqliteDatabase
from sinch_voice_mcp.storage.urls import URL_FORMS, engine_of, sqlite_file
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId, Millis

_LOGGER = masked_logger(__name__)

_HOST_TIMEOUT_MS = 120_000
"""Time after its last sign of life for which another host counts as running: several sweeps of a slow server."""


@dataclass(frozen=True, slots=True)
class Storage:
    """An opened database and what is in it. ``own_time``: the clock is not corrected by the database's."""

    database: Database
    journal: SqlJournal
    events: SqlEvents
    own_time: bool = False

    async def beat(self) -> None:
        """Check that the journal is still there, give a sign of life of this host, and correct the clock.

        Raises:
            ConfigurationError: Servers on another host use the same SQLite file.
            StorageError: The database cannot be used, or is no longer the one that was opened.
        """
        await self.journal.check_identity()
        if not self.database.spans_hosts:
            await self.database.run(lambda: _sign_of_life(socket.gethostname(), self.journal.now()))
        if self.database.clock_query is not None and not self.own_time:
            self.journal.skew += await _skew(self.database, self.database.clock_query, self.journal)

    async def listen(self) -> None:
        """Receive the events that other servers store, until canceled."""
        await self.database.listen(CHANNEL, lambda notice: self.events.wake(CallId(notice)))

    async def leave(self) -> None:
        """Take back the sign of life of this host; other servers on it give it again."""
        if not self.database.spans_hosts and self.database.durable:
            # Without it, other hosts wait for the time limit.
            with suppress(StorageError):
                await self.database.run(lambda: one("DELETE FROM hosts WHERE name = :host", host=socket.gethostname()))


@asynccontextmanager
async def open_storage(
    url: str,
    clock: Clock,
    *,
    own_time: bool = False,
    pace: Pace | None = None,
    secret: bytes | None = None,
    terms: Terms | None = None,
) -> AsyncGenerator[Storage]:
    """Open a journal, apply the migrations that are missing, and close it again.

    Args:
        url: ``postgresql://…``, ``sqlite:///path`` or ``:memory:``.
        clock: Where the time comes from; with PostgreSQL, corrected by the database's.
        own_time: Do not correct the clock, for tests that move it.
        pace: How long to wait for what.
        secret: Secret under which what is known of people is sealed. Without it, what others sealed is unreadable,
            and what earlier versions stored stays as it is.
        terms: How long what is kept.

    Raises:
        ConfigurationError: The URL has no known form, the database is newer than this program, an extra is missing,
            or servers on another host use the same SQLite file.
        StorageError: The database cannot be used.
    """
    pace = pace or Pace()
    database = await open_database(url, clock, pace)
    try:
        await migrate(database)
        seal = None if secret is None else Seal(secret)
        journal = SqlJournal(database, clock, await _hash_key(database), seal=seal, terms=terms)
        if seal is not None:
            await adopt(database, journal.people)
        storage = Storage(database, journal, SqlEvents(database, journal, clock, pace), own_time)
        await storage.beat()
        try:
            yield storage
        finally:
            with anyio.CancelScope(shield=True):
                await storage.leave()
    finally:
        # Also after a cancellation: open connections and the tasks of a pool would be left behind.
        with anyio.CancelScope(shield=True):
            await database.aclose()


async def open_database(url: str, clock: Clock | None = None, pace: Pace | None = None) -> Database:
    """Connect, and leave the tables as they are.

    Raises:
        ConfigurationError: The URL has no known form, or an extra is missing.
        StorageError: The database cannot be used.
    """
    pace = pace or Pace()
    match engine_of(url):
        case "sqlite":
            file = sqlite_file(url)
            database = SqliteDatabase(file, pace)
            if file is not None and (warning := access_warning(file)) is not None:
                _LOGGER.warning("%s", warning)
            return database
        case "postgres":
            try:
                from sinch_voice_mcp.storage.postgres import open_postgres  # noqa: PLC0415 - an extra
            except ModuleNotFoundError:
                message = "PostgreSQL needs the extra `postgres`: pip install 'sinch-voice-mcp[postgres]'"
                raise ConfigurationError(message) from None
            return await open_postgres(url, clock or SystemClock(), pace)
        case None:
            # The URL itself is not repeated: it may contain a password.
            raise ConfigurationError(f"the database's URL must be {URL_FORMS}")


async def _hash_key(database: Database) -> bytes:
    """Return the key of the hashes of numbers; the first server makes it."""
    made = secrets.token_hex(32)

    def fetching() -> Transaction[str]:
        _, rows = yield (
            Statement(
                "INSERT INTO meta (name, value) VALUES (:name, :made) ON CONFLICT (name) DO NOTHING",
                {"name": NUMBER_KEY, "made": made},
            ),
            Statement("SELECT value FROM meta WHERE name = :name", {"name": NUMBER_KEY}),
        )
        return Commit(str(rows[0]["value"]))

    return bytes.fromhex(await database.run(fetching))


async def _skew(database: Database, query: str, journal: SqlJournal) -> int:
    """Return the milliseconds that the database's clock is ahead of the journal's."""
    before = journal.now()
    rows = await database.read(lambda: one(query))
    # The answer was made about in the middle of the round trip.
    return int(rows[0]["now"]) - (before + journal.now()) // 2


def _sign_of_life(host: str, now: Millis) -> Transaction[None]:
    _, rows = yield (
        Statement(
            "INSERT INTO hosts (name, seen_at) VALUES (:host, :now) "
            "ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
            {"host": host, "now": now},
        ),
        Statement(
            "SELECT name FROM hosts WHERE name <> :host AND seen_at > :then",
            {"host": host, "then": now - _HOST_TIMEOUT_MS},
        ),
    )
    if rows:
        raise ConfigurationError(
            f"this SQLite file is in use on another host ({rows[0]['name']}); several hosts need PostgreSQL"
        )
    return Commit(None)
