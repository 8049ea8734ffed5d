"""Waiting for what happens in a call: woken by events, completed by polling, canceled without harm."""

import re
import time
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import psycopg
import pytest

from sinch_voice_mcp.clock import ManualClock, ScaledClock
from sinch_voice_mcp.operations.events.monitor import CallSnapshot, MenuInput
from sinch_voice_mcp.sandbox import create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.types import CallId
from tests.callers import Caller, Era, connected
from tests.platforms import ERROR, NUMBERS, OWN, Forgetful, SignedEvents
from tests.stage import QUESTION, QUICK, Scene, embedded, listed, number, opened, scene, until

Record = Callable[[str, object], None]
BRISK = 20.0
CALL = {"cli": OWN, "text": "Hello Anna"}


async def test_every_step_of_a_call_can_be_waited_for(database_url: str, era: Era) -> None:
    async with scene(database_url, speed=BRISK) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION, wait_s=0.01)
        call_id = asked["call_id"]
        with anyio.fail_after(20):
            answered = await voice.ok("wait_for_call", call_id=call_id, until="answered")
            entered = await voice.ok("wait_for_call", call_id=call_id, until="input")
            ended = await voice.ok("wait_for_call", call_id=call_id)
    assert answered["state"] in {"answered", "ended"}
    # An answer is known before machine detection has decided who answered.
    assert answered["answered_by"] in {"unknown", "human"}
    assert entered["answered_by"] == ended["answered_by"] == "human"
    assert entered["untrusted"] == {"input": "1"}
    assert (ended["state"], ended["result"], ended["reason"]) == ("ended", "ANSWERED", "MANAGERHANGUP")
    assert (ended["cost"], ended["currency"]) == (0.02, "USD")
    assert ended["duration_s"] > 0


async def test_keys_that_a_conference_detects_can_be_waited_for(sqlite_url: str, era: Era) -> None:
    async with embedded(sqlite_url, era, BRISK) as voice:
        room = {"to": [number("74")], "conference_id": "room", "cli": OWN, "dtmf_mode": "detect"}
        placed = await voice.ok("place_conference_callout", **room)
        with anyio.fail_after(20):
            entered = await voice.ok("wait_for_call", call_id=placed["legs"][0]["call_id"], until="input")
    assert "timed_out" not in entered
    assert entered["untrusted"] == {"input": "1"}


async def test_progress_is_reported_during_a_call(sqlite_url: str, era: Era) -> None:
    reported: list[tuple[float, str]] = []

    async def record(progress: float, total: float | None, message: str | None) -> None:
        del total
        reported.append((progress, message or ""))

    async with embedded(sqlite_url, era, BRISK) as voice:
        with anyio.fail_after(20):
            asked = {"to": number("02"), **QUESTION}
            result = await voice.client.call_tool("ask_by_phone", asked, progress_callback=record)
    assert result.structured_content is not None
    assert result.structured_content["key"] == "1"
    assert [step for step, _ in reported] == list(range(1, len(reported) + 1))
    messages = [message for _, message in reported]
    # A busy machine may report the answer and the key at once.
    assert messages[0].startswith("The call is answered by a human and in progress.")
    assert "The call is answered by a human and in progress. The callee entered something." in messages
    assert re.match(
        r"The call ended after \d+ s, answered by a human: the flow ended it .+\. Cost 0\.02 USD\.", messages[-1]
    )


async def test_a_canceled_wait_ends_nothing_but_the_wait(database_url: str, era: Era) -> None:
    # The call stands still until the clock is moved, so a wait for it can only be canceled.
    clock = ManualClock()
    async with scene(database_url, clock=clock) as stage, stage.server(era) as voice:
        await _canceled(voice, lambda: len(stage.posts) == 1, "ask_by_phone", to=number("02"), **QUESTION)
        await until(lambda: _placed(voice))
        call_id = (await listed(voice))[0]["call_id"]
        before = stage.lookups(call_id)
        await _canceled(voice, lambda: stage.lookups(call_id) > before, "wait_for_call", call_id=call_id)

        async def ended() -> bool:
            clock.advance(1)
            return (await voice.ok("get_call", call_id=call_id))["state"] == "ended"

        await until(ended)
        seen = await voice.ok("wait_for_call", call_id=call_id)
        assert (seen["state"], seen["untrusted"], seen["reason"]) == ("ended", {"input": "1"}, "MANAGERHANGUP")
        assert len(stage.posts) == 1
        # The same request again returns the answer that arrived in the meantime.
        again = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        assert (again["call_id"], again["key"], bool(again["duplicate_of"])) == (call_id, "1", True)


