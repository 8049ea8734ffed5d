"""Fixtures for every test, and the lines at the end of a run that say what was tested."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import REQUIRED, NoPostgres, Postgres, postgres_database

Record = Callable[[str, object], None]


@pytest.fixture
def anyio_backend() -> str:
    """The MCP SDK's server and uvicorn run on asyncio; so do the tests."""
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, of every engine in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def sqlite_url(tmp_path: Path, record_property: Record) -> str:
    """A SQLite file that does not exist yet."""
    record_property("engine", f"SQLite {sqlite3.sqlite_version}")
    return f"sqlite:///{tmp_path}/journal.db"


@pytest.fixture
def postgres_url(postgres: Postgres | NoPostgres, record_property: Record) -> Generator[str]:
    """An empty schema in PostgreSQL; skips if the environment names none, fails if that one cannot be used."""
    if isinstance(postgres, NoPostgres):
        if REQUIRED or postgres.named:
            pytest.fail(postgres.reason)
        record_property("no engine", postgres.reason)
        pytest.skip(postgres.reason)
    record_property("engine", postgres.engine)
    with postgres.schema() as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres | NoPostgres]:
    """A PostgreSQL database for this test process."""
    with postgres_database() as database:
        yield database


# Outside every other summary, so that these lines stand right above the last one, which says how many passed.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Say what the tests counted, and which storage engines they ran on."""
    yield
    found = (report for reports in terminalreporter.stats.values() for report in reports)
    reports = [report for report in found if isinstance(report, pytest.TestReport)]
    for line in (_numbers(reports), _engines(reports)):
        if line:
            terminalreporter.write_line(line)


def _numbers(reports: list[pytest.TestReport]) -> str:
    counts = Counter[str]()
    for report in reports:
        # Set-up and teardown repeat what the test itself recorded.
        if report.when == "call" and report.passed:
            for name, count in _recorded(report, "counted"):
                counts[name] += count
    listed = ", ".join(f"{counts[name]:,} {name}" for name in sorted(counts))
    return f"Numbers: {listed}" if counts else ""


def _engines(reports: list[pytest.TestReport]) -> str:
    tested = {str(engine) for report in reports for engine in _recorded(report, "engine")}
    missing = {str(reason) for report in reports for reason in _recorded(report, "no engine")}
    if not tested and not missing:
        return ""
    # SQLite, which is always tested, comes first.
    engines = ", ".join(sorted(tested, reverse=True)) or "none"
    return f"Storage engines tested: {engines}" + "".join(f" ({reason})" for reason in sorted(missing))


def _recorded(report: pytest.TestReport, name: str) -> Iterator[Any]:
    return (value for key, value in report.user_properties if key == name)
