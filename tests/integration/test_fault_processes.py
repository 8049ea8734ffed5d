"""Faults of the process and of its machine: servers over stdio that are killed, stopped, or out of disk space."""

import json
import os
import signal
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import psycopg
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import open_storage
from tests.callers import Caller, text_of
from tests.fault_server import Fault, FaultServer, Recorded, Reply, Reset, Trickle, Wire, refusing
from tests.processes import CLEAN, MODULE

REAL, OTHER, OWN = "+14045005000", "+14045005001", "+14155550100"
CALL = {"to": REAL, "text": "Hello Anna", "cli": OWN, "idempotency_key": "k"}
SECRET = "Y2FuYXJ5OiB0aGUgc2VjcmV0IG9mIGFuIGFwcGxpY2F0aW9u"
PASSWORD = "canary-of-a-password"
QUICK = {"SINCH_VOICE_REQUEST_TIMEOUT_S": "0.5"}

_SHELL = 'ulimit -f "$1"; shift; echo $$ > "$0"; exec "$@"'
"""The shell becomes the server; the SDK's client does not reveal the pid of the process that it started."""


def _json(http: int = 200, **body: object) -> Reply:
    return Reply(http, json.dumps(body).encode())


NUMBERS = _json(numbers=[{"number": OWN, "capability": "voice"}])
PRICE = _json(number={"rate": {"currencyId": "USD", "amount": 0.02}, "restricted": False})


@dataclass(frozen=True, slots=True)
class Watched:
    """A fault that says when it begins; without one, no answer at all."""

    fault: Fault | None = None
    begun: anyio.Event = field(default_factory=anyio.Event)

    async def play(self, wire: Wire) -> bool:
        """Begin."""
        self.begun.set()
        if self.fault is not None:
            return await self.fault.play(wire)
        await wire.pause()
        return False


class Platform(FaultServer):
    """Numbers, prices and calls as they should be; ``callout`` and ``price`` may be something else."""

    def __init__(self) -> None:
        super().__init__(answer=self._reply)
        self.callout: Fault | None = None
        self.price: Fault = PRICE

    @property
    def posts(self) -> list[Recorded]:
        """Callouts that came in."""
        return [request for request in self.received if request.method == "POST"]

    def _reply(self, request: Recorded) -> Fault:
        match request.path.split("/")[-2:]:
            case ["configuration", "numbers"]:
                return NUMBERS
            case ["number", _]:
                return self.price
            case ["v1", "callouts"]:
                return self.callout or _json(callId=f"c{len(self.posts)}")
            case ["id", call_id] if call_id.startswith("c"):
                to = {"type": "number", "endpoint": REAL}
                return _json(callId=call_id, status="ONGOING", result="ANSWERED", reason="N/A", duration=4, to=to)
            case _:
                return _json(404, errorCode=40400, message="There is no such thing", reference="r")


@dataclass(frozen=True)
class Machine:
    """What a server needs to run, and to run again: a platform, a database, a directory."""

    platform: Platform
    database_url: str
    scratch: Path

    @property
    def environ(self) -> dict[str, str]:
        """The server's settings."""
        return CLEAN | {
            "SINCH_VOICE_SANDBOX": "true",
            "SINCH_VOICE_BASE_URL": self.platform.url,
            "SINCH_APPLICATION_KEY": "a-key",
            "SINCH_APPLICATION_SECRET": SECRET,
            "SINCH_VOICE_DATABASE_URL": self.database_url,
        }

    @property
    def log(self) -> Path:
        """What every server wrote to its standard error."""
        return self.scratch / "stderr.log"

    @property
    def pid(self) -> int:
        """The server that was started last."""
        return int((self.scratch / "pid").read_text())

    @asynccontextmanager
    async def server(
        self, environ: Mapping[str, str] | None = None, *, blocks: str = "unlimited"
    ) -> AsyncGenerator[Caller]:
        """A client on a server that runs as a process of its own; no file grows beyond so many blocks."""
        arguments = ["-c", _SHELL, str(self.scratch / "pid"), blocks, *MODULE]
        parameters = StdioServerParameters(command="/bin/sh", args=arguments, env=self.environ | dict(environ or {}))
        with self.log.open("a") as log:
            async with Client(stdio_client(parameters, errlog=log)) as client:
                yield Caller(client)

    @asynccontextmanager
    async def restarted(self) -> AsyncGenerator[Caller]:
        """A client on the next server on this database; it is not killed, so it runs in this process."""
        async with Client(create_server(load(self.environ | QUICK))) as client:
            yield Caller(client)

    async def events(self) -> list[str]:
        """The audit log, which is as it was written."""
        async with open_storage(self.database_url, SystemClock()) as storage:
            assert (await storage.journal.verify())[1] is None
            return [row.event for row in await storage.journal.audit()]

    async def command(self, *arguments: str, **environ: str) -> bytes:
        """Everything that a command says."""
        ended = await anyio.run_process([*MODULE, *arguments], env=self.environ | environ, check=False)
        return ended.stdout + ended.stderr