async def _canceled(voice: Caller, begun: Callable[[], bool], tool: str, **arguments: Any) -> None:
    """Cancel a tool call once it has begun; it must not have ended by itself."""
    ended = False

    async def call() -> None:
        nonlocal ended
        await voice.client.call_tool(tool, arguments)
        ended = True

    async def has_begun() -> bool:
        await anyio.lowlevel.checkpoint()
        return begun()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call)
        await until(has_begun)
        tasks.cancel_scope.cancel()
    assert not ended


async def _placed(voice: Caller) -> bool:
    return any("call_id" in call for call in await listed(voice))


async def test_a_wait_that_runs_out_returns_the_state(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url, clock=ManualClock()) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("01"), **QUESTION, wait_s=0.05)
        seen = await voice.ok("wait_for_call", call_id=asked["call_id"], timeout_s=0.05)
        (listed_call,) = await listed(voice, state="ringing")
        assert not {"cost", "currency"} & listed_call.keys()
    for result in (asked, seen):
        assert (result["state"], result["timed_out"]) == ("ringing", True)
    assert "outcome" not in asked
    assert not {"result", "reason", "duration_s", "cost", "currency", "untrusted"} & seen.keys()


async def test_waiting_for_an_unknown_call_fails_at_once(database_url: str, era: Era) -> None:
    async with scene(database_url) as stage, stage.server(era) as voice:
        with anyio.fail_after(10):
            error = await voice.fails("wait_for_call", call_id="no-such-call")
        assert error["code"] == "not_found"
        assert (await voice.fails("get_call_events", call_id="no-such-call"))["code"] == "not_found"


async def test_without_events_the_end_is_found_by_polling_and_the_rest_is_reported_as_unknown(era: Era) -> None:
    sandbox = create_sandbox(clock=ScaledClock(500))
    async with connected(load({}), era, sandbox=sandbox) as voice:
        placed = await voice.ok("place_tts_callout", to=number("00"), **CALL)
        with anyio.fail_after(20):
            seen = await voice.ok("wait_for_call", call_id=placed["call_id"])
        events = await voice.ok("get_call_events", call_id=placed["call_id"])
    assert (seen["state"], seen["result"], seen["cost"]) == ("ended", "ANSWERED", 0.02)
    for result in (seen, events):
        assert "This server receives no events" in result["summary"]
    assert seen["answered_by"] == "unknown"
    assert [(event["event"], event["kind"]) for event in events["events"]] == [("placed", "ttsCallout")]


