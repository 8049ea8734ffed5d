"""A sandbox with its control API, whose every response is checked against the OpenAPI document."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import anyio
import httpx2
from jsonschema import Draft202012Validator, validate

from sinch_voice_mcp.clock import Clock, ManualClock
from sinch_voice_mcp.sandbox import Sandbox, SandboxOptions, SimulatedClock, create_sandbox
from sinch_voice_mcp.sandbox.control.openapi import document
from sinch_voice_mcp.sandbox.control.routes import ROUTES
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import CustomCallout, CustomCalloutRequest, TtsCallout, TtsCalloutRequest
from tests.contract.callback_scene import KEY, PREFIX, PRIMARY, Receiver

BASE = "http://127.0.0.1:8021"

DOCUMENT: dict[str, Any] = document(ROUTES)

MENU: dict[str, Any] = {
    "action": {
        "name": "runMenu",
        "enableVoice": True,
        "locale": "en-US",
        "menus": [
            {
                "id": "main",
                "mainPrompt": "#tts[Our opening hours: press 2]",
                "options": [{"dtmf": "2", "input": "two", "action": "return(hours)"}],
            }
        ],
    }
}
HANGUP: dict[str, Any] = {"action": {"name": "hangup"}}


@dataclass
class ControlScene:
    """A sandbox on two clocks that a test moves, its receiver of callbacks, and a client of its control API."""

    token: str | None = None
    peer: str = "127.0.0.1"
    base: str = BASE
    wall: ManualClock = field(default_factory=ManualClock)
    clock: Clock | None = None
    receiver: Receiver = field(default_factory=lambda: Receiver({"ace": MENU, "pie": HANGUP}))
    sandbox: Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = create_sandbox(
            clock=self.clock or SimulatedClock(self.wall, mode="manual"),
            wall=self.wall,
            post=self.receiver.post,
            options=SandboxOptions(control_token=self.token),
        )
        self.sandbox.engine.account.set_callbacks(KEY, primary=PRIMARY)

    def call(self, digits: str = "08", **members: Any) -> str:
        """Place a custom callout to a fictional number; the application answers its events."""
        destination = NumberDestination(endpoint=PREFIX + digits)
        callout = CustomCallout(destination=destination, cli="+14155550100", **members)
        return self.sandbox.engine.place(KEY, CustomCalloutRequest(custom_callout=callout))

    def tts(self, digits: str = "00") -> str:
        """Place a callout that speaks, without events."""
        destination = NumberDestination(endpoint=PREFIX + digits)
        callout = TtsCallout(destination=destination, cli="+14155550100", text="We are open.")
        return self.sandbox.engine.place(KEY, TtsCalloutRequest(tts_callout=callout))

    async def request(self, method: str, path: str, body: object = None, **options: Any) -> httpx2.Response:
        """Send a request below ``/_sandbox/``, with JSON or bytes; check the response against its schema."""
        transport = httpx2.ASGITransport(self.sandbox.asgi, client=(self.peer, 40_000))
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        async with httpx2.AsyncClient(transport=transport, base_url=self.base) as client:
            response = await client.request(method, f"/_sandbox/{path}", content=content, **options)
        assert response.headers["x-sinch-voice-sandbox"] == "1"
        check(method, path.partition("?")[0], response.status_code, response.json())
        return response

    async def get(self, path: str, **parameters: Any) -> Any:
        """Return what a path returns."""
        response = await self.request("GET", path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    async def post(self, path: str, body: object = None) -> Any:
        """Return what a path returns for a body."""
        response = await self.request("POST", path, body)
        assert response.status_code == 200, response.text
        return response.json()

    async def fails(self, method: str, path: str, body: object = None, **options: Any) -> tuple[int, str, str]:
        """Send a request that is refused; return the status, the code and the message."""
        response = await self.request(method, path, body, **options)
        assert response.status_code >= 400, response.text
        error = response.json()["error"]
        return response.status_code, error["code"], error["message"]

    async def found(self, query: str) -> list[str]:
        """Return the ids of the calls that a query finds, the newest first."""
        return [call["id"] for call in (await self.get("calls", q=query))["calls"]]

    async def advance(self, seconds: float) -> Any:
        """Move simulated time, as a client of the control API does."""
        return await self.post("clock", {"advance_s": seconds})


@asynccontextmanager
async def running(sandbox: Sandbox) -> AsyncGenerator[None]:
    """Run a sandbox in the background."""
    async with anyio.create_task_group() as group:
        group.start_soon(sandbox.run)
        await anyio.wait_all_tasks_blocked()
        yield
        group.cancel_scope.cancel()


def path_of(*segments: str) -> str:
    """Return a path with segments of any characters."""
    return "/".join(quote(segment, safe="") for segment in segments)


def check(method: str, path: str, status: int, data: object) -> None:
    """Fail unless a response is as the OpenAPI document says."""
    if status == 200:
        schema = _operation(method, path)["responses"]["200"]["content"]["application/json"]["schema"]
    else:
        schema = {"$ref": "#/components/schemas/ErrorResponse"}
    validate(data, {**schema, "components": DOCUMENT["components"]}, Draft202012Validator)


def _operation(method: str, path: str) -> Mapping[str, Any]:
    segments = path.rstrip("/").split("/")
    for pattern, operations in DOCUMENT["paths"].items():
        expected = pattern.removeprefix("/_sandbox/").split("/")
        pairs = list(zip(expected, segments, strict=False))
        if len(expected) == len(segments) and all(want.startswith("{") or want == got for want, got in pairs):
            return operations[method.lower()]
    raise AssertionError(f"{method} {path} is not in the OpenAPI document")
