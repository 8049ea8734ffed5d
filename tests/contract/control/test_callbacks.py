"""Attempts to deliver callbacks over the control API, and replays."""

import json
from typing import Any

import anyio
import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import CallbackRequest, CallbackResponse, SimulatedClock, create_sandbox
from sinch_voice_mcp.sandbox.control.controls import MAX_WAITS
from sinch_voice_mcp.signing import Credentials, Received, verify
from tests.contract.callback_scene import PRIMARY, answering
from tests.contract.control.scene import HANGUP, ControlScene


@pytest.fixture
def scene() -> ControlScene:
    return ControlScene()


async def ended_call(scene: ControlScene, digits: str = "00") -> str:
    """Place a call whose application hangs up, and return its id once it has ended."""
    scene.receiver.svaml["ace"] = HANGUP
    call_id = scene.call(digits)
    await scene.advance(10)
    return call_id


def verdict(scene: ControlScene, request: CallbackRequest) -> object:
    """Return what a receiver finds that checks the signature of a callback."""
    received = Received(
        request.method,
        "/voice%20app",
        "",
        request.headers.get("authorization"),
        request.headers["content-type"],
        request.headers["x-timestamp"],
        request.body,
    )
    found = verify(received, scene.sandbox.engine.account.credentials(), now=scene.wall.now(), accept_basic=False)
    return found if isinstance(found, str) else "right"


async def test_attempts_are_listed_newest_first_page_by_page(scene: ControlScene) -> None:
    first, second = await ended_call(scene), await ended_call(scene)
    page = await scene.get("callbacks", limit=3)
    rest = await scene.get("callbacks", limit=3, before=page["next"])
    listed = [(one["call_id"], one["kind"]) for one in (*page["callbacks"], *rest["callbacks"])]
    assert listed == [(second, "dice"), (second, "ace"), (first, "dice"), (first, "ace")]
    assert rest["next"] is None


async def test_an_attempt_shows_the_body_the_status_the_reply_and_where_it_went(scene: ControlScene) -> None:
    call_id = await ended_call(scene)
    ace = (await scene.get("callbacks"))["callbacks"][1]
    assert (ace["url"], ace["status"], ace["is_delivered"], ace["failure"]) == (PRIMARY, 200, True, None)
    assert (ace["body"]["event"], ace["body"]["callid"]) == ("ace", call_id)
    assert json.loads(ace["reply"]) == HANGUP
    assert ace["at"] == "2026-01-05T12:00:03.000Z"


async def test_a_query_selects_attempts_by_their_calls(scene: ControlScene) -> None:
    scene.receiver.at[PRIMARY] = answering(500)
    failed = await ended_call(scene, "10")
    del scene.receiver.at[PRIMARY]
    await ended_call(scene)
    found = (await scene.get("callbacks", q="callback:failed"))["callbacks"]
    assert [(one["call_id"], one["kind"], one["status"], one["is_delivered"]) for one in found] == [
        (failed, "dice", 500, False)
    ]
    assert await scene.found("callback:failed") == [failed]


@pytest.mark.parametrize(
    ("digits", "signature"), [("53", "signature_wrong"), ("54", "timestamp_outside"), ("00", "right")]
)
async def test_an_attempt_says_what_a_receiver_finds_that_checks_the_signature(
    scene: ControlScene, digits: str, signature: str
) -> None:
    call_id = await ended_call(scene, digits)
    shown = (await scene.get(f"calls/{call_id}"))["callbacks"]
    assert {one["signature"] for one in shown} == {signature}


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("right", "right"),
        ("wrong", "signature_wrong"),
        ("missing", "authorization_missing"),
        ("old", "timestamp_outside"),
    ],
)
async def test_a_replay_is_signed_afresh_as_asked(scene: ControlScene, signature: str, expected: str) -> None:
    await ended_call(scene)
    sequence = (await scene.get("callbacks"))["callbacks"][0]["sequence"]
    scene.wall.advance(3_600)
    (replayed,) = (await scene.post(f"callbacks/{sequence}/replay", {"signature": signature}))["callbacks"]
    assert (replayed["signature"], verdict(scene, scene.receiver.got[-1])) == (expected, expected)
    assert replayed["replay_of"] == sequence
    assert scene.receiver.got[-1].body == scene.receiver.got[-2].body