async def test_the_timeline_is_in_order_and_marks_what_others_wrote(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url, speed=BRISK) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        timeline = await voice.ok("get_call_events", call_id=asked["call_id"])
    events = timeline["events"]
    assert [event["event"] for event in events] == ["placed", "ace", "pie", "dice"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    ours, ace, pie, dice = events
    assert (ours["kind"], ours["number"], "state" in ours) == ("customCallout", "+12025550102", False)
    assert (ace["answered_by"], "untrusted" in ace) == ("human", False)
    assert (pie["type"], pie["by"], pie["untrusted"]) == ("return", "dtmf", {"menu_id": "main", "input": "1"})
    assert (dice["result"], dice["cost"], dice["currency"]) == ("ANSWERED", 0.02, "USD")
    # The number that was called is in the first row; the last one does not repeat it.
    assert "untrusted" not in dice
    assert "The call ended: the flow ended it after speaking, or a request ended it." in timeline["summary"]
    # Our token identifies the request to the platform; it is never shown.
    assert all("custom" not in event and "custom" not in event.get("untrusted", {}) for event in events)


async def test_the_cost_of_a_call_is_known_from_its_end_event_alone(database_url: str) -> None:
    async with scene(database_url) as stage, stage.server(transport=Forgetful(stage.sandbox, 500)) as voice:
        await voice.ok("ask_by_phone", to=number("61"), **QUESTION)
        listed = await voice.ok("list_calls")
    (call,) = listed["calls"]
    assert (call["state"], call["cost"], listed["currency"], call["result"]) == ("ended", 0.2, "USD", "ANSWERED")


async def test_an_end_without_an_event_is_found_by_polling(database_url: str) -> None:
    async with embedded(database_url, "auto", pace=QUICK) as voice:
        with anyio.fail_after(20):
            asked = await voice.ok("ask_by_phone", to=number("55"), **QUESTION)
        assert (asked["outcome"], asked["answered_by"]) == ("no_input", "human")
        assert asked["duration_s"] > 0
        (call,) = (await voice.ok("list_calls"))["calls"]
        assert (call["state"], call["cost"]) == ("ended", 0.02)
        events = (await voice.ok("get_call_events", call_id=asked["call_id"]))["events"]
    assert [event["event"] for event in events] == ["placed", "ace", "pie"]


async def test_a_key_is_not_lost_if_the_end_is_known_before_its_event_arrives(database_url: str) -> None:
    final = {"callId": "c1", "status": "FINAL", "result": "ANSWERED", "reason": "CALLEEHANGUP", "duration": 9}

    asked = anyio.Event()

    def platform(request: httpx2.Request) -> httpx2.Response:
        if "/calls/id/" in request.url.path:
            asked.set()
        if "/callbacks/" in request.url.path:
            return httpx2.Response(404, json=ERROR)
        return httpx2.Response(200, json=final if "/calls/id/" in request.url.path else NUMBERS)

    async with opened(database_url, transport=httpx2.MockTransport(platform)) as (service, signed):
        seen: list[CallSnapshot] = []

        async def wait() -> None:
            seen.append(await service.events.wait(CallId("c1"), "ended", 20))

        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await asked.wait()
                await signed.report("pie", "c1", menuResult={"menuId": "main", "type": "return", "value": "1"})
                await signed.ends("c1")
    assert [(one.entered, one.duration) for one in seen] == [(MenuInput("return", "1"), 12)]


async def _looked_up(stage: Scene, call_id: str, times: int) -> bool:
    await anyio.lowlevel.checkpoint()
    return stage.lookups(call_id) >= times


def deafen(url: str) -> int:
    """End every connection that listens for announcements; how many there were."""
    listening = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(listening).fetchone()
    return 0 if row is None else int(row[0])


@pytest.mark.parametrize("announced", [True, False])
async def test_an_event_at_one_server_wakes_a_wait_at_another(
    postgres_url: str, record_property: Record, *, announced: bool
) -> None:
    async with scene(postgres_url, clock=ManualClock()) as stage, stage.server() as voice:
        asked = await voice.ok("ask_by_phone", to=number("01"), **QUESTION, wait_s=0.01)
        call_id = asked["call_id"]
        before = stage.lookups(call_id)
        began, seen = 0.0, list[dict[str, Any]]()

        async def wait(until: str) -> None:
            seen.append(await voice.ok("wait_for_call", call_id=call_id, until=until, timeout_s=20))

        pressed = {"menuId": "main", "type": "return", "value": "1"}
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for step in ("answered", "input"):
                    tasks.start_soon(wait, step)
                # Each wait begins with a look at the platform.
                await until(lambda: _looked_up(stage, call_id, before + 2))
                if not announced:
                    assert deafen(postgres_url) == 2
                assert (await SignedEvents(stage.receiver).report("pie", call_id, menuResult=pressed)).status == 200
                began = time.perf_counter()
            took = time.perf_counter() - began
    record_property("wake_s", f"{took:.3f}")
    # Their own patience was twice as long as the guard.
    assert [(one["state"], one["untrusted"]) for one in seen] == [("answered", {"input": "1"})] * 2


async def test_a_wait_sees_events_that_another_process_writes_to_the_file(sqlite_url: str) -> None:
    """SQLite announces no events; polling finds them."""
    async with scene(sqlite_url, clock=ManualClock()) as stage, stage.server() as voice:
        await SignedEvents(stage.receiver).rings("in-1")
        done: list[dict[str, Any]] = []
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:

                async def wait() -> None:
                    done.append(await voice.ok("wait_for_call", call_id="in-1", timeout_s=20))

                tasks.start_soon(wait)
                await until(lambda: _looked_up(stage, "in-1", 1))
                await SignedEvents(stage.receiver).ends("in-1")
    assert [(one["state"], one["duration_s"]) for one in done] == [("ended", 12)]
