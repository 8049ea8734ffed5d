"""Limits roll, never hide each other, and unknown outcomes neither are forgotten nor take every place in silence."""

from datetime import datetime
from itertools import combinations
from typing import Any

import httpx2
import pytest

from tests.callers import Caller
from tests.platforms import OTHER, REAL, Broken, Platform, raises
from tests.stage import CALL, Stage, listed

FULL = {
    "REPEAT_IN_FLIGHT": "1",
    "REPEAT_GAP_S": "3600",
    "REPEAT_PER_DAY": "1",
    "REPEAT_PER_WEEK": "1",
    "MAX_CONCURRENT_CALLS": "1",
    "CALLS_PER_MINUTE": "1",
    "CALLS_PER_HOUR": "1",
    "CALLS_PER_DAY": "1",
    "MAX_SPEND_PER_DAY": "0.03",
}
"""Each limit, so that one call uses it up."""


def say(number: int | str, **changes: Any) -> dict[str, Any]:
    return {**CALL, "text": f"Hello {number}", **changes}


def seconds_until(stage: Stage, error: dict[str, Any]) -> float:
    return (datetime.fromisoformat(error["next_allowed_at"]) - stage.clock.now()).total_seconds()


@pytest.mark.parametrize("pair", list(combinations(FULL, 2)), ids="-".join)
async def test_no_limit_hides_another_one(stage: Stage, pair: tuple[str, str]) -> None:
    lost = Platform(raises(httpx2.ReadError))
    async with stage.server({name: FULL[name] for name in pair}, transport=lost.transport) as voice:
        assert (await voice.fails("place_tts_callout", **say(1)))["code"] == "outcome_unknown"
        error = await voice.fails("place_tts_callout", **say(2))
        other = next(name for name in pair if name.lower() != error["rule"])
        assert f"`{other.lower()}`" in error["message"]
        # Until then one of them refuses; from then on, neither does.
        stage.clock.advance(seconds_until(stage, error) - 60)
        assert (await voice.fails("place_tts_callout", **say(2)))["code"] == "refused"
        stage.clock.advance(60)
        assert (await voice.fails("place_tts_callout", **say(2)))["code"] == "outcome_unknown"
    assert len(lost.callouts) == 2


async def test_unknown_outcomes_stop_calling_under_the_defaults(stage: Stage) -> None:
    lost = Platform(raises(httpx2.ReadError))
    defaults = {"MAX_CONCURRENT_CALLS": "3", "REPEAT_IN_FLIGHT": "1", "CALLS_PER_MINUTE": "5"}
    async with stage.server(defaults, transport=lost.transport) as voice:
        for last in range(3):
            error = await voice.fails("place_tts_callout", **say(1, to=f"{REAL[:-1]}{last}"))
            assert error["code"] == "outcome_unknown"
        stopped = await voice.fails("place_tts_callout", **say(1, to=f"{REAL[:-1]}3"))
    assert stopped["rule"] == "stopped"
    assert "3 callouts with an unknown outcome" in stopped["untrusted"]["reason"]


async def test_a_refusal_says_how_many_places_unknown_outcomes_hold_and_until_when(stage: Stage) -> None:
    broken = Broken(stage.sandbox, OTHER)
    limits = {"MAX_CONCURRENT_CALLS": "2", "MAX_UNKNOWN_OUTCOMES": "9"}
    async with stage.server(limits, transport=broken) as voice:
        await voice.ok("place_tts_callout", **CALL)
        await voice.fails("place_tts_callout", **say(1, to=OTHER))
        error = await voice.fails("place_tts_callout", **say(2))
    assert error["rule"] == "max_concurrent_calls"
    assert "1 of 2 places is held by a request whose outcome is unknown" in error["message"]
    assert error["next_allowed_at"] in error["message"]


