"""PostgreSQL for tests: a database for each test process, and in it a schema for each test.

Only a server that an environment variable names is used: one that happens to run may hold data that matters.
"""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

URL_VARIABLE = "SINCH_VOICE_TEST_DATABASE_URL"
REQUIRE_VARIABLE = "SINCH_VOICE_TEST_REQUIRE_POSTGRES"
URL = os.environ.get(URL_VARIABLE)  # noqa: TID251 - a switch of the tests, not of the product
REQUIRED = os.environ.get(REQUIRE_VARIABLE) == "1"  # noqa: TID251 - a switch of the tests, not of the product

_PREFIX = "sinch_voice_test_"
_CONNECT_TIMEOUT_S = 2
# Held while a database is created or dropped: PostgreSQL cannot copy the template database twice at a time. Any number
# will do, as long as all runs use the same.
_CREATE_LOCK = 5_432_911
# Class of the locks that running tests hold on their databases' names; any number but those of other locks.
_RUN_LOCKS = 5_432_912

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class NoPostgres:
    """Why there is no PostgreSQL to test with; ``named`` if the environment names one."""

    reason: str
    named: bool


@dataclass(frozen=True)
class Postgres:
    """A database of this test process, and a connection to it."""

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
def postgres_database(url: str | None = URL) -> Generator[Postgres | NoPostgres]:
    """A new database that is dropped afterwards, or why there is none."""
    if url is None:
        yield NoPostgres(f"{URL_VARIABLE} names no PostgreSQL", named=False)
        return
    try:
        server = _connected(url)
    except psycopg.OperationalError as error:
        yield NoPostgres(_reason(url, error), named=True)
        return
    # The lock on its name ends with this connection, so other runs know which databases are left behind.
    with server:
        name = _prefix(server) + secrets.token_hex(6)
        server.execute("select pg_advisory_lock(%s, hashtext(%s))", [_RUN_LOCKS, name])
        try:
            _create(server, name)
        except psycopg.errors.InsufficientPrivilege as error:
            yield NoPostgres(_reason(url, error), named=True)
            return
        try:
            # A test that leaves a transaction open must fail, not hang.
            own_url = urlsplit(url)._replace(path=f"/{name}").geturl()
            with _connected(_with(own_url, options="-clock_timeout=5s")) as connection:
                yield Postgres(name, own_url, connection)
        finally:
            server.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))


def _create(server: Connection, name: str) -> None:
    server.execute("select pg_advisory_lock(%s)", [_CREATE_LOCK])
    try:
        _drop_leftovers(server)
        server.execute(SQL("create database {}").format(Identifier(name)))
    finally:
        server.execute("select pg_advisory_unlock(%s)", [_CREATE_LOCK])


def _drop_leftovers(server: Connection) -> None:
    """Drop the databases of runs that were killed: no connection holds the lock on their names."""
    named = server.execute("select datname from pg_database where starts_with(datname, %s)", [_prefix(server)])
    for (name,) in named.fetchall():
        lock = server.execute("select pg_try_advisory_lock(%s, hashtext(%s))", [_RUN_LOCKS, name])
        if lock.fetchone() == (True,):
            server.execute(SQL("drop database if exists {} with (force)").format(Identifier(name)))
            server.execute("select pg_advisory_unlock(%s, hashtext(%s))", [_RUN_LOCKS, name])


def _prefix(server: Connection) -> str:
    # Runs see each other's locks only if they connect to the same database of the server.
    found = server.execute("select oid::text from pg_database where datname = current_database()")
    return f"{_PREFIX}{found.fetchall()[0][0]}_"


def _reason(url: str, error: psycopg.Error) -> str:
    known = conninfo_to_dict(url)
    place = f"{known.get('host', 'the local socket')}:{known.get('port', 5432)}"
    if isinstance(error, psycopg.errors.InsufficientPrivilege) or "FATAL" in str(error):
        return f"PostgreSQL at {place} does not let the user {known.get('user')} create a database"
    return f"no PostgreSQL answers at {place}"


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S)


def _with(url: str, *, options: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}options={quote(options, safe='')}"