@asynccontextmanager
async def machine(database_url: str, scratch: Path) -> AsyncGenerator[Machine]:
    """A machine with nothing running on it."""
    async with Platform() as platform:
        yield Machine(platform, database_url, scratch)


async def struck(
    host: Machine, number: signal.Signals, fault: Watched, call: Mapping[str, Any], environ: Mapping[str, str] = QUICK
) -> None:
    """Ask a server for a call, send it a signal once the fault has begun, and see it go within 10 s."""
    gone = anyio.Event()

    async def ask(voice: Caller) -> None:
        with suppress(MCPError, anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream):
            result = await voice.client.call_tool("place_tts_callout", dict(call))
            pytest.fail(f"there was an answer: {result}")
        gone.set()

    async with host.server(environ) as voice, anyio.create_task_group() as tasks:
        tasks.start_soon(ask, voice)
        with anyio.fail_after(20):
            await fault.begun.wait()
        os.kill(host.pid, number)
        with anyio.fail_after(10):
            await gone.wait()


async def test_fault_5_a_kill_before_the_claim_leaves_nothing_and_a_free_key(sqlite_url: str, tmp_path: Path) -> None:
    async with machine(sqlite_url, tmp_path) as host:
        host.platform.price = asking = Watched()
        await struck(host, signal.SIGKILL, asking, CALL)
        assert host.platform.posts == []
        host.platform.price = PRICE
        async with host.restarted() as voice:
            assert (await voice.ok("list_calls"))["calls"] == []
            placed = await voice.ok("place_tts_callout", **CALL)
        assert (placed["call_id"], "duplicate_of" in placed) == ("c1", False)
        assert len(host.platform.posts) == 1


async def test_fault_5_a_kill_after_the_claim_leaves_an_unknown_outcome(database_url: str, tmp_path: Path) -> None:
    async with machine(database_url, tmp_path) as host:
        host.platform.callout = sending = Watched()
        await struck(host, signal.SIGKILL, sending, CALL)
        host.platform.callout = None
        async with host.restarted() as voice:
            error = await voice.fails("place_tts_callout", **CALL)
            assert (error["code"], error["retry_safe"]) == ("outcome_unknown", False)
            assert error["duplicate_of"]
            # The call may have been placed, so another key for the same words places none either.
            error = await voice.fails("place_tts_callout", **{**CALL, "idempotency_key": "another"})
            assert (error["code"], bool(error["duplicate_of"])) == ("outcome_unknown", True)
            assert len(host.platform.posts) == 1
            # Other requests work.
            other = {**CALL, "idempotency_key": "third", "text": "Something else"}
            assert (await voice.ok("place_tts_callout", **other))["call_id"]


@pytest.mark.long
async def test_fault_14_a_server_that_gets_a_stop_signal_records_what_it_was_sending(tmp_path: Path) -> None:
    async def stopped(name: str, fault: Fault | None, outcome: str) -> None:
        scratch = tmp_path / name
        scratch.mkdir()
        async with machine(f"sqlite:///{scratch}/journal.db", scratch) as host:
            host.platform.callout = sending = Watched(fault)
            await struck(host, signal.SIGTERM, sending, CALL, environ={})
            assert await host.events() == ["claim", outcome]
            assert len(host.platform.posts) == 1
            async with host.restarted() as voice:
                result = await voice.client.call_tool("place_tts_callout", CALL)
            assert ("outcome_unknown" in text_of(result)) == (outcome == "unknown")
            assert len(host.platform.posts) == 1

    async with anyio.create_task_group() as tasks:
        # Slower than the signal and faster than the longest time to stop, or never.
        tasks.start_soon(stopped, "answered", Trickle(_json(callId="c1"), 0.01), "accepted")
        tasks.start_soon(stopped, "silent", None, "unknown")


async def test_fault_7_on_a_full_disk_calls_are_refused_and_never_half_placed(sqlite_url: str, tmp_path: Path) -> None:
    async with machine(sqlite_url, tmp_path) as host:
        async with host.server(blocks="1000") as voice:
            placed, error = 0, None
            while error is None and placed < 200:
                result = await voice.client.call_tool("place_tts_callout", _numbered(placed))
                error = json.loads(text_of(result)) if result.is_error else None
                placed += error is None
            assert error is not None
            assert (error["code"], error["retry_safe"]) == ("storage", True)
            posts = len(host.platform.posts)
            assert posts == placed > 0
            assert (await voice.fails("place_tts_callout", **_numbered(placed)))["code"] == "storage"
            assert len(host.platform.posts) == posts
            # Reading still works.
            listed = await voice.ok("list_calls", limit=100)
            assert len(listed["calls"]) == placed
            assert (await voice.ok("get_call", call_id="c1"))["state"] == "answered"
        assert (await host.events()).count("claim") == posts
        async with host.restarted() as voice:
            assert (await voice.ok("place_tts_callout", **_numbered(0)))["call_id"] == "c1"
            assert "duplicate_of" not in await voice.ok("place_tts_callout", **_numbered(placed))
        assert len(host.platform.posts) == posts + 1


