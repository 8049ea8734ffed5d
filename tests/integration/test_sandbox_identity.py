"""Whose calls are whose: ids of two processes, calls that end with their process, a sandbox that names itself."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from sinch_voice_mcp.clock import ManualClock, SkippingClock, SystemClock
from sinch_voice_mcp.sandbox import Sandbox, SandboxOptions, create_sandbox
from sinch_voice_mcp.settings import load
from sinch_voice_mcp.storage import open_storage
from sinch_voice_mcp.types import SANDBOX_HEADER, CallId
from tests.callers import Caller, Era, connected
from tests.platforms import OWN
from tests.processes import serving
from tests.shell import Shell, serving_app
from tests.stage import number

STAYS = {"to": number("08"), "cli": OWN, "text": "Hello"}
SEEDED = {"SINCH_VOICE_SANDBOX_SEED": "7"}
LIVE = {
    "SINCH_APPLICATION_KEY": "5a4db0c5-0000-4000-8000-00000000000b",
    "SINCH_APPLICATION_SECRET": "c2FuZGJveCBvbmx5OiBub3QgYSBzZWNyZXQ=",
    "SINCH_VOICE_DATABASE_URL": ":memory:",
    "SINCH_VOICE_CALLING_HOURS": "any",
}


async def placed(voice: Caller, **more: object) -> str:
    return (await voice.ok("place_tts_callout", **STAYS | more))["call_id"]


async def joined(voice: Caller, room: str) -> str:
    """A call that lasts for minutes."""
    joining = {"to": [number("08")], "cli": OWN, "conference_id": room}
    return (await voice.ok("place_conference_callout", **joining))["legs"][0]["call_id"]


@pytest.mark.parametrize(("environ", "alike"), [({}, False), (SEEDED, True)])
async def test_two_starts_give_calls_the_same_ids_only_with_a_seed(
    era: Era, environ: Mapping[str, str], *, alike: bool
) -> None:
    ids: list[str] = []
    for _ in range(2):
        async with serving(era, **environ) as voice:
            ids.append(await placed(voice))
    assert (ids[0] == ids[1]) is alike


async def test_calls_end_with_the_process_of_their_sandbox(sqlite_url: str, era: Era) -> None:
    environ = {"SINCH_VOICE_DATABASE_URL": sqlite_url}
    async with serving(era, **environ) as first:
        old = await joined(first, "one")
    async with serving(era, **environ) as second:
        new = await joined(second, "two")
        (latest, lost) = (await second.ok("list_calls"))["calls"]
        error = await second.fails("get_call", call_id=old)
        # The calls of another server on the same journal stay open while it runs.
        async with serving(era, **environ) as third:
            elsewhere = await joined(third, "three")
            listed = {call["call_id"]: call["state"] for call in (await third.ok("list_calls"))["calls"]}
            foreign = await third.fails("get_call", call_id=new)
        assert (await second.ok("get_call", call_id=new))["state"] in {"ringing", "answered"}
    assert (latest["call_id"], latest["state"] in {"ringing", "answered"}) == (new, True)
    assert (lost["call_id"], lost["state"]) == (old, "unknown")
    assert listed.keys() == {old, new, elsewhere}
    assert listed[new] in {"ringing", "answered"}
    for refusal in (error, foreign):
        assert refusal["code"] == "not_found"
        assert "`sinch-voice-mcp sandbox` alone" in refusal["next_step"]
    async with open_storage(sqlite_url, SystemClock()) as storage:
        entries = [await storage.journal.by_call_id(CallId(call_id)) for call_id in (old, new, elsewhere)]
    assert [entry and entry.state for entry in entries] == ["lost"] * 3


async def test_an_unknown_call_gets_the_usual_advice_on_a_platform_outside(era: Era) -> None:
    async with live(era, Masked()) as voice:
        assert "sandbox" not in (await voice.fails("get_call", call_id="no-such-call"))["next_step"]


class Masked(httpx2.AsyncBaseTransport):
    """A sandbox on this machine whose answers lose the header that names it, while ``masked``."""

    def __init__(self, *, masked: bool = False) -> None:
        self.masked = masked
        self.sandbox = sandbox_of_live_keys()
        self._inner = httpx2.ASGITransport(self.sandbox.asgi)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        if self.masked:
            del response.headers[SANDBOX_HEADER]
        return response


def sandbox_of_live_keys() -> Sandbox:
    return create_sandbox(
        clock=ManualClock(), credentials=load(LIVE).credentials, options=SandboxOptions(tolerance=None)
    )


@asynccontextmanager
async def live(era: Era, transport: Masked, **environ: str) -> AsyncGenerator[Caller]:
    """A client on a server with live keys, at a base URL of this machine unless another is given."""
    settings = load({**LIVE, "SINCH_VOICE_BASE_URL": "http://127.0.0.1:8021", **environ})
    async with connected(settings, era, transport=transport, clock=SkippingClock(longest_s=10)) as voice:
        yield voice


async def rule_of(voice: Caller, tool: str, **arguments: Any) -> str:
    return (await voice.fails(tool, **arguments))["rule"]


async def test_a_sandbox_at_a_base_url_of_this_machine_is_recognized_by_every_answer(era: Era) -> None:
    transport = Masked()
    async with live(era, transport) as voice:
        first = await voice.ok("place_tts_callout", **STAYS)
        assert first["simulated"] is True
        assert first["summary"].startswith("SIMULATED")
        # Every other live rule stays.
        unknown = {"instructions": [{"name": "say", "text": "Hi", "mood": "glad"}], "action": {"name": "hangup"}}
        assert await rule_of(voice, "place_custom_callout", to=number("00"), cli=OWN, ace=unknown) == "unknown_member"
        assert await rule_of(voice, "place_tts_callout", **STAYS | {"to": "911"}) == "emergency_number"
        transport.masked = True
        assert (await voice.ok("get_call", call_id=first["call_id"]))["simulated"] is False
        transport.masked = False
        # One answer without the header is enough, until the server starts anew.
        assert (await voice.ok("get_call", call_id=first["call_id"]))["simulated"] is False
        assert await rule_of(voice, "place_tts_callout", **STAYS | {"text": "Again"}) == "fictional_number"


@pytest.mark.parametrize(
    ("masked", "environ"),
    [
        (True, {}),
        (False, {"SINCH_VOICE_BASE_URL": "https://voice.example.com"}),
        (False, {"SINCH_VOICE_BASE_URL": "", "SINCH_VOICE_CALLING_URL": "http://127.0.0.1:8021"}),
    ],
)
async def test_anything_else_is_the_real_platform(era: Era, environ: Mapping[str, str], *, masked: bool) -> None:
    async with live(era, Masked(masked=masked), **environ) as voice:
        assert await rule_of(voice, "place_tts_callout", **STAYS) == "fictional_number"
        assert (await voice.ok("list_numbers"))["simulated"] is False


async def test_a_rehearsal_on_a_standalone_sandbox_still_refuses_fictional_numbers(era: Era) -> None:
    async with live(era, Masked(), SINCH_VOICE_REHEARSE="true") as voice:
        assert await rule_of(voice, "place_tts_callout", **STAYS) == "fictional_number"


async def test_the_policy_names_the_platform_and_what_it_answers() -> None:
    sandbox = sandbox_of_live_keys()
    sandbox_mode = {"SINCH_VOICE_SANDBOX": "true"}
    async with serving_app(sandbox.asgi) as url:
        assert f"on {url}, which answers as a sandbox" in await policy(LIVE | {"SINCH_VOICE_BASE_URL": url})
        assert f"on {url}, a sandbox" in await policy(LIVE | sandbox_mode | {"SINCH_VOICE_BASE_URL": url})
    async with serving_app(_bare) as url:
        assert f"on {url}, which does not answer as a sandbox" in await policy(LIVE | {"SINCH_VOICE_BASE_URL": url})
    assert f"on {url}, which does not answer as a sandbox" in await policy(LIVE | {"SINCH_VOICE_BASE_URL": url})
    assert "on https://calling-euc1.api.sinch.com, the real platform" in await policy(
        LIVE | {"SINCH_VOICE_REGION": "euc1"}
    )
    assert "on the sandbox inside the server" in await policy({})


async def policy(environ: Mapping[str, str]) -> str:
    return (await Shell(**environ).ok("policy")).lines[0]


async def _bare(scope: Any, receive: Any, send: Any) -> None:
    """A program that is no sandbox."""
    del scope, receive
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})
