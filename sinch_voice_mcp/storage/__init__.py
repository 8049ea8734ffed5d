"""Where calls are recorded: SQLite inside the process, or PostgreSQL for several servers."""

from sinch_voice_mcp.storage.database import Database
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.migrations import MIGRATIONS, NEWEST, Applied, applied, migrate
from sinch_voice_mcp.storage.opening import MEMORY, Storage, open_database, open_storage

__all__ = [
    "MEMORY",
    "MIGRATIONS",
    "NEWEST",
    "Applied",
    "Database",
    "SqlJournal",
    "Storage",
    "applied",
    "migrate",
    "open_database",
    "open_storage",
]
