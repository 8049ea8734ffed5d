"""The files that a command is given: names, patterns, folders or standard input."""

import glob
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sinch_voice_mcp.svaml.reading.jsonc import JSONC
from sinch_voice_mcp.svaml.reading.notation import Notation
from sinch_voice_mcp.svaml.reading.source import JSON
from sinch_voice_mcp.svaml.reading.yamltext import YAML

STDIN = "-"
NOTATIONS: Mapping[str, Notation] = {".json": JSON, ".jsonc": JSONC, ".yaml": YAML, ".yml": YAML}
"""What a file is written in, by its suffix; a file of any other name and standard input are JSON."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    Attributes:
        name: The name to show.
        path: The file; None for standard input.
        data: Its bytes.
        text: Its characters without byte order mark; None if they are not UTF-8.
        notation: What it is written in.
    """

    name: str
    path: Path | None
    data: bytes
    text: str | None
    notation: Notation = JSON

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the file's name, without the suffix: ``menu`` and ``ace`` of ``menu.ace.json``."""
        if self.path is None:
            return ()
        name = self.path.stem if self.path.suffix.lower() in NOTATIONS else self.path.name
        return tuple(name.split("."))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    name: str
    reason: str


def read_files(given: Iterable[str]) -> Iterator[Source | Unreadable]:
    """Read every file once, in the order given; a folder stands for its documents at any depth."""
    names = (name for one in given for name in _names(one))
    for name in dict.fromkeys(names):
        yield _read(name)


def _names(given: str) -> list[str]:
    if given == STDIN or Path(given).is_file():
        return [given]
    if Path(given).is_dir():
        inside = _matching(str(Path(glob.escape(given)) / "**" / "*"))
        return [name for name in inside if Path(name).suffix.lower() in NOTATIONS] or [given]
    return (_matching(given) or [given]) if glob.has_magic(given) else [given]


def _matching(pattern: str) -> list[str]:
    return sorted(name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207 - Path.glob refuses absolute patterns and follows hidden folders


def _read(name: str) -> Source | Unreadable:
    if name == STDIN:
        data = sys.stdin.buffer.read()
        return Source("<stdin>", None, data, _text(data))
    path = Path(name)
    if path.is_dir():
        return Unreadable(name, f"the folder has no document ({', '.join(NOTATIONS)})")
    try:
        data = path.read_bytes()
    except OSError as error:
        if glob.has_magic(name):
            return Unreadable(name, "no file matches")
        return Unreadable(name, error.strerror or str(error))
    except ValueError as error:
        # A name that no file system accepts, such as one with a null character.
        return Unreadable(name, str(error))
    return Source(name, path, data, _text(data), NOTATIONS.get(path.suffix.lower(), JSON))


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
