"""Which events a callout asks for by default, how fast a wait is without them, and why a call has none."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import httpx2
import pytest

from sinch_voice_mcp.app.loopback import LOOPBACK_CALLBACK_URL
from sinch_voice_mcp.clock import ManualClock, Pace, SystemClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import ConferenceCallout, ConferenceCalloutRequest, TtsCallout, TtsCalloutRequest
from tests.callers import Caller, Era, connected
from tests.platforms import OWN, Script
from tests.stage import QUESTION, QUICK, SPEED, Scene, embedded, number, opened, scene, settings_of

CALL = {"to": number("00"), "cli": OWN, "text": "Hello Anna"}
ROOM = {"to": [number("08")], "cli": OWN, "conference_id": "room"}
ELSEWHERE = "https://elsewhere.example.com/voice"
Flags = dict[str, bool]


def sent(stage: Scene) -> dict[str, Any]:
    """The members of the last callout that reached the platform."""
    body = json.loads(stage.posts[-1].body)
    return body[body["method"]]


def flags(callout: dict[str, Any]) -> Flags:
    return {name: value for name, value in callout.items() if name.startswith("enable")}


async def test_a_text_reports_its_answer_and_its_end_and_is_spoken(database_url: str, era: Era) -> None:
    async with scene(database_url) as stage, stage.server(era) as voice:
        placed = await voice.ok("place_tts_callout", **CALL)
        seen = await voice.ok("wait_for_call", call_id=placed["call_id"])
        timeline = await voice.ok("get_call_events", call_id=placed["call_id"])
        assert flags(sent(stage)) == {"enableAce": True, "enableDice": True}
        assert [entry["text"] for entry in stage.noted(placed["call_id"], "say")] == [CALL["text"]]
    assert (seen["state"], seen["reason"]) == ("ended", "MANAGERHANGUP")
    assert [event["event"] for event in timeline["events"]] == ["placed", "ace", "dice"]
    assert "3 events. The call ended: the flow ended it" in timeline["summary"]


async def test_the_default_sets_no_more_money_aside_than_the_text_costs(database_url: str) -> None:
    async def reserved(stage: Scene, **more: bool) -> int:
        async with stage.server(environ={"PUBLIC_URL": ""} if not more else None) as voice:
            placed = await voice.ok("place_tts_callout", **CALL, idempotency_key=f"{len(stage.posts)}")
        async with open_storage(database_url, SystemClock()) as storage:
            entry = await storage.journal.by_call_id(CallId(placed["call_id"]))
        assert entry is not None
        return entry.reserved

    async with scene(database_url) as stage:
        without = await reserved(stage)
        assert flags(sent(stage)) == {"enableDice": True}
        assert await reserved(stage, receiving=True) == without
        assert flags(sent(stage)) == {"enableAce": True, "enableDice": True}


@pytest.mark.parametrize(
    ("primary", "fallback", "asked"),
    [
        (LOOPBACK_CALLBACK_URL, None, True),
        (LOOPBACK_CALLBACK_URL + "/", None, True),
        (ELSEWHERE, None, False),
        (ELSEWHERE, LOOPBACK_CALLBACK_URL, False),
        (None, LOOPBACK_CALLBACK_URL, False),
    ],
)
async def test_the_answer_is_asked_for_only_if_this_server_is_asked_first(
    sqlite_url: str, primary: str | None, fallback: str | None, *, asked: bool
) -> None:
    async with scene(sqlite_url) as stage:
        stage.sandbox.engine.account.set_callbacks(stage.sandbox.credentials.key, primary=primary, fallback=fallback)
        async with stage.server() as voice:
            await voice.ok("place_tts_callout", **CALL)
    assert flags(sent(stage)) == ({"enableAce": True, "enableDice": True} if asked else {"enableDice": True})


class Unreadable(httpx2.AsyncBaseTransport):
    """The sandbox; its callback URL cannot be read."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.ASGITransport(sandbox.asgi)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if "/callbacks/" in request.url.path:
            return httpx2.Response(403, json={"errorCode": 40302, "message": "no", "reference": "r"})
        return await self._inner.handle_async_request(request)


async def test_the_answer_is_not_asked_for_if_the_callback_url_cannot_be_read(sqlite_url: str) -> None:
    async with scene(sqlite_url) as stage, stage.server(transport=Unreadable(stage.sandbox)) as voice:
        await voice.ok("place_tts_callout", **CALL)
    assert flags(sent(stage)) == {"enableDice": True}


async def test_a_changed_callback_url_counts_at_once(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url) as stage, stage.server(era) as voice:
        for index, (url, asked) in enumerate([(ELSEWHERE, False), (LOOPBACK_CALLBACK_URL, True)]):
            await voice.ok("set_callbacks", primary=url)
            await voice.ok("place_tts_callout", **CALL, idempotency_key=str(index))
            assert sent(stage).get("enableAce", False) is asked