def _numbered(number: int) -> dict[str, Any]:
    return {**CALL, "text": f"Hello {number}", "idempotency_key": f"k{number}"}


SPOKEN = "canary of a spoken text"
CANARY = "4045005077"
"""A number without what people write between its digits."""


async def _everything_later(voice: Caller, call_id: str) -> list[str]:
    """What every tool says after the call, and every resource."""
    said: list[str] = []
    for tool, arguments in (
        ("list_calls", {}),
        ("hang_up", {"call_id": "no-such-call"}),
        ("get_conference", {"conference_id": "no-such-room"}),
        ("place_tts_callout", {"to": OTHER, "text": "Hello", "cli": OWN, "idempotency_key": "k"}),
        ("place_tts_callout", {"to": "911", "text": "Hello", "cli": OWN}),
        ("place_tts_callout", {"to": OTHER, "text": "Hello", "cli": "+14155550199"}),
        ("play_to_call", {"call_id": call_id, "text": "Hello"}),
        ("list_numbers", {}),
        ("no_such_tool", {}),
        ("emergency_stop", {"reason": "the test is over"}),
        ("place_tts_callout", {"to": OTHER, "text": "Hello", "cli": OWN}),
        ("list_calls", {}),
    ):
        with suppress(MCPError):
            said.append((await voice.client.call_tool(tool, arguments)).model_dump_json())
    resources = (await voice.client.list_resources()).resources
    return said + [(await voice.client.read_resource(one.uri)).model_dump_json() for one in resources]


def _rows(url: str) -> Iterator[str]:
    """Every row of every table, as PostgreSQL writes it."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
    with psycopg.connect(url, row_factory=tuple_row) as connection:
        for (table,) in connection.execute(tables).fetchall():
            for (row,) in connection.execute(SQL("SELECT t::text FROM {} AS t").format(Identifier(table))):
                yield str(row)


def _stored(url: str, scratch: Path) -> list[str]:
    """What the database's files hold, byte by byte."""
    if not url.startswith("sqlite:"):
        return list(_rows(url))
    return [path.read_bytes().decode("latin-1") for path in scratch.glob("journal.db*")]


def _with_password(url: str) -> str:
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:{PASSWORD}@{place}").geturl()


def _found(texts: list[str], *canaries: str) -> list[tuple[str, str]]:
    return [(canary, text) for text in texts for canary in canaries if canary in text]


@pytest.mark.long
async def test_fault_16_no_secret_number_or_text_is_stored_or_shown_later(database_url: str, tmp_path: Path) -> None:
    number = f"+1{CANARY}"
    echoing = {"errorCode": 40001, "message": f"Cannot call {number} now", "reference": "r"}
    url = database_url if database_url.startswith("sqlite:") else _with_password(database_url)
    async with machine(url, tmp_path) as host:
        async with host.server({**QUICK, "SINCH_VOICE_NUMBERS_IN_RESULTS": "masked"}) as voice:
            asked = {"to": number, "text": SPOKEN, "cli": OWN}
            own = [(await voice.client.call_tool("place_tts_callout", {**asked, "idempotency_key": "k"}))]
            for key, fault in (("rejected", _json(400, **echoing)), ("unknown", Reset())):
                host.platform.callout = fault
                own.append(await voice.client.call_tool("place_tts_callout", {**asked, "idempotency_key": key}))
            assert [bool(result.is_error) for result in own] == [False, True, True]
            host.platform.callout = None
            said = await _everything_later(voice, "c1")
            # While it runs, some of it is only in the log beside the file.
            stored = _stored(url, tmp_path)
        stored += _stored(url, tmp_path)
        commands = [(await host.command("audit", "export")).decode()]
        if url != database_url:
            with refusing() as closed:
                gone = f"postgresql://user:{PASSWORD}@{closed}/journal"
                commands.append((await host.command("storage", "status", SINCH_VOICE_DATABASE_URL=gone)).decode())
    assert '"claim"' in commands[0]
    assert any("+1404…77" in text for text in said)
    later = [*said, *commands, *stored, host.log.read_text()]
    assert _found(later, CANARY, SPOKEN, SECRET, PASSWORD) == []
    assert _found([result.model_dump_json() for result in own], SECRET, PASSWORD) == []
