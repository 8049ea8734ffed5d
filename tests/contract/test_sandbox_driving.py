"""The driver of a sandbox: clocks, requests, concurrent deliveries, and applications that reply slowly."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sinch_voice_mcp.clock import ManualClock, ScaledClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, CallbackRequest, CallbackResponse, Sandbox, create_sandbox
from sinch_voice_mcp.signing import Credentials, Flaw, Received, verify
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest
from tests.contract.callback_scene import HANGUP, KEY, PREFIX, PRIMARY, Receiver, Scene
from tests.contract.openapi.document import assert_callback, check_response
from tests.contract.openapi.sandbox_client import callout


@pytest.fixture
def scene() -> Scene:
    return Scene(Receiver({"ace": HANGUP}))


@asynccontextmanager
async def running(sandbox: Sandbox) -> AsyncGenerator[None]:
    """Run a sandbox in the background."""
    async with anyio.create_task_group() as group:
        group.start_soon(sandbox.run)
        await anyio.lowlevel.checkpoint()
        yield
        group.cancel_scope.cancel()


async def test_a_running_sandbox_proceeds_when_its_clock_moves_and_when_a_request_arrives(scene: Scene) -> None:
    async with running(scene.sandbox):
        transport = httpx2.ASGITransport(scene.sandbox.asgi)
        auth = httpx2.BasicAuth(KEY, DEFAULT_CREDENTIALS.secret)
        hooks = {"response": [check_response]}
        async with httpx2.AsyncClient(
            transport=transport, auth=auth, base_url="http://sandbox.test", event_hooks=hooks
        ) as client:
            placed = await client.post("/calling/v1/callouts", json=callout("customCallout"))
            await anyio.wait_all_tasks_blocked()
            scene.clock.advance(2.9)
            await anyio.wait_all_tasks_blocked()
            assert scene.receiver.kinds() == []
            scene.clock.advance(0.1)
            await anyio.wait_all_tasks_blocked()
            assert scene.receiver.kinds() == ["ace", "dice"]
            await client.post("/calling/v1/callouts", json=callout("customCallout", destination=None))
            await anyio.wait_all_tasks_blocked()
        assert scene.receiver.kinds() == ["ace", "dice", "ice", "dice"]
    assert scene.result(placed.json()["callId"])[0] == "FINAL"


async def test_a_slow_receiver_of_one_call_delays_no_other_call(scene: Scene) -> None:
    scene.receiver.holds["dice"] = released = anyio.Event()
    scene.custom("10")
    async with running(scene.sandbox):
        scene.clock.advance(1)
        await anyio.wait_all_tasks_blocked()
        other = scene.custom()
        scene.clock.advance(10)
        scene.sandbox.driver.wake()
        await anyio.wait_all_tasks_blocked()
        assert scene.receiver.kinds() == ["ace"]
        assert scene.result(other)[0] == "FINAL"
        released.set()
        await scene.sandbox.settle()
    assert scene.receiver.kinds() == ["ace", "dice", "dice"]


async def test_settle_waits_for_a_running_sandbox(scene: Scene) -> None:
    async with running(scene.sandbox):
        scene.custom()
        await scene.wait(10)
        assert scene.receiver.kinds() == ["ace", "dice"]


async def test_a_delivery_that_was_interrupted_is_repeated_when_the_sandbox_resumes(scene: Scene) -> None:
    scene.receiver.holds["ace"] = anyio.Event()
    call_id = scene.custom()
    async with running(scene.sandbox):
        scene.clock.advance(10)
        await anyio.wait_all_tasks_blocked()
    del scene.receiver.holds["ace"]
    await scene.sandbox.settle()
    assert scene.receiver.kinds() == ["ace", "dice"]
    assert scene.result(call_id)[0] == "FINAL"


async def test_a_sandbox_cannot_run_twice_at_a_time(scene: Scene) -> None:
    async with running(scene.sandbox):
        with pytest.raises(RuntimeError, match="already"):
            await scene.sandbox.run()
    await scene.wait(1)


async def test_real_time_drives_a_sandbox_too() -> None:
    receiver = Receiver({"ace": HANGUP})
    ended = anyio.Event()

    async def post(request: CallbackRequest) -> CallbackResponse | None:
        answer = await receiver.post(request)
        if receiver.kinds()[-1] == "dice":
            ended.set()
        return answer

    sandbox = create_sandbox(clock=ScaledClock(100), post=post)
    sandbox.engine.account.set_callbacks(KEY, primary=PRIMARY)
    async with running(sandbox):
        body = CustomCallout(destination=NumberDestination(endpoint=f"{PREFIX}00"), cli="+14155550100")
        sandbox.engine.place(KEY, CustomCalloutRequest(custom_callout=body))
        sandbox.driver.wake()
        with anyio.fail_after(10):
            await ended.wait()
    assert receiver.kinds() == ["ace", "dice"]


async def test_an_application_behind_http_replies_to_a_call() -> None:
    heard: list[Credentials | Flaw] = []
    wall = ManualClock()

    async def voice(request: Request) -> Response:
        body = await request.body()
        assert_callback(body)
        received = Received(
            request.method,
            request.scope["raw_path"].decode(),
            request.url.query,
            request.headers.get("authorization"),
            request.headers["content-type"],
            request.headers.get("x-timestamp"),
            body,
        )
        heard.append(verify(received, [DEFAULT_CREDENTIALS], now=wall.now(), accept_basic=False))
        return JSONResponse(HANGUP) if json.loads(body)["event"] == "ace" else Response(status_code=200)

    app = Starlette(routes=[Route("/voice app", voice, methods=["POST"])])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as client:

        async def post(request: CallbackRequest) -> CallbackResponse | None:
            answer = await client.request(
                request.method, request.url, headers=request.headers, content=request.body, timeout=request.timeout_s
            )
            return CallbackResponse(answer.status_code, answer.content)

        clock = ManualClock()
        sandbox = create_sandbox(clock=clock, wall=wall, post=post)
        sandbox.engine.account.set_callbacks(KEY, primary=PRIMARY)
        body = CustomCallout(destination=NumberDestination(endpoint=f"{PREFIX}00"), cli="+14155550100")
        call_id = sandbox.engine.place(KEY, CustomCalloutRequest(custom_callout=body))
        clock.advance(10)
        await sandbox.settle()
    assert heard == [DEFAULT_CREDENTIALS] * 2
    assert sandbox.engine.call(KEY, call_id).status == "FINAL"


async def test_without_a_post_function_nothing_is_sent_and_calls_continue() -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock)
    sandbox.engine.account.set_callbacks(KEY, primary=PRIMARY)
    body = CustomCallout(cli="+14155550100")
    call_id = sandbox.engine.place(KEY, CustomCalloutRequest(custom_callout=body))
    clock.advance(1)
    assert sandbox.engine.call(KEY, call_id).reason == "CALLBACKERROR"
    await sandbox.settle()
    assert list(sandbox.callbacks) == []
