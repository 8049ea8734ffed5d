"""Make the journals of this version of the program: ``python -m tests.golden.make_journals``.

The scenario ``journal`` is played twice, on a SQLite file and in a PostgreSQL schema. The file is kept as it is, in one
piece; the schema as plain SQL for an empty one. Both hold the key of the hashes. They are made once for each version of
the tables, by the last program that has these, and are never made anew: later programs must be able to open them.
"""

import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import anyio

from tests.databases import NoPostgres, postgres_database
from tests.golden.scenarios import FOLDER, Scenario, scenarios
from tests.golden.stage import Stage

_MACHINE = re.compile(r"(--|SET |\\|SELECT pg_catalog\.set_config|CREATE SCHEMA |$)")
"""Lines of a dump that are about the machine or the schema it came from."""


def played() -> Scenario:
    """The scenario that the journals hold."""
    return next(scenario for scenario in scenarios() if scenario.name == "journal")


def steps(file: Path) -> list[tuple[int]]:
    """The numbers of the steps that made the tables of a SQLite journal."""
    with closing(sqlite3.connect(file)) as database:
        return database.execute("SELECT number FROM migrations ORDER BY number").fetchall()


async def _make() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "journal.db"
        await Stage(played(), f"sqlite:///{file}").play()
        version = steps(file)[-1][0]
        kept = FOLDER / f"journal-{version}.db"
        kept.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as database:
            database.execute("VACUUM INTO ?", [str(kept)])
    with postgres_database() as database:
        if isinstance(database, NoPostgres):
            raise SystemExit(database.reason)
        with database.schema() as url:
            await Stage(played(), url).play()
            (FOLDER / f"journal-{version}.sql").write_text(_dumped(url), "utf-8")


def _dumped(url: str) -> str:
    parts = urlsplit(url)
    (options,) = parse_qs(parts.query)["options"]
    schema = options.rpartition("=")[2]
    command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", "--no-tablespaces", f"--schema={schema}"]
    dump = subprocess.run([*command, parts._replace(query="").geturl()], check=True, capture_output=True, text=True)
    lines = (line.replace(f"{schema}.", "") for line in dump.stdout.splitlines() if not _MACHINE.match(line))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    anyio.run(_make)
