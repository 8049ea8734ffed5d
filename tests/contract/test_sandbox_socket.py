"""The sandbox behind a real HTTP server, as a stand-alone process serves it."""

import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

import anyio
import httpx2
import uvicorn
from starlette.types import Receive, Scope, Send

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, create_sandbox
from sinch_voice_mcp.signing import basic_authorization
from tests.contract.openapi.document import assert_valid, check_response
from tests.contract.openapi.sandbox_client import SandboxClient, body_of, callout

LOOPBACK = "127.0.0.1"
HOOKS = {"response": [check_response]}


@asynccontextmanager
async def serving(api: SandboxClient) -> AsyncGenerator[int]:
    """Serve a sandbox on a free port; the socket listens before the server runs, so clients can connect at once."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(api.sandbox.asgi, lifespan="off", log_config=None))
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            yield listener.getsockname()[1]
            server.should_exit = True


async def exchange(port: int, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes and read the response to its end; return head and body."""
    async with await anyio.connect_tcp(LOOPBACK, port) as stream:
        await stream.send(request)
        answer = b""
        while chunk := await _some(stream):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.lower(), body


async def _some(stream: anyio.abc.SocketStream) -> bytes:
    try:
        return await stream.receive()
    except anyio.EndOfStream:
        return b""


async def test_a_signed_client_places_reads_and_ends_calls_on_one_connection() -> None:
    api = SandboxClient()
    async with serving(api) as port, httpx2.AsyncClient(auth=api.auth(), event_hooks=HOOKS) as client:
        base = f"http://{LOOPBACK}:{port}"
        placed = await client.post(f"{base}/calling/v1/callouts", json=callout("customCallout"))
        url = f"{base}/calling/v1/calls/id/{body_of(placed, 'callout')['callId']}"
        api.clock.advance(5)
        ended = await client.patch(url, json={"action": {"name": "hangup"}})
        unassigned = await client.request("DELETE", f"{base}/v1/configuration/numbers", json={"number": "14155550100"})
        call = body_of(await client.get(url), "call")
    assert (ended.status_code, ended.content, unassigned.status_code) == (204, b"", 204)
    assert "content-length" not in ended.headers
    assert (call["status"], call["duration"]) == ("FINAL", 2)


async def test_the_raw_path_reaches_the_routes_as_it_was_sent() -> None:
    api = SandboxClient()
    authorization = basic_authorization(DEFAULT_CREDENTIALS)
    async with serving(api) as port:
        for target in ("/calling/v1/calls/id/..%2F..%2Fx%3Fy%3D1", "/calling/v1/calls/id/a%0Ab"):
            lines = (f"GET {target}?x=/y HTTP/1.1", "Host: x", f"Authorization: {authorization}", "Connection: close")
            head, body = await exchange(port, "\r\n".join((*lines, "", "")).encode())
            assert head.startswith(b"http/1.1 404")
            assert b"\r\nx-sinch-voice-sandbox: 1" in head
            assert b"\r\ncontent-type: application/json\r\n" in head + b"\r\n"
            assert_valid(json.loads(body), "error")
    assert [request.raw_path for request in api.sandbox.requests] == [
        "/calling/v1/calls/id/..%2F..%2Fx%3Fy%3D1",
        "/calling/v1/calls/id/a%0Ab",
    ]


async def test_an_incomplete_request_places_nothing() -> None:
    api = SandboxClient()
    async with serving(api) as port:
        head = "POST /calling/v1/callouts HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        async with await anyio.connect_tcp(LOOPBACK, port) as stream:
            await stream.send(head.encode() + b'{"method"')
        async with httpx2.AsyncClient(auth=api.auth(), event_hooks=HOOKS) as client:
            assert (await client.get(f"http://{LOOPBACK}:{port}/v1/configuration/numbers")).status_code == 200
    assert [request.raw_path for request in api.sandbox.requests] == ["/v1/configuration/numbers"]
    assert api.sandbox.engine.timeline() == ()


async def test_a_server_that_keeps_no_raw_path_is_supported() -> None:
    api = SandboxClient()

    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        await api.sandbox.asgi({**scope, "raw_path": None}, receive, send)

    transport = httpx2.ASGITransport(bare)
    async with httpx2.AsyncClient(transport=transport, auth=api.auth(), event_hooks=HOOKS) as client:
        answer = await client.get("http://sandbox.test/calling/v1/conferences/id/my%20room")
    assert body_of(answer, "error")["message"] == "Conference not found"


async def test_an_unexpected_error_is_answered_in_json_and_raised() -> None:
    class BrokenClock(ManualClock):
        broken = False

        def now(self) -> datetime:
            if self.broken:
                raise ZeroDivisionError
            return super().now()

    clock = BrokenClock()
    api = SandboxClient("basic")
    api.sandbox = create_sandbox(clock=clock)
    clock.broken = True
    transport = httpx2.ASGITransport(api.sandbox.asgi, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, auth=api.auth(), event_hooks=HOOKS) as client:
        answer = await client.get("http://sandbox.test/calling/v1/calls/id/x")
    assert (answer.status_code, body_of(answer, "error")["errorCode"]) == (500, 50000)
    assert "Zero" not in answer.text
