"""Records as text: what was played, the rows of the journal, and stable names for what is random."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeGuard

from sinch_voice_mcp.storage.sealing import Seal
from tests.recorded import SECRET

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

_RANDOM: Sequence[tuple[str, str]] = (
    ("token", "SELECT call FROM calls WHERE kind <> 'inbound'"),
    ("change", "SELECT call FROM audit WHERE event IN ('change', 'refused') AND call IS NOT NULL ORDER BY seq"),
    ("hash", "SELECT destinations FROM calls"),
    ("hash", "SELECT hashes FROM people"),
    ("hash", "SELECT destinations FROM confirmations"),
    ("room", "SELECT rooms FROM calls WHERE rooms IS NOT NULL"),
    ("person", "SELECT principal FROM confirmations"),
    # Those for calls in progress contain keyed hashes.
    ("grant", "SELECT digest FROM confirmations"),
    ("chain", "SELECT digest FROM audit UNION SELECT head FROM gate"),
)
"""What is different in each run, by the word that stands for it. Digests that depend on nothing but the request or the
event are not: that these stay as they are is a part of the record."""

_ANSWERS = ("key", "SELECT digest FROM keys")
"""With sealed answers of a person, some keys are digests of those."""

_IN_ORDER = ("calls", "audit", "events", "replies")
"""Tables whose order is that of what happened; the others come afterwards, by content."""

_ONCE = frozenset({"hosts", "meta", "migrations"})
"""Tables that say nothing of what was played: the machine, the secret key, and the versions of the program."""


def rows_of(file: Path) -> Tables:
    """Every table of a journal."""
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {name: _rows(database, name) for name in names if name not in _ONCE}
    order = {name: at for at, name in enumerate(_IN_ORDER)}
    return {name: tables[name] for name in sorted(tables, key=lambda name: (order.get(name, len(order)), name))}


def schema_of(file: Path) -> list[str]:
    """The SQL of every table, index and trigger."""
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        return [" ".join(str(row[0]).split()) for row in database.execute(query)]


def record(played: Rows, file: Path, *, sealed: bool) -> str:
    """The record of a scenario: JSON, one member a line where it is played, one row a line where it is stored.

    Args:
        played: What was done, and what came of it.
        file: The SQLite file of the journal.
        sealed: Whether answers of a person went sealed through the client.
    """
    names = _Names(_random(file, sealed=sealed))
    steps = names.given(",\n".join(_step(step) for step in played))
    tables: list[str] = []
    for name, rows in rows_of(file).items():
        texts = names.in_order(rows) if name in _IN_ORDER else names.sorted(rows)
        tables.append(f'"{name}": [' + ",".join(f"\n {text}" for text in texts) + "]")
    return '{"played": [\n' + steps + '],\n"stored": {\n' + ",\n".join(tables) + "}}\n"


def _step(step: dict[str, Any]) -> str:
    shown = {name: value for name, value in step.items() if value != []}
    return json.dumps(shown, indent=1)


def _rows(database: sqlite3.Connection, table: str) -> Rows:
    plain = "WITHOUT ROWID" in str(
        database.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    )
    order = "1" if plain else "rowid"
    rows = [dict(row) for row in database.execute(f'SELECT * FROM "{table}" ORDER BY {order}')]  # noqa: S608
    return [_read(_opened(row) if table == "people" else row) for row in rows]


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """A row of ``people`` with what is sealed in it: that is recorded, and the sealed form is different in each run."""
    return row | {"sealed": Seal(SECRET).open(row["id"], row["sealed"])}


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is absent, and with its JSON read."""
    return {name: _json_or(value) for name, value in row.items() if value is not None}


def _json_or(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _random(file: Path, *, sealed: bool) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as database:
        for word, query in (*_RANDOM, *([_ANSWERS] if sealed else [])):
            for (value,) in database.execute(query):
                # The destinations of a call stand in one column.
                yield from ((one, word) for one in str(value).split())


class _Names:
    """Gives each random value a name when it comes first: ``<token 1>``."""

    def __init__(self, random: Iterator[tuple[str, str]]) -> None:
        self._words = dict(random)
        self._names: dict[str, str] = {}
        self._counts: defaultdict[str, int] = defaultdict(int)
        some = "|".join(sorted(map(re.escape, self._words), key=len, reverse=True))
        self._pattern = re.compile(some or r"(?!)")

    def given(self, text: str) -> str:
        """A text with these names."""
        return self._pattern.sub(lambda found: self._name(found[0]), text)

    def in_order(self, rows: Rows) -> list[str]:
        """Rows as they come."""
        return [self.given(json.dumps(self._steady(row), sort_keys=True)) for row in rows]

    def sorted(self, rows: Rows) -> list[str]:
        """Rows in the order of what is known of them already."""

        def known(text: str) -> str:
            return self._pattern.sub(lambda found: self._names.get(found[0], "?"), text)

        texts = sorted((json.dumps(row, sort_keys=True) for row in rows), key=known)
        return [self.given(text) for text in texts]

    def _steady(self, value: Any) -> Any:
        """A row whose lists of random values are in the order of their names: the program sorts some by value."""
        if is_object(value):
            return {name: self._steady(one) for name, one in value.items()}
        if is_list(value) and all(isinstance(one, str) and one in self._words for one in value):
            order = {name: at for at, name in enumerate(self._names)}
            return sorted(value, key=lambda one: order.get(str(one), len(order)))
        return value

    def _name(self, value: str) -> str:
        if value not in self._names:
            word = self._words[value]
            self._counts[word] += 1
            self._names[value] = f"<{word} {self._counts[word]}>"
        return self._names[value]


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)
