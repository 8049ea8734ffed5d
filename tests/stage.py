"""Servers around one simulated platform and one database: on a manual clock, or with events on a fast one."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import anyio
import httpx2
from mcp import Client

from sinch_voice_mcp.app import create_server, open_app
from sinch_voice_mcp.app.http import receiver_for
from sinch_voice_mcp.app.loopback import LOOPBACK_CALLBACK_URL, LOOPBACK_URL, LoopbackTransport
from sinch_voice_mcp.callbacks import Receiver
from sinch_voice_mcp.clock import DEFAULT_PACE, Clock, ManualClock, Pace, ScaledClock, SystemClock
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.sandbox import Post, Sandbox, SeenRequest, create_sandbox
from sinch_voice_mcp.settings import Settings, load
from tests.callers import Caller, Era, Person, connected
from tests.platforms import OWN, REAL, Script, SignedEvents

CALL = {"to": REAL, "text": "Hello Anna", "cli": OWN}
ROOM = {"conference_id": "room", "cli": OWN}
QUESTION = {"question": "Do you come on Friday?", "cli": OWN, "answers": {"1": "yes", "2": "no"}}
"""Arguments of tools that place a call."""

RULES = {"REHEARSE": "true", "CALLING_HOURS": "any"}
"""The live rules, at any hour; names of settings without their prefix."""

_REPEATS = ("REPEAT_GAP_S", "REPEAT_IN_FLIGHT", "REPEAT_PER_DAY", "REPEAT_PER_WEEK")
_RATES = ("CALLS_PER_MINUTE", "CALLS_PER_HOUR", "CALLS_PER_DAY", "MAX_SPEND_PER_DAY")
QUICK = Pace(
    platform_poll_s=0.05,
    platform_poll_with_events_s=0.05,
    platform_answer_s=0.1,
    last_events_s=0.05,
    event_poll_s=0.05,
    pending_poll_s=0.02,
    postgres_connect_s=1.0,
    postgres_reconnect_s=0.05,
)
"""For tests in which an answer, an event or the database never comes: they need not wait as long as a server would."""

UNSWEPT = Pace(sweep_s=3_600, postgres_connect_s=20)
"""No sweep happens unless a test moves the clock by an hour."""

SPEED = 500.0
"""How much faster than real time the calls of a :class:`Scene` are."""


def rehearsed(**environ: str) -> Settings:
    """Return settings for the sandbox under the live rules, without hours and limits on repetition."""
    rules = {
        "SINCH_VOICE_REHEARSE": "true",
        "SINCH_VOICE_CALLING_HOURS": "any",
        "SINCH_VOICE_REPEAT_GAP_S": "unlimited",
        "SINCH_VOICE_REPEAT_IN_FLIGHT": "unlimited",
        "SINCH_VOICE_MAX_CONCURRENT_CALLS": "unlimited",
    }
    return load(rules | environ)


@dataclass(frozen=True)
class Stage:
    """One platform, one manual clock and one database, for as many servers as a test wants."""

    url: str
    clock: ManualClock

    @cached_property
    def sandbox(self) -> Sandbox:
        """The platform; its time of day is that of the clock too."""
        return create_sandbox(clock=self.clock, wall=self.clock)

    @asynccontextmanager
    async def server(
        self,
        more: Mapping[str, str] | None = None,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        pace: Pace = UNSWEPT,
        **environ: str,
    ) -> AsyncGenerator[Caller]:
        """A client on a server under the live rules, with no limits but the given ones; names without prefix."""
        unlimited = dict.fromkeys((*_REPEATS, *_RATES, "MAX_CONCURRENT_CALLS"), "unlimited")
        given = {**RULES, "DATABASE_URL": self.url, **unlimited, **environ, **(more or {})}
        settings = load({f"SINCH_VOICE_{name}": value for name, value in given.items()})
        server = create_server(settings, sandbox=self.sandbox, transport=transport, clock=self.clock, pace=pace)
        async with Client(server) as client:
            yield Caller(client)

    @property
    def posts(self) -> Sequence[SeenRequest]:
        """Callouts that reached the platform."""
        return [request for request in self.sandbox.requests if request.raw_path == "/calling/v1/callouts"]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when a condition holds."""
    with anyio.fail_after(10):
        while not await condition():
            pass


