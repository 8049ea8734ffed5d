"""Calls of embedded sandboxes in a journal that outlives them."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.ports import EndReport, Granted, Outcome
from sinch_voice_mcp.storage import Sandboxes, Storage
from sinch_voice_mcp.storage.database import one
from sinch_voice_mcp.types import CallId, Micros, Token
from tests.contract.storage.claims import Asking


@pytest.fixture(scope="module")
def dead_pid() -> int:
    """The ID of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def states(storage: Storage) -> dict[str, str]:
    return {entry.token: entry.state for entry in await storage.journal.entries(limit=10)}


async def signs(storage: Storage) -> set[str]:
    rows = await storage.database.read(lambda: one("SELECT name FROM meta WHERE name LIKE :like", like="sandbox:%"))
    return {row["name"] for row in rows}


async def signed(storage: Storage, name: str, *, pid: int, host: str) -> None:
    """Let a sandbox give its last sign of life now."""
    value = json.dumps({"host": host, "pid": pid, "seen_at": storage.journal.now()})
    sql = "INSERT INTO meta (name, value) VALUES (:name, :value)"
    await storage.database.run(lambda: one(sql, name=f"sandbox:{name}", value=value))


async def claimed(storage: Storage, sandbox: str | None) -> Token:
    """Claim a request that goes to an embedded sandbox, or to a platform outside."""
    made = replace(Asking(storage.journal).made(), sandbox=sandbox)
    assert await storage.journal.claim(made) == Granted()
    return made.token


async def test_only_open_calls_of_a_sandbox_that_has_stopped_are_closed(storage: Storage, dead_pid: int) -> None:
    here, journal = socket.gethostname(), storage.journal
    await signed(storage, "crashed", pid=dead_pid, host=here)
    await signed(storage, "running", pid=os.getpid(), host=here)
    await signed(storage, "far", pid=dead_pid, host=f"not-{here}")
    names = ("crashed", "running", "far", "gone", None)
    pending = {name: await claimed(storage, name) for name in names}
    accepted, unknown, ended = [await claimed(storage, "crashed") for _ in range(3)]
    outside = await claimed(storage, None)
    for index, token in enumerate((accepted, ended, outside)):
        await journal.record(token, Outcome("accepted", CallId(f"c{index}")))
    await journal.record(unknown, Outcome("unknown"))
    await journal.settle(ended, EndReport(1, Micros(0), "ANSWERED", "CALLEEHANGUP"))

    await Sandboxes(storage.database, journal, "new").beat()
    now = await states(storage)
    assert {name: now[token] for name, token in pending.items()} == {
        "crashed": "lost",
        "running": "pending",
        "far": "pending",
        "gone": "lost",
        None: "pending",
    }
    assert [now[token] for token in (accepted, unknown, ended, outside)] == ["lost", "lost", "ended", "accepted"]
    assert (await journal.by_call_id(CallId("c0"))) is not None
    assert await signs(storage) == {"sandbox:new", "sandbox:running", "sandbox:far"}


async def test_a_sandbox_that_has_been_silent_for_a_minute_has_stopped(storage: Storage, clock: ManualClock) -> None:
    await Sandboxes(storage.database, storage.journal, "silent").beat()
    token, own = await claimed(storage, "silent"), await claimed(storage, "own")
    ours = Sandboxes(storage.database, storage.journal, "own")
    clock.advance(60)
    await ours.beat()
    assert (await states(storage))[token] == "pending"
    clock.advance(1)
    await ours.beat()
    assert await states(storage) == {token: "lost", own: "pending"}
    # It was only slow: its events are still recorded.
    await storage.journal.settle(token, EndReport(1, Micros(0), "ANSWERED", "CALLEEHANGUP"))
    assert (await states(storage))[token] == "ended"


async def test_a_server_that_stops_closes_the_calls_of_its_own_sandbox(storage: Storage) -> None:
    own = Sandboxes(storage.database, storage.journal, "own")
    await own.beat()
    token, outside = await claimed(storage, "own"), await claimed(storage, None)
    # A server without a sandbox of its own closes nothing when it stops.
    await Sandboxes(storage.database, storage.journal).leave()
    assert await states(storage) == {token: "pending", outside: "pending"}
    await own.leave()
    assert await states(storage) == {token: "lost", outside: "pending"}
    assert await signs(storage) == set()
