"""Faults between a request and its record, and the outcome of each; the number is the fault's."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock, Pace, SystemClock
from sinch_voice_mcp.ports import AuditRow
from sinch_voice_mcp.storage import open_storage
from tests.callers import Caller, text_of
from tests.clocks import PollingClock
from tests.fault_server import (
    Close,
    Fault,
    FaultServer,
    Garbage,
    Recorded,
    Reply,
    Reset,
    Silence,
    Stalled,
    Trickle,
    Truncated,
)
from tests.platforms import ERROR, NUMBERS, OTHER, PRICE, REAL, Broken, Held, Platform
from tests.proxy import Proxy
from tests.stage import CALL, QUICK, ROOM, Stage, listed, until

KEYED = {**CALL, "idempotency_key": "k"}
HERE = "127.0.0.1"


async def audit(stage: Stage) -> list[AuditRow]:
    """The audit log, which is as it was written."""
    async with open_storage(stage.url, stage.clock, own_time=True) as storage:
        assert (await storage.journal.verify())[1] is None
        return await storage.journal.audit()


@pytest.mark.parametrize(("status", "error_code"), [(400, 40001), (402, 40200), (403, 40300), (422, 42200)])
async def test_fault_1_a_rejection_releases_the_reserved_limits_and_the_key(
    stage: Stage, status: int, error_code: int
) -> None:
    answers = [
        httpx2.Response(status, json={**ERROR, "errorCode": error_code}),
        httpx2.Response(200, json={"callId": "c1"}),
    ]
    platform = Platform(lambda _: answers.pop(0))
    narrow = {
        "MAX_SPEND_PER_DAY": "0.02",
        "MAX_CONCURRENT_CALLS": "1",
        "REPEAT_IN_FLIGHT": "1",
        "REPEAT_GAP_S": "300",
        "REPEAT_PER_DAY": "1",
        "REPEAT_PER_WEEK": "1",
    }
    async with stage.server(narrow, transport=platform.transport) as voice:
        error = await voice.fails("place_tts_callout", **KEYED)
        assert (error["error_code"], error["retry_safe"]) == (error_code, True)
        assert error["next_step"]
        # Another text: a released key belongs to no request.
        placed = await voice.ok("place_tts_callout", **{**KEYED, "text": "Hello Bob"})
        assert (placed["call_id"], placed.get("duplicate_of")) == ("c1", None)
        assert (await voice.fails("place_tts_callout", **CALL))["code"] == "refused"
    assert len(platform.callouts) == 2


_BODY = json.dumps(ERROR).encode()
_RIGHT = Reply(200, b'{"callId": "c1"}')
SHAPES: Mapping[str, Fault] = {
    "500": Reply(500, _BODY),
    "503": Reply(503, b"<html>busy</html>"),
    "302": Reply(302, b"", (("location", "/calling/v1/callouts"),)),
    "bad JSON": Reply(200, b'{"callId": '),
    "no call id": Reply(200, b"{}"),
    "not HTTP": Garbage(),
    "cut off": Truncated(_RIGHT),
    "reset": Reset(),
    "closed": Close(),
    "silence": Silence(),
    "no body": Stalled(_RIGHT),
    "byte by byte": Trickle(_RIGHT, 0.05),
}


def going_wrong(fault: Fault) -> FaultServer:
    """A platform that answers questions, and callouts like this."""

    def answer(request: Recorded) -> Fault:
        if request.method == "POST":
            return fault
        listing = request.path.endswith("/configuration/numbers")
        return Reply(200, json.dumps(NUMBERS if listing else PRICE).encode())

    return FaultServer(answer=answer)


@pytest.mark.parametrize("shape", SHAPES)
async def test_fault_2_one_post_and_an_unknown_outcome(sqlite_url: str, clock: ManualClock, shape: str) -> None:
    async with going_wrong(SHAPES[shape]) as platform:
        environ = {"BASE_URL": platform.url, "REQUEST_TIMEOUT_S": "0.5"}
        async with Stage(sqlite_url, clock).server(environ) as voice:
            first = await voice.fails("place_tts_callout", **KEYED)
            clock.advance(300)
            second = await voice.fails("place_tts_callout", **KEYED)
            (call,) = await listed(voice)
        posts = [request for request in platform.received if request.method == "POST"]
    for error in (first, second):
        assert (error["code"], error["retry_safe"]) == ("outcome_unknown", False)
        assert "Do not place it again" in error["message"]
    assert second["duplicate_of"] == first["record"]
    assert call["state"] == "unknown"
    assert len(posts) == 1


async def test_fault_2_a_lost_leg_of_a_conference_is_found_in_its_room(sqlite_url: str, clock: ManualClock) -> None:
    # Not on PostgreSQL, which sets the time where servers sweep.
    stage = Stage(sqlite_url, clock)
    async with stage.server(transport=Broken(stage.sandbox, OTHER), pace=Pace(sweep_s=0.01)) as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
        assert [leg.get("error", {}).get("code") for leg in placed["legs"]] == [None, "outcome_unknown"]
        stage.clock.advance(61)

        async def found() -> bool:
            return len(await listed(voice, state="answered")) == 2

        await until(found)
        inside = (await voice.ok("get_conference", conference_id="room"))["participants"]
        lost = next(one["call_id"] for one in inside if one["call_id"] != placed["legs"][0]["call_id"])
        again = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
    assert again["legs"][1]["call_id"] == lost
    assert len(stage.posts) == 2


@pytest.mark.parametrize("leaving", ["request", "session"])
async def test_fault_3_a_client_that_moves_to_another_replica_gets_the_same_call(stage: Stage, leaving: str) -> None:
    transport = Held(stage.sandbox)
    left = anyio.Event()

    async def ask_and_leave() -> None:
        async with stage.server(transport=transport) as voice:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(voice.client.call_tool, "place_tts_callout", CALL)
                await transport.asked.wait()
                tasks.cancel_scope.cancel()
            left.set()
            if leaving == "request":
                await transport.released.wait()

    got: list[dict[str, Any]] = []

    async def ask_again(other: Caller) -> None:
        got.append(await other.ok("place_tts_callout", **CALL))

    with anyio.fail_after(20):
        async with stage.server() as other, anyio.create_task_group() as tasks:
            tasks.start_soon(ask_and_leave)
            await left.wait()
            tasks.start_soon(ask_again, other)
            # Each listing lets the other tasks run, and the request is still being sent.
            for _ in range(10):
                assert [call["state"] for call in await listed(other)] == ["ringing"]
            assert got == []
            transport.released.set()
    assert got[0]["duplicate_of"]
    assert len(stage.posts) == 1


async def _together(callers: list[Caller], *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """What each of these requests gets when all are made at once, in turn at each server."""
    results: list[dict[str, Any]] = []

    async def ask(caller: Caller, request: dict[str, Any]) -> None:
        result = await caller.client.call_tool("place_tts_callout", request)
        results.append(json.loads(text_of(result)))

    async with anyio.create_task_group() as tasks:
        for number, request in enumerate(requests):
            tasks.start_soon(ask, callers[number % len(callers)], request)
    return results


async def test_fault_4_of_two_replicas_that_race_on_a_key_one_places_the_call(stage: Stage) -> None:
    async with stage.server() as one, stage.server() as two:
        results = await _together([one, two], *[KEYED] * 10)
    assert len({result["call_id"] for result in results}) == 1
    assert sum("duplicate_of" not in result for result in results) == 1
    assert len(stage.posts) == 1


@pytest.mark.parametrize(
    ("rule", "allowed"), [("max_spend_per_day", "0.03"), ("calls_per_day", "1"), ("max_concurrent_calls", "1")]
)
async def test_fault_4_of_two_replicas_that_race_on_the_last_unit_one_gets_it(
    stage: Stage, rule: str, allowed: str
) -> None:
    limit = {rule.upper(): allowed}
    async with stage.server(limit) as one, stage.server(limit) as two:
        results = await _together([one, two], *[{**CALL, "text": f"Hello {number}"} for number in range(10)])
    assert Counter(result.get("rule", "placed") for result in results) == {"placed": 1, rule: 9}
    assert len(stage.posts) == 1


async def test_fault_6_without_its_database_a_server_places_nothing_and_forgets_nothing(
    postgres_url: str,
) -> None:
    parts = urlsplit(postgres_url)
    async with Proxy(parts.hostname or HERE, parts.port or 5432) as proxy:
        user = parts.netloc.rpartition("@")[0]
        url = parts._replace(netloc=f"{user}@{HERE}:{proxy.port}").geturl()
        # Where servers sweep, PostgreSQL sets the time.
        stage = Stage(url, PollingClock(SystemClock().now()))
        transport = Held(stage.sandbox)
        # Where a person may be asked, the journal is asked twice, and each look waits for the database.
        alone = {"CONFIRM": "never", "ALLOWED_REGIONS": "US"}
        results: dict[str, dict[str, Any]] = {}

        async def first(voice: Caller) -> None:
            results["after"] = await voice.ok("place_tts_callout", **CALL)

        async def second(voice: Caller) -> None:
            results["before"] = await voice.fails("place_tts_callout", **{**CALL, "text": "Another"})

        async with stage.server(alone, transport=transport, pace=replace(QUICK, sweep_s=0.05)) as voice:
            with anyio.fail_after(20):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(first, voice)
                    await transport.asked.wait()
                    proxy.cut()
                    tasks.start_soon(second, voice)
                    transport.released.set()
            assert (results["before"]["code"], results["before"]["retry_safe"]) == ("storage", True)
            assert results["after"]["call_id"]
            assert any("journal" in warning for warning in results["after"]["warnings"])
            assert len(stage.posts) == 1
            proxy.restore()

            async def caught_up() -> bool:
                result = await voice.client.call_tool("list_calls", {"state": "ringing"})
                return results["after"]["call_id"] in text_of(result)

            with anyio.fail_after(20):
                while not await caught_up():
                    pass
            again = await voice.ok("place_tts_callout", **CALL)
    assert again["call_id"] == results["after"]["call_id"]
    assert len(stage.posts) == 1


async def test_fault_13_nothing_is_claimed_after_a_stop(stage: Stage) -> None:
    posts: list[bytes] = []
    stopped = anyio.Event()
    numbers = [f"+140450050{number:02}" for number in range(50)]
    late = {number[1:] for number in numbers[25:]}

    async with stage.server() as elsewhere:

        async def platform(request: httpx2.Request) -> httpx2.Response:
            if request.method == "GET":
                if request.url.path.endswith("/configuration/numbers"):
                    return httpx2.Response(200, json=NUMBERS)
                # Half of the calls are ready to be claimed when calling is stopped; the other half come after.
                if request.url.path.rpartition("/")[2].lstrip("+") in late:
                    await stopped.wait()
                return httpx2.Response(200, json=PRICE)
            posts.append(request.content)
            if len(posts) == 5:
                await elsewhere.ok("emergency_stop", reason="the wrong list")
                stopped.set()
            return httpx2.Response(200, json={"callId": f"c{len(posts)}"})

        transport = httpx2.MockTransport(platform)
        async with stage.server(transport=transport) as one, stage.server(transport=transport) as two:
            results = await _together([one, two], *[{**CALL, "to": number} for number in numbers])
    rows = await audit(stage)
    events = Counter(row.event for row in rows)
    stop = next(row.seq for row in rows if row.event == "stopped")
    assert not [row for row in rows if row.event == "claim" and row.seq > stop]
    assert events["claim"] == events["accepted"] == len(posts)
    said = {"placed": len(posts), "stopped": 50 - len(posts)}
    assert Counter(result.get("rule", "placed") for result in results) == said
    assert 5 <= len(posts) <= 25
