"""PostgreSQL for tests: a database for each test process, and in it a schema for each test."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

URL_VARIABLE = "SINCH_VOICE_TEST_DATABASE_URL"
REQUIRE_VARIABLE = "SINCH_VOICE_TEST_REQUIRE_POSTGRES"
URL = os.environ.get(URL_VARIABLE, "postgresql://postgres@127.0.0.1:5432/postgres")  # noqa: TID251 - a switch of the tests
REQUIRED = os.environ.get(REQUIRE_VARIABLE) == "1"  # noqa: TID251 - a switch of the tests, not of the product

_PREFIX = "sinch_voice_test_"
_ANSWER_S = 2
# Any number will do, as long as every run of these tests takes the same.
_LOCK = 5_432_911
_LEFTOVERS = """
    select datname from pg_database
    where starts_with(datname, %s) and datname not in (select datname from pg_stat_activity where datname is not null)
"""

Connection = psycopg.Connection[tuple[str]]


@dataclass(frozen=True)
class NoPostgres:
    """Why there is no PostgreSQL to test with."""

    reason: str


@dataclass(frozen=True)
class Postgres:
    """A database of our own. Its connection also shows other test runs that it is in use."""

    name: str
    url: str
    connection: Connection

    @property
    def engine(self) -> str:
        version = self.connection.info.server_version
        return f"PostgreSQL {version // 10_000}.{version % 10_000}"

    @contextmanager
    def schema(self) -> Generator[str]:
        """The URL of an empty schema that is dropped afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        self.connection.execute(SQL("create schema {}").format(Identifier(name)))
        try:
            yield _with(self.url, options=f"-csearch_path={name}")
        finally:
            self.connection.execute(SQL("drop schema {} cascade").format(Identifier(name)))


@contextmanager
def postgres_database() -> Generator[Postgres | NoPostgres]:
    """A new database that is dropped afterwards, or why there is none."""
    made = _created()
    if isinstance(made, NoPostgres):
        yield made
        return
    try:
        with made.connection:
            yield made
    finally:
        with _connected(URL) as server:
            server.execute(SQL("drop database {} with (force)").format(Identifier(made.name)))


def _created() -> Postgres | NoPostgres:
    name = f"{_PREFIX}{secrets.token_hex(6)}"
    try:
        with _connected(URL) as server:
            # Held until this connection ends: a database without connections is one that a killed run left behind.
            server.execute("select pg_advisory_lock(%s)", [_LOCK])
            for (leftover,) in server.execute(_LEFTOVERS, [_PREFIX]).fetchall():
                server.execute(SQL("drop database if exists {}").format(Identifier(leftover)))
            server.execute(SQL("create database {}").format(Identifier(name)))
            url = urlsplit(URL)._replace(path=f"/{name}").geturl()
            # A test that leaves a transaction open must fail, not hang.
            return Postgres(name, url, _connected(_with(url, options="-clock_timeout=5s")))
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        return NoPostgres(_reason(error))


def _reason(error: psycopg.Error) -> str:
    known = conninfo_to_dict(URL)
    place = f"{known.get('host', 'the local socket')}:{known.get('port', 5432)}"
    if isinstance(error, psycopg.errors.InsufficientPrivilege) or "FATAL" in str(error):
        return f"PostgreSQL at {place} lets the user {known.get('user')} create no database"
    return f"no PostgreSQL at {place}"


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=_ANSWER_S)


def _with(url: str, *, options: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}options={quote(options, safe='')}"
