"""The databases that tests run on: one for each run, and none of another run is touched."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.databases import URL, URL_VARIABLE, NoPostgres, Postgres, postgres_database

ROOT = Path(__file__).parents[3]


def databases(url: str) -> set[str]:
    """Databases on the server."""
    with psycopg.connect(url, autocommit=True) as server:
        return {str(name) for (name,) in server.execute("select datname from pg_database").fetchall()}


@pytest.fixture
def server_url(postgres_url: str) -> str:
    """The URL that the environment names."""
    del postgres_url
    assert URL is not None
    return URL


def test_no_postgresql_is_used_that_nothing_names() -> None:
    with postgres_database(None) as found:
        assert found == NoPostgres(f"{URL_VARIABLE} names no PostgreSQL", named=False)


def test_a_named_postgresql_that_does_not_answer_is_reported() -> None:
    with postgres_database("postgresql://postgres@127.0.0.1:1/postgres") as found:
        assert found == NoPostgres("no PostgreSQL answers at 127.0.0.1:1", named=True)


def test_each_run_has_a_database_of_its_own_and_drops_it(server_url: str) -> None:
    with postgres_database(server_url) as first, postgres_database(server_url) as second:
        assert isinstance(first, Postgres)
        assert isinstance(second, Postgres)
        assert {first.name, second.name} <= databases(server_url)

    assert not {first.name, second.name} & databases(server_url)


def test_a_database_without_a_connection_is_kept_while_its_run_lives(server_url: str) -> None:
    with postgres_database(server_url) as mine:
        assert isinstance(mine, Postgres)
        mine.connection.close()
        with postgres_database(server_url):
            assert mine.name in databases(server_url)


def test_the_database_of_a_killed_run_is_dropped_by_the_next_one(server_url: str) -> None:
    killed = (
        "import os, sys\n"
        "from tests.databases import postgres_database\n"
        f"with postgres_database({server_url!r}) as database:\n"
        "    print(database.name, flush=True)\n"
        "    os._exit(1)\n"
    )
    run = subprocess.run([sys.executable, "-c", killed], check=False, capture_output=True, text=True, cwd=ROOT)
    left_behind = run.stdout.strip()
    assert left_behind in databases(server_url), run.stderr

    for _ in range(100):
        with postgres_database(server_url):
            # The server may need a moment to notice that the process is gone.
            if left_behind not in databases(server_url):
                break
    else:
        pytest.fail(f"{left_behind} is still there")


def test_a_database_of_another_program_is_never_dropped(server_url: str) -> None:
    name = "sinch_voice_test_of_another_program"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(SQL("drop database if exists {}").format(Identifier(name)))
        server.execute(SQL("create database {}").format(Identifier(name)))
        try:
            with postgres_database(server_url):
                assert name in databases(server_url)
        finally:
            server.execute(SQL("drop database {}").format(Identifier(name)))