async def listed(voice: Caller, **filters: Any) -> list[dict[str, Any]]:
    return (await voice.ok("list_calls", **filters))["calls"]


def number(last: str) -> str:
    """A number that only the sandbox knows."""
    return f"+120255501{last}"


def settings_of(
    url: str, environ: Mapping[str, str] | None = None, credentials: Mapping[str, str] | None = None
) -> Settings:
    """Settings of a server that runs no receiver itself, with no limit on repeats; names without their prefix.

    With credentials, whose names are complete, the server is in live mode.
    """
    unlimited = dict.fromkeys((*_REPEATS, "MAX_CONCURRENT_CALLS"), "unlimited")
    given = {"DATABASE_URL": url, "PUBLIC_URL": LOOPBACK_URL, **unlimited, **(environ or {})}
    return load({f"SINCH_VOICE_{name}": value for name, value in given.items() if value} | dict(credentials or {}))


@dataclass(frozen=True)
class Scene:
    """A platform with fast time of its own, and a receiver of its events on the database of the servers."""

    url: str
    sandbox: Sandbox
    service: VoiceService
    receiver: Receiver

    @asynccontextmanager
    async def server(
        self,
        era: Era = "auto",
        person: Person | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        environ: Mapping[str, str] | None = None,
        pace: Pace = DEFAULT_PACE,
    ) -> AsyncGenerator[Caller]:
        """A client on a server of its own."""
        settings = settings_of(self.url, environ)
        server = create_server(settings, sandbox=self.sandbox, transport=transport, pace=pace)
        async with Client(server, mode=era, elicitation_callback=person) as client:
            yield Caller(client)

    @property
    def posts(self) -> list[SeenRequest]:
        """Callouts that reached the platform."""
        return [request for request in self.sandbox.requests if request.raw_path == "/calling/v1/callouts"]

    def lookups(self, call_id: str) -> int:
        """How often a server asked the platform for the state of a call."""
        return sum(request.raw_path.endswith(f"/calls/id/{call_id}") for request in self.sandbox.requests)

    def noted(self, call_id: str, event: str) -> list[Mapping[str, Any]]:
        """What the platform recorded in its timeline of a call."""
        entries = self.sandbox.engine.timeline()
        return [entry.detail for entry in entries if (entry.call_id, entry.event) == (call_id, event)]


@asynccontextmanager
async def scene(
    url: str,
    environ: Mapping[str, str] | None = None,
    *,
    speed: float = SPEED,
    clock: Clock | None = None,
    pace: Pace = DEFAULT_PACE,
    through: Callable[[Post], Post] = lambda post: post,
) -> AsyncGenerator[Scene]:
    """A platform and a receiver; servers are opened on the scene. A clock for the platform replaces the speed.

    The platform's events go ``through`` a function, which can change the replies.
    """
    loopback = LoopbackTransport()
    sandbox = create_sandbox(clock=clock or ScaledClock(speed), post=through(loopback))
    settings = settings_of(url, environ)
    async with open_app(settings, sandbox=sandbox, pace=pace) as service, anyio.create_task_group() as tasks:
        receiver = receiver_for(settings, service, SystemClock())
        async with loopback.connected(receiver):
            sandbox.engine.account.set_callbacks(sandbox.credentials.key, primary=LOOPBACK_CALLBACK_URL)
            tasks.start_soon(sandbox.run)
            yield Scene(url, sandbox, service, receiver)
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def embedded(url: str, era: Era, speed: float = SPEED, pace: Pace = DEFAULT_PACE) -> AsyncGenerator[Caller]:
    """A client on a server whose embedded sandbox sends it events inside the process."""
    settings = settings_of(url, {"PUBLIC_URL": "", "SANDBOX_SPEED": str(speed)})
    async with connected(settings, era, pace=pace) as caller:
        yield caller


@asynccontextmanager
async def opened(
    url: str,
    environ: Mapping[str, str] | None = None,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    pace: Pace = UNSWEPT,
) -> AsyncGenerator[tuple[VoiceService, SignedEvents]]:
    """A server without MCP, and a platform that sends it events."""
    settings = settings_of(url, environ)
    async with open_app(settings, transport=transport or Script().transport, pace=pace) as service:
        yield service, SignedEvents(receiver_for(settings, service, SystemClock()))
