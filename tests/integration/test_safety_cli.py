"""The owner at a shell, beside servers that run: stop, resume, policy, storage, audit, forget."""

import json
import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import psycopg
import pytest
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from click.testing import CliRunner

from sinch_voice_mcp.cli import cli
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import NEWEST, open_storage
from tests.integration.conftest import Caller, connected
from tests.integration.test_processes import ANNA, OWN, running, serving

_ONLY: dict[str, str | None] = {name: None for name in os.environ if name.startswith("SINCH_")}  # noqa: TID251
CANARY = "canary-of-a-password"
COMMANDS = ["stop", "resume", "audit list", "audit verify", "audit export", f"forget {ANNA}", "storage status"]
CALL = {"to": ANNA, "cli": OWN, "text": "Hello"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Shell:
    """A shell with some environment; what its commands print never holds a password or a whole number."""

    def __init__(self, **environ: str) -> None:
        self.environ = environ

    async def run(self, command: str, *more: str) -> Ended:
        words = [*command.split(), *more]
        # The program without a process of its own; it runs an event loop, and so does this test.
        ended = await anyio.to_thread.run_sync(lambda: CliRunner(env=_ONLY | self.environ).invoke(cli, words))
        out, err = ended.stdout, ended.stderr
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        assert CANARY not in out + err
        assert ANNA.removeprefix("+") not in out + err
        return Ended(ended.exit_code, out, err)

    async def ok(self, command: str, *more: str) -> Ended:
        ended = await self.run(command, *more)
        assert (ended.status, ended.err) == (0, "")
        return ended

    async def refused(self, command: str) -> str:
        """The one line with which a command says that it cannot be done."""
        ended = await self.run(command)
        assert (ended.status, ended.out) == (2, "")
        (line,) = ended.err.splitlines()
        return line


@pytest.fixture
def url(database_url: str) -> str:
    """Where the journal is; with a password, where the test's database takes any."""
    parts = urlsplit(database_url)
    if parts.scheme == "sqlite" or parts.password is not None:
        return database_url
    return parts._replace(netloc=parts.netloc.replace("@", f":{CANARY}@")).geturl()


@pytest.fixture
def shell(url: str) -> Shell:
    """A shell whose commands use the same journal as the servers."""
    return Shell(SINCH_VOICE_DATABASE_URL=url)


def statement(url: str, *statements: str) -> None:
    """Go round the program, as somebody with the database's password can."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(urlsplit(url).path[1:], isolation_level=None)
        try:
            for one in statements:
                connection.execute(one)
        finally:
            connection.close()
        return
    with psycopg.connect(url, autocommit=True) as postgres:
        for one in statements:
            postgres.execute(one.encode())


async def _shown(platform: Process) -> dict[str, str]:
    """The rows that a sandbox prints at its start."""
    assert platform.stdout is not None
    stream = BufferedByteReceiveStream(platform.stdout)
    rows: dict[str, str] = {}
    with anyio.fail_after(20):
        while "Ctrl+C" not in (line := (await stream.receive_until(b"\n", 10_000)).decode()):
            name, _, value = line.strip().partition("  ")
            rows[name] = value.strip()
    return rows


async def place(voice: Caller) -> str:
    """Place a call; its id."""
    return (await voice.ok("place_tts_callout", **CALL))["call_id"]


async def test_a_stop_at_a_shell_holds_at_the_next_call_of_a_running_server_until_resumed(
    shell: Shell, url: str
) -> None:
    async with serving("auto", SINCH_VOICE_DATABASE_URL=url) as voice:
        await place(voice)
        stopped = await shell.ok("stop", "--reason", "wrong list")
        error = await voice.fails("place_tts_callout", **CALL | {"text": "Again"})
        assert (error["code"], error["rule"]) == ("refused", "stopped")
        assert "wrong list" in error["message"]
        assert "sinch-voice-mcp resume" in error["how_to_change"]

        assert "Calls are allowed again" in (await shell.ok("resume")).out
        await voice.ok("place_tts_callout", **CALL | {"text": "Again"})
    assert re.match(r"Calling is stopped since \d{4}-\S+Z by shell of \S+: wrong list\.", stopped.out)
    assert "sinch-voice-mcp resume" in stopped.out


async def test_a_second_stop_says_who_was_first_and_a_second_resume_that_nothing_was_stopped(shell: Shell) -> None:
    first = await shell.ok("stop", "--reason", "first")
    second = await shell.ok("stop", "--reason", "second")
    since = first.out.partition("since ")[2].splitlines()[0]
    assert second.lines[0] == f"Calling was stopped already, since {since}"
    await shell.ok("resume")
    assert "was not stopped" in (await shell.ok("resume")).out
    events = [json.loads(line)["event"] for line in (await shell.ok("audit export")).lines]
    assert events == ["stopped", "resumed"]


async def test_a_server_that_starts_after_a_stop_refuses_too(shell: Shell, url: str) -> None:
    await shell.ok("stop")
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "stopped"


async def test_a_resume_says_when_a_setting_stops_calling_all_the_same(sqlite_url: str) -> None:
    await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).ok("stop")
    ended = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url, SINCH_VOICE_STOP="true").ok("resume")
    assert "`stop` is set by SINCH_VOICE_STOP" in ended.out


async def test_a_stop_ends_calls_in_progress_where_it_is_told_to(sqlite_url: str) -> None:
    async with running("sandbox", "--port", "0") as platform:
        told = await _shown(platform)
        environ = {
            "SINCH_VOICE_DATABASE_URL": sqlite_url,
            "SINCH_VOICE_BASE_URL": told["base URL"],
            "SINCH_VOICE_SANDBOX": "true",
            "SINCH_APPLICATION_KEY": told["key"],
            "SINCH_APPLICATION_SECRET": told["secret"],
        }
        async with serving("auto", **environ) as voice:
            call_id = await place(voice)
            ended = await Shell(**environ).ok("stop", "--hang-up")
            assert "Calls ended: 1. Calls that could not be ended: 0." in ended.out
            assert (await voice.ok("get_call", call_id=call_id))["state"] == "ended"


async def test_a_stop_admits_that_it_could_not_end_calls_inside_a_server(sqlite_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    ended = await shell.run("stop", "--hang-up")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert "Calls in progress go on" in ended.err
    assert "stopped since" in (await shell.ok("storage status")).out


@pytest.mark.parametrize("command", [*COMMANDS, "storage migrate"])
async def test_a_journal_in_memory_is_out_of_reach_and_says_what_to_set(command: str, tmp_path: Path) -> None:
    line = await Shell(XDG_DATA_HOME=str(tmp_path)).refused(command)
    assert "in memory, inside its server process" in line
    assert "SINCH_VOICE_DATABASE_URL" in line


async def test_a_shell_without_credentials_stops_the_live_servers_of_its_user(tmp_path: Path) -> None:
    live = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0"}
    place = {"XDG_DATA_HOME": str(tmp_path)}
    await Shell(**live, **place).ok("storage migrate")
    assert "Calling is stopped" in (await Shell(**place).ok("stop")).out
    assert "Kill switch: on" in (await Shell(**live, **place).ok("policy")).out
    assert "in memory" in await Shell(SINCH_VOICE_SANDBOX="true", **place).refused("resume")


@pytest.mark.parametrize("command", ["resume", "audit verify", "storage status"])
async def test_a_mistyped_path_does_not_look_like_an_empty_journal(command: str, tmp_path: Path) -> None:
    file = tmp_path / "jornal.db"
    line = await Shell(SINCH_VOICE_DATABASE_URL=f"sqlite:///{file}").refused(command)
    assert f"there is no journal at {file}" in line
    assert not file.exists()


async def test_the_audit_log_is_listed_verified_and_exported_while_a_server_runs(shell: Shell, url: str) -> None:
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        await place(voice)
        await shell.ok("stop", "--reason", "enough")
        rows = [json.loads(line) for line in (await shell.ok("audit export")).lines]
        # The call may end meanwhile, which adds a row.
        assert [row["event"] for row in rows if row["event"] != "ended"] == ["claim", "accepted", "stopped"]
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows[0]["call"] == rows[1]["call"]
        assert rows[0]["numbers"] == [f"{ANNA[:5]}…{ANNA[-2:]}"]
        after = (await shell.ok("audit export", "--after", "2")).lines
        assert [json.loads(line) for line in after][: len(rows) - 2] == rows[2:]
        about_the_call = (await shell.ok("audit list", "--call", rows[0]["call"])).lines
        assert [line.split()[2] for line in about_the_call][:2] == ["claim", "accepted"]
        assert all(rows[0]["call"] in line for line in about_the_call)
        assert "None is missing, none was changed." in (await shell.ok("audit verify")).out


async def test_an_export_and_a_list_reach_over_many_pages(shell: Shell, url: str) -> None:
    async with open_storage(url, SystemClock()) as storage, anyio.create_task_group() as tasks:

        async def note() -> None:
            for number in range(150):
                await storage.journal.note("noted", {"number": number})

        for _ in range(8):
            tasks.start_soon(note)
    exported = [json.loads(line)["seq"] for line in (await shell.ok("audit export")).lines]
    assert exported == list(range(1, 1_201))
    listed = (await shell.ok("audit list", "--limit", "3")).lines
    assert [int(line.split()[0]) for line in listed] == [1_198, 1_199, 1_200]


async def test_a_row_of_the_audit_log_that_was_changed_is_named(sqlite_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    for command in ("stop", "resume", "stop"):
        await shell.ok(command)
    path = urlsplit(sqlite_url).path[1:]
    with sqlite3.connect(path) as connection:
        (trigger,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_no_update'").fetchone()
        (kept,) = connection.execute("SELECT details FROM audit WHERE seq = 2").fetchone()
    connection.close()
    change = "UPDATE audit SET details = '{}' WHERE seq = 2"
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        statement(sqlite_url, change)

    statement(sqlite_url, "DROP TRIGGER audit_no_update", change, trigger)
    ended = await shell.run("audit verify")
    assert (ended.status, ended.err) == (1, "")
    assert "row 2 was changed" in ended.out

    restored = change.replace("{}", kept)
    statement(sqlite_url, "DROP TRIGGER audit_no_update", restored, trigger)
    await shell.ok("audit verify")


async def test_rows_that_were_deleted_from_postgresql_are_named(postgres_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=postgres_url)
    for command in ("stop", "resume", "stop", "resume"):
        await shell.ok(command)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        statement(postgres_url, "DELETE FROM audit WHERE seq = 2")
    statement(postgres_url, "ALTER TABLE audit DISABLE TRIGGER USER", "DELETE FROM audit WHERE seq = 2")
    ended = await shell.run("audit verify")
    assert ended.status == 1
    assert "row 2 is missing" in ended.out


async def test_a_forgotten_number_is_in_no_request_any_more(shell: Shell, url: str) -> None:
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        await place(voice)
        await voice.ok("place_tts_callout", **CALL | {"text": "Again"})
        await voice.ok("place_tts_callout", **CALL | {"to": "+12025550100"})
        assert "was in 2 requests" in (await shell.ok("forget", "+1 (202) 555-0108")).out
        assert "was in 0 requests" in (await shell.ok("forget", ANNA)).out
        assert "was in 1 request;" in (await shell.ok("forget", "+12025550100")).out


async def test_only_a_whole_number_is_forgotten(sqlite_url: str) -> None:
    line = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).refused("forget 2025550108")
    assert "has no country calling code" in line


@pytest.mark.parametrize("command", ["stop", "audit verify", "storage status"])
async def test_a_database_of_a_newer_program_is_refused(command: str, sqlite_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    await shell.ok("storage migrate")
    statement(sqlite_url, f"INSERT INTO migrations VALUES ({NEWEST + 1}, '99.0')")  # noqa: S608 - a number
    line = await shell.refused(command)
    assert "made by version 99.0, which is newer than this program" in line


async def test_storage_says_where_it_is_what_it_holds_and_which_steps_it_has_had(shell: Shell, url: str) -> None:
    migrated = await shell.ok("storage migrate")
    assert "taken now: 1 (journal)" in migrated.out
    assert "none was missing" in (await shell.ok("storage migrate")).out
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        await place(voice)
        status = (await shell.ok("storage status")).out
    engine = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    assert f"Journal    {engine} " in status
    assert "missing: none\nRequests   1: 1 accepted\nAudit rows 2\nCalling    allowed\n" in status
    await shell.ok("stop", "--reason", "enough")
    assert re.search(r"Calling    stopped since \S+ by shell of \S+: enough\n", (await shell.ok("storage status")).out)


async def test_the_policy_names_the_flag_variable_file_or_default_behind_every_value(tmp_path: Path) -> None:
    file = tmp_path / "voice.toml"
    file.write_text(
        f'calls_per_hour = 7\ntrusted_numbers = ["{ANNA}"]\ndenied_prefixes = ["+1900", "{ANNA}"]\n', "utf-8"
    )
    shell = Shell(
        XDG_DATA_HOME=str(tmp_path),
        SINCH_APPLICATION_KEY="key",
        SINCH_APPLICATION_SECRET="Y2FuYXJ5LW9mLWEtcGFzc3dvcmQ=",
        SINCH_VOICE_CONFIG=str(file),
        SINCH_VOICE_ALLOWED_NUMBERS=ANNA,
        SINCH_VOICE_CALLS_PER_DAY="unlimited",
        SINCH_VOICE_DEFAULT_CLI=OWN,
    )
    told = json.loads((await shell.ok("--calls-per-minute 2 policy --json")).out)
    rows = {row["name"]: (row["value"], row["source"]) for row in told["settings"]}
    hidden = f"{ANNA[:5]}…{ANNA[-2:]}"
    assert (told["mode"], told["simulated"], told["kill_switch"]) == ("live", False, {"stopped": False})
    assert rows["calls_per_minute"] == (2, "--calls-per-minute")
    assert rows["calls_per_hour"] == (7, f"`calls_per_hour` in {file}")
    assert rows["calls_per_day"] == ("unlimited", "SINCH_VOICE_CALLS_PER_DAY")
    assert rows["allowed_numbers"] == ([hidden], "SINCH_VOICE_ALLOWED_NUMBERS")
    assert rows["trusted_numbers"][0] == [hidden]
    assert rows["denied_prefixes"][0] == [hidden, "+1900"]
    assert rows["default_cli"][0] == OWN
    assert rows["max_spend_per_day"] == ("5.00", "default (live)")

    words = (await shell.ok("policy")).out
    assert re.search(r"^calls_per_hour +7  \[`calls_per_hour` in ", words, re.MULTILINE)
    assert "Y2FuYXJ5" not in words
    assert [found async for found in anyio.Path(tmp_path).iterdir()] == [file]


async def test_the_policy_shows_the_kill_switch(shell: Shell) -> None:
    await shell.ok("stop", "--reason", "enough")
    told = json.loads((await shell.ok("policy --json")).out)["kill_switch"]
    assert (told["stopped"], told["reason"]) == (True, "enough")
    assert "Kill switch: on since" in (await shell.ok("policy")).out


@pytest.mark.parametrize("command", ["stop", "storage status"])
async def test_a_database_that_is_away_is_said_in_one_line_without_its_password(command: str) -> None:
    away = f"postgresql://voice:{CANARY}@127.0.0.1:1/voice?connect_timeout=1"
    assert "database cannot be used" in await Shell(SINCH_VOICE_DATABASE_URL=away).refused(command)


async def test_the_place_of_the_journal_is_no_flag() -> None:
    ended = await Shell().run("--database-url sqlite:///a.db policy")
    assert ended.status == 2
    assert "No such option" in ended.err
