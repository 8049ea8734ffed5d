"""A sandbox that delivers its callbacks to a receiver in the same process."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    CallbackRequest,
    CallbackResponse,
    Sandbox,
    SandboxOptions,
    create_sandbox,
)
from sinch_voice_mcp.signing import Credentials, Flaw, Received, verify
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest, TtsCallout, TtsCalloutRequest
from tests.contract.openapi.document import assert_callback

KEY = DEFAULT_CREDENTIALS.key

PREFIX = "+120255501"

PRIMARY, FALLBACK = "http://127.0.0.1:9/voice%20app?tenant=7", "http://[::1]:9"

HANGUP = {"action": {"name": "hangup"}}

MENU = {
    "action": {
        "name": "runMenu",
        "menus": [
            {"id": "main", "mainPrompt": "#tts[fourteen chars]", "options": [{"dtmf": 1, "action": "return(yes)"}]}
        ],
    }
}

Answering = Callable[[CallbackRequest], CallbackResponse | None]


def answering(status: int | None) -> Answering:
    """Return a function that responds with this status to every callback; None stands for no response."""
    return lambda _: None if status is None else CallbackResponse(status, json.dumps(HANGUP).encode())


@dataclass
class Receiver:
    """An application that receives callbacks: what it received, and how it replies to each URL and event.

    It checks that each callback is documented, except those of a test that sends others on purpose.
    """

    svaml: dict[str, object] = field(default_factory=dict[str, object])
    at: dict[str, Answering] = field(default_factory=dict[str, Answering])
    holds: dict[str, anyio.Event] = field(default_factory=dict[str, anyio.Event])
    got: list[CallbackRequest] = field(default_factory=list[CallbackRequest])
    checks: bool = True

    async def post(self, request: CallbackRequest) -> CallbackResponse | None:
        """Receive a callback without any network."""
        if self.checks:
            assert_callback(request.body)
        event = str(json.loads(request.body).get("event"))
        await anyio.lowlevel.checkpoint()
        if (released := self.holds.get(event)) is not None:
            await released.wait()
        self.got.append(request)
        if (special := self.at.get(request.url)) is not None:
            return special(request)
        reply = self.svaml.get(event)
        return CallbackResponse(200, b"" if reply is None else json.dumps(reply).encode())

    def kinds(self) -> list[str]:
        """Return the kinds of the received events, in order."""
        return [str(json.loads(request.body)["event"]) for request in self.got]


@dataclass
class Scene:
    """A sandbox that delivers its callbacks to a receiver."""

    receiver: Receiver = field(default_factory=Receiver)
    clock: ManualClock = field(default_factory=ManualClock)
    wall: ManualClock = field(default_factory=ManualClock)
    allow_remote: bool = False
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = create_sandbox(
            clock=self.clock,
            wall=self.wall,
            post=self.receiver.post,
            options=SandboxOptions(allow_remote=self.allow_remote),
        )
        self.sandbox.engine.account.set_callbacks(KEY, primary=PRIMARY, fallback=FALLBACK)

    def custom(self, digits: str = "00", **members: Any) -> str:
        """Place a custom callout."""
        callout = CustomCallout(destination=NumberDestination(endpoint=PREFIX + digits), cli="+14155550100", **members)
        return self.sandbox.engine.place(KEY, CustomCalloutRequest(custom_callout=callout))

    def tts(self, digits: str = "00") -> str:
        """Place a callout that speaks, with all events."""
        flags: dict[str, Any] = {"enable_ace": True, "enable_dice": True, "enable_pie": True}
        callout = TtsCallout(
            destination=NumberDestination(endpoint=PREFIX + digits), cli="+14155550100", text="Hello.", **flags
        )
        return self.sandbox.engine.place(KEY, TtsCalloutRequest(tts_callout=callout))

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass, and settle."""
        self.clock.advance(seconds)
        await self.sandbox.settle()

    def result(self, call_id: str) -> tuple[str, str, str]:
        """Return the status, result and reason of a call."""
        report = self.sandbox.engine.call(KEY, call_id)
        return report.status, report.result, report.reason

    def verdict(self, request: CallbackRequest) -> Credentials | Flaw:
        """Return whether a receiver would accept a callback."""
        parts = urlsplit(request.url)
        received = Received(
            request.method,
            parts.path or "/",
            "",
            request.headers["authorization"],
            request.headers["content-type"],
            request.headers["x-timestamp"],
            request.body,
        )
        return verify(received, [DEFAULT_CREDENTIALS], now=self.wall.now(), accept_basic=False)
