"""What a database holds, read from outside the server under test."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.ports import CallingStopped, StoredEvent
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.types import CallId

SECRET = DEFAULT_CREDENTIALS.secret.encode()
"""Secret under which servers without credentials seal what they know of people."""


async def events_of(url: str, call_id: str) -> list[StoredEvent]:
    """The events of a call, in the order in which they arrived."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        return await storage.events.events(CallId(call_id))


async def has_events(url: str) -> bool:
    """Whether an event of any call was ever recorded."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        return await storage.events.has_events()


async def audit_of(url: str) -> list[str]:
    """The names of all rows of the audit log."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        return [row.event for row in await storage.journal.audit()]


async def alerts_of(url: str) -> list[Mapping[str, Any]]:
    """The details of every alert in the audit log."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        return [row.details for row in await storage.journal.audit() if row.event == "alert"]


async def state_of(url: str, call_id: str) -> str | None:
    """The state of a call in the journal."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        entry = await storage.journal.by_call_id(CallId(call_id))
        return None if entry is None else entry.state


async def switch_of(url: str) -> CallingStopped | None:
    """The kill switch; None while calling is allowed."""
    async with open_storage(url, SystemClock(), secret=SECRET) as storage:
        return await storage.journal.switch()


def tables_of(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every table with its rows, read around the program; ``meta`` holds the key of the hashes."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(urlsplit(url).path[1:])) as database:
            database.row_factory = sqlite3.Row
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")] for name in names}  # noqa: S608 - names of tables
    with psycopg.connect(url) as connection:

        def rows_of(query: str) -> list[dict[str, Any]]:
            cursor = connection.execute(query.encode())
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        names = [row["table_name"] for row in rows_of(query)]
        return {name: rows_of(f"SELECT * FROM {name}") for name in names}  # noqa: S608 - names of tables
