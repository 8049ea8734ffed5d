"""Connections that never finish a header: each has a deadline, and a sender of events gets through between them."""

import socket
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager

import anyio
import httpx2
import pytest
from starlette.responses import PlainTextResponse

from sinch_voice_mcp.app.connections import ConnectionLimits
from sinch_voice_mcp.app.http import listening_socket, serve

HALF = b"POST /callbacks/voice HTTP/1.1\r\nHost: "
LONG_S = 3_600.0
APP = PlainTextResponse("received")


@asynccontextmanager
async def serving(limits: ConnectionLimits) -> AsyncGenerator[int]:
    with listening_socket("127.0.0.1", 0) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, APP, listener, limits)
            yield listener.getsockname()[1]
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize("sent", [b"", HALF], ids=["nothing", "half a header"])
@pytest.mark.parametrize(
    "limits", [ConnectionLimits(LONG_S, 5, 900), ConnectionLimits(LONG_S, 900, 5)], ids=["of a peer", "in all"]
)
async def test_however_many_connections_only_wait_a_request_is_answered(limits: ConnectionLimits, sent: bytes) -> None:
    async with serving(limits) as port:
        with ExitStack() as stack:
            for _ in range(50):
                waiting = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                waiting.sendall(sent)
            async with httpx2.AsyncClient() as http:
                for _ in range(10):
                    assert (await http.post(f"http://127.0.0.1:{port}/", content=b"event")).text == "received"


async def test_the_connection_of_a_peer_that_has_waited_longest_is_closed_for_a_new_one() -> None:
    async with serving(ConnectionLimits(LONG_S, 5, 900)) as port:
        with ExitStack() as stack, anyio.fail_after(30):
            async with await anyio.connect_tcp("127.0.0.1", port) as oldest:
                await oldest.send(HALF)
                for _ in range(5):
                    stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(HALF)
                with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                    await oldest.receive()


@pytest.mark.parametrize("sent", [b"", HALF], ids=["nothing", "half a header"])
async def test_a_header_that_does_not_arrive_in_time_ends_its_connection(sent: bytes) -> None:
    async with serving(ConnectionLimits(header_s=0.05)) as port:
        with anyio.fail_after(30):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                if sent:
                    await stream.send(sent)
                assert (await stream.receive()).startswith(b"HTTP/1.1 408")


async def test_a_kept_connection_has_the_same_deadline_for_its_next_header() -> None:
    async with serving(ConnectionLimits(header_s=0.05)) as port:
        with anyio.fail_after(30):
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.send(HALF + b"a\r\nContent-Length: 0\r\n\r\n")
                assert (await stream.receive()).startswith(b"HTTP/1.1 200")
                await stream.send(HALF)
                received = b"".join([chunk async for chunk in stream])
    assert b"HTTP/1.1 408" in received


async def test_a_connection_with_a_request_in_progress_is_not_closed_for_others() -> None:
    begun, go_on = anyio.Event(), anyio.Event()

    async def slow(scope: object, receive: object, send: object) -> None:
        begun.set()
        await go_on.wait()
        await APP(scope, receive, send)  # pyright: ignore[reportArgumentType] - passed on as they came

    with listening_socket("127.0.0.1", 0) as listener, ExitStack() as stack:
        port = listener.getsockname()[1]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, slow, listener, ConnectionLimits(LONG_S, 3, 900))
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                await stream.send(HALF + b"a\r\nContent-Length: 0\r\n\r\n")
                await begun.wait()
                async with await anyio.connect_tcp("127.0.0.1", port) as other:
                    for _ in range(10):
                        stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(HALF)
                    with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                        await other.receive()
                go_on.set()
                assert (await stream.receive()).startswith(b"HTTP/1.1 200")
            tasks.cancel_scope.cancel()
