"""Reach the journal from a command: find its URL, open it, and name the person who runs the command."""

import getpass
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sinch_voice_mcp.app import database_url
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.ports import CallingStopped, KillSwitchState, iso
from sinch_voice_mcp.settings import Settings, variable
from sinch_voice_mcp.storage import MEMORY, Database, SqlJournal, Storage, open_database, open_storage, sqlite_file

_IN_MEMORY = (
    "in sandbox mode the journal exists only in the server's memory, so this command cannot read it; to share it, set "
    f"{variable('database_url')} for the server and for this command"
)


def journal_url(settings: Settings) -> str:
    """Return the URL of the journal that a command works on.

    Raises:
        ConfigurationError: The journal is in the memory of a server.
    """
    url = database_url(settings)
    if url != MEMORY:
        return url
    live = _url_of_live_servers(settings)
    if live is None:
        raise ConfigurationError(_IN_MEMORY, field=variable("database_url"))
    return live


def _url_of_live_servers(settings: Settings) -> str | None:
    """Return the URL of the file that this user's live servers use, if it exists.

    Key and secret are often set in the MCP client only. The shell then has none, which looks like sandbox mode.
    """
    if settings.database_url is not None or settings.sandbox or settings.rehearse:
        return None
    url = database_url(settings.model_copy(update={"application_key": "set in the MCP client"}))
    file = sqlite_file(url)
    return url if file is not None and file.exists() else None


def existing_journal_url(settings: Settings) -> str:
    """Return the URL of a journal that exists.

    Raises:
        ConfigurationError: It does not exist. A mistyped path must not look like an empty journal.
    """
    url = journal_url(settings)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise ConfigurationError(f"there is no journal at {file}; the first server that uses it creates it")
    return url


@asynccontextmanager
async def open_existing_journal(settings: Settings) -> AsyncGenerator[Storage]:
    """Open a journal that exists.

    Raises:
        ConfigurationError: It does not exist, or is newer than this program.
        StorageError: It cannot be used.
    """
    async with open_storage(existing_journal_url(settings), SystemClock()) as storage:
        yield storage


@asynccontextmanager
async def open_database_as_is(url: str) -> AsyncGenerator[Database]:
    """Open a database without applying migrations.

    Raises:
        StorageError: It cannot be used.
    """
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.aclose()


async def read_switch(database: Database) -> KillSwitchState:
    """Read the kill switch from a database whose migrations are applied."""
    # Reading the switch hashes nothing, so the journal needs no key.
    return await SqlJournal(database, SystemClock(), b"").switch()


def describe_stop(stopped: CallingStopped) -> str:
    """Describe a stop: its time, its author and its reason."""
    return f"since {iso(stopped.since)} by {stopped.by}: {stopped.reason}"


def shell_user() -> str:
    """Return the name under which a command's actions are recorded."""
    try:
        return f"shell of {getpass.getuser()}"
    except (OSError, KeyError):
        # In a container, the user may have no name.
        return f"shell of user {os.getuid()}"
