"""The files that a command is given: names, patterns, folders or standard input."""

import glob
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    Attributes:
        name: The name to show.
        path: The file; None for standard input.
        data: Its bytes.
        text: Its characters without byte order mark; None if they are not UTF-8.
    """

    name: str
    path: Path | None
    data: bytes
    text: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    name: str
    reason: str


def read_files(given: Iterable[str]) -> Iterator[Source | Unreadable]:
    """Read every file once, in the order given; a folder stands for its ``.json`` files at any depth."""
    names = (name for one in given for name in _names(one))
    for name in dict.fromkeys(names):
        yield _read(name)


def _names(given: str) -> list[str]:
    if given == STDIN or Path(given).is_file():
        return [given]
    if Path(given).is_dir():
        given = str(Path(glob.escape(given)) / "**" / "*.json")
    if not glob.has_magic(given):
        return [given]
    found = sorted(name for name in glob.glob(given, recursive=True) if Path(name).is_file())  # noqa: PTH207 - Path.glob refuses absolute patterns and follows hidden folders
    return found or [given]


def _read(name: str) -> Source | Unreadable:
    if name == STDIN:
        data = sys.stdin.buffer.read()
        return Source("<stdin>", None, data, _text(data))
    path = Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        if glob.has_magic(name):
            return Unreadable(name, "no file matches")
        return Unreadable(name, error.strerror or str(error))
    except ValueError as error:
        # A name that no file system accepts, such as one with a null character.
        return Unreadable(name, str(error))
    return Source(name, path, data, _text(data))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
