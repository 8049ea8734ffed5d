"""An opened journal on every engine, with a manual clock."""

from collections.abc import AsyncGenerator

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.storage import SqlJournal, Storage, open_storage
from sinch_voice_mcp.types import PhoneNumber


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def storage(database_url: str, clock: ManualClock) -> AsyncGenerator[Storage]:
    async with open_storage(database_url, clock, own_time=True, secret=b"secret") as opened:
        yield opened


@pytest.fixture
def journal(storage: Storage) -> SqlJournal:
    return storage.journal


@pytest.fixture
async def replica(storage: Storage, database_url: str, clock: ManualClock) -> AsyncGenerator[Storage]:
    """A second server on the same database."""
    async with open_storage(database_url, clock, own_time=True, secret=b"secret") as opened:
        # Both have the same key of their hashes.
        assert opened.journal.hashed(PhoneNumber("+12025550100")) == storage.journal.hashed(PhoneNumber("+12025550100"))
        yield opened
