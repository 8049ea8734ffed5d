"""Where an embedded sandbox sends events: to its own receiver, and to the ports that the owner lists."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.app.loopback import LOOPBACK_CALLBACK_URL, LoopbackTransport
from sinch_voice_mcp.clock import ScaledClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox import CallbackRequest, create_sandbox
from sinch_voice_mcp.settings import load
from tests.callers import Caller, Era, connected
from tests.platforms import OWN
from tests.stage import number

PATH = "/_cluster/nodes/_local/_shutdown"


@asynccontextmanager
async def program(host: str = "127.0.0.1") -> AsyncGenerator[tuple[int, list[str]]]:
    """Another program of this machine: its port, and the paths of the requests that it got."""
    paths: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        paths.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with listening_socket(host, 0) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            yield listener.getsockname()[1], paths
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize("listed", [True, False])
async def test_a_model_cannot_make_the_server_post_to_another_program(era: Era, *, listed: bool) -> None:
    async with program() as (port, paths):
        environ = {"SINCH_VOICE_SANDBOX_SPEED": "500"}
        if listed:
            environ["SINCH_VOICE_SANDBOX_CALLBACK_PORTS"] = str(port)
        async with connected(load(environ), era) as voice:
            if listed:
                await voice.ok("set_callbacks", primary=f"http://127.0.0.1:{port}{PATH}")
            else:
                await _refused(voice, port)
            placed = await voice.ok("place_tts_callout", to=number("00"), cli=OWN, text="Hello", enable_ace=True)
            seen = await voice.ok("wait_for_call", call_id=placed["call_id"])
    assert seen["state"] == "ended"
    assert set(paths) == ({PATH} if listed else set())


async def _refused(voice: Caller, port: int) -> None:
    """No URL of a port reaches the platform."""
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"):
        for name in ("primary", "fallback"):
            error = await voice.fails("set_callbacks", **{name: f"http://{host}:{port}{PATH}"})
            assert error["rule"] == "callback_url"
        if host != "[::ffff:127.0.0.1]":
            assert "SINCH_VOICE_SANDBOX_CALLBACK_PORTS" in error["how_to_change"]


@pytest.mark.parametrize("listed", [True, False])
async def test_a_model_names_no_unlisted_port_to_a_standalone_sandbox(era: Era, *, listed: bool) -> None:
    async with platform() as environ, program() as (port, paths):
        more = {"SINCH_VOICE_SANDBOX_CALLBACK_PORTS": str(port)} if listed else {}
        async with connected(load({**environ, **more}), era) as voice:
            if listed:
                await voice.ok("set_callbacks", primary=f"http://127.0.0.1:{port}{PATH}")
                assert await voice.ok("place_tts_callout", to=number("00"), cli=OWN, text="Hello", enable_ace=True)
                with anyio.fail_after(10):
                    while not paths:
                        await anyio.lowlevel.checkpoint()
            else:
                await _refused(voice, port)
    assert set(paths) == ({PATH} if listed else set())


async def test_a_server_on_a_standalone_sandbox_names_its_own_receiver(era: Era) -> None:
    receiver = "http://127.0.0.1:8765"
    async with (
        platform() as environ,
        connected(load({**environ, "SINCH_VOICE_PUBLIC_URL": receiver}), era) as voice,
    ):
        await voice.ok("set_callbacks", primary=f"{receiver}/callbacks/voice")
        assert (await voice.fails("set_callbacks", primary="http://127.0.0.1:8766/"))["rule"] == "callback_url"


@asynccontextmanager
async def platform() -> AsyncGenerator[dict[str, str]]:
    """A standalone sandbox, and the settings of a server that uses it."""
    transport = LoopbackTransport()
    sandbox = create_sandbox(clock=ScaledClock(500), post=transport)
    with listening_socket("127.0.0.1", 0) as listener:
        async with transport.connected(None), anyio.create_task_group() as tasks:
            tasks.start_soon(serve, sandbox.asgi, listener)
            tasks.start_soon(sandbox.run)
            yield {
                "SINCH_VOICE_SANDBOX": "true",
                "SINCH_VOICE_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
                "SINCH_APPLICATION_KEY": sandbox.credentials.key,
                "SINCH_APPLICATION_SECRET": sandbox.credentials.secret,
            }
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "user@127.0.0.1"])
async def test_no_spelling_of_this_machine_reaches_a_port_that_is_not_listed(host: str) -> None:
    async with program() as (port, paths):
        request = CallbackRequest(f"http://{host}:{port}{PATH}", {}, b"{}")
        for ports in ((), (port + 1,), (80,)):
            transport = LoopbackTransport(ports)
            async with transport.connected(None):
                assert await transport(request) is None
        assert paths == []
        # The standalone sandbox posts to every port.
        for ports in ((port,), None):
            transport = LoopbackTransport(ports)
            async with transport.connected(None):
                response = await transport(request)
            assert response is not None
            assert response.status == 200
    assert paths == [PATH, PATH]


async def test_a_callback_that_is_delivered_after_the_end_has_no_reply() -> None:
    async with program() as (port, paths):
        transport = LoopbackTransport()
        async with transport.connected(_unused):
            pass
        for url in (LOOPBACK_CALLBACK_URL, f"http://127.0.0.1:{port}{PATH}"):
            assert await transport(CallbackRequest(url, {}, b"{}")) is None
    assert paths == []


async def _unused(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive, send


async def test_a_url_without_port_means_the_default_port_of_its_scheme() -> None:
    transport = LoopbackTransport((9,))
    async with transport.connected(None):
        for url in ("http://127.0.0.1/", "https://127.0.0.1/"):
            assert await transport(CallbackRequest(url, {}, b"{}")) is None


@pytest.mark.parametrize("ports", ["0", "65536", "http"])
def test_a_port_that_does_not_exist_stops_the_start(ports: str) -> None:
    with pytest.raises(ConfigurationError, match="SINCH_VOICE_SANDBOX_CALLBACK_PORTS"):
        load({"SINCH_VOICE_SANDBOX_CALLBACK_PORTS": ports})
