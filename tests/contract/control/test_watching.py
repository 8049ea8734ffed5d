"""Waiting for calls, and following everything that happens as a stream of events."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from starlette.types import ASGIApp, Message, Scope

from tests.contract.callback_scene import PRIMARY, answering
from tests.contract.control.scene import HANGUP, ControlScene, running


@pytest.fixture
def scene() -> ControlScene:
    return ControlScene()


@dataclass
class Stream:
    """A client of the stream of events, without HTTP client, because those buffer a response inside one process."""

    sent: list[bytes] = field(default_factory=list[bytes])
    status: int = 0
    is_read: bool = False
    left: anyio.Event = field(default_factory=anyio.Event)

    async def receive(self) -> Message:
        """Give the empty body first, then say that the client goes away, once it does."""
        if not self.is_read:
            self.is_read = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the response."""
        await anyio.lowlevel.checkpoint()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.sent.append(message["body"])

    @property
    def text(self) -> str:
        """Everything that was sent."""
        return b"".join(self.sent).decode()

    @property
    def events(self) -> list[tuple[int | None, str, dict[str, Any]]]:
        """The events: id, kind, data."""
        found: list[tuple[int | None, str, dict[str, Any]]] = []
        for block in self.text.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if "data" in fields:
                number = int(fields["id"]) if "id" in fields else None
                found.append((number, fields["event"], json.loads(fields["data"])))
        return found


async def _responded(app: ASGIApp, scope: Scope, stream: Stream) -> None:
    await app(scope, stream.receive, stream.send)


@asynccontextmanager
async def streaming(scene: ControlScene, *headers: tuple[str, str]) -> AsyncGenerator[Stream]:
    """Follow the events of a sandbox."""
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/_sandbox/events",
        "raw_path": b"/_sandbox/events",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in (("host", "127.0.0.1"), *headers)],
        "client": ("127.0.0.1", 1),
    }
    stream = Stream()
    async with anyio.create_task_group() as group:
        group.start_soon(_responded, scene.sandbox.asgi, scope, stream)
        await anyio.wait_all_tasks_blocked()
        yield stream
        stream.left.set()


Act = Callable[[ControlScene], Any]


async def waited(scene: ControlScene, act: Act, **parameters: Any) -> Any:
    """Return the result of a wait during which something happens."""
    results: list[Any] = []

    async def wait() -> None:
        results.append(await scene.get("wait", **parameters))

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await scene.wall.until_waited_on()
        await act(scene)
    return results[0]


async def test_a_wait_returns_at_once_if_calls_match_already(scene: ControlScene) -> None:
    call_id = scene.call()
    found = await scene.get("wait", q="kind:custom")
    assert (found["matched"], [call["id"] for call in found["calls"]]) == (True, [call_id])


async def test_a_wait_returns_when_a_call_matches_also_if_only_for_a_moment(scene: ControlScene) -> None:
    scene.receiver.svaml["ace"] = HANGUP
    call_id = scene.call()
    found = await waited(scene, lambda scene: scene.advance(60), q="state:ringing")
    assert (found["matched"], [call["id"] for call in found["calls"]]) == (True, [call_id])
    assert found["calls"][0]["state"] == "answered"


async def test_a_wait_returns_when_a_callback_was_delivered_or_failed(scene: ControlScene) -> None:
    scene.receiver.at[PRIMARY] = answering(500)
    scene.call("10")
    found = await waited(scene, lambda scene: scene.advance(5), q="callback:failed")
    assert found["matched"]


async def test_a_wait_for_several_calls_returns_when_all_match(scene: ControlScene) -> None:
    scene.call("10")
    await scene.advance(5)

    async def act(scene: ControlScene) -> None:
        scene.call("10")
        scene.call("10")
        await scene.advance(5)

    found = await waited(scene, act, q="result:busy", count=3)
    assert (found["matched"], len(found["calls"])) == (True, 3)


async def test_a_wait_ends_after_its_time_and_says_that_too_few_calls_match(scene: ControlScene) -> None:
    scene.call()

    async def act(scene: ControlScene) -> None:
        scene.wall.advance(7)

    found = await waited(scene, act, q="kind:custom", count=2, timeout=7)
    assert (found["matched"], len(found["calls"])) == (False, 1)


async def test_a_wait_finds_at_its_end_a_call_that_matches_only_because_time_has_passed(scene: ControlScene) -> None:
    scene.call("10")
    await scene.advance(2)

    async def act(scene: ControlScene) -> None:
        await scene.advance(10)
        scene.wall.advance(7)

    assert (await waited(scene, act, q="-since:5s", timeout=7))["matched"]


async def test_a_wait_ends_with_the_sandbox(scene: ControlScene) -> None:
    async def act(scene: ControlScene) -> None:
        scene.sandbox.close()

    assert not (await waited(scene, act, q="state:ended"))["matched"]


