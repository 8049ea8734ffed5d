"""Waiting for what happens in a call: woken by events, helped out by polling, left without harm."""

import time
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import psycopg
import pytest

from sinch_voice_mcp.clock import ScaledClock
from sinch_voice_mcp.operations.events.monitor import CallSnapshot, MenuInput
from sinch_voice_mcp.sandbox import create_sandbox
from sinch_voice_mcp.settings import load
from tests.integration.conftest import Era, connected
from tests.integration.test_answering import Signed, opened
from tests.integration.test_asking import OWN, QUESTION, Forgetful, embedded, number, scene
from tests.integration.test_platform_faults import NUMBERS

Record = Callable[[str, object], None]
SLOW, BRISK = 1.0, 20.0
CALL = {"cli": OWN, "text": "Hello Anna"}


async def test_every_step_of_a_call_is_waited_for(database_url: str, era: Era) -> None:
    async with scene(database_url, speed=BRISK) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION, wait_s=0.01)
        call_id = asked["call_id"]
        with anyio.fail_after(20):
            answered = await voice.ok("wait_for_call", call_id=call_id, until="answered")
            entered = await voice.ok("wait_for_call", call_id=call_id, until="input")
            ended = await voice.ok("wait_for_call", call_id=call_id)
    assert answered["status"] in {"answered", "ended"}
    # That somebody picked up is known before it is known who.
    assert answered.get("answered_by") in {None, "human"}
    assert entered["answered_by"] == ended["answered_by"] == "human"
    assert entered["input"] == "1"
    assert (ended["status"], ended["result"], ended["reason"]) == ("ended", "ANSWERED", "MANAGERHANGUP")
    assert (ended["cost"], ended["currency"]) == (0.02, "USD")
    assert ended["duration_s"] > 0


async def test_progress_is_told_while_a_call_goes_on(sqlite_url: str, era: Era) -> None:
    told: list[tuple[float, str]] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        del total
        told.append((progress, message or ""))

    async with embedded(sqlite_url, era, BRISK) as voice:
        with anyio.fail_after(20):
            asked = {"to": number("02"), **QUESTION}
            result = await voice.client.call_tool("ask_by_phone", asked, progress_callback=heard)
    assert result.structured_content is not None
    assert result.structured_content["key"] == "1"
    assert [step for step, _ in told] == list(range(1, len(told) + 1))
    messages = [message for _, message in told]
    assert messages[0] == "Answered; going on."
    assert "Answered; going on. They entered 1." in messages
    assert messages[-1].startswith("Ended: ANSWERED (MANAGERHANGUP) after")


async def test_who_leaves_ends_the_wait_and_nothing_else(database_url: str, era: Era) -> None:
    async with scene(database_url, speed=BRISK) as stage, stage.server(era) as voice:
        call_id = ""
        for tool in ("ask_by_phone", "wait_for_call"):
            given: dict[str, Any] = {"call_id": call_id} if call_id else {"to": number("02"), **QUESTION}
            with anyio.move_on_after(0.2) as left:
                await voice.client.call_tool(tool, given)
            assert left.cancelled_caught
            call_id = (await voice.ok("list_calls"))["calls"][0]["call_id"]
        with anyio.fail_after(20):
            seen = await voice.ok("wait_for_call", call_id=call_id)
        assert (seen["status"], seen["input"], seen["reason"]) == ("ended", "1", "MANAGERHANGUP")
        assert len(stage.posts) == 1
        # Whoever asks the same again gets the answer that came meanwhile.
        again = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        assert (again["call_id"], again["key"], bool(again["duplicate_of"])) == (call_id, "1", True)


async def test_a_wait_that_takes_too_long_says_how_it_stands(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url, speed=SLOW) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("01"), **QUESTION, wait_s=0.05)
        seen = await voice.ok("wait_for_call", call_id=asked["call_id"], timeout_s=0.05)
    assert (asked["outcome"], seen["status"]) == ("in_progress", "in_progress")
    assert not {"result", "reason", "duration_s", "cost", "input"} & seen.keys()


async def test_a_call_that_does_not_exist_is_not_waited_for(database_url: str, era: Era) -> None:
    async with scene(database_url) as stage, stage.server(era) as voice:
        with anyio.fail_after(10):
            error = await voice.fails("wait_for_call", call_id="no-such-call")
        assert error["code"] == "not_found"
        assert (await voice.fails("get_call_events", call_id="no-such-call"))["code"] == "not_found"


async def test_without_events_the_end_is_learned_all_the_same_and_the_rest_is_said_to_be_unknown(era: Era) -> None:
    sandbox = create_sandbox(clock=ScaledClock(500))
    async with connected(load({}), era, sandbox=sandbox) as voice:
        placed = await voice.ok("place_tts_callout", to=number("00"), **CALL)
        with anyio.fail_after(20):
            seen = await voice.ok("wait_for_call", call_id=placed["call_id"])
        events = await voice.ok("get_call_events", call_id=placed["call_id"])
    assert (seen["status"], seen["result"], seen["cost"]) == ("ended", "ANSWERED", 0.02)
    for told in (seen, events):
        assert "No events come in" in told["summary"]
    assert "answered_by" not in seen
    assert [(event["event"], event["state"]) for event in events["events"]] == [("ttsCallout", "ended")]


