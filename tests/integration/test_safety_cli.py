"""The owner's commands while servers run: stop, resume, policy, storage, audit, forget."""

import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import psycopg
import pytest

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import NEWEST, open_storage
from sinch_voice_mcp.types import amount_text
from tests.callers import Caller, connected
from tests.processes import serving
from tests.shell import ANNA, CANARY, OWN, Shell, serving_app
from tests.stage import QUESTION, number, scene

COMMANDS = ["stop", "resume", "audit list", "audit verify", "audit export", f"forget {ANNA}", "storage status"]
CALL = {"to": ANNA, "cli": OWN, "text": "Hello"}


@pytest.fixture
def url(database_url: str) -> str:
    """The journal's URL; with a password, if the test's database accepts any."""
    parts = urlsplit(database_url)
    if parts.scheme == "sqlite" or parts.password is not None:
        return database_url
    return parts._replace(netloc=parts.netloc.replace("@", f":{CANARY}@")).geturl()


@pytest.fixture
def shell(url: str) -> Shell:
    """A shell whose commands use the same journal as the servers."""
    return Shell(SINCH_VOICE_DATABASE_URL=url)


def statement(url: str, *statements: str) -> None:
    """Bypass the program, as anyone with the database's password can."""
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


async def place(voice: Caller) -> str:
    """Place a call; its id."""
    return (await voice.ok("place_tts_callout", **CALL))["call_id"]


async def test_a_stop_at_a_shell_refuses_the_next_call_of_a_running_server_until_resumed(
    shell: Shell, url: str
) -> None:
    async with serving("auto", SINCH_VOICE_DATABASE_URL=url) as voice:
        await place(voice)
        stopped = await shell.ok("stop", "--reason", "wrong list")
        error = await voice.fails("place_tts_callout", **CALL | {"text": "Again"})
        assert (error["code"], error["rule"]) == ("refused", "stopped")
        assert error["untrusted"]["reason"] == "wrong list"
        assert "sinch-voice-mcp resume" in error["how_to_change"]

        assert "Calls are allowed again" in (await shell.ok("resume")).out
        await voice.ok("place_tts_callout", **CALL | {"text": "Again"})
    assert re.match(r"Calling is stopped since \d{4}-\S+Z by shell of \S+: wrong list\.", stopped.out)
    assert "sinch-voice-mcp resume" in stopped.out


async def test_a_second_stop_names_the_first_and_a_second_resume_says_that_nothing_was_stopped(shell: Shell) -> None:
    first = await shell.ok("stop", "--reason", "first")
    second = await shell.ok("stop", "--reason", "second")
    since = first.out.partition("since ")[2].splitlines()[0]
    assert second.lines[0] == f"Calling had already been stopped since {since}"
    await shell.ok("resume")
    assert "was not stopped" in (await shell.ok("resume")).out
    events = [json.loads(line)["event"] for line in (await shell.ok("audit export")).lines]
    assert events == ["stopped", "resumed"]


async def test_a_server_that_starts_after_a_stop_also_refuses(shell: Shell, url: str) -> None:
    await shell.ok("stop")
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        assert (await voice.fails("place_tts_callout", **CALL))["rule"] == "stopped"


async def test_a_resume_says_if_a_setting_still_stops_calling(sqlite_url: str) -> None:
    await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).ok("stop")
    ended = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url, SINCH_VOICE_STOP="true").ok("resume")
    assert "SINCH_VOICE_STOP sets `stop`" in ended.out


async def test_a_stop_ends_the_calls_in_progress_if_asked_to(sqlite_url: str) -> None:
    platform = create_sandbox(clock=SystemClock())
    async with serving_app(platform.asgi) as base_url:
        environ = {
            "SINCH_VOICE_DATABASE_URL": sqlite_url,
            "SINCH_VOICE_BASE_URL": base_url,
            "SINCH_VOICE_SANDBOX": "true",
            "SINCH_APPLICATION_KEY": platform.credentials.key,
            "SINCH_APPLICATION_SECRET": platform.credentials.secret,
        }
        async with connected(load(environ), "auto") as voice:
            call_id = await place(voice)
            ended = await Shell(**environ).ok("stop", "--hang-up")
            assert "Calls hung up: 1. Calls that may still go on: 0." in ended.out
            assert (await voice.ok("get_call", call_id=call_id))["state"] == "ended"


