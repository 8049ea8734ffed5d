"""The control API behind a real HTTP server."""

import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import httpx2

from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.sandbox.control.controls import MAX_WAITS
from tests.contract.control.scene import HANGUP, ControlScene, running

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def serving(scene: ControlScene) -> AsyncGenerator[httpx2.AsyncClient]:
    """Serve a sandbox on a free port; the server stops at the end, however many streams are open."""
    with listening_socket(LOOPBACK, 0) as listener:
        async with running(scene.sandbox), anyio.create_task_group() as group:
            group.start_soon(partial(serve, scene.sandbox.asgi, listener, on_stop=scene.sandbox.close))
            async with httpx2.AsyncClient(base_url=f"http://{LOOPBACK}:{_port(listener)}/_sandbox") as client:
                yield client
                group.cancel_scope.cancel()


def _port(listener: socket.socket) -> int:
    return listener.getsockname()[1]


async def test_a_test_of_an_application_waits_presses_and_reads_the_result() -> None:
    scene = ControlScene()
    waited: list[httpx2.Response] = []
    async with serving(scene) as client:
        call_id = scene.call(custom="tag=ci-42")
        async with anyio.create_task_group() as group:
            group.start_soon(partial(client.post, "clock", json={"advance_s": 5}))
            waited.append(await client.get("wait", params={"q": "tag:ci-42 state:answered"}))
        await client.post(f"calls/{call_id}/press", json={"keys": "2"})
        await client.post("clock", json={"advance_s": 5})
        shown = (await client.get(f"calls/{call_id}")).json()
    assert waited[0].json()["calls"][0]["id"] == call_id
    assert shown["callbacks"][1]["body"]["menuResult"]["value"] == "hours"


async def test_a_stream_has_events_at_once_and_does_not_keep_the_server_from_stopping() -> None:
    scene = ControlScene()
    scene.receiver.svaml["ace"] = HANGUP
    kinds: list[str] = []
    ended = anyio.Event()

    async def follow(url: httpx2.URL) -> None:
        # A client of its own, which the server's end finds open.
        async with httpx2.AsyncClient(base_url=url) as client, client.stream("GET", "events") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert "content-length" not in response.headers
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    kinds.append(json.loads(line.removeprefix("data: ")).get("event", "callback"))
                    if kinds[-1] == "ended":
                        ended.set()

    async with anyio.create_task_group() as followers, serving(scene) as client:
        followers.start_soon(follow, client.base_url)
        while not scene.sandbox.feed.is_watched:
            await anyio.lowlevel.checkpoint()
        scene.call()
        await client.post("clock", json={"advance_s": 5})
        await ended.wait()
    assert kinds[:4] == ["created", "dialing", "ringing", "answered"]


async def test_clients_that_go_away_while_they_wait_give_their_places_back() -> None:
    scene = ControlScene()
    async with serving(scene) as client:
        async with anyio.create_task_group() as group:
            for _ in range(MAX_WAITS):
                group.start_soon(partial(client.get, "wait", timeout=None))
            await scene.wall.until_waited_on(MAX_WAITS)
            assert (await client.get("wait?timeout=0")).status_code == 429
            group.cancel_scope.cancel()
        with anyio.fail_after(10):
            while (await client.get("wait?timeout=0")).status_code != 200:
                await anyio.lowlevel.checkpoint()
