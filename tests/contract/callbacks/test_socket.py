"""The receiver over a real socket: where the HTTP server has a say."""

import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest
import uvicorn

from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.signing import Credentials
from tests.contract.callbacks.delivery import REPLY, Arriving, Ear

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def serving(door: Receiver) -> AsyncGenerator[int]:
    """Serve on a free port; the socket listens before the server runs, so nobody has to wait."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        config = uvicorn.Config(door, lifespan="off", log_config=None, proxy_headers=False)
        server = uvicorn.Server(config)
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield listener.getsockname()[1]
            server.should_exit = True


def head(arriving: Arriving, *further: str) -> bytes:
    """The head of a request as bytes."""
    headers = (f"{name}: {value}" for name, value in arriving.headers)
    return "\r\n".join((f"{arriving.method} {arriving.path} HTTP/1.1", "host: x", *headers, *further, "", "")).encode()


async def answer_to(port: int, request: bytes) -> tuple[int, bytes]:
    """Send bytes, leave the connection open, and read until the server closes it: status and body."""
    async with await anyio.connect_tcp(LOOPBACK, port) as stream:
        await stream.send(request)
        answer = b""
        while True:
            try:
                answer += await stream.receive()
            except anyio.EndOfStream:
                break
    top, _, body = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), body


async def test_a_callback_is_answered(ear: Ear, door: Receiver, credentials: Credentials, clock: ManualClock) -> None:
    arriving = Arriving.signed(credentials, clock.now(), path="/callbacks/vo%69ce/")
    async with serving(door) as port:
        answer = await answer_to(port, head(arriving, "connection: close") + arriving.body)

    assert answer == (200, REPLY)
    assert [body for _, body in ear.heard] == [arriving.body]


async def test_fault_10_a_slow_body_is_cut_off(ear: Ear, credentials: Credentials, clock: ManualClock) -> None:
    door = receiver(ear, [credentials], clock, body_seconds=0.01)
    arriving = Arriving.signed(credentials, clock.now())
    async with serving(door) as port:
        # The sender keeps the connection and never sends the rest; it is the server that ends it.
        status, body = await answer_to(port, head(arriving) + arriving.body[:-1])

    assert (status, json.loads(body)["errorCode"], ear.heard) == (408, 40800, [])


@pytest.mark.parametrize("request_of", ["declared", "chunked"])
async def test_fault_10_an_oversized_body_is_cut_off(
    ear: Ear, door: Receiver, credentials: Credentials, clock: ManualClock, request_of: str
) -> None:
    bare = Arriving.signed(credentials, clock.now()).with_header("content-length", None)
    requests = {
        "declared": head(bare, "content-length: 10000000"),
        "chunked": head(bare, "transfer-encoding: chunked") + b"10001\r\n" + b"x" * 0x10001,
    }
    async with serving(door) as port:
        status, body = await answer_to(port, requests[request_of])

    assert (status, json.loads(body)["errorCode"], ear.heard) == (413, 41300, [])


async def test_fault_10_deep_json_and_bytes_that_are_no_text_are_refused(
    ear: Ear, door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    async with serving(door) as port:
        for body in (b"[" * 60_000, b'{"event":"ace","callid":"\xff"}'):
            arriving = Arriving.signed(credentials, clock.now(), body)
            status, _ = await answer_to(port, head(arriving, "connection: close") + body)
            assert status == 400
        alive = await answer_to(port, head(Arriving("/healthz", "GET"), "connection: close"))

    assert (alive, ear.heard) == ((200, b'{"alive":true}'), [])


async def test_fault_9_a_forged_callback_is_refused(
    ear: Ear, door: Receiver, credentials: Credentials, clock: ManualClock
) -> None:
    arriving = Arriving.signed(credentials, clock.now()).with_header("content-type", "text/plain")
    async with serving(door) as port:
        status, body = await answer_to(port, head(arriving, "connection: close") + arriving.body)

    assert (status, json.loads(body)["errorCode"], ear.heard) == (401, 40102, [])
