"""Results show the numbers of this server's own calls: whole, so that a model can call back, or masked."""

import json
from typing import Any

import httpx2
import pytest
from mcp.types import TextResourceContents

from sinch_voice_mcp.settings import load
from tests.callers import Caller, connected
from tests.platforms import CALLER, OWN, Platform, SignedEvents
from tests.stage import number, scene

ANNA, BERIT = number("02"), number("03")
SAID = {"cookies": [{"key": "k", "value": f"call {ANNA}"}]}
SHOWN = {"full": (ANNA, f"+{CALLER}", f"call {ANNA}"), "masked": ("+1202…02", "+1201…55", "call +1202…02")}


async def called(voice: Caller, to: str, **more: Any) -> str:
    return (await voice.ok("place_tts_callout", to=to, cli=OWN, text="Hello", **more))["call_id"]


@pytest.mark.parametrize("shown", SHOWN)
async def test_every_result_shows_numbers_as_the_owner_wants(database_url: str, shown: str) -> None:
    to, caller, cookie = SHOWN[shown]
    async with scene(database_url) as stage, stage.server(environ={"NUMBERS_IN_RESULTS": shown}) as voice:
        call_id = await called(voice, ANNA)
        platform = SignedEvents(stage.receiver)
        await platform.rings("in-1", **SAID)
        await platform.report("pie", "in-1", menuResult={"menuId": "m", "type": "return", "value": "12345678"})
        await platform.rings("in-2", cli="alice")
        await platform.rings("in-3", cli="999999999999999")
        await voice.ok("place_conference_callout", to=[BERIT], cli=OWN, conference_id="room")
        assert (await voice.ok("get_call", call_id=call_id))["to"] == to
        listed = {call["call_id"]: call.get("number") for call in (await voice.ok("list_calls"))["calls"]}
        assert (listed[call_id], listed["in-1"], listed["in-2"]) == (to, caller, None)
        # No such number exists, so it is not shown as one that can be called.
        assert listed["in-3"] == "+9999…99"
        events = {row["event"]: row for row in (await voice.ok("get_call_events", call_id="in-1"))["events"]}
        assert events["inbound"]["number"] == caller
        assert events["ice"]["untrusted"]["cli"] == caller
        assert events["ice"]["untrusted"]["cookies"] == [{"key": "k", "value": cookie}]
        # What the callee entered is the answer, whatever it looks like.
        assert events["pie"]["untrusted"]["input"] == "12345678"
        (resource,) = (await voice.client.read_resource("sinch://calls/in-1")).contents
        assert isinstance(resource, TextResourceContents)
        assert json.loads(resource.text)["events"][0]["number"] == caller


@pytest.mark.parametrize("shown", SHOWN)
async def test_participants_are_shown_as_the_owner_wants(shown: str) -> None:
    # Real platforms write the number without its plus.
    member = {"cli": ANNA.removeprefix("+"), "id": "c1", "duration": 3, "muted": False, "onhold": False}
    platform = Platform(lambda _: httpx2.Response(200, json={"participants": [member]}))
    settings = load({"SINCH_VOICE_NUMBERS_IN_RESULTS": shown})
    async with connected(settings, "auto", transport=platform.transport) as voice:
        (participant,) = (await voice.ok("get_conference", conference_id="room"))["participants"]
    assert participant["number"] == SHOWN[shown][0]


@pytest.mark.parametrize(
    "written", [ANNA, "+1 (202) 555-0102", "+1.202.555.0102", "+1\u00a0202\u2011555\u20110102"], ids=ascii
)
async def test_calls_are_listed_by_number_in_any_form_that_a_callout_accepts(database_url: str, written: str) -> None:
    async with scene(database_url) as stage, stage.server() as voice:
        first, _ = await called(voice, ANNA), await called(voice, BERIT)
        platform = SignedEvents(stage.receiver)
        await platform.rings("in-1", cli=ANNA.removeprefix("+"))
        await platform.rings("in-2")
        found = (await voice.ok("list_calls", number=written))["calls"]
        assert {call["call_id"] for call in found} == {first, "in-1"}
        assert {call["number"] for call in found} == {ANNA}
        (only,) = (await voice.ok("list_calls", number=written, direction="in"))["calls"]
        assert only["call_id"] == "in-1"
        assert (await voice.ok("list_calls", number="+12025550199"))["calls"] == []


@pytest.mark.parametrize("written", ["Anna", "2025550102", "911", "+1", "%"])
async def test_a_filter_that_is_no_number_is_invalid(database_url: str, written: str) -> None:
    async with scene(database_url) as stage, stage.server() as voice:
        error = await voice.fails("list_calls", number=written)
        assert (error["code"], error["field"]) == ("invalid_input", "number")


@pytest.mark.parametrize("shown", ["full", "masked"])
async def test_foreign_texts_of_errors_and_lookups_are_shown_as_the_owner_wants(shown: str) -> None:
    foreign, digits = f"no {ANNA} or 1 202 555 0102", "2025550102"

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            ended = {"callId": "c1", "status": "FINAL", "result": foreign, "reason": foreign, "duration": 1}
            return httpx2.Response(200, json=ended)
        if ANNA[1:].encode() in request.content:
            return httpx2.Response(200, json={"callId": "c2"})
        return httpx2.Response(403, json={"errorCode": 40300, "message": foreign, "reference": ANNA})

    settings = load({"SINCH_VOICE_NUMBERS_IN_RESULTS": shown, "SINCH_VOICE_CONFIRM": "never"})
    async with connected(settings, "auto", transport=Platform(answer).transport) as voice:
        error = await voice.fails("place_tts_callout", to=BERIT, cli=OWN, text="Hello")
        room = {"conference_id": "room", "cli": OWN}
        _, leg = (await voice.ok("place_conference_callout", to=[ANNA, BERIT], **room))["legs"]
        call = await voice.ok("get_call", call_id="c1")
        waited = await voice.ok("wait_for_call", call_id="c1")
        texts = [error["untrusted"], leg["error"]["untrusted"], call["untrusted"], waited["untrusted"]]
        for text in texts:
            plain = "".join(char for char in str(text) if char.isdigit())
            assert (digits in plain) == (shown == "full"), text
        # What the request gave is repeated.
        assert leg["to"] == BERIT