async def test_a_replay_can_be_edited_and_repeated_and_never_steers_a_call(scene: ControlScene) -> None:
    call_id = scene.call()
    await scene.advance(5)
    scene.receiver.svaml["ace"] = HANGUP
    scene.receiver.checks = False
    edit: dict[str, Any] = {"version": 2, "amd": {"status": "human"}, "custom": None, "timestamp": None}
    replayed = (await scene.post("callbacks/1/replay", {"edit": edit, "times": 3}))["callbacks"]
    assert len(replayed) == 3
    sent = replayed[2]["body"]
    assert (sent["event"], sent["callid"], sent["version"], sent["amd"]) == ("ace", call_id, 2, {"status": "human"})
    assert "timestamp" not in sent
    assert json.loads(scene.receiver.got[-1].body)["amd"] == {"status": "human"}
    assert json.loads(replayed[0]["reply"]) == HANGUP
    assert (await scene.get(f"calls/{call_id}"))["call"]["state"] == "answered"


async def test_a_delayed_replay_waits_in_real_time(scene: ControlScene) -> None:
    await ended_call(scene)
    async with anyio.create_task_group() as group:
        group.start_soon(scene.post, "callbacks/1/replay", {"delay_s": 7})
        await scene.wall.until_waited_on()
        assert len(scene.receiver.got) == 2
        scene.wall.advance(7)
    assert len(scene.receiver.got) == 3


async def test_a_replay_whose_application_is_gone_when_its_time_has_come_is_a_conflict(scene: ControlScene) -> None:
    scene.sandbox.engine.account.add(Credentials("shop", "c2hvcA=="), primary=PRIMARY)
    scene.sandbox.engine.account.assign(["+14155550108"], "shop", "voice")
    await scene.post("inbound", {"from": "+12025550105", "to": "+14155550108"})
    await scene.advance(1)
    answers: list[object] = []

    async def replay() -> None:
        answers.append(await scene.fails("POST", "callbacks/1/replay", {"delay_s": 7}))

    async with anyio.create_task_group() as group:
        group.start_soon(replay)
        await scene.wall.until_waited_on()
        await scene.post("reset")
        scene.wall.advance(7)
    message = "the sandbox was reset since, and the application of this callback is gone"
    assert answers == [(409, "conflict", message)]


async def test_only_so_many_replays_wait_at_a_time(scene: ControlScene) -> None:
    await ended_call(scene)
    async with anyio.create_task_group() as group:
        for _ in range(MAX_WAITS):
            group.start_soon(scene.request, "POST", "callbacks/1/replay", {"delay_s": 7})
        await anyio.wait_all_tasks_blocked()
        assert (await scene.fails("POST", "callbacks/1/replay"))[:2] == (429, "too_many_requests")
        group.cancel_scope.cancel()


async def test_a_replay_that_fails_says_so_and_no_call_is_marked_as_failed(scene: ControlScene) -> None:
    await ended_call(scene)
    scene.receiver.at[PRIMARY] = answering(None)
    (replayed,) = (await scene.post("callbacks/2/replay"))["callbacks"]
    assert (replayed["status"], replayed["failure"]) == (None, "no connection, or no response in time")
    assert await scene.found("callback:failed") == []


@pytest.mark.parametrize("sequence", ["1" * 5_000, "0", "99", "-1", "x", "²", "1e0"])
async def test_an_attempt_that_does_not_exist_is_not_found(scene: ControlScene, sequence: str) -> None:
    await ended_call(scene)
    assert (await scene.fails("POST", f"callbacks/{sequence}/replay"))[:2] == (404, "not_found")


async def test_a_replay_names_a_member_that_it_does_not_know(scene: ControlScene) -> None:
    await ended_call(scene)
    failed = await scene.fails("POST", "callbacks/1/replay", {"delay": 7})
    assert failed == (400, "invalid_body", "`delay` is not known here; did you mean `delay_s`?")
    assert len(scene.receiver.got) == 2


async def test_a_sandbox_that_sends_no_callbacks_lists_none() -> None:
    scene = ControlScene()
    scene.sandbox = create_sandbox(clock=SimulatedClock(ManualClock(), mode="manual"))
    assert await scene.get("callbacks") == {"callbacks": [], "next": None}


async def test_a_callback_is_pending_until_it_is_delivered(scene: ControlScene) -> None:
    scene.receiver.holds["ace"] = released = anyio.Event()
    call_id = scene.call()
    async with anyio.create_task_group() as group:
        group.start_soon(scene.advance, 5)
        await anyio.wait_all_tasks_blocked()
        assert await scene.found("callback:pending") == [call_id]
        released.set()
    assert await scene.found("callback:pending") == []
    assert await scene.found("callback:ok") == [call_id]


async def test_a_reply_of_any_size_steers_the_call_though_only_its_beginning_is_shown(scene: ControlScene) -> None:
    large = json.dumps(HANGUP).encode() + b" " * 70_000
    scene.receiver.at[PRIMARY] = lambda _: CallbackResponse(200, large)
    call_id = scene.call()
    await scene.advance(10)
    shown = await scene.get(f"calls/{call_id}")
    assert shown["call"]["reason"] == "MANAGERHANGUP"
    assert len(shown["callbacks"][0]["reply"]) == 65_536
