"""Receivers that run as processes of their own: killed under load, flooded, and started again."""

import json
import os
import signal
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.app.loopback import LoopbackTransport
from sinch_voice_mcp.callbacks import DEFAULT_PATH
from sinch_voice_mcp.clock import ManualClock, SystemClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, create_sandbox
from sinch_voice_mcp.signing import Message, authorization, timestamp
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.storage.database import one
from tests.callers import Caller
from tests.processes import running
from tests.stage import QUESTION, number, settings_of

HERE = "127.0.0.1"


def free_port() -> int:
    """A port that no process listens on."""
    with socket.create_server((HERE, 0)) as listener:
        return listener.getsockname()[1]


def environ(url: str) -> dict[str, str]:
    """A receiver of the events of a platform that is not there."""
    return {
        "SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key,
        "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret,
        "SINCH_VOICE_SANDBOX": "true",
        "SINCH_VOICE_BASE_URL": f"http://{HERE}:9",
        "SINCH_VOICE_DATABASE_URL": url,
    }


@asynccontextmanager
async def receiving(url: str, port: int) -> AsyncGenerator[int]:
    """A receiver that is ready; its process id."""
    async with running("callbacks", "--port", str(port), **environ(url)) as process:
        await until_ready(port)
        yield process.pid


async def until_ready(port: int) -> None:
    """Return when a receiver says that it is ready."""
    for _ in range(400):
        try:
            async with await anyio.connect_tcp(HERE, port) as stream:
                await stream.send(f"GET /readyz HTTP/1.1\r\nhost: {HERE}\r\n\r\n".encode())
                if await _status(stream.receive) == 200:
                    return
        except OSError:
            pass
        await anyio.sleep(0.05)
    pytest.fail("the receiver does not get ready")


def request(body: bytes) -> bytes:
    """A request, signed just now."""
    message = Message("POST", DEFAULT_PATH, "application/json", timestamp(SystemClock().now()), body)
    head = (
        f"POST {message.path} HTTP/1.1\r\nhost: {HERE}\r\ncontent-type: {message.content_type}\r\n"
        f"x-timestamp: {message.timestamp}\r\nauthorization: {authorization(DEFAULT_CREDENTIALS, message)}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def event(call_id: str, kind: str = "ace", **members: object) -> bytes:
    """The body of an event."""
    return json.dumps({"event": kind, "callid": call_id, "timestamp": "2026-06-06T17:10:34Z"} | members).encode()


FLOOD = 2_600
"""Ten times what is taken at once."""

LANES = 290
"""More than are taken at once, and fewer connections than one peer may have."""

MOST_MIB = 100


@dataclass
class Load:
    """Events on their way, many at once; what was answered to each. ``reached`` is set after ``enough``."""

    port: int
    enough: int = 0
    reached: anyio.Event = field(default_factory=anyio.Event)
    answered: dict[str, int] = field(default_factory=dict[str, int])

    async def send(self, names: Iterable[str]) -> None:
        """Send events one after the other on one connection, until it breaks."""
        try:
            async with await anyio.connect_tcp(HERE, self.port) as stream:
                for name in names:
                    await stream.send(request(event(name)))
                    self.answered[name] = await _status(stream.receive)
                    if len(self.answered) == self.enough:
                        self.reached.set()
        except (OSError, anyio.BrokenResourceError, anyio.EndOfStream):
            return


async def _status(receive: Callable[[], Awaitable[bytes]]) -> int:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await receive()
    head, _, rest = answer.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while lengths and len(rest) < int(lengths[0]):
        rest += await receive()
    return int(head.split()[1])


async def kept(url: str) -> set[str]:
    """The calls whose events are in the database."""
    async with open_storage(url, SystemClock()) as storage:
        assert (await storage.journal.verify())[1] is None
        rows = await storage.database.read(lambda: one("SELECT call_id FROM events"))
    return {str(row["call_id"]) for row in rows}


@pytest.mark.long
async def test_fault_5_acknowledged_events_are_stored_after_a_kill(database_url: str) -> None:
    port = free_port()
    load = Load(port, enough=300)
    async with receiving(database_url, port) as pid:

        async def kill() -> None:
            await load.reached.wait()
            os.kill(pid, signal.SIGKILL)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(kill)
                for lane in range(16):
                    tasks.start_soon(load.send, [f"{lane}-{number}" for number in range(2_000)])
    assert Counter(load.answered.values()).keys() == {200}
    assert load.answered.keys() - await kept(database_url) == set()
    # The next receiver continues.
    async with receiving(database_url, port):
        again = Load(port)
        name = next(iter(load.answered))
        await again.send([name, "later"])
    assert again.answered == {name: 200, "later": 200}
    assert "later" in await kept(database_url)


@pytest.mark.long
async def test_fault_5_a_call_continues_after_its_receiver_was_killed(database_url: str) -> None:
    port, clock, loopback = free_port(), ManualClock(), LoopbackTransport()
    sandbox = create_sandbox(clock=clock, post=loopback)
    sandbox.engine.account.set_callbacks(sandbox.credentials.key, primary=f"http://{HERE}:{port}{DEFAULT_PATH}")
    settings = settings_of(database_url, {"PUBLIC_URL": f"http://{HERE}:{port}"})
    server = create_server(settings, sandbox=sandbox)
    async with Client(server) as client, loopback.connected(None), anyio.create_task_group() as tasks:
        tasks.start_soon(sandbox.run)
        voice = Caller(client)
        seen: dict[str, Any] = {}
        async with receiving(database_url, port) as pid:
            asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION, wait_s=0.05)
            # Picked up, and found to be a person: the menu begins.
            clock.advance(6)
            await sandbox.settle()
            seen = await voice.ok("wait_for_call", call_id=asked["call_id"], until="answered")
            assert (seen["state"], seen["answered_by"]) == ("answered", "human")
            os.kill(pid, signal.SIGKILL)
        async with receiving(database_url, port):
            for _ in range(12):
                clock.advance(2)
                await sandbox.settle()
            with anyio.fail_after(10):
                seen = await voice.ok("wait_for_call", call_id=asked["call_id"])
        assert (seen["state"], seen["untrusted"], seen["reason"]) == ("ended", {"input": "1"}, "MANAGERHANGUP")
        tasks.cancel_scope.cancel()


def peak(pid: int) -> int:
    """The most memory that a process ever had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how much memory was used")
async def test_fault_8_a_flood_is_refused_and_costs_little_memory(
    sqlite_url: str, record_property: Callable[[str, object], None]
) -> None:
    port = free_port()
    statuses = Counter[int]()

    async def flood(lane: int) -> None:
        async with await anyio.connect_tcp(HERE, port) as stream:
            for name in range(lane, FLOOD, LANES):
                await stream.send(request(event(f"c{name}", padding="x" * 10_000)))
                statuses[await _status(stream.receive)] += 1

    async with receiving(sqlite_url, port) as pid:
        ordinary = Load(port)
        await ordinary.send(["before"])
        before = peak(pid)
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for lane in range(LANES):
                    tasks.start_soon(flood, lane)
        after = peak(pid)
        await until_ready(port)
        await ordinary.send(["after"])
    record_property("flood", f"{dict(statuses)}, {before} MiB before, {after} MiB at most")
    assert statuses.total() == FLOOD
    assert set(statuses) <= {200, 503}
    assert ordinary.answered == {"before": 200, "after": 200}
    assert after - before < MOST_MIB
    # Turned away is turned away, and what was taken is there.
    assert len(await kept(sqlite_url)) == statuses[200] + 2
