"""A journal that disappears, loses rows or is replaced while a server uses it: the server places no further call."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import Granted
from sinch_voice_mcp.storage import Storage, access_warning, open_storage, sqlite_file
from sinch_voice_mcp.storage.database import one
from tests.contract.storage.claims import Asking
from tests.platforms import OTHER
from tests.stage import CALL, Stage

CHANGED = "The journal changed while this server was using it"


def files(path: Path) -> list[Path]:
    return [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]


def delete(path: Path) -> None:
    for file in files(path):
        file.unlink()


def lose_the_log(path: Path) -> None:
    files(path)[1].unlink()


def restore_a_copy(path: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    files(path)[1].unlink()
    copy.replace(path)


def put_another_in_its_place(path: Path) -> None:
    delete(path)
    path.touch()


async def refused(storage: Storage) -> None:
    """Nothing can be claimed, and the periodic work says why."""
    asking = Asking(storage.journal)
    for attempt in (asking.asked, storage.beat, storage.journal.check_identity):
        with pytest.raises(StorageError, match=CHANGED):
            await attempt()
    with pytest.raises(StorageError, match=CHANGED):
        await storage.journal.peek_together([asking.made()])


@pytest.mark.parametrize("happens", [delete, lose_the_log, restore_a_copy, put_another_in_its_place])
async def test_a_file_that_is_no_longer_the_one_that_was_opened_gets_no_claim(
    sqlite_url: str, clock: ManualClock, happens: Callable[[Path], None]
) -> None:
    path = sqlite_file(sqlite_url)
    assert path is not None
    async with open_storage(sqlite_url, clock) as storage:
        assert await Asking(storage.journal).asked() == Granted()
        happens(path)
        await refused(storage)


async def test_a_journal_whose_newest_rows_are_missing_gets_no_claim(
    storage: Storage, replica: Storage, database_url: str
) -> None:
    asking = Asking(storage.journal)
    await asking.call()
    rows = await storage.journal.audit()
    await asking.call()
    await storage.beat()
    await undo_after(replica, rows[-1].seq, rows[-1].digest)
    await refused(storage)
    # The other server has seen none of the rows that are missing.
    assert await Asking(replica.journal).asked() == Granted()
    # Now as many rows are there as before, and they are others.
    await refused(storage)
    assert database_url


async def undo_after(storage: Storage, seq: int, digest: str) -> None:
    """Delete the rows after one from the audit log, as if an older copy of the database had been restored."""
    if storage.database.dialect == "sqlite":
        drops = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    else:
        drops = ["DROP TRIGGER audit_append_only ON audit"]
    for text in drops:
        await storage.database.run(lambda text=text: one(text))
    await storage.database.run(lambda: one("DELETE FROM audit WHERE seq > :seq", seq=seq))
    await storage.database.run(lambda: one("UPDATE gate SET seq = :seq, head = :head", seq=seq, head=digest))


async def test_a_journal_that_was_made_again_gets_no_claim_from_a_server_of_the_old_one(
    storage: Storage, replica: Storage
) -> None:
    await replica.database.run(lambda: one("UPDATE meta SET value = 'another' WHERE name = 'number_key'"))
    await refused(storage)


async def test_what_other_servers_record_is_no_change(storage: Storage, replica: Storage) -> None:
    for _ in range(3):
        for server in (storage, replica):
            assert await Asking(server.journal).asked() == Granted()
            await server.beat()


async def test_a_stop_that_no_other_server_would_see_is_an_error_and_stops_this_one(
    sqlite_url: str, clock: ManualClock
) -> None:
    path = sqlite_file(sqlite_url)
    assert path is not None
    async with open_storage(sqlite_url, clock) as storage:
        delete(path)
        with pytest.raises(StorageError, match=CHANGED):
            await storage.journal.stop("enough", "the test")
        assert await storage.journal.switch() is not None


async def test_a_model_gets_a_storage_error_and_no_phone_rings(sqlite_url: str, clock: ManualClock) -> None:
    stage = Stage(sqlite_url, clock)
    path = sqlite_file(sqlite_url)
    assert path is not None
    async with stage.server() as voice, stage.server() as other:
        await voice.ok("place_tts_callout", **CALL)
        delete(path)
        async with stage.server() as new:
            for caller in (voice, other):
                error = await caller.fails("place_tts_callout", **CALL | {"to": OTHER})
                assert error["code"] == "storage"
                assert "restart every server" in error["next_step"]
            assert len(stage.posts) == 1
            assert (await new.ok("place_tts_callout", **CALL | {"to": OTHER}))["call_id"]
    assert len(stage.posts) == 2


@pytest.mark.skipif(os.name == "nt", reason="modes of files mean nothing here")
@pytest.mark.parametrize(
    ("mode", "folder", "says"),
    [(0o600, 0o700, None), (0o644, 0o700, "read"), (0o666, 0o700, "change"), (0o600, 0o777, "replace")],
)
async def test_a_file_that_other_users_can_use_gets_a_warning(
    sqlite_url: str, clock: ManualClock, caplog: pytest.LogCaptureFixture, mode: int, folder: int, says: str | None
) -> None:
    path = sqlite_file(sqlite_url)
    assert path is not None
    path.touch()
    path.chmod(mode)
    path.parent.chmod(folder)
    async with open_storage(sqlite_url, clock):
        warned = caplog.text
    assert (says is None) == (not warned)
    assert f"can {says} the journal" in warned or says is None
    assert (access_warning(path) is None) == (says is None)
