"""Each request that rings a phone is recorded before it is sent: repeats, limits, the list, the kill switch."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import anyio
import httpx2
import pytest

from sinch_voice_mcp.clock import Pace
from tests.callers import Caller
from tests.clocks import PollingClock
from tests.platforms import NUMBERS, OTHER, OWN, PRICE, REAL, THIRD
from tests.stage import CALL, ROOM, Stage, listed, number, until

ANSWERS, BUSY, FAILS, UNKNOWN = "+12025550100", "+12025550110", "+12025550130", "+12025550139"
"""Numbers that only the sandbox knows; a rehearsal refuses them."""


async def test_the_same_arguments_within_two_minutes_are_one_call(stage: Stage) -> None:
    async with stage.server() as voice, stage.server() as other:
        first = await voice.ok("place_tts_callout", **CALL)
        stage.clock.advance(119)
        second = await other.ok("place_tts_callout", **CALL)
        assert second["call_id"] == first["call_id"]
        assert second["duplicate_of"]
        assert "duplicate_of" not in first
        assert "was not placed again" in second["summary"]
        assert len(stage.posts) == 1
        stage.clock.advance(2)
        third = await voice.ok("place_tts_callout", **CALL)
    assert third["call_id"] != first["call_id"]
    assert len(stage.posts) == 2


async def test_other_arguments_without_a_key_are_another_call(stage: Stage) -> None:
    async with stage.server() as voice:
        for changes in ({}, {"text": "Hello Bob"}, {"to": OTHER}, {"locale": "en-GB"}, {"idempotency_key": "k"}):
            assert "duplicate_of" not in await voice.ok("place_tts_callout", **{**CALL, **changes})
    assert len(stage.posts) == 5


async def test_the_same_key_is_the_same_call_however_late(stage: Stage) -> None:
    async with stage.server() as voice:
        first = await voice.ok("place_tts_callout", **CALL, idempotency_key="table 7")
        for days in (1, 28):
            stage.clock.advance(days * 86_400)
            again = await voice.ok("place_tts_callout", **CALL, idempotency_key="table 7")
            assert (again["call_id"], bool(again["duplicate_of"])) == (first["call_id"], True)
        assert len(stage.posts) == 1
        other = await voice.ok("place_tts_callout", **CALL, idempotency_key="table 8")
    assert other["call_id"] != first["call_id"]
    assert len(stage.posts) == 2


async def test_a_key_with_other_arguments_is_an_error_and_sends_nothing(stage: Stage) -> None:
    async with stage.server() as voice:
        await voice.ok("place_tts_callout", **CALL, idempotency_key="k")
        for changes in ({"to": OTHER}, {"text": "Hello Bob"}):
            error = await voice.fails("place_tts_callout", **{**CALL, **changes}, idempotency_key="k")
            assert (error["code"], error["field"]) == ("invalid_input", "idempotency_key")
    assert len(stage.posts) == 1


async def test_a_repeated_conference_callout_returns_the_same_legs(stage: Stage) -> None:
    async with stage.server() as voice:
        first = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
        second = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
    ids = [leg["call_id"] for leg in first["legs"]]
    assert len(set(ids)) == 2
    assert [leg["call_id"] for leg in second["legs"]] == ids
    assert all(leg["duplicate_of"] for leg in second["legs"])
    assert len(stage.posts) == 2


@pytest.mark.parametrize(
    "changed",
    [
        [REAL],
        [REAL, THIRD],
        [OTHER, REAL],
        [REAL, OTHER, THIRD],
    ],
)
async def test_a_conference_with_other_people_under_the_same_key_is_an_error(stage: Stage, changed: list[str]) -> None:
    async with stage.server() as voice:
        await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM, idempotency_key="k")
        error = await voice.fails("place_conference_callout", to=changed, **ROOM, idempotency_key="k")
    assert (error["code"], error["field"]) == ("invalid_input", "idempotency_key")
    assert len(stage.posts) == 2


async def test_a_transfer_is_sent_once(stage: Stage) -> None:
    document = {"action": {"name": "connectPstn", "number": OTHER, "cli": OWN}}
    async with stage.server() as voice:
        placed = await voice.ok("place_conference_callout", to=[REAL], **ROOM)
        call_id = placed["legs"][0]["call_id"]
        stage.clock.advance(5)
        first = await voice.ok("update_call", call_id=call_id, svaml=document)
        stage.clock.advance(119)
        second = await voice.ok("update_call", call_id=call_id, svaml=document)
    assert not any("not sent again" in warning for warning in first.get("warnings", ()))
    assert any("not sent again" in warning for warning in second["warnings"])
    assert sum(request.method == "PATCH" for request in stage.sandbox.requests) == 1


DAY = 86_400
LIMITS: Mapping[str, tuple[str, int, int, str, str | None]] = {
    # What is allowed, after how many calls it is used up, seconds between them, what the refusal names, until when.
    "repeat_gap_s": ("300", 1, 130, "+1404…00", "2026-01-05T12:05:00Z"),
    "repeat_in_flight": ("2", 2, 0, "+1404…00", "2026-01-05T12:13:01Z"),
    "repeat_per_day": ("2", 2, 130, "+1404…00", "2026-01-06T12:06:00Z"),
    "repeat_per_week": ("2", 2, DAY, "+1404…00", "2026-01-12T12:30:00Z"),
    "calls_per_minute": ("2", 2, 20, "2 of 2", "2026-01-05T12:01:01Z"),
    "calls_per_hour": ("2", 2, 600, "2 of 2", "2026-01-05T13:00:15Z"),
    "calls_per_day": ("2", 2, 3_600, "2 of 2", "2026-01-06T12:06:00Z"),
    "max_concurrent_calls": ("2", 2, 0, "2 of 2", "2026-01-05T12:13:01Z"),
    "max_spend_per_day": ("0.05", 2, 130, "0.04 of 0.05", "2026-01-06T12:06:00Z"),
}


@pytest.mark.parametrize("rule", LIMITS)
async def test_each_limit_refuses_a_call_beyond_it_and_says_when_to_retry(stage: Stage, rule: str) -> None:
    allowed, many, pause, value, next_at = LIMITS[rule]
    limit = {rule.upper(): allowed}
    async with stage.server(limit) as voice, stage.server(limit) as other:
        for number in range(many):
            await (voice, other)[number % 2].ok("place_tts_callout", **{**CALL, "text": f"Hello {number}"})
            stage.clock.advance(pause)
        error = await voice.fails("place_tts_callout", **{**CALL, "text": "Hello again"})
        assert (error["code"], error["rule"], error["value"]) == ("refused", rule, value)
        assert f"SINCH_VOICE_{rule.upper()}" in error["how_to_change"]
        assert error.get("next_allowed_at") == next_at
        assert len(stage.posts) == many
        if next_at is not None:
            stage.clock.advance((datetime.fromisoformat(next_at) - stage.clock.now()).total_seconds())
            await voice.ok("place_tts_callout", **{**CALL, "text": "Hello again"})
            assert len(stage.posts) == many + 1


@pytest.mark.parametrize("rule", ["repeat_in_flight", "max_concurrent_calls"])
async def test_a_call_that_has_ended_makes_room_for_the_next_request(stage: Stage, rule: str) -> None:
    async with stage.server({rule.upper(): "1"}) as voice:
        await voice.ok("place_tts_callout", **CALL)
        stage.clock.advance(2)
        assert (await voice.fails("place_tts_callout", **{**CALL, "text": "Again"}))["rule"] == rule
        stage.clock.advance(60)
        await voice.ok("place_tts_callout", **{**CALL, "text": "Again"})


async def test_a_trusted_number_may_be_repeated_and_nothing_else(stage: Stage) -> None:
    repeats = {"REPEAT_GAP_S": "300", "REPEAT_IN_FLIGHT": "1", "REPEAT_PER_DAY": "1", "REPEAT_PER_WEEK": "1"}
    async with stage.server(repeats, TRUSTED_NUMBERS=REAL, CALLS_PER_MINUTE="4") as voice:
        for number in range(3):
            await voice.ok("place_tts_callout", **{**CALL, "text": f"Hello {number}"})
        await voice.ok("place_tts_callout", **{**CALL, "to": OTHER})
        assert (await voice.fails("place_tts_callout", **{**CALL, "text": "More"}))["rule"] == "calls_per_minute"
        stage.clock.advance(61)
        again = await voice.fails("place_tts_callout", **{**CALL, "to": OTHER, "text": "More"})
        # Of all limits that are reached, the one that has room again last is named first.
        assert again["rule"] == "repeat_per_week"
        assert "`repeat_gap_s`" in again["message"]


async def test_the_list_of_calls_has_the_state_of_each_newest_first(stage: Stage) -> None:
    async with stage.server(REHEARSE="false") as voice:
        ended = await voice.ok("place_tts_callout", to=ANSWERS, text="Hello Anna, " * 5, cli=OWN)
        stage.clock.advance(60)
        await voice.fails("place_tts_callout", to=FAILS, text="Hello", cli=OWN)
        stage.clock.advance(60)
        await voice.fails("place_tts_callout", to=UNKNOWN, text="Hello", cli=OWN)
        stage.clock.advance(60)
        room = await voice.ok("place_conference_callout", to=[ANSWERS], **ROOM)
        after = await listed(voice)
        found = {state: await listed(voice, state=state) for state in ("ringing", "unknown", "failed", "ended")}
        newest = await listed(voice, limit=2)
        since = await listed(voice, since="2026-01-05T12:02:00Z")
    assert [call["state"] for call in after] == ["ringing", "unknown", "failed", "ended"]
    assert [call["at"][11:19] for call in after] == ["12:03:00", "12:02:00", "12:01:00", "12:00:00"]
    assert [call["kind"] for call in after] == ["conferenceCallout", *["ttsCallout"] * 3]
    assert [call["number"] for call in after] == [number("00"), number("39"), number("30"), number("00")]
    assert [call.get("call_id") for call in after] == [room["legs"][0]["call_id"], None, None, ended["call_id"]]
    assert (after[3]["cost"], after[3]["result"]) == (0.02, "ANSWERED")
    assert after[3]["duration_s"] > 0
    assert {state: [call["state"] for call in calls] for state, calls in found.items()} == {
        state: [state] for state in found
    }
    assert newest == since == after[:2]


async def test_the_sweep_finds_the_end_of_a_call_without_any_request(stage: Stage) -> None:
    async with stage.server(pace=Pace(sweep_s=0.01)) as voice:
        placed = await voice.ok("place_tts_callout", **CALL)
        stage.clock.advance(61)
        await until(lambda: _some(voice, state="ended"))
        (call,) = await listed(voice)
    assert (call["call_id"], call["cost"]) == (placed["call_id"], 0.02)


async def _some(voice: Caller, **filters: Any) -> bool:
    return bool(await listed(voice, **filters))


async def test_an_emergency_stop_holds_for_every_server_and_outlives_them(stage: Stage) -> None:
    async with stage.server() as voice, stage.server() as other:
        await voice.ok("place_tts_callout", **CALL)
        stopped = await other.ok("emergency_stop", reason="the wrong list")
        assert stopped["untrusted"]["reason"] == "the wrong list"
        assert "hung_up" not in stopped
        for caller in (voice, other):
            error = await caller.fails("place_tts_callout", **{**CALL, "text": "Another"})
            assert (error["code"], error["rule"]) == ("refused", "stopped")
            assert error["untrusted"]["reason"] == "the wrong list"
            assert "sinch-voice-mcp resume" in error["how_to_change"]
        # A repeated request still returns the call that was placed before.
        assert (await voice.ok("place_tts_callout", **CALL))["duplicate_of"]
    async with stage.server() as later:
        assert (await later.fails("place_tts_callout", **{**CALL, "text": "More"}))["rule"] == "stopped"
    assert len(stage.posts) == 1


async def test_an_emergency_stop_ends_calls_in_progress_where_it_is_asked_to(stage: Stage) -> None:
    async with stage.server() as voice, stage.server() as other:
        placed = await voice.ok("place_conference_callout", to=[REAL, OTHER], **ROOM)
        stage.clock.advance(5)
        stopped = await other.ok("emergency_stop", reason="enough", hang_up=True)
        assert (stopped["hung_up"], stopped["still_going"]) == (2, [])
        for leg in placed["legs"]:
            seen = await voice.ok("get_call", call_id=leg["call_id"])
            assert (seen["state"], seen["reason"]) == ("ended", "MANAGERHANGUP")


@pytest.mark.parametrize(("environ", "many"), [({}, 3), ({"MAX_UNKNOWN_OUTCOMES": "2"}, 2)])
async def test_too_many_unknown_outcomes_stop_calling(stage: Stage, environ: dict[str, str], many: int) -> None:
    async with stage.server(environ, REHEARSE="false") as voice, stage.server(REHEARSE="false") as other:
        for number in range(many):
            error = await voice.fails("place_tts_callout", to=UNKNOWN, text=f"Hello {number}", cli=OWN)
            assert error["code"] == "outcome_unknown"
        for caller in (voice, other):
            error = await caller.fails("place_tts_callout", to=ANSWERS, text="Hello", cli=OWN)
            assert error["rule"] == "stopped"
            assert f"{many} callouts with an unknown outcome" in error["untrusted"]["reason"]
    assert len(stage.posts) == many


async def test_unknown_outcomes_that_are_far_apart_stop_nothing(stage: Stage) -> None:
    async with stage.server(REHEARSE="false", MAX_UNKNOWN_OUTCOMES="2") as voice:
        for number in range(3):
            await voice.fails("place_tts_callout", to=UNKNOWN, text=f"Hello {number}", cli=OWN)
            stage.clock.advance(601)
        await voice.ok("place_tts_callout", to=ANSWERS, text="Hello", cli=OWN)


async def test_only_a_call_with_our_token_is_found_in_a_room_and_the_platforms_answer_overrides_it(
    stage: Stage,
) -> None:
    asked, answer, token = anyio.Event(), anyio.Event(), list[str]()

    async def platform(request: httpx2.Request) -> httpx2.Response:
        match request.url.path.split("/")[-2:]:
            case ["configuration", "numbers"]:
                return httpx2.Response(200, json=NUMBERS)
            case ["number", _]:
                return httpx2.Response(200, json=PRICE)
            case ["id", "room"]:
                # Strangers with the same number are there too, and before it; one call has another request's token.
                names = ("stranger1", "another1", "first1")
                inside = [{"id": name, "cli": REAL, "muted": False, "onhold": False} for name in names]
                return httpx2.Response(200, json={"participants": inside})
            case ["id", name]:
                call = {"callId": name, "status": "ONGOING"}
                custom = {"first1": token[0], "another1": "0" * 32}.get(name)
                return httpx2.Response(200, json=call | ({} if custom is None else {"custom": custom}))
            case [*_, "callouts"]:
                token.append(json.loads(request.content)["conferenceCallout"]["custom"])
                asked.set()
                await answer.wait()
                return httpx2.Response(200, json={"callId": "second1"})
            case _:
                return httpx2.Response(404, json={"errorCode": 40400, "message": "no", "reference": "r"})

    async def place(voice: Caller) -> None:
        await voice.ok("place_conference_callout", to=[REAL], **ROOM)

    async with stage.server(transport=httpx2.MockTransport(platform), pace=Pace(sweep_s=0.01)) as voice:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(place, voice)
            await asked.wait()
            # Long enough for the request to count as unknown and to be looked for in its room.
            stage.clock.advance(91)
            await until(lambda: _named(voice, "first1"))
            answer.set()
        # Others may be able to copy our token, so this is an alert and stops nothing.
        assert await _named(voice, "second1")
        await voice.ok("place_tts_callout", **CALL, dry_run=True)


async def _named(voice: Caller, call_id: str) -> bool:
    return (await listed(voice))[0].get("call_id") == call_id


class Pausing(PollingClock):
    """Reports the pause between two tries, which other waits must not be taken for."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = anyio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds == RETRY_AFTER_S:
            self.paused.set()
        await super().sleep(seconds)