async def test_limits_roll_over_every_boundary(stage: Stage) -> None:
    limits = {"CALLS_PER_MINUTE": "2", "CALLS_PER_HOUR": "2", "CALLS_PER_DAY": "2", "MAX_SPEND_PER_DAY": "0.05"}
    # Half a second before the end of a day, of an hour and of a minute.
    stage.clock.advance(12 * 3_600 - 0.5)
    async with stage.server(limits) as voice:
        for number in range(2):
            await voice.ok("place_tts_callout", **say(number))
        stage.clock.advance(1)
        assert (await voice.fails("place_tts_callout", **say(3)))["rule"] in {"calls_per_day", "max_spend_per_day"}
    assert len(stage.posts) == 2


async def test_calls_to_one_number_roll_too(stage: Stage) -> None:
    stage.clock.advance(12 * 3_600 - 600)
    async with stage.server({"REPEAT_PER_DAY": "3"}) as voice:
        for number in range(3):
            await voice.ok("place_tts_callout", **say(number))
            stage.clock.advance(301)
        error = await voice.fails("place_tts_callout", **say(4))
    assert (error["rule"], error["next_allowed_at"]) == ("repeat_per_day", "2026-01-06T23:54:00Z")


LATER = [{}, {"text": "Hello Anna "}, {"text": " Hello  Anna"}, {"idempotency_key": "other"}]


@pytest.mark.parametrize("first", [{}, {"idempotency_key": "first"}])
@pytest.mark.parametrize("again", LATER)
async def test_a_request_with_an_unknown_outcome_is_not_sent_again_while_its_call_may_last(
    stage: Stage, first: dict[str, Any], again: dict[str, Any]
) -> None:
    lost = Platform(raises(httpx2.ReadError))
    async with stage.server(transport=lost.transport, TRUSTED_NUMBERS=REAL) as voice:
        before = await voice.fails("place_tts_callout", **CALL, **first)
        for seconds in (1, 121, 600):
            stage.clock.advance(seconds)
            error = await voice.fails("place_tts_callout", **{**CALL, **again})
            assert (error["code"], error["duplicate_of"]) == ("outcome_unknown", before["record"])
            assert error["retry_safe"] is False
        assert len(lost.callouts) == 1
        await voice.fails("place_tts_callout", **say("Bob"))
        assert len(lost.callouts) == 2


BUSY, NO_ANSWER, CANCELED, ANSWERS = "+12025550110", "+12025550111", "+12025550116", "+12025550100"


@pytest.mark.parametrize("number", [BUSY, NO_ANSWER, CANCELED])
async def test_a_call_that_ended_without_an_answer_may_be_requested_again_at_once(stage: Stage, number: str) -> None:
    async with stage.server(REHEARSE="false") as voice:
        first = await voice.ok("place_tts_callout", **say(1, to=number))
        assert "has not ended" in (await voice.ok("place_tts_callout", **say(1, to=number)))["summary"]
        stage.clock.advance(90)
        assert (await voice.ok("get_call", call_id=first["call_id"]))["result"] in {"BUSY", "NOANSWER", "FAILED"}
        second = await voice.ok("place_tts_callout", **say(1, to=number))
        assert "duplicate_of" not in second
    assert len(stage.posts) == 2


@pytest.mark.parametrize(("number", "ended"), [(BUSY, "without an answer"), (ANSWERS, "The call ended after")])
async def test_a_repeated_key_says_how_the_first_call_ended(stage: Stage, number: str, ended: str) -> None:
    async with stage.server(REHEARSE="false") as voice:
        first = await voice.ok("place_tts_callout", **say(1, to=number), idempotency_key="k")
        stage.clock.advance(60)
        await voice.ok("get_call", call_id=first["call_id"])
        again = await voice.ok("place_tts_callout", **say(1, to=number), idempotency_key="k")
    assert again["duplicate_of"]
    assert ended in again["summary"]


async def test_an_answered_call_is_still_the_same_request(stage: Stage) -> None:
    async with stage.server(REHEARSE="false") as voice:
        await voice.ok("place_tts_callout", **say(1, to=ANSWERS))
        stage.clock.advance(60)
        assert await states(voice) == ["ended"]
        assert (await voice.ok("place_tts_callout", **say(1, to=ANSWERS)))["duplicate_of"]


async def states(voice: Caller) -> list[str]:
    return [call["state"] for call in await listed(voice)]
