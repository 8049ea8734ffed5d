"""Two servers with the same settings: the second one serves its client, and receives events once the first has gone."""

import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import anyio
import httpx2
import pytest

from sinch_voice_mcp.app.http import listening_socket
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import Settings
from tests.callers import Caller, Era, connected
from tests.clocks import PollingClock
from tests.stage import CALL, UNSWEPT, rehearsed

RETRY_S = 15


@contextmanager
def first_copy() -> Generator[socket.socket]:
    """A process that listens on a port of this machine."""
    with listening_socket("127.0.0.1", 0) as listener:
        yield listener


def settings(url: str, listener: socket.socket) -> Settings:
    return rehearsed(
        SINCH_VOICE_DATABASE_URL=url,
        SINCH_VOICE_PUBLIC_URL="https://voice.example.com",
        SINCH_VOICE_CALLBACK_PORT=str(listener.getsockname()[1]),
    )


async def policy_of(voice: Caller) -> str:
    (page,) = (await voice.client.read_resource("sinch://policy")).contents
    return str(getattr(page, "text", ""))


async def is_alive(port: int) -> bool:
    async with httpx2.AsyncClient() as http:
        try:
            return (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        except httpx2.TransportError:
            return False


async def test_a_server_whose_callback_port_is_in_use_serves_its_client_and_says_so(
    sqlite_url: str, sandbox: Sandbox, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    with first_copy() as listener:
        async with connected(settings(sqlite_url, listener), era, sandbox=sandbox) as voice:
            assert len((await voice.client.list_tools()).tools) > 20
            placed = await voice.ok("place_tts_callout", **CALL)
            waited = await voice.ok("wait_for_call", call_id=placed["call_id"], timeout_s=0)
            for text in (await policy_of(voice), waited["summary"], caplog.text):
                assert "This server receives no events itself: port" in text


async def test_the_port_is_opened_when_the_other_process_has_gone(sqlite_url: str) -> None:
    clock = PollingClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    with first_copy() as listener:
        given, port = settings(sqlite_url, listener), int(listener.getsockname()[1])
        async with connected(given, "auto", sandbox=sandbox, clock=clock, pace=UNSWEPT) as voice:
            assert "receives no events itself" in await policy_of(voice)
            listener.close()
            await opens(clock, port)
            assert "receives no events itself" not in await policy_of(voice)


async def opens(clock: ManualClock, port: int) -> None:
    """Move the clock from one try to the next until the server listens."""
    with anyio.fail_after(30):
        while not await is_alive(port):
            # The sweep, and the next try to open the port.
            await clock.until_waited_on(2)
            clock.advance(RETRY_S)


async def test_two_copies_place_the_same_request_once_and_both_offer_everything(sqlite_url: str) -> None:
    clock = PollingClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    with first_copy() as listener:
        given = settings(sqlite_url, listener)
    async with (
        connected(given, "auto", sandbox=sandbox, clock=clock) as one,
        connected(given, "auto", sandbox=sandbox, clock=clock) as other,
    ):
        calls: list[Mapping[str, object]] = []
        for voice in (one, other):
            assert len((await voice.client.list_tools()).tools) > 20
            calls.append(await voice.ok("place_tts_callout", **CALL))
        assert calls[0]["call_id"] == calls[1]["call_id"]
        assert calls[1]["duplicate_of"]
        assert "receives no events itself" not in await policy_of(one)
        assert "receives no events itself" in await policy_of(other)
    assert sum(request.raw_path.endswith("/callouts") for request in sandbox.requests) == 1