RETRY_AFTER_S = 7


async def test_a_stop_while_the_platform_asks_to_wait_prevents_the_second_try(database_url: str) -> None:
    clock = Pausing()
    stage = Stage(database_url, clock)
    posts: list[httpx2.Request] = []

    async with stage.server() as elsewhere:

        async def platform(request: httpx2.Request) -> httpx2.Response:
            if request.method == "GET":
                listing = request.url.path.endswith("/configuration/numbers")
                return httpx2.Response(200, json=NUMBERS if listing else PRICE)
            posts.append(request)
            await elsewhere.ok("emergency_stop", reason="meanwhile")
            body = {"errorCode": 42900, "message": "Slow down", "reference": "r"}
            return httpx2.Response(429, json=body, headers={"Retry-After": str(RETRY_AFTER_S)})

        async def skip_the_pause() -> None:
            await clock.paused.wait()
            # Two servers sweep on this clock, and the pause comes next.
            await clock.until_waited_on(3)
            clock.advance(RETRY_AFTER_S)

        async with stage.server(transport=httpx2.MockTransport(platform)) as voice, anyio.create_task_group() as tasks:
            tasks.start_soon(skip_the_pause)
            error = await voice.fails("place_tts_callout", **CALL)
            (call,) = await listed(voice)
            assert (error["code"], error["rule"]) == ("refused", "stopped")
            assert len(posts) == 1
            assert (call["state"], call["result"]) == ("failed", "refused")
