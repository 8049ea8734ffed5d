"""Real processes: the server over stdio, the standalone sandbox, signals and exit statuses."""

import json
import signal
import socket
import subprocess

import anyio
import httpx2
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from sinch_voice_mcp.settings import load
from sinch_voice_mcp.tools import ALL_TOOLS
from tests.callers import Era, connected
from tests.processes import CLEAN, MODULE, read_banner, running, serving
from tests.shell import ANNA, OWN, Shell


async def test_every_tool_works_over_stdio(era: Era) -> None:
    called: set[str] = set()

    async with serving(era, "--sandbox-speed", "1000") as voice:

        async def ok(tool: str, **arguments: object) -> dict[str, object]:
            called.add(tool)
            return await voice.ok(tool, **arguments)

        placed = await voice.ok("place_conference_callout", to=[ANNA], conference_id="room", cli=OWN)
        call_id = placed["legs"][0]["call_id"]
        with anyio.fail_after(10):
            while (await ok("get_call", call_id=call_id))["result"] != "ANSWERED":
                await anyio.lowlevel.checkpoint()
        called.add("place_conference_callout")
        await ok("get_conference", conference_id="room")
        await ok("manage_participant", conference_id="room", call_id=call_id, command="mute")
        await ok("sandbox_act", call_id=call_id, act="press", value="1")
        await ok("play_to_call", call_id=call_id, text="Hello")
        await ok("update_call", call_id=call_id, svaml={"instructions": [{"name": "say", "text": "Hi"}]})
        await ok("close_conference", conference_id="room")
        await ok("hang_up", call_id=call_id)
        await ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
        await ok("place_custom_callout", to=ANNA, cli=OWN, ace={"action": {"name": "hangup"}})
        asked = await ok("ask_by_phone", to="+12025550102", question="Yes?", answers={"1": "yes"}, cli=OWN)
        assert asked["meaning"] == "yes"
        await ok("list_numbers")
        await ok("assign_numbers", numbers=["+14155550109"])
        await ok("unassign_number", number="+14155550109")
        await ok("query_number", number=ANNA)
        await ok("set_callbacks", primary="https://voice.example.com/events")
        await ok("get_callbacks")
        await ok("build_svaml", event="ice", action={"name": "hangup"})
        await ok("check_svaml", document={"action": {"name": "hangup"}})
        await ok("list_calls")
        await ok("get_call_events", call_id=call_id)
        await ok("wait_for_call", call_id=call_id)
        await ok("sandbox_script", number=ANNA, script=[{"hang_up": True}])
        await ok("sandbox_fault")
        await ok("sandbox_receive_call", caller=ANNA)
        await ok("sandbox_advance", seconds=1)
        await ok("emergency_stop", reason="the test has ended")
    assert called == {spec.name for spec in ALL_TOOLS}


@pytest.mark.long
async def test_servers_use_a_standalone_sandbox(era: Era) -> None:
    async with running("sandbox", "--port", "0", "--speed", "1000") as platform:
        shown = await read_banner(platform, until="Ctrl+C")
        url, key, secret = (shown[name] for name in ("base URL", "key", "secret"))
        environ = {
            "SINCH_VOICE_BASE_URL": url,
            "SINCH_APPLICATION_KEY": key,
            "SINCH_APPLICATION_SECRET": secret,
        }
        async with serving(era, "--sandbox", **environ) as voice:
            placed = await voice.ok("place_tts_callout", to=ANNA, text="Hello", cli=OWN)
        live = {"SINCH_VOICE_DATABASE_URL": ":memory:", "SINCH_VOICE_CALLING_HOURS": "any"}
        async with connected(load({"SINCH_VOICE_AUTH": "basic", **environ, **live}), era) as voice:
            seen = await voice.ok("get_call", call_id=placed["call_id"])
            # Every answer says that it comes from a sandbox.
            assert seen["simulated"] is True
            assert (await voice.ok("place_tts_callout", to="+14045005000", text="Hello", cli=OWN))["call_id"]
        wrong = {**environ, **live, "SINCH_APPLICATION_SECRET": "d3Jvbmc="}
        async with connected(load(wrong), era) as voice:
            assert (await voice.fails("get_call", call_id=placed["call_id"]))["code"] == "unauthorized"


async def test_the_standalone_sandbox_reads_key_and_secret_from_the_usual_variables() -> None:
    pair = {"SINCH_APPLICATION_KEY": "my-key", "SINCH_APPLICATION_SECRET": "bXktc2VjcmV0"}
    async with running("sandbox", "--port", "0", **pair) as platform:
        shown = await read_banner(platform, until="Ctrl+C")
    assert (shown["key"], shown["secret"]) == ("my-key", "bXktc2VjcmV0")