@pytest.mark.parametrize(
    "wrong",
    [
        {"SINCH_VOICE_BASE_URL": "http://127.0.0.1:9"},
        {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "not base64!"},
        {"SINCH_APPLICATION_KEY": "key"},
    ],
)
async def test_a_stop_works_whatever_is_wrong_with_the_settings_of_the_platform(
    sqlite_url: str, wrong: dict[str, str]
) -> None:
    ended = await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url, **wrong).run("stop", "--hang-up")
    assert (ended.status, "Calling is stopped" in ended.out) == (1, True)
    assert "Ignored a wrong setting" in ended.err
    assert "Calls in progress were not ended" in ended.err
    assert "Kill switch: on" in (await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).ok("policy")).out


async def test_a_stop_reports_that_it_could_not_end_calls_inside_a_server(sqlite_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    ended = await shell.run("stop", "--hang-up")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert "Calls in progress were not ended" in ended.err
    assert "stopped since" in (await shell.ok("storage status")).out


@pytest.mark.parametrize("command", [*COMMANDS, "storage migrate"])
async def test_a_command_cannot_reach_a_journal_in_memory_and_says_what_to_set(command: str, tmp_path: Path) -> None:
    line = await Shell(XDG_DATA_HOME=str(tmp_path)).refused(command)
    assert "only in the server's memory" in line
    assert "SINCH_VOICE_DATABASE_URL" in line


async def test_a_shell_without_credentials_stops_the_live_servers_of_its_user(tmp_path: Path) -> None:
    live = {"SINCH_APPLICATION_KEY": "key", "SINCH_APPLICATION_SECRET": "c2VjcmV0"}
    place = {"XDG_DATA_HOME": str(tmp_path)}
    await Shell(**live, **place).ok("storage migrate")
    assert "Calling is stopped" in (await Shell(**place).ok("stop")).out
    assert "Kill switch: on" in (await Shell(**live, **place).ok("policy")).out
    assert "only in the server's memory" in await Shell(SINCH_VOICE_SANDBOX="true", **place).refused("resume")


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
        # The simulated call may end meanwhile, which adds a row.
        assert [row["event"] for row in rows if row["event"] != "ended"] == ["claim", "accepted", "stopped"]
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert rows[0]["call"] == rows[1]["call"]
        assert rows[0]["numbers"] == [f"{ANNA[:5]}…{ANNA[-2:]}"]
        after = (await shell.ok("audit export", "--after", "2")).lines
        assert [json.loads(line) for line in after][: len(rows) - 2] == rows[2:]
        about_the_call = (await shell.ok("audit list", "--call", rows[0]["call"])).lines
        assert [line.split()[2] for line in about_the_call][:2] == ["claim", "accepted"]
        assert all(rows[0]["call"] in line for line in about_the_call)
        assert "No row was changed or removed." in (await shell.ok("audit verify")).out


async def test_money_in_the_audit_log_is_decimal_text_in_one_unit(sqlite_url: str) -> None:
    async with scene(sqlite_url) as stage, stage.server() as voice:
        await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
    rows = [json.loads(line) for line in (await Shell(SINCH_VOICE_DATABASE_URL=sqlite_url).ok("audit export")).lines]
    (claimed,) = [row for row in rows if row["event"] == "claim"]
    (ended,) = [row for row in rows if row["event"] == "ended"]
    assert (ended["cost"], ended["currency"], claimed["currency"]) == ("0.02", "USD", "USD")
    assert re.fullmatch(r"\d+\.\d{2,6}", claimed["reserved"])
    assert float(claimed["reserved"]) >= float(ended["cost"])


async def test_amounts_of_earlier_versions_are_shown_in_the_same_unit(sqlite_url: str) -> None:
    rows: list[dict[str, object]] = [
        {"cost": 20_000, "result": "ANSWERED", "reason": "CALLEEHANGUP"},
        {"reserved": 0.00001},
        {"ignored_amount": -0.009, "cost": None},
        {"number": 20_000, "cost": "0.02"},
    ]
    async with open_storage(sqlite_url, SystemClock()) as storage:
        for row in rows:
            await storage.journal.note("ended", row)
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    old, held, ignored, new = [json.loads(line) for line in (await shell.ok("audit export")).lines]
    assert (old["cost"], held["reserved"], new["cost"], new["number"]) == ("0.02", "0.00001", "0.02", 20_000)
    assert (ignored["ignored_amount"], ignored["cost"]) == ("-0.009", None)
    listed = (await shell.ok("audit list")).lines
    assert "cost=0.02" in listed[0]
    assert "20000" not in listed[0]
    # What the platform's word means stands beside it.
    assert "reason=CALLEEHANGUP" in listed[0]
    assert listed[0].endswith("(the callee hung up)")
    assert "No row was changed or removed." in (await shell.ok("audit verify")).out


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0.00"), (20_000, "0.02"), (1, "0.000001"), (1_500_000, "1.50"), (-125_000, "-0.125"), (10**12, "1000000.00")],
)
def test_an_amount_is_written_exactly(micros: int, text: str) -> None:
    assert amount_text(micros) == text


