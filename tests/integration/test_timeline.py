"""The timeline of a call: one clock, and a first row that never changes."""

from datetime import datetime
from typing import Any

import anyio
import httpx2
import pytest

from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.callers import Caller, Era, connected
from tests.platforms import OWN, REAL, Script
from tests.stage import number, opened

CALL = {"to": number("00"), "cli": OWN, "text": "Hello Anna"}
REPORTED = "2026-06-06T17:10:34Z"


async def _timeline(voice: Caller, call_id: str) -> list[dict[str, Any]]:
    return (await voice.ok("get_call_events", call_id=call_id))["events"]


@pytest.mark.parametrize("speed", ["30", "1000"])
async def test_a_faster_sandbox_has_one_clock(era: Era, speed: str) -> None:
    async with connected(load({"SINCH_VOICE_SANDBOX_SPEED": speed}), era) as voice:
        for text in ("The first call", "A call when simulated time is far from ours"):
            placed = await voice.ok("place_tts_callout", **CALL | {"text": text})
            first = await _timeline(voice, placed["call_id"])
            with anyio.fail_after(20):
                ended = await voice.ok("wait_for_call", call_id=placed["call_id"])
            rows = await _timeline(voice, placed["call_id"])
            assert (
                rows[0]
                == first[0]
                == {
                    "at": rows[0]["at"],
                    "event": "placed",
                    "kind": "ttsCallout",
                    "number": "+12025550100",
                }
            )
            at = {row["event"]: datetime.fromisoformat(row["at"]) for row in rows}
            # The phone of this number is answered 3 s after it was dialed, by the sandbox's clock.
            assert (at["ace"] - at["placed"]).total_seconds() == 3
            assert (at["dice"] - at["ace"]).total_seconds() - ended["duration_s"] in {0, 1}


async def test_a_sandbox_that_forgot_the_call_leaves_our_clock(sqlite_url: str) -> None:
    script = Script(httpx2.Response(200, json={"callId": "c1"}))
    callout = TtsCallout(destination=NumberDestination(endpoint=REAL), cli=OWN, text="Hello")
    async with opened(sqlite_url, transport=script.transport) as (service, platform):
        await service.calls.place(TtsCalloutRequest(tts_callout=callout))
        await platform.report("ace", "c1")
        await platform.ends("c1")
        (entry,) = await service.calls.recent(limit=5)
        rows = await service.events.timeline(CallId("c1"))
    assert [row["event"] for row in rows] == ["placed", "ace", "dice"]
    times = [int(str(row["at_ms"])) for row in rows]
    assert times[0] == entry.claimed_at
    assert times == sorted(times)