async def test_a_wait_drives_a_call_in_the_background(scene: ControlScene) -> None:
    call_id = scene.call()
    async with running(scene.sandbox):
        found = await waited(scene, lambda scene: scene.advance(60), q=f"id:{call_id} state:answered")
    assert found["matched"]


async def test_more_requests_than_there_is_room_for_do_not_wait(scene: ControlScene) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(64):
            group.start_soon(scene.request, "GET", "wait")
        await scene.wall.until_waited_on(64)
        assert (await scene.fails("GET", "wait"))[:2] == (429, "too_many_requests")
        scene.sandbox.close()
    assert (await scene.request("GET", "wait")).status_code == 503


async def test_the_stream_has_every_entry_and_every_attempt_in_order(scene: ControlScene) -> None:
    scene.receiver.svaml["ace"] = HANGUP
    async with streaming(scene) as stream:
        call_id = scene.call()
        await scene.advance(10)
        await anyio.wait_all_tasks_blocked()
        events = stream.events
    assert stream.status == 200
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    entries = [data["event"] for _, kind, data in events if kind == "timeline"]
    assert entries == [entry.event for entry in scene.sandbox.engine.timeline(call_id)]
    assert [data["kind"] for _, kind, data in events if kind == "callback"] == ["ace", "dice"]


async def test_the_stream_begins_with_the_next_event(scene: ControlScene) -> None:
    scene.call("10")
    await scene.advance(10)
    async with streaming(scene) as stream:
        assert stream.events == []
        assert stream.text == "retry: 1000\n\n"


async def test_the_stream_resumes_after_the_last_event_that_was_seen(scene: ControlScene) -> None:
    async with streaming(scene) as first:
        scene.call("10")
        await scene.advance(10)
        await anyio.wait_all_tasks_blocked()
    async with streaming(scene, ("last-event-id", "2")) as second:
        assert second.events == first.events[2:]


async def test_the_stream_says_how_many_events_are_missing(scene: ControlScene) -> None:
    for _ in range(240):
        scene.tts("00")
    await scene.advance(60)
    last = scene.sandbox.feed.last
    async with streaming(scene, ("last-event-id", "10")) as stream:
        (gap, *rest) = stream.events
    assert gap == (None, "gap", {"missed": last - 1000 - 10})
    assert [number for number, _, _ in rest] == list(range(last - 999, last + 1))


async def test_after_a_new_start_of_the_sandbox_the_stream_begins_anew(scene: ControlScene) -> None:
    scene.call("10")
    async with streaming(scene, ("last-event-id", "5000")) as stream:
        assert [(number, kind) for number, kind, _ in stream.events] == [(None, "gap"), (1, "timeline")]
        assert stream.events[0][2] == {"missed": None}


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "²", "9" * 30])
async def test_an_id_that_no_event_can_have_is_refused(scene: ControlScene, given: str) -> None:
    # Header values are bytes; a client library would refuse some of these by itself.
    headers = {b"host": b"127.0.0.1", b"last-event-id": given.encode("latin-1")}
    assert (await scene.fails("GET", "events", headers=list(headers.items())))[:2] == (400, "invalid_parameter")


async def test_a_quiet_stream_is_kept_alive_by_comments(scene: ControlScene) -> None:
    async with streaming(scene) as stream:
        for _ in range(2):
            await scene.wall.until_waited_on()
            scene.wall.advance(15)
            await anyio.wait_all_tasks_blocked()
    assert stream.text.endswith(": keep-alive\n\n: keep-alive\n\n")


async def test_the_stream_ends_with_the_sandbox(scene: ControlScene) -> None:
    async with streaming(scene) as stream:
        scene.sandbox.close()
        await anyio.wait_all_tasks_blocked()
        assert stream.sent[-1] == b""
    assert (await scene.fails("GET", "events"))[:2] == (503, "stopping")
    assert (await scene.fails("GET", "ready"))[:2] == (503, "stopping")


async def test_a_client_that_goes_away_gives_its_place_back(scene: ControlScene) -> None:
    async with anyio.create_task_group() as group:
        leave = anyio.Event()

        async def stay() -> None:
            async with streaming(scene) as stream:
                assert stream.status == 200
                await leave.wait()

        for _ in range(32):
            group.start_soon(stay)
        await anyio.wait_all_tasks_blocked()
        assert (await scene.fails("GET", "events"))[:2] == (429, "too_many_requests")
        leave.set()
    async with streaming(scene) as stream:
        assert stream.status == 200


async def test_hostile_text_stays_inside_the_data_of_its_event(scene: ControlScene) -> None:
    async with streaming(scene) as stream:
        scene.call("10", custom="a\n\nevent: forged\r\ndata: {}\u2028\ud800")
        await anyio.wait_all_tasks_blocked()
        events = stream.events
    assert {kind for _, kind, _ in events} == {"timeline"}
    assert events[0][2]["detail"]["custom"] == "a\n\nevent: forged\r\ndata: {}\u2028\ud800"