async def test_the_timeline_is_in_order_and_says_who_wrote_what(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url, speed=BRISK) as stage, stage.server(era) as voice:
        asked = await voice.ok("ask_by_phone", to=number("02"), **QUESTION)
        timeline = await voice.ok("get_call_events", call_id=asked["call_id"])
    events = timeline["events"]
    assert [event["event"] for event in events] == ["customCallout", "ace", "pie", "dice"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    ours, ace, pie, dice = events
    assert (ours["state"], ours["number"]) == ("ended", "+1202…02")
    assert (ace["answered_by"], "untrusted" in ace) == ("human", False)
    assert (pie["type"], pie["by"], pie["untrusted"]) == ("return", "dtmf", {"menu_id": "main", "input": "1"})
    assert (dice["result"], dice["cost"], dice["currency"]) == ("ANSWERED", 0.02, "USD")
    assert dice["untrusted"] == {"from": "14155…00", "to": "12025…02"}
    # Our token names the call to everybody who may see it, and nothing else.
    assert all("custom" not in event and "custom" not in event.get("untrusted", {}) for event in events)


async def test_what_a_call_cost_is_known_from_its_end_alone(database_url: str) -> None:
    async with scene(database_url) as stage, stage.server(transport=Forgetful(stage.sandbox, 500)) as voice:
        await voice.ok("ask_by_phone", to=number("61"), **QUESTION)
        (call,) = (await voice.ok("list_calls"))["calls"]
    assert (call["status"], call["cost"], call["currency"], call["result"]) == ("ended", 0.2, "USD", "ANSWERED")


async def test_an_end_that_nobody_told_is_found_by_asking(database_url: str) -> None:
    async with embedded(database_url, "auto") as voice:
        with anyio.fail_after(20):
            asked = await voice.ok("ask_by_phone", to=number("55"), **QUESTION)
        assert (asked["outcome"], asked["result"]) == ("no_input", "ANSWERED")
        assert asked["duration_s"] > 0
        (call,) = (await voice.ok("list_calls"))["calls"]
        assert (call["status"], call["cost"]) == ("ended", 0.02)
        events = (await voice.ok("get_call_events", call_id=asked["call_id"]))["events"]
    assert [event["event"] for event in events] == ["customCallout", "ace", "pie"]


async def test_what_was_pressed_is_not_lost_where_the_end_is_known_before(database_url: str) -> None:
    final = {"callId": "c1", "status": "FINAL", "result": "ANSWERED", "reason": "CALLEEHANGUP", "duration": 9}

    def platform(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=final if "/calls/id/" in request.url.path else NUMBERS)

    async with opened(database_url, transport=httpx2.MockTransport(platform)) as (service, signed):
        seen: list[CallSnapshot] = []

        async def wait() -> None:
            seen.append(await service.events.wait("c1", "ended", 20))

        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await anyio.sleep(0.2)
                await signed.tell("pie", "c1", menuResult={"menuId": "main", "type": "return", "value": "1"})
                await signed.ends("c1")
    assert [(one.entered, one.duration) for one in seen] == [(MenuInput("return", "1"), 12)]


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
async def test_an_event_that_reaches_one_server_wakes_who_waits_at_another(
    postgres_url: str, record_property: Record, *, announced: bool
) -> None:
    async with scene(postgres_url, speed=SLOW) as stage, stage.server() as voice:
        asked = await voice.ok("ask_by_phone", to=number("01"), **QUESTION, wait_s=0.01)
        call_id = asked["call_id"]
        began, seen = 0.0, list[dict[str, Any]]()

        async def wait(until: str) -> None:
            seen.append(await voice.ok("wait_for_call", call_id=call_id, until=until, timeout_s=20))

        pressed = {"menuId": "main", "type": "return", "value": "1"}
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                for until in ("answered", "input"):
                    tasks.start_soon(wait, until)
                await anyio.sleep(0.3)
                if not announced:
                    assert deafen(postgres_url) == 2
                assert (await Signed(stage.door).tell("pie", call_id, menuResult=pressed)).status == 200
                began = time.perf_counter()
            took = time.perf_counter() - began
    record_property("wake_s", f"{took:.3f}")
    # Their own patience was twice as long as the guard.
    assert [(one["status"], one["input"]) for one in seen] == [("answered", "1")] * 2


async def test_a_wait_at_one_server_sees_what_a_server_of_another_process_would_write(sqlite_url: str) -> None:
    """On a file nobody announces anything; looking is enough."""
    async with scene(sqlite_url, speed=SLOW) as stage, stage.server() as voice:
        await Signed(stage.door).rings("in-1")
        done: list[dict[str, Any]] = []
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:

                async def wait() -> None:
                    done.append(await voice.ok("wait_for_call", call_id="in-1", timeout_s=20))

                tasks.start_soon(wait)
                await anyio.sleep(0.1)
                await Signed(stage.door).ends("in-1")
    assert [(one["status"], one["duration_s"]) for one in done] == [("ended", 12)]
