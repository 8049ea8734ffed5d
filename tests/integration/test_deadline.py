"""A tool call ends before its client gives up, whatever never answers, and nothing is placed afterwards."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from sinch_voice_mcp.app import create_server, open_app
from sinch_voice_mcp.clock import ManualClock, SkippingClock
from sinch_voice_mcp.deadline import SENDING_S, TOOL_CALL_S, current_deadline, tool_call_deadline
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.svaml.model.destinations import NumberDestination
from sinch_voice_mcp.tools import ALL_TOOLS
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import TtsCallout, TtsCalloutRequest
from tests.callers import Caller, Era, connected
from tests.platforms import ERROR, NUMBERS, OTHER, OWN, REAL, THIRD
from tests.stage import CALL, QUESTION, ROOM, UNSWEPT, rehearsed

CLIENT_LIMIT_S = 50
"""Clients give up after 60 s; the answer must have arrived with time to spare."""

PUBLIC = "https://voice.example.com"
SVAML = {"instructions": [{"name": "say", "text": "Hello", "locale": "en-US"}], "action": {"name": "continue"}}
CALL_ID = "a-call"
TOOLS: dict[str, dict[str, Any]] = {
    "list_numbers": {},
    "query_number": {"number": REAL},
    "get_callbacks": {},
    "set_callbacks": {"primary": f"{PUBLIC}/callbacks/voice"},
    "assign_numbers": {"numbers": [OWN]},
    "unassign_number": {"number": OWN},
    "place_tts_callout": CALL,
    "place_conference_callout": ROOM | {"to": [REAL, OTHER, THIRD]},
    "place_custom_callout": {"to": REAL, "cli": OWN, "ace": SVAML},
    "ask_by_phone": QUESTION | {"to": REAL, "wait_s": 0},
    "list_calls": {},
    "get_call": {"call_id": CALL_ID},
    "get_call_events": {"call_id": CALL_ID},
    "wait_for_call": {"call_id": CALL_ID, "timeout_s": 0},
    "play_to_call": {"call_id": CALL_ID, "text": "Hello"},
    "update_call": {"call_id": CALL_ID, "svaml": SVAML},
    "hang_up": {"call_id": CALL_ID},
    "get_conference": {"conference_id": "room"},
    "manage_participant": {"conference_id": "room", "call_id": CALL_ID, "command": "mute"},
    "close_conference": {"conference_id": "room"},
    "sandbox_receive_call": {"caller": REAL},
    "sandbox_act": {"call_id": CALL_ID, "act": "hang_up"},
    "sandbox_script": {"number": REAL},
    "sandbox_fault": {},
    "sandbox_advance": {"seconds": 1},
    "emergency_stop": {"reason": "the end", "hang_up": True},
}
"""Every tool that may ask the platform, in an order in which the last one stops all others."""

ENDPOINTS = {
    "GET numbers": ("GET", "/configuration/numbers"),
    "POST numbers": ("POST", "/configuration/numbers"),
    "DELETE numbers": ("DELETE", "/configuration/numbers"),
    "GET price": ("GET", "/query/number/"),
    "GET callbacks": ("GET", "/callbacks/applications/"),
    "POST callbacks": ("POST", "/callbacks/applications/"),
    "POST callouts": ("POST", "/callouts"),
    "GET call": ("GET", "/calls/id/"),
    "PATCH call": ("PATCH", "/calls/id/"),
    "GET conference": ("GET", "/conferences/id/"),
    "PATCH conference": ("PATCH", "/conferences/id/"),
    "DELETE conference": ("DELETE", "/conferences/id/"),
    "anything": ("", "/"),
}


@dataclass
class Silent(httpx2.AsyncBaseTransport):
    """The sandbox, of which one endpoint, once it is armed, takes requests and never answers."""

    sandbox: Sandbox
    clock: ManualClock
    method: str
    path: str
    armed: bool = False
    held: int = 0
    posts: list[str] = field(default_factory=list[str])

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/callouts"):
            self.posts.append(request.url.path)
        if self.armed and request.method.startswith(self.method) and self.path in request.url.path:
            # The server's periodic work asks the platform, too; no tool call waits for that.
            asked_by_tool = current_deadline() is not None
            if asked_by_tool and request.method != "GET":
                # What its own timeout leads to, in the time of this clock.
                self.clock.advance(SENDING_S)
                raise httpx2.ReadTimeout("no answer", request=request)
            self.held += asked_by_tool
            try:
                await anyio.sleep_forever()
            finally:
                self.held -= asked_by_tool
        return await httpx2.ASGITransport(self.sandbox.asgi).handle_async_request(request)


@dataclass
class Slow:
    """A client of a server on a manual clock that moves only while the platform owes an answer."""

    client: Client
    clock: ManualClock
    platform: Silent

    async def call(self, tool: str, **arguments: Any) -> tuple[CallToolResult, float]:
        """Call a tool; return the result and the seconds that it took."""
        began, results = self.clock.monotonic(), list[CallToolResult]()

        async def call() -> None:
            results.append(await self.client.call_tool(tool, arguments))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            while not results:
                await anyio.lowlevel.checkpoint()
                if self.platform.held:
                    self.clock.advance(0.25)
        return results[0], self.clock.monotonic() - began


@asynccontextmanager
async def slow(endpoint: str, era: Era = "auto", person: Any = None, **environ: str) -> AsyncGenerator[Slow]:
    # Pauses between attempts are skipped, and count.
    clock = SkippingClock(longest_s=10)
    sandbox = create_sandbox(clock=clock, wall=clock)
    sandbox.engine.account.set_callbacks(sandbox.credentials.key, primary=f"{PUBLIC}/callbacks/voice")
    platform = Silent(sandbox, clock, *ENDPOINTS[endpoint])
    given = {
        "SINCH_VOICE_PUBLIC_URL": PUBLIC,
        "SINCH_VOICE_CALLBACK_HOSTS": "voice.example.com",
        "SINCH_VOICE_DATABASE_URL": ":memory:",
        "SINCH_VOICE_MAX_UNKNOWN_OUTCOMES": "unlimited",
    }
    settings = rehearsed(**given, **environ)
    server = create_server(settings, sandbox=sandbox, transport=platform, clock=clock, pace=UNSWEPT)
    async with Client(server, mode=era, elicitation_callback=person) as client:
        platform.armed = True
        # What the server looked up when it started is too old now.
        clock.advance(86_400)
        yield Slow(client, clock, platform)


def test_the_table_has_every_tool_that_may_ask_the_platform() -> None:
    assert {spec.name for spec in ALL_TOOLS} - TOOLS.keys() == {"build_svaml", "check_svaml"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_no_tool_outlasts_its_client_and_nothing_is_placed_after_it(endpoint: str) -> None:
    late: dict[str, float] = {}
    async with slow(endpoint) as voice:
        for tool, arguments in TOOLS.items():
            _, took = await voice.call(tool, **arguments)
            if took >= CLIENT_LIMIT_S:
                late[tool] = took
            placed = len(voice.platform.posts)
            voice.clock.advance(86_400)
            for _ in range(100):
                await anyio.lowlevel.checkpoint()
            assert len(voice.platform.posts) == placed, f"{tool} placed a call after its end"
    assert late == {}


@pytest.mark.parametrize("tool", ["place_tts_callout", "place_conference_callout", "ask_by_phone"])
async def test_a_price_that_never_comes_is_asked_for_once_and_the_call_is_placed_in_time(tool: str) -> None:
    # The calls of a conference are reserved together, each at the highest price.
    async with slow("GET price", SINCH_VOICE_MAX_SPEND_PER_DAY="100") as voice:
        result, took = await voice.call(tool, **TOOLS[tool])
    assert not result.is_error, result.content
    assert voice.platform.posts
    assert took <= 30


async def test_a_price_that_cannot_be_looked_up_is_asked_for_once_in_a_tool_call(era: Era) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if "/query/number/" in request.url.path:
            return httpx2.Response(404, json=ERROR)
        return httpx2.Response(200, json=NUMBERS if request.method == "GET" else {"callId": "c1"})

    async with connected(rehearsed(), era, transport=httpx2.MockTransport(answer)) as voice:
        for _ in range(2):
            await voice.ok("place_tts_callout", **CALL)
            assert len([path for path in asked if "/query/number/" in path]) == 1
            asked.clear()


async def test_time_in_which_a_person_is_asked_does_not_count_and_what_failed_before_is_looked_up_again() -> None:
    async def think(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context, params
        voice.platform.armed = False
        voice.clock.advance(300)
        return ElicitResult(action="accept", content={"place": True})

    async with slow("GET price", "legacy", think, SINCH_VOICE_CONFIRM="always") as voice:
        result, _ = await voice.call("place_tts_callout", **CALL)
        # The price is known by then, so the person confirmed another question.
        assert '"rule":"consent"' in str(result.content)
        result, _ = await voice.call("place_tts_callout", **CALL)
        assert not result.is_error, result.content
        (asked,) = [one for one in voice.platform.sandbox.requests if "/query/number/" in one.raw_path]
    assert asked.method == "GET"
    assert voice.platform.posts


async def test_a_wait_ends_with_the_tool_call_that_it_is_part_of() -> None:
    clock = ManualClock()
    sandbox = create_sandbox(clock=clock, wall=clock)
    async with open_app(load({}), sandbox=sandbox, clock=clock, pace=UNSWEPT) as service:
        asked = TtsCallout(
            cli=OWN, text="Hello", destination=NumberDestination(type="number", endpoint=REAL), locale="en-US"
        )
        placed = await service.calls.place(TtsCalloutRequest(tts_callout=asked))
        with anyio.fail_after(10), tool_call_deadline(clock):
            clock.advance(TOOL_CALL_S)
            seen = await service.events.wait(CallId(placed.call_id or ""), "ended", TOOL_CALL_S)
    assert not seen.ended


@pytest.mark.parametrize(("tool", "argument"), [("wait_for_call", "timeout_s"), ("ask_by_phone", "wait_s")])
async def test_no_tool_waits_longer_than_a_tool_call(voice: Caller, tool: str, argument: str) -> None:
    error = await voice.fails(tool, **TOOLS[tool] | {argument: TOOL_CALL_S + 1})
    assert error["message"] == f"`{argument}` must be 45 or less"
