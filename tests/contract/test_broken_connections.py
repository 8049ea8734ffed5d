"""Numbers at which the connection fails: over a real socket, and inside one process."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
import httpx2
import pytest
import uvicorn

from sinch_voice_mcp.app.http import listening_socket
from sinch_voice_mcp.app.in_process import InProcessTransport
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox
from sinch_voice_mcp.sandbox.routes.broken import BYTE_INTERVAL_S, SILENCE_S
from tests.contract.openapi.sandbox_client import callout
from tests.shell import serving_app

AUTH = httpx2.BasicAuth(DEFAULT_CREDENTIALS.key, DEFAULT_CREDENTIALS.secret)
LONG = httpx2.Timeout(30.0)
SHORT = httpx2.Timeout(30.0, read=0.1)


@asynccontextmanager
async def over_a_socket(sandbox: Sandbox, waits: httpx2.Timeout) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of a sandbox that listens on a port."""
    async with serving_app(sandbox.asgi) as url, httpx2.AsyncClient(auth=AUTH, base_url=url, timeout=waits) as client:
        yield client


@asynccontextmanager
async def in_process(sandbox: Sandbox, waits: httpx2.Timeout) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of a sandbox in the same process."""
    transport = InProcessTransport(sandbox.asgi)
    url = "http://sandbox.test"
    async with httpx2.AsyncClient(transport=transport, auth=AUTH, base_url=url, timeout=waits) as client:
        yield client


Reach = Callable[[Sandbox, httpx2.Timeout], AbstractAsyncContextManager[httpx2.AsyncClient]]
either_way = pytest.mark.parametrize("reach", [over_a_socket, in_process])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    return create_sandbox(clock=clock)


async def place(client: httpx2.AsyncClient, digits: str) -> httpx2.Response:
    destination = {"type": "number", "endpoint": f"+120255501{digits}"}
    return await client.post("/calling/v1/callouts", json=callout("ttsCallout", destination=destination, text="Hi"))


def placed(sandbox: Sandbox) -> list[str]:
    """Return the ids of the calls that were placed."""
    return [entry.call_id for entry in sandbox.engine.timeline() if entry.event == "created"]


@either_way
@pytest.mark.parametrize(
    ("digits", "error", "calls"),
    [("40", httpx2.ReadError, 0), ("41", httpx2.ReadError, 1), ("43", httpx2.RemoteProtocolError, 1)],
)
async def test_a_connection_breaks_before_or_after_the_call_is_placed(
    sandbox: Sandbox, reach: Reach, digits: str, error: type[Exception], calls: int
) -> None:
    async with reach(sandbox, LONG) as client:
        with pytest.raises(error):
            await place(client, digits)
        assert (await client.get("/v1/configuration/numbers")).status_code == 200
    assert len(placed(sandbox)) == calls


@either_way
async def test_silence_lasts_until_the_client_has_waited_long_enough(sandbox: Sandbox, reach: Reach) -> None:
    async with reach(sandbox, SHORT) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await place(client, "42")
        assert (await place(client, "00")).status_code == 200
    assert len(placed(sandbox)) == 2


@either_way
async def test_silence_ends_after_two_minutes_of_the_sandbox(
    sandbox: Sandbox, clock: ManualClock, reach: Reach
) -> None:
    async with reach(sandbox, LONG) as client, anyio.create_task_group() as tasks:

        async def wait() -> None:
            with pytest.raises(httpx2.RemoteProtocolError):
                await place(client, "42")

        tasks.start_soon(wait)
        await clock.until_waited_on()
        clock.advance(SILENCE_S)


@either_way
async def test_a_slow_response_is_complete_in_the_end(sandbox: Sandbox, clock: ManualClock, reach: Reach) -> None:
    answers: list[httpx2.Response] = []
    async with reach(sandbox, LONG) as client, anyio.create_task_group() as tasks:

        async def wait() -> None:
            answers.append(await place(client, "46"))
            tasks.cancel_scope.cancel()

        tasks.start_soon(wait)
        while True:
            await clock.until_waited_on()
            clock.advance(BYTE_INTERVAL_S)
    assert [answer.json() for answer in answers] == [{"callId": placed(sandbox)[0]}]


@either_way
async def test_a_slow_response_stops_when_the_client_has_gone(
    sandbox: Sandbox, clock: ManualClock, reach: Reach
) -> None:
    async with reach(sandbox, LONG) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(place, client, "46")
        await clock.until_waited_on()
        tasks.cancel_scope.cancel()
    async with reach(sandbox, LONG) as client:
        assert (await place(client, "00")).status_code == 200


@either_way
async def test_other_responses_are_wrong_but_complete(sandbox: Sandbox, reach: Reach) -> None:
    async with reach(sandbox, LONG) as client:
        error, html, unavailable = [await place(client, digits) for digits in ("44", "45", "47")]
    assert (error.status_code, error.json()["errorCode"]) == (500, 50000)
    assert (html.status_code, html.headers["content-type"]) == (200, "text/html; charset=utf-8")
    with pytest.raises(ValueError, match="Expecting value"):
        html.json()
    assert (unavailable.status_code, unavailable.json()["errorCode"]) == (503, 50300)
    assert {response.headers["x-sinch-voice-sandbox"] for response in (error, html, unavailable)} == {"1"}
    assert len(placed(sandbox)) == 2


async def test_the_log_of_requests_says_what_failed(sandbox: Sandbox) -> None:
    async with in_process(sandbox, LONG) as client:
        with pytest.raises(httpx2.ReadError):
            await place(client, "41")
        await place(client, "00")
    assert [(seen.status, seen.fault) for seen in sandbox.requests] == [(200, "reset"), (200, None)]


@asynccontextmanager
async def plain_uvicorn(sandbox: Sandbox) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of a sandbox under a server that cannot break a connection."""
    with listening_socket("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(sandbox.asgi, lifespan="off", log_config=None))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx2.AsyncClient(auth=AUTH, base_url=url, timeout=LONG) as client:
                yield client
            server.should_exit = True


@pytest.mark.parametrize(("digits", "calls"), [("40", 0), ("41", 1), ("43", 1)])
async def test_under_any_other_server_the_response_is_not_complete(sandbox: Sandbox, digits: str, calls: int) -> None:
    async with plain_uvicorn(sandbox) as client:
        with pytest.raises(httpx2.RemoteProtocolError):
            await place(client, digits)
    assert len(placed(sandbox)) == calls
