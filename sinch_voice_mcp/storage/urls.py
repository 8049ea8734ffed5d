"""URLs of databases: which engine each one names, and where."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sinch_voice_mcp.storage.database import Dialect

MEMORY = ":memory:"
"""URL of a SQLite database in the memory of this process."""

URL_FORMS = f"postgresql://<host>/<name>, sqlite:///<path> or {MEMORY}"
"""All forms of a URL, for messages."""

_PREFIXES: Mapping[str, Dialect] = {"postgresql://": "postgres", "postgres://": "postgres", "sqlite:///": "sqlite"}


def engine_of(url: str) -> Dialect | None:
    """Return the engine that a URL names; None if it is not the URL of a database."""
    if url == MEMORY:
        return "sqlite"
    for prefix, engine in _PREFIXES.items():
        if url.startswith(prefix) and url.removeprefix(prefix).strip("/"):
            return engine
    return None


def sqlite_file(url: str) -> Path | None:
    """Return the file that a URL names; None for memory and for other engines."""
    if url == MEMORY or engine_of(url) != "sqlite":
        return None
    # Three slashes and a relative path, or four and an absolute one, as in SQLAlchemy's URLs.
    return Path(unquote(urlsplit(url).path)[1:])
