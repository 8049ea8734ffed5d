"""The journal as a shell reaches it: where it is, who asks, and what stopped calling."""

import getpass
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

from sinch_voice_mcp.app import database_url
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.ports import CallingStopped, KillSwitchState, iso
from sinch_voice_mcp.settings import Settings, variable
from sinch_voice_mcp.storage import MEMORY, Database, SqlJournal, Storage, open_database, open_storage, sqlite_file


class Load(Protocol):
    """Reads the settings, from flags, environment and file."""

    def __call__(self) -> Settings:
        """All of them."""
        ...

    def of_the_journal(self) -> Settings:
        """Those alone that say where the journal and the platform are."""
        ...


_INSIDE = (
    "the journal of the sandbox lives in memory, inside its server process, where no command reaches it; "
    f"set {variable('database_url')} for both"
)


def place(settings: Settings) -> str:
    """The URL of the journal that a command is about.

    Raises:
        ConfigurationError: It is in the memory of a server.
    """
    url = database_url(settings)
    if url != MEMORY:
        return url
    live = _live(settings)
    if live is None:
        raise ConfigurationError(_INSIDE, field=variable("database_url"))
    return live


def _live(settings: Settings) -> str | None:
    """The file of this user's live servers; only the MCP client may have their key and secret, and a shell neither."""
    if settings.database_url is not None or settings.sandbox or settings.rehearse:
        return None
    url = database_url(settings.model_copy(update={"application_key": "of the client"}))
    file = sqlite_file(url)
    return url if file is not None and file.exists() else None


def existing(settings: Settings) -> str:
    """The URL of a journal that is there.

    Raises:
        ConfigurationError: There is none: a mistyped path must not look like an empty journal.
    """
    url = place(settings)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise ConfigurationError(f"there is no journal at {file}; the first server that uses it makes it")
    return url


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Storage]:
    """The journal, which has to be there.

    Raises:
        ConfigurationError: It is not, or is newer than this program.
        StorageError: It cannot be used.
    """
    async with open_storage(existing(settings), SystemClock()) as storage:
        yield storage


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Database]:
    """The database, as it is: no tables are made.

    Raises:
        StorageError: It cannot be used.
    """
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.aclose()


async def switch_of(database: Database) -> KillSwitchState:
    """What stopped calling; asks a database that has its tables and needs no key for that."""
    return await SqlJournal(database, SystemClock(), b"").switch()


def told(stopped: CallingStopped) -> str:
    """Since when, by whom, and why."""
    return f"since {iso(stopped.since)} by {stopped.by}: {stopped.reason}"


def shell() -> str:
    """Who asks."""
    try:
        return f"shell of {getpass.getuser()}"
    except (OSError, KeyError):
        # A container's user may have no name.
        return f"shell of user {os.getuid()}"