async def test_an_export_and_a_list_read_many_pages(shell: Shell, url: str) -> None:
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


async def test_a_changed_row_of_the_audit_log_is_named(sqlite_url: str) -> None:
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


async def test_a_row_deleted_from_postgresql_is_named(postgres_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=postgres_url)
    for command in ("stop", "resume", "stop", "resume"):
        await shell.ok(command)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        statement(postgres_url, "DELETE FROM audit WHERE seq = 2")
    statement(postgres_url, "ALTER TABLE audit DISABLE TRIGGER USER", "DELETE FROM audit WHERE seq = 2")
    ended = await shell.run("audit verify")
    assert ended.status == 1
    assert "row 2 is missing" in ended.out


async def test_a_forgotten_number_is_no_longer_in_any_request(shell: Shell, url: str) -> None:
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        await place(voice)
        await voice.ok("place_tts_callout", **CALL | {"text": "Again"})
        await voice.ok("place_tts_callout", **CALL | {"to": "+12025550100"})
        assert "was in 2 requests" in (await shell.ok("forget", "+1 (202) 555-0108")).out
        assert "was in 0 requests" in (await shell.ok("forget", ANNA)).out
        assert "was in 1 request." in (await shell.ok("forget", "+12025550100")).out


async def test_a_number_that_is_incomplete_and_in_no_call_does_not_pass_for_forgotten(sqlite_url: str) -> None:
    await (shell := Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)).ok("storage migrate")
    line = await shell.refused("forget 2025550108")
    assert "has no country calling code" in line


@pytest.mark.parametrize("command", ["stop", "audit verify", "storage status"])
async def test_a_database_of_a_newer_program_is_rejected(command: str, sqlite_url: str) -> None:
    shell = Shell(SINCH_VOICE_DATABASE_URL=sqlite_url)
    await shell.ok("storage migrate")
    statement(sqlite_url, f"INSERT INTO migrations VALUES ({NEWEST + 1}, '99.0')")  # noqa: S608 - a number
    line = await shell.refused(command)
    assert "made by version 99.0, which is newer than this program" in line


async def test_the_storage_status_shows_location_migrations_and_size(shell: Shell, url: str) -> None:
    migrated = await shell.ok("storage migrate")
    assert "applied now: 1 (journal)" in migrated.out
    assert "none was pending" in (await shell.ok("storage migrate")).out
    async with connected(load({"SINCH_VOICE_DATABASE_URL": url}), "auto") as voice:
        await place(voice)
        status = (await shell.ok("storage status")).out
    engine = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    assert f"Journal    {engine} " in status
    assert "pending: none\nRequests   1: 1 accepted\nAudit rows 2\nCalling    allowed\n" in status
    await shell.ok("stop", "--reason", "enough")
    assert re.search(r"Calling    stopped since \S+ by shell of \S+: enough\n", (await shell.ok("storage status")).out)


async def test_the_policy_names_the_flag_variable_file_or_default_of_every_value(tmp_path: Path) -> None:
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
    shown = json.loads((await shell.ok("--calls-per-minute 2 policy --json")).out)
    rows = {row["name"]: (row["value"], row["source"]) for row in shown["settings"]}
    hidden = f"{ANNA[:5]}…{ANNA[-2:]}"
    assert (shown["mode"], shown["simulated"], shown["kill_switch"]) == ("live", False, {"stopped": False})
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
    switch = json.loads((await shell.ok("policy --json")).out)["kill_switch"]
    assert (switch["stopped"], switch["reason"]) == (True, "enough")
    assert "Kill switch: on since" in (await shell.ok("policy")).out


@pytest.mark.parametrize("command", ["stop", "storage status"])
async def test_an_unreachable_database_is_reported_in_one_line_without_its_password(command: str) -> None:
    unreachable = f"postgresql://voice:{CANARY}@127.0.0.1:1/voice?connect_timeout=1"
    assert "database cannot be used" in await Shell(SINCH_VOICE_DATABASE_URL=unreachable).refused(command)


async def test_the_database_url_is_not_a_flag() -> None:
    ended = await Shell().run("--database-url sqlite:///a.db policy")
    assert ended.status == 2
    assert "No such option" in ended.err