async def test_a_callback_url_that_someone_else_changed_counts_as_soon_as_it_is_looked_up(
    sqlite_url: str, era: Era
) -> None:
    async with scene(sqlite_url) as stage, stage.server(era) as voice:
        stage.sandbox.engine.account.set_callbacks(stage.sandbox.credentials.key, primary=ELSEWHERE)
        await voice.ok("get_callbacks")
        await voice.ok("place_tts_callout", **CALL)
    assert flags(sent(stage)) == {"enableDice": True}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"enable_ace": True, "enable_dice": True}, {"enableAce": True, "enableDice": True}),
        ({"enable_ace": False, "enable_dice": False}, {"enableAce": False, "enableDice": False}),
        ({"enable_ace": False}, {"enableAce": False, "enableDice": True}),
        ({"enable_dice": False}, {"enableAce": True, "enableDice": False}),
    ],
)
async def test_what_the_model_says_is_obeyed_under_either_rules(
    sqlite_url: str, era: Era, given: Flags, expected: Flags
) -> None:
    for rules in ({}, {"REHEARSE": "true", "CALLING_HOURS": "any"}):
        async with scene(sqlite_url) as stage, stage.server(era, environ=rules) as voice:
            to = "+14045005000" if rules else CALL["to"]
            await voice.ok("place_tts_callout", **CALL | {"to": to} | given)
        assert flags(sent(stage)) == expected


async def test_the_same_request_is_one_call_wherever_its_events_go_by_then(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url) as stage, stage.server(era) as voice:
        first = await voice.ok("place_tts_callout", **CALL)
        await voice.ok("set_callbacks", primary=ELSEWHERE)
        again = await voice.ok("place_tts_callout", **CALL)
    assert again["call_id"] == first["call_id"]
    assert again["duplicate_of"]


async def test_a_conference_reports_its_end_and_no_answer_unless_the_model_asks(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url, speed=SPEED) as stage, stage.server(era) as voice:
        plain = await voice.ok("place_conference_callout", **ROOM)
        assert flags(sent(stage)) == {"enableDice": True}
        await voice.ok("wait_for_call", call_id=plain["legs"][0]["call_id"], until="answered")
        await voice.ok("close_conference", conference_id="room")
        other = ROOM | {"conference_id": "other", "to": [number("05")], "greeting": "Welcome", "moh": "music1"}
        asked = await voice.ok("place_conference_callout", **other, enable_ace=True, enable_dice=False)
        assert flags(sent(stage)) == {"enableAce": True, "enableDice": False}
        call_id = asked["legs"][0]["call_id"]
        with anyio.fail_after(20):
            await voice.ok("wait_for_call", call_id=call_id, until="answered")
            while not (await voice.client.call_tool("get_conference", {"conference_id": "other"})).structured_content:
                pass
        events = (await voice.ok("get_call_events", call_id=call_id))["events"]
        said = [entry["text"] for entry in stage.noted(call_id, "say")]
        joined = [entry["conference"] for entry in stage.noted(call_id, "joined")]
        await voice.ok("close_conference", conference_id="other")
    assert [event["event"] for event in events] == ["placed", "ace"]
    assert (said, joined) == (["Welcome"], ["other"])


async def test_an_answer_that_nothing_was_saved_for_joins_the_room_of_the_request(sqlite_url: str) -> None:
    script = Script(httpx2.Response(200, json={"callId": "c1"}), httpx2.Response(200, json={"callId": "c2"}))
    to = NumberDestination(endpoint=number("08"))
    text = TtsCallout(destination=to, cli=OWN, text="Hello")
    joining = ConferenceCallout(destination=to, cli=OWN, conference_id="room")
    async with opened(sqlite_url, transport=script.transport) as (service, platform):
        await service.calls.place(ConferenceCalloutRequest(conference_callout=joining))
        await service.calls.place(TtsCalloutRequest(tts_callout=text))
        room, spoken = [await platform.report("ace", call_id) for call_id in ("c1", "c2")]
    assert room.json()["action"] == {"name": "connectConf", "conferenceId": "room"}
    assert spoken.json()["action"] == {"name": "continue"}


