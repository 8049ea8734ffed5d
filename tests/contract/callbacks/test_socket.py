"""The receiver behind a real HTTP server."""

import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest
import uvicorn

from sinch_voice_mcp.callbacks import Limits, Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import LOOPBACK, REPLY, EventRecorder, IncomingRequest, answer_to, head


@asynccontextmanager
async def serving(app: Receiver) -> AsyncGenerator[int]:
    """Serve on a free port; the socket listens before the server runs, so clients can connect at once."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        config = uvicorn.Config(app, lifespan="off", log_config=None, proxy_headers=False)
        server = uvicorn.Server(config)
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield listener.getsockname()[1]
            server.should_exit = True


async def test_a_callback_is_answered(
    recorder: EventRecorder, app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now(), path="/callbacks/vo%69ce/")
    async with serving(app) as port:
        response = await answer_to(port, head(incoming, "connection: close") + incoming.body)

    assert response == (200, REPLY)
    assert [body for _, body in recorder.recorded] == [incoming.body]


async def test_fault_10_a_slow_body_gets_408_and_the_connection_closes(
    recorder: EventRecorder, credentials: Credentials, clock: ManualClock
) -> None:
    app = receiver(recorder, [credentials], clock, limits=Limits(body_timeout_s=0.01))
    incoming = IncomingRequest.signed(credentials, clock.now())
    async with serving(app) as port:
        # The client keeps the connection open and never sends the rest; the server closes it.
        status, body = await answer_to(port, head(incoming) + incoming.body[:-1])

    assert (status, json.loads(body)["errorCode"], recorder.recorded) == (408, 40800, [])


@pytest.mark.parametrize("request_of", ["declared", "chunked"])
async def test_fault_10_an_oversized_body_gets_413_and_the_connection_closes(
    recorder: EventRecorder, app: Receiver, credentials: Credentials, clock: ManualClock, request_of: str
) -> None:
    bare = IncomingRequest.signed(credentials, clock.now()).with_header("content-length", None)
    requests = {
        "declared": head(bare, "content-length: 10000000"),
        "chunked": head(bare, "transfer-encoding: chunked") + b"10001\r\n" + b"x" * 0x10001,
    }
    async with serving(app) as port:
        status, body = await answer_to(port, requests[request_of])

    assert (status, json.loads(body)["errorCode"], recorder.recorded) == (413, 41300, [])


async def test_fault_10_deep_json_and_invalid_utf_8_are_refused(
    recorder: EventRecorder, app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    async with serving(app) as port:
        for body in (b"[" * 60_000, b'{"event":"ace","callid":"\xff"}'):
            incoming = IncomingRequest.signed(credentials, clock.now(), body)
            status, _ = await answer_to(port, head(incoming, "connection: close") + body)
            assert status == 400
        alive = await answer_to(port, head(IncomingRequest("/healthz", "GET"), "connection: close"))

    assert (alive, recorder.recorded) == ((200, b'{"alive":true}'), [])


async def test_fault_9_a_forged_callback_is_refused(
    recorder: EventRecorder, app: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    incoming = IncomingRequest.signed(credentials, clock.now()).with_header("content-type", "text/plain")
    async with serving(app) as port:
        status, body = await answer_to(port, head(incoming, "connection: close") + incoming.body)

    assert (status, json.loads(body)["errorCode"], recorder.recorded) == (401, 40102, [])
