"""A platform with several hosts: calls and conferences of one are unknown at every other one."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.app.http import receiver_for
from sinch_voice_mcp.clock import ManualClock, SystemClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from tests.callers import Caller, connected
from tests.phones import HANG_UP
from tests.platforms import NUMBERS, PRICE, SignedEvents
from tests.stage import UNSWEPT, settings_of

GLOBAL, EUROPE, BRAZIL = (f"https://calling{part}.api.sinch.com" for part in ("", "-euc1", "-sae1"))
"""Base URLs of calls: the usual one, and those of two regions."""

LIVE = {
    "CALLING_HOURS": "any",
    "MAX_SPEND_PER_DAY": "unlimited",
}
KEYS = {"SINCH_APPLICATION_KEY": DEFAULT_CREDENTIALS.key, "SINCH_APPLICATION_SECRET": DEFAULT_CREDENTIALS.secret}


def resource_url(base: str, call_id: str) -> str:
    """The URL of a call, as the platform reports it."""
    return f"{base}/calling/v1/calls/id/{call_id}"


@dataclass
class Hosts(httpx2.AsyncBaseTransport):
    """A platform at many hosts.

    Attributes:
        calls: The calls that last, by the base URL of the host that knows them.
        rooms: The calls in the conference ``room``, by base URL.
        asked: Method and URL of every request about a call or a conference.
    """

    calls: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    rooms: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    asked: list[str] = field(default_factory=list[str])
    ended: list[str] = field(default_factory=list[str])

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        if "/v1/configuration/" in url or "/calling/query/" in url:
            return httpx2.Response(200, json=NUMBERS if url.endswith("/numbers") else PRICE | {"url": {}})
        self.asked.append(f"{request.method} {url}")
        base, _, path = url.partition("/calling/v1/")
        body: Any = json.loads(request.content) if request.content else None
        match request.method, path.split("/"):
            case "POST", ["callouts"]:
                return self._place(base, body)
            case method, ["calls", "id", call, *_] if call in self.calls.get(base, ()):
                return self._call(method, call, body)
            case method, ["conferences", "id", "room", *call] if self.rooms.get(base):
                return self._room(method, base, call)
            case _:
                return httpx2.Response(404, json={"errorCode": 40400, "message": "no", "reference": "r"})

    def asked_at(self, base: str) -> list[str]:
        """What was asked at a host, without its base URL."""
        return [one.replace(f"{base}/calling/v1", "") for one in self.asked if f" {base}/calling/v1" in one]

    def _place(self, base: str, body: dict[str, Any]) -> httpx2.Response:
        call = f"c{sum(map(len, self.calls.values())) + 1}"
        self.calls.setdefault(base, []).append(call)
        if body["method"] == "conferenceCallout":
            self.rooms.setdefault(base, []).append(call)
        return httpx2.Response(200, json={"callId": call})

    def _call(self, method: str, call: str, body: object) -> httpx2.Response:
        if method == "GET":
            status = "FINAL" if call in self.ended else "ONGOING"
            return httpx2.Response(200, json={"callId": call, "status": status, "result": "ANSWERED"})
        if body in (HANG_UP, HANG_UP | {"instructions": []}):
            self.ended.append(call)
        return httpx2.Response(204)

    def _room(self, method: str, base: str, call: list[str]) -> httpx2.Response:
        if method == "GET":
            inside = [{"id": one, "cli": "", "muted": True, "onhold": False} for one in self.rooms[base]]
            return httpx2.Response(200, json={"participants": inside})
        if method == "DELETE":
            self.ended += call or self.rooms.pop(base)
        return httpx2.Response(204)


@dataclass(frozen=True)
class Abroad:
    """A server, the platform at many hosts that it calls, and the events of that platform."""

    voice: Caller
    platform: SignedEvents
    hosts: Hosts

    async def rings_at(self, base: str, call_id: str) -> None:
        """Let a call come in at a host."""
        self.hosts.calls.setdefault(base, []).append(call_id)
        answer = await self.platform.rings(call_id, callResourceUrl=resource_url(base, call_id))
        assert answer.status == 200

    async def joins(self, call_id: str) -> None:
        """Let a call join the conference ``room``, at whichever host it is."""
        base = next(base for base, calls in self.hosts.calls.items() if call_id in calls)
        join = {"action": {"name": "connectConf", "conferenceId": "room"}}
        await self.voice.ok("update_call", call_id=call_id, svaml=join)
        self.hosts.rooms.setdefault(base, []).append(call_id)


@asynccontextmanager
async def abroad(url: str, clock: ManualClock, **environ: str) -> AsyncGenerator[Abroad]:
    """A server in live mode on a platform at many hosts, and its receiver on the same journal."""
    hosts = Hosts()
    settings = settings_of(url, LIVE | environ, KEYS)
    async with (
        open_app(settings, transport=hosts, clock=clock, pace=UNSWEPT) as service,
        connected(settings, "auto", transport=hosts, clock=clock, pace=UNSWEPT) as voice,
    ):
        yield Abroad(voice, SignedEvents(receiver_for(settings, service, SystemClock())), hosts)
