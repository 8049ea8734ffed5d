"""The files of a SQLite database: whether they are still those that were opened, and who else may use them."""

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

FileId = tuple[int, int]
"""Device and inode: what identifies a file whatever its name is."""


class DatabaseFiles:
    """The file of a database, and the write-ahead log beside it.

    SQLite keeps one log for as long as any connection is open, so neither of the two changes by itself.

    Args:
        path: The file, which is open; None for a database in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log_path = None if path is None else path.with_name(f"{path.name}-wal")
        self._file = _file_id(path)
        self._log: FileId | None = None

    def were_replaced(self) -> bool:
        """Return whether one of the files was deleted or replaced; the log is known from the first call on."""
        # SQLite makes the log when it first writes.
        self._log = self._log or _file_id(self._log_path)
        return _file_id(self._path) != self._file or _file_id(self._log_path) != self._log


def _file_id(path: Path | None) -> FileId | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def access_warning(file: Path) -> str | None:
    """Return a warning if other users of the machine can read, change or replace a file; None if they cannot."""
    # Windows has access lists; the mode says nothing there.
    if os.name == "nt":
        return None
    try:
        mode, folder = file.stat().st_mode, file.parent.stat().st_mode
    except OSError:
        return None
    if mode & _OTHERS:
        can = "change" if mode & _OTHERS_WRITE else "read"
        return f"other users can {can} the journal {file} (mode {stat.S_IMODE(mode):04o}); run: chmod 600 {file}"
    if folder & _OTHERS_WRITE and not folder & stat.S_ISVTX:
        return f"other users can replace the journal {file}: its folder has mode {stat.S_IMODE(folder):04o}"
    return None
