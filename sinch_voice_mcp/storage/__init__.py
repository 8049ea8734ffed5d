"""Where requests and events are recorded: SQLite inside the process, or PostgreSQL for several servers."""

from sinch_voice_mcp.storage.database import Database
from sinch_voice_mcp.storage.files import access_warning
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.migrations import MIGRATIONS, NEWEST, Applied, applied, migrate
from sinch_voice_mcp.storage.opening import Storage, open_database, open_storage
from sinch_voice_mcp.storage.retention import Terms
from sinch_voice_mcp.storage.sandboxes import Sandboxes
from sinch_voice_mcp.storage.urls import MEMORY, URL_FORMS, engine_of, sqlite_file

__all__ = [
    "MEMORY",
    "MIGRATIONS",
    "NEWEST",
    "URL_FORMS",
    "Applied",
    "Database",
    "Sandboxes",
    "SqlJournal",
    "Storage",
    "Terms",
    "access_warning",
    "applied",
    "engine_of",
    "migrate",
    "open_database",
    "open_storage",
    "sqlite_file",
]