class Recording(ManualClock):
    """A clock that stands still and records how long each wait on it may last."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    @contextmanager
    def move_on_after(self, seconds: float, *, shield: bool = False) -> Generator[anyio.CancelScope]:
        """Record the wait."""
        self.waits.append(seconds)
        with super().move_on_after(seconds, shield=shield) as scope:
            yield scope


OFTEN, SELDOM, LAST = 0.25, 0.5, 0.75
PACE = Pace(platform_poll_s=OFTEN, platform_poll_with_events_s=SELDOM, last_events_s=LAST, sweep_s=3_600)
SILENT = {"enable_ace": False, "enable_dice": False}
TTS, CONFERENCE, CUSTOM = "place_tts_callout", "place_conference_callout", "place_custom_callout"
JOIN = {"to": [number("00")], "cli": OWN, "conference_id": "room"}
SPEAK = {"instructions": [{"name": "say", "text": "Hello"}], "action": {"name": "hangup"}}
HIDDEN = {"action": {"name": "connectPstn", "number": number("00"), "cli": OWN, "suppressCallbacks": True}}
BY_ACE = {"to": number("00"), "cli": OWN, "ace": SPEAK}


@asynccontextmanager
async def standing_still(url: str, era: Era, primary: str | None) -> AsyncGenerator[tuple[Caller, Recording, Sandbox]]:
    """A client on a server whose time stands still, with a receiver in another process."""
    clock = Recording()
    sandbox = create_sandbox(clock=clock, wall=clock)
    sandbox.engine.account.set_callbacks(sandbox.credentials.key, primary=primary)
    settings = settings_of(url, {"ALLOW_SUPPRESS_CALLBACKS": "true"})
    async with connected(settings, era, sandbox=sandbox, clock=clock, pace=PACE) as voice:
        yield voice, clock, sandbox


def id_of(placed: dict[str, Any]) -> str:
    return placed["call_id"] if "call_id" in placed else placed["legs"][0]["call_id"]


@pytest.mark.parametrize(
    ("tool", "arguments", "until", "primary", "poll_s"),
    [
        (TTS, CALL, "ended", LOOPBACK_CALLBACK_URL, SELDOM),
        (TTS, CALL, "answered", LOOPBACK_CALLBACK_URL, SELDOM),
        (TTS, CALL, "input", LOOPBACK_CALLBACK_URL, OFTEN),
        (TTS, CALL, "ended", ELSEWHERE, OFTEN),
        (TTS, CALL, "ended", None, OFTEN),
        (TTS, CALL | SILENT, "ended", LOOPBACK_CALLBACK_URL, OFTEN),
        (TTS, CALL | {"enable_dice": False}, "answered", LOOPBACK_CALLBACK_URL, OFTEN),
        (TTS, CALL | {"enable_ace": False}, "answered", LOOPBACK_CALLBACK_URL, OFTEN),
        (TTS, CALL | {"enable_ace": False}, "ended", LOOPBACK_CALLBACK_URL, SELDOM),
        (CONFERENCE, JOIN, "answered", LOOPBACK_CALLBACK_URL, OFTEN),
        (CONFERENCE, JOIN, "ended", LOOPBACK_CALLBACK_URL, SELDOM),
        (CONFERENCE, JOIN | {"enable_ace": True}, "answered", LOOPBACK_CALLBACK_URL, SELDOM),
        (CUSTOM, {"to": number("00"), "cli": OWN}, "input", LOOPBACK_CALLBACK_URL, SELDOM),
        (CUSTOM, BY_ACE, "answered", LOOPBACK_CALLBACK_URL, OFTEN),
        (CUSTOM, BY_ACE, "ended", LOOPBACK_CALLBACK_URL, SELDOM),
        (CUSTOM, {"ice": HIDDEN}, "ended", LOOPBACK_CALLBACK_URL, OFTEN),
    ],
)
async def test_a_wait_asks_the_platform_often_unless_events_report_what_it_waits_for(
    sqlite_url: str, era: Era, tool: str, arguments: dict[str, Any], until: str, primary: str | None, poll_s: float
) -> None:
    async with standing_still(sqlite_url, era, primary) as (voice, clock, _):
        call_id = id_of(await voice.ok(tool, **arguments))
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(voice.client.call_tool, "wait_for_call", {"call_id": call_id, "until": until})
                while not {OFTEN, SELDOM} & set(clock.waits):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
    assert {OFTEN, SELDOM} & set(clock.waits) == {poll_s}


async def test_a_second_server_knows_which_events_a_call_asked_for(sqlite_url: str, era: Era) -> None:
    async with standing_still(sqlite_url, era, LOOPBACK_CALLBACK_URL) as (voice, clock, sandbox):
        call_id = id_of(await voice.ok(TTS, **CALL | SILENT))
        clock.advance(60)
        async with connected(settings_of(sqlite_url), era, sandbox=sandbox, clock=clock, pace=PACE) as other:
            seen = await other.ok("wait_for_call", call_id=call_id)
            why = await other.ok("get_call_events", call_id=call_id)
    assert (seen["state"], LAST in clock.waits) == ("ended", False)
    assert "was placed without events" in why["summary"]


async def test_only_an_event_that_was_asked_for_is_waited_for_after_the_end(sqlite_url: str, era: Era) -> None:
    async with standing_still(sqlite_url, era, LOOPBACK_CALLBACK_URL) as (voice, clock, _):
        silent, reporting = [id_of(await voice.ok(TTS, **CALL | more)) for more in (SILENT, {})]
        clock.advance(60)
        with anyio.fail_after(20):
            assert (await voice.ok("wait_for_call", call_id=silent))["state"] == "ended"
            assert LAST not in clock.waits
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(voice.client.call_tool, "wait_for_call", {"call_id": reporting})
                while LAST not in clock.waits:
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()


async def test_the_summary_names_why_a_call_has_no_events(sqlite_url: str, era: Era) -> None:
    async def why(voice: Caller, call_id: str) -> str:
        return (await voice.ok("get_call_events", call_id=call_id))["summary"]

    async with standing_still(sqlite_url, era, LOOPBACK_CALLBACK_URL) as (voice, clock, _):
        silent, reporting = [id_of(await voice.ok(TTS, **CALL | more)) for more in (SILENT, {})]
        assert "`enable_dice` and `enable_ace` ask for them" in await why(voice, silent)
        assert "no event of this call yet" in await why(voice, reporting)
        clock.advance(60)
        assert "callbacks check" not in await why(voice, silent)
        assert "callbacks check" in await why(voice, reporting)
        await voice.ok("set_callbacks", primary=ELSEWHERE)
        assert "sends events to another URL" in await why(voice, reporting)
    async with connected(load({}), era, sandbox=create_sandbox(clock=ManualClock())) as voice:
        assert "This server receives no events" in await why(voice, id_of(await voice.ok(TTS, **CALL)))


async def test_nothing_in_the_embedded_sandbox_is_for_the_owner_to_check(sqlite_url: str, era: Era) -> None:
    async with embedded(sqlite_url, era) as voice:
        silent = id_of(await voice.ok(TTS, **CALL | SILENT))
        await voice.ok("set_callbacks", primary=ELSEWHERE)
        lost = id_of(await voice.ok(TTS, **CALL | {"to": number("08")}))
        summaries = [(await voice.ok("get_call_events", call_id=call_id))["summary"] for call_id in (silent, lost)]
        refused = await voice.fails("ask_by_phone", to=number("02"), **QUESTION)
        await voice.ok("set_callbacks", primary=LOOPBACK_CALLBACK_URL)
        never = await voice.ok("place_tts_callout", **CALL | {"to": number("55"), "enable_ace": False})
        await voice.ok("wait_for_call", call_id=never["call_id"])
        summaries.append((await voice.ok("get_call_events", call_id=never["call_id"]))["summary"])
    assert not [text for text in (*summaries, refused["next_step"]) if "callbacks check" in text]
    assert all(LOOPBACK_CALLBACK_URL in text for text in (summaries[1], refused["next_step"]))
    assert "The platform reported no event of this call." in summaries[2]


async def test_a_question_without_events_says_why_the_answer_is_not_known(sqlite_url: str, era: Era) -> None:
    async with scene(sqlite_url) as stage, stage.server(era, pace=QUICK) as voice:
        asked = await voice.ok("ask_by_phone", to=number("53"), **QUESTION, wait_s=10)
    assert asked["outcome"] == "unclear"
    assert "no event of it arrived" in asked["summary"]
    assert "callbacks check" in asked["summary"]


async def test_the_list_is_right_as_soon_as_the_calls_of_the_embedded_sandbox_have_ended(era: Era) -> None:
    environ = {"SINCH_VOICE_MAX_CONCURRENT_CALLS": "unlimited", "SINCH_VOICE_SANDBOX_SPEED": "1000"}
    # More calls than are looked up at a platform that limits the rate of requests.
    async with connected(load(environ), era, pace=Pace(refresh_before_listing_s=60)) as voice:
        for index in range(30):
            await voice.ok(TTS, **CALL | SILENT | {"text": f"Hello {index:02}"})
        # The same time later than the others, it ends after them.
        last = id_of(await voice.ok(TTS, **CALL | {"text": "Hello 30", "enable_ace": False}))
        await voice.ok("wait_for_call", call_id=last)
        listed = await voice.ok("list_calls", limit=100)
    calls = listed["calls"]
    assert [call["state"] for call in calls] == ["ended"] * 31
    assert all("cost" in call for call in calls)
    # Written once, as all calls have the same.
    assert (listed["currency"], any("currency" in call for call in calls)) == ("USD", False)
