"""Calls that come in at another region of the sandbox: its servers reach them there, and nowhere else."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import CallbackRequest, CallbackResponse, Post
from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, Region
from tests.callers import Caller
from tests.platforms import OWN
from tests.stage import QUICK, Scene, number, scene

ANSWERED = json.dumps({"instructions": [{"name": "answer"}], "action": {"name": "park", "holdPrompt": "#tts[Wait]"}})
"""The reply of an application that answers a call."""

JOIN = {"action": {"name": "connectConf", "conferenceId": "room"}}


def _answering(post: Post) -> Post:
    """Deliver every event, and answer each call that comes in, which the usual reply does not."""

    async def deliver(request: CallbackRequest) -> CallbackResponse | None:
        response = await post(request)
        comes_in = response is not None and json.loads(request.body)["event"] == "ice"
        return CallbackResponse(200, ANSWERED.encode()) if comes_in else response

    return deliver


@asynccontextmanager
async def _open(url: str, clock: ManualClock) -> AsyncGenerator[tuple[Scene, Caller]]:
    async with scene(url, clock=clock, pace=QUICK, through=_answering) as stage, stage.server(pace=QUICK) as voice:
        yield stage, voice


async def _rings(stage: Scene, region: Region) -> str:
    """Let a call come in; it is parked for as long as time stands still."""
    call_id = stage.sandbox.engine.receive(IncomingCall("PSTN", number("90"), Dialed("did", OWN), region))
    stage.sandbox.driver.wake()
    await stage.sandbox.settle()
    return call_id


def _asked(stage: Scene, call_id: str) -> set[str]:
    return {request.raw_path for request in stage.sandbox.requests if call_id in request.raw_path}


async def test_a_call_at_another_region_is_looked_up_changed_and_ended_there(
    database_url: str, clock: ManualClock
) -> None:
    async with _open(database_url, clock) as (stage, voice):
        call_id = await _rings(stage, "euc1")
        assert (await voice.ok("get_call", call_id=call_id))["state"] == "answered"
        await voice.ok("play_to_call", call_id=call_id, text="One moment, please.")
        await voice.ok("update_call", call_id=call_id, svaml=JOIN)
        inside = (await voice.ok("get_conference", conference_id="room"))["participants"]
        assert [one["call_id"] for one in inside] == [call_id]
        assert (await voice.ok("hang_up", call_id=call_id))["state"] == "ended"
        assert all(path.startswith("/euc1/calling/v1/calls/id/") for path in _asked(stage, call_id))


async def test_a_call_at_the_usual_region_is_reached_without_a_prefix(sqlite_url: str, clock: ManualClock) -> None:
    async with _open(sqlite_url, clock) as (stage, voice):
        call_id = await _rings(stage, "use1")
        assert (await voice.ok("hang_up", call_id=call_id))["state"] == "ended"
        assert all(path.startswith("/calling/v1/calls/id/") for path in _asked(stage, call_id))


@pytest.mark.parametrize("region", ["sae1", "apse1", "apse2"])
async def test_a_stop_ends_calls_of_every_region(sqlite_url: str, clock: ManualClock, region: Region) -> None:
    async with _open(sqlite_url, clock) as (stage, voice):
        calls = [await _rings(stage, region), await _rings(stage, "use1")]
        assert (await voice.ok("emergency_stop", reason="enough", hang_up=True))["hung_up"] == len(calls)


async def test_two_regions_have_a_conference_of_the_same_name_each(sqlite_url: str, clock: ManualClock) -> None:
    async with _open(sqlite_url, clock) as (stage, voice):
        for call_id in (await _rings(stage, "use1"), newest := await _rings(stage, "euc1")):
            await voice.ok("update_call", call_id=call_id, svaml=JOIN)
            # The newest call is in the conference that is meant.
            inside = (await voice.ok("get_conference", conference_id="room"))["participants"]
            assert [one["call_id"] for one in inside] == [call_id]
        await voice.ok("close_conference", conference_id="room")
        assert (await voice.ok("get_call", call_id=newest))["state"] == "ended"
        left = (await voice.ok("get_conference", conference_id="room"))["participants"]
        assert len(left) == 1