async def test_the_standalone_sandbox_logs_a_line_for_each_request_and_each_callback() -> None:
    async with running("sandbox", "--port", "0", "--speed", "1000") as platform:
        shown = await read_banner(platform, until="Ctrl+C")
        login = (shown["key"], shown["secret"])
        callbacks = f"/v1/configuration/callbacks/applications/{shown['key']}"
        callout = {"destination": {"type": "number", "endpoint": ANNA}, "cli": OWN, "text": "Hello", "enableDice": True}
        assert platform.stderr is not None
        lines = BufferedByteReceiveStream(platform.stderr)
        async with httpx2.AsyncClient(base_url=shown["base URL"], auth=login) as client:
            # No program listens there.
            (await client.post(callbacks, json={"url": {"primary": "http://127.0.0.1:9/events"}})).raise_for_status()
            body = {"method": "ttsCallout", "ttsCallout": callout}
            call_id = (await client.post("/calling/v1/callouts", json=body)).json()["callId"]
            await client.get(f"/v1/calling/query/number/{ANNA}%0Aforged")
            await client.get("/calling/v1/calls/id/x", auth=("another", "x"))
        with anyio.fail_after(20):
            seen = [(await lines.receive_until(b"\n", 10_000)).decode() for _ in range(5)]
    logged = "\n".join(sorted(line.partition(" ")[2] for line in seen))
    assert f"failed callback dice of {call_id} to http://127.0.0.1:9/events  no connection" in logged
    assert "200 POST /calling/v1/callouts" in logged
    assert "401 GET /calling/v1/calls/id/x  " in logged
    assert "<U+000A>forged" in logged
    assert ANNA not in logged


async def test_the_standalone_sandbox_resets_a_connection_and_logs_that_it_failed() -> None:
    async with running("sandbox", "--port", "0") as platform:
        shown = await read_banner(platform, until="Ctrl+C")
        callout = {"destination": {"type": "number", "endpoint": "+12025550141"}, "cli": OWN, "text": "Hello"}
        assert platform.stderr is not None
        lines = BufferedByteReceiveStream(platform.stderr)
        async with httpx2.AsyncClient(base_url=shown["base URL"], auth=(shown["key"], shown["secret"])) as client:
            body = {"method": "ttsCallout", "ttsCallout": callout}
            with pytest.raises(httpx2.ReadError):
                await client.post("/calling/v1/callouts", json=body)
            (await client.get("/v1/configuration/numbers")).raise_for_status()
        with anyio.fail_after(20):
            seen = [(await lines.receive_until(b"\n", 10_000)).decode().partition(" ")[2] for _ in range(2)]
    assert seen == [
        "200 POST /calling/v1/callouts  the connection fails: reset",
        "200 GET /v1/configuration/numbers",
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_while_it_waits_for_input(number: signal.Signals) -> None:
    initialize = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    async with running() as server:
        assert server.stdin is not None
        assert server.stdout is not None
        await server.stdin.send(json.dumps(initialize).encode() + b"\n")
        with anyio.fail_after(20):
            assert b"sinch-voice-sandbox" in await server.stdout.receive()
            server.send_signal(number)
            assert await server.wait() == 128 + number


async def test_the_server_ends_when_its_client_disconnects() -> None:
    async with running() as server:
        assert server.stdin is not None
        await server.stdin.aclose()
        with anyio.fail_after(20):
            assert await server.wait() == 0


@pytest.mark.parametrize(
    ("environ", "flags", "says"),
    [
        ({"SINCH_APPLICATION_KEY": "k"}, [], "SINCH_APPLICATION_SECRET is missing"),
        ({"SINCH_VOICE_SANBOX": "1"}, [], "did you mean SINCH_VOICE_SANDBOX?"),
        ({}, ["--toolsets", "cals"], "did you mean `calls`?"),
        ({}, ["--read-only", "--tools", "hang_up"], "no tool is left"),
        ({"SINCH_APPLICATION_KEY": "k", "SINCH_APPLICATION_SECRET": "???"}, [], "not base64"),
    ],
)
async def test_a_wrong_setting_ends_the_start_in_one_line(environ: dict[str, str], flags: list[str], says: str) -> None:
    assert says in await Shell(**environ).refused(" ".join(flags))


def test_a_process_with_a_wrong_setting_exits_with_status_2() -> None:
    ended = subprocess.run(
        MODULE, env={**CLEAN, "SINCH_VOICE_SANBOX": "1"}, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1)


async def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = await Shell().refused(f"sandbox --port {port}")
    assert f"port {port} cannot be used on 127.0.0.1" in line


async def test_help_and_version_are_there() -> None:
    assert "sandbox" in (await Shell().ok("--help")).out
    assert b"0.1.0" in (await anyio.run_process([*MODULE, "--version"], env=CLEAN)).stdout
