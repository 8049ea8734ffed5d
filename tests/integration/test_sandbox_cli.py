"""The ``sandbox`` commands: one that starts a sandbox, and those that use it."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    ClockMode,
    Sandbox,
    SandboxOptions,
    Setup,
    SetupApplication,
    SimulatedClock,
    create_sandbox,
)
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.processes import read_banner, running
from tests.shell import Ended, Shell, serving_app

BUSY = "+12025550110"
STAYS = "+12025550104"
NOWHERE = "http://127.0.0.1:9"
ANY = "0.0.0.0"  # noqa: S104 - a sandbox that listens there makes a token


@dataclass(frozen=True)
class Served:
    """A sandbox on a port, the paths of the requests that arrive there, and a shell whose commands use it."""

    sandbox: Sandbox
    url: str
    paths: list[str]

    async def run(self, command: str, *more: str) -> Ended:
        return await Shell().run(f"sandbox {command} --url {self.url}", *more)

    async def ok(self, command: str, *more: str) -> Ended:
        ended = await self.run(command, *more)
        assert (ended.status, ended.err) == (0, "")
        return ended

    async def read(self, command: str) -> Any:
        return json.loads((await self.ok(f"{command} --json")).out)

    def place(self, number: str, tag: str | None = None) -> str:
        callout = TtsCallout(destination=NumberDestination(endpoint=number), cli="+14155550100", text="Hi")
        request = TtsCalloutRequest(tts_callout=callout)
        placed = self.sandbox.engine.place(DEFAULT_CREDENTIALS.key, request, tag=tag)
        self.sandbox.driver.wake()
        return placed


@asynccontextmanager
async def served(mode: ClockMode = "auto", **options: Any) -> AsyncGenerator[Served]:
    """A sandbox whose time jumps to the next event, unless the mode says otherwise."""
    clock = SimulatedClock(SystemClock(), mode=mode)
    sandbox = create_sandbox(clock=clock, options=SandboxOptions(**options))
    paths = list[str]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        await sandbox.asgi(scope, receive, send)

    async with serving_app(app) as url, anyio.create_task_group() as tasks:
        tasks.start_soon(sandbox.run)
        yield Served(sandbox, url, paths)
        sandbox.close()
        tasks.cancel_scope.cancel()


async def test_calls_are_listed_in_lines_that_fit_a_terminal_or_as_json() -> None:
    async with served() as one:
        assert (await one.ok("calls")).out == "0 calls\n"
        call_id = one.place(BUSY, "ci-42")
        await one.sandbox.settle()
        one.place(STAYS)
        await one.sandbox.settle()
        parties, details, count = (await one.ok("calls tag:ci-42 state:ended")).lines
        assert parties[8:] == f"  +14155550100 > {BUSY}  ended BUSY / CANCEL"
        assert details == f"          {call_id}  tts, 0 s, 0.0 USD  tag:ci-42"
        assert count == "1 call"
        assert all(len(line) <= 80 for line in (await one.ok("calls")).lines)
        assert (await one.ok("calls -to:+12025550110 --limit 2")).lines[-1] == "1 call"
        assert (await one.ok("calls -to:+12025550110 -result:ANSWERED")).out == "0 calls\n"
        listed = (await one.read("calls"))["calls"]
        assert [call["result"] for call in listed] == ["ANSWERED", "BUSY"]
        assert len((await one.read("calls --limit 1"))["calls"]) == 1


async def test_a_query_that_is_not_understood_ends_with_status_2_and_says_why() -> None:
    async with served() as one:
        ended = await one.run("calls sate:ended")
    assert (ended.status, ended.out) == (2, "")
    assert "state" in ended.err


async def test_a_wait_ends_when_a_call_matches() -> None:
    async with served() as one, anyio.create_task_group() as tasks:

        async def place_when_awaited() -> None:
            while "/_sandbox/wait" not in one.paths:
                await anyio.lowlevel.checkpoint()
            one.place(BUSY)

        tasks.start_soon(place_when_awaited)
        found = await one.read(f"wait to:{BUSY} state:ended --timeout 20")
        assert found["calls"][0]["result"] == "BUSY"


MENU: dict[str, object] = {
    "action": {
        "name": "runMenu",
        "mainMenu": "main",
        "menus": [{"id": "main", "mainPrompt": "#tts[Hello]", "options": [{"dtmf": "2", "action": "return(two)"}]}],
    }
}


async def test_a_call_comes_in_from_a_caller_who_does_what_the_options_say() -> None:
    application = SetupApplication(key=DEFAULT_CREDENTIALS.key, incoming=MENU)
    async with served(setup=Setup(applications=(application,))) as one:
        command = "trigger inbound --to +14155550101 --from +12025550105 --tag ci-1 --press main:2 --hang-up --wait"
        call = await one.read(command)
        shown = await one.ok(command)
        placed = (await one.ok("trigger inbound")).out.strip()
        kinds = [entry.event for entry in one.sandbox.engine.timeline(call["id"])]
        assert len((await one.read("calls direction:in tag:ci-1 pressed:2"))["calls"]) == 2
    assert (call["direction"], call["cli"], call["to"], call["tags"]) == (
        "in",
        "+12025550105",
        "+14155550101",
        ["ci-1"],
    )
    assert "pressed" in kinds
    assert shown.out.endswith(f"{call['result']} / {call['reason']} after {call['duration_s']} s\n")
    assert placed in {call.id for call in one.sandbox.engine.state().calls}


@pytest.mark.parametrize(
    ("caller", "cli", "origin"), [("sip:alice@example.com", "alice@example.com", "SIP"), ("app:alice", "alice", "MXP")]
)
async def test_a_caller_can_have_no_number(caller: str, cli: str, origin: str) -> None:
    async with served() as one:
        call = await one.read(f"trigger inbound --from {caller}")
        (come_in, *_) = one.sandbox.engine.timeline(call["id"])
    assert (call["cli"], come_in.detail["origin"]) == (cli, origin)


async def test_a_call_that_does_not_end_in_time_has_status_1() -> None:
    park: dict[str, object] = {"action": {"name": "park", "maxDuration": 600}}
    application = SetupApplication(key=DEFAULT_CREDENTIALS.key, incoming=park)
    async with served(mode="manual", setup=Setup(applications=(application,))) as one:
        ended = await one.run("trigger inbound --wait --timeout 0")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.endswith("has not ended within 0 s.\n")


async def test_a_wait_that_nothing_ends_has_status_1() -> None:
    async with served() as one:
        ended = await one.run("wait result:BUSY --timeout 0")
    assert (ended.status, ended.out, ended.err) == (1, "", "0 of 1 calls matched within 0 s.\n")


async def test_what_is_wrong_is_said_in_the_words_of_the_command_line() -> None:
    async with served() as one:
        ended = await one.run("trigger inbound --to +14155550159")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == "Error: the account has no number +14155550159; it has +14155550100, for example\n"


async def test_the_environment_can_name_the_sandbox() -> None:
    async with served() as one:
        assert (await Shell(SINCH_VOICE_SANDBOX_URL=one.url).ok("sandbox ready")).out == "The sandbox is ready.\n"


async def test_a_reset_forgets_all_calls() -> None:
    async with served() as one:
        one.place(BUSY)
        assert (await one.ok("reset")).out == "The sandbox is as it began: no calls.\n"
        assert (await one.read("calls"))["calls"] == []


async def test_a_sandbox_is_ready_once_it_answers() -> None:
    async with served() as one:
        assert (await one.ok("ready")).out == "The sandbox is ready.\n"
        assert (await one.ok("ready --wait --timeout 5")).status == 0


@pytest.mark.parametrize("waiting", ["", "--wait --timeout 0"])
async def test_a_sandbox_that_does_not_answer_is_not_ready(waiting: str) -> None:
    ended = await Shell().run(f"sandbox ready --url {NOWHERE} {waiting}")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"The sandbox is not ready: no sandbox answers at {NOWHERE}")


@pytest.mark.parametrize("command", ["calls", "wait tag:x", "reset", "trigger inbound"])
async def test_without_a_sandbox_a_command_has_status_2(command: str) -> None:
    ended = await Shell().run(f"sandbox {command} --url {NOWHERE}")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"Error: no sandbox answers at {NOWHERE}; `sinch-voice-mcp sandbox start` starts one\n"


async def test_what_is_no_sandbox_is_not_taken_for_one() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"calls": []}'})

    async with serving_app(app) as url:
        ended = await Shell().run(f"sandbox calls --url {url}")
    assert (ended.status, ended.err) == (2, f"Error: what answers at {url} is not a sandbox with a control API\n")


@pytest.mark.parametrize("url", ["nonsense", "http://[", "ftp://127.0.0.1"])
async def test_a_wrong_url_is_an_error_of_usage(url: str) -> None:
    assert (await Shell().run(f"sandbox calls --url {url}")).status == 2


async def test_a_token_opens_a_sandbox_and_another_one_does_not() -> None:
    async with served(control_token="right") as one:
        assert (await one.ok("calls --token right")).out == "0 calls\n"
        assert (await Shell(SINCH_VOICE_SANDBOX_TOKEN="right").ok(f"sandbox calls --url {one.url}")).status == 0
        ended = await one.run("calls --token wrong")
    assert (ended.status, "token" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("sandbox --port 0 calls", "`--port` belongs to `sandbox start`"),
        ("sandbox start --host 0.0.0.0", "--host 0.0.0.0 is open to other machines; allow them with --allow-remote"),
        ("sandbox start --host 0.0.0.0 --allow-remote --token=", "--token: a token has at least one character"),
        ("sandbox start --seed-file /dev/zero", "/dev/zero is not YAML: the text is longer than 1,048,576 characters"),
        ("sandbox start --keep 0", "0 is not in the range 1<=x<=10000"),
        ("sandbox trigger inbound --press 2", "'2' is not of the form MENU:PRESS"),
        ("sandbox trigger inbound --say hello", "'hello' is not of the form MENU:SAY"),
        ("sandbox wait", "Missing argument"),
    ],
)
async def test_a_wrong_option_is_an_error_of_usage(command: str, message: str) -> None:
    ended = await Shell().run(command)
    assert ended.status == 2
    assert message in ended.err


async def test_a_wrong_seed_file_stops_the_start_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("applications:\n- key: shop\n", "utf-8")
    ended = await Shell().run(f"sandbox start --port 0 --seed-file {file}")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == f"sinch-voice-mcp: {file}:2:3: applications[0].secret: is missing\n"
    missing = await Shell().run(f"sandbox start --seed-file {tmp_path / 'none.yaml'}")
    assert "cannot be read: No such file or directory" in missing.err


async def test_a_started_sandbox_has_what_its_seed_file_says(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(
        "applications: [{key: shop, secret: c2hvcA==}]\n"
        "numbers: [{number: +14155550150, application: shop}]\n"
        "settings: {speed: 1000, seed: 7}\n",
        "utf-8",
    )
    ids = list[str]()
    for command in ("sandbox start", "sandbox"):
        async with running(*command.split(), "--port", "0", "--seed-file", str(file)) as process:
            rows = await read_banner(process, until="Ctrl+C")
            assert (rows["key"], rows["secret"], rows["seed file"]) == ("shop", "c2hvcA==", str(file))
            assert "token" not in rows
            assert rows["control"] == f"{rows['base URL']}/_sandbox/openapi.json"
            body = {
                "method": "ttsCallout",
                "ttsCallout": {"destination": {"type": "number", "endpoint": BUSY}, "text": "Hi"},
            }
            async with httpx2.AsyncClient(auth=("shop", "c2hvcA==")) as client:
                placed = await client.post(f"{rows['base URL']}/calling/v1/callouts", json=body)
            ids.append(placed.json()["callId"])
            assert (await Shell().ok(f"sandbox ready --url {rows['base URL']}")).status == 0
    assert ids[0] == ids[1]


async def test_a_sandbox_for_other_machines_makes_a_token() -> None:
    async with running("sandbox", "start", "--port", "0", "--host", ANY, "--allow-remote") as process:
        rows = await read_banner(process, until="Ctrl+C")
        assert rows["base URL"].startswith("http://127.0.0.1:")
        listed = await Shell().ok(f"sandbox calls --json --url {rows['base URL']} --token {rows['token']}")
        assert json.loads(listed.out) == {"calls": []}
