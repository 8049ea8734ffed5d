"""The tables are made once, by the first program that needs them; those of a newer program are not touched."""

import asyncio

import pytest

from sinch_voice_mcp import __version__
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.ports import EndReport, Outcome
from sinch_voice_mcp.storage import MIGRATIONS, NEWEST, Storage, applied, migrate, open_database, open_storage
from sinch_voice_mcp.storage.database import Database, one
from tests.contract.storage.claims import Asking

ALL = [step.number for step in MIGRATIONS]


async def test_an_empty_database_gets_every_table_once(database_url: str) -> None:
    database = await open_database(database_url)
    try:
        assert await applied(database) == []
        assert await migrate(database) == ALL
        assert await migrate(database) == []
        assert [(step.number, step.version) for step in await applied(database)] == [(n, __version__) for n in ALL]
    finally:
        await database.aclose()


def test_steps_are_numbered_in_order() -> None:
    assert sorted(set(ALL)) == ALL
    assert ALL[-1] == NEWEST


async def test_programs_that_start_at_once_make_the_tables_once(database_url: str) -> None:
    opened: list[Database] = [await open_database(database_url) for _ in range(4)]
    try:
        taken = await asyncio.gather(*(migrate(database) for database in opened))
    finally:
        for database in opened:
            await database.aclose()

    assert sorted(taken) == [*([[]] * 3), ALL]


async def test_a_step_that_fails_leaves_nothing_behind(database_url: str) -> None:
    database = await open_database(database_url)
    try:
        await database.run(lambda: one("CREATE TABLE audit (mine INTEGER)"))
        with pytest.raises(Exception, match="The journal"):
            await migrate(database)
        await database.run(lambda: one("DROP TABLE audit"))

        assert await migrate(database) == ALL
    finally:
        await database.aclose()


async def test_a_newer_programs_journal_is_refused_with_a_sentence(
    storage: Storage, database_url: str, clock: ManualClock
) -> None:
    await storage.database.run(lambda: one("INSERT INTO migrations (number, version) VALUES (99, '7.8.9')"))

    with pytest.raises(ConfigurationError, match=r"made by version 7\.8\.9, which is newer than this program"):
        async with open_storage(database_url, clock, own_time=True):
            raise AssertionError("it opened")


async def test_an_older_program_keeps_working_while_a_newer_one_adds_to_the_tables(storage: Storage) -> None:
    asking = Asking(storage.journal)
    before = await asking.call()
    for table in ("calls", "keys", "counters", "approvals", "confirmations", "tones", "audit", "gate"):
        added = f"ALTER TABLE {table} ADD COLUMN later TEXT NOT NULL DEFAULT 'x'"
        await storage.database.run(lambda added=added: one(added))

    after = await asking.call()

    for call in (before, after):
        await storage.journal.record(call, Outcome("accepted"))
        await storage.journal.settle(call, EndReport(1, None, "ANSWERED", "HANGUP"))
    assert await storage.journal.verify() == (6, None)
    assert [entry.token for entry in await storage.journal.entries(limit=9)] == sorted([before, after])
