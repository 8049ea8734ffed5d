"""Plays scenarios on a real server, the simulated platform and a journal, and records every step."""

import json
import random
import re
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import groupby
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import DEFAULT_PACE, Pace
from sinch_voice_mcp.sandbox import (
    DEFAULT_CREDENTIALS,
    CallbackRequest,
    CallbackResponse,
    SandboxOptions,
    create_sandbox,
)
from sinch_voice_mcp.settings import Settings, load
from sinch_voice_mcp.signing import Credentials, Message, authorization, basic_authorization, timestamp
from tests.clocks import PollingClock
from tests.golden.recording import is_list, is_object
from tests.golden.scenarios import Scenario, Step

SEED = 20_260_105
PATH = "/callbacks/voice"
PUBLIC = "http://127.0.0.1"
STRANGER = Credentials(key="5a4db0c5-0000-4000-8000-000000000002", secret="YW5vdGhlciBhcHBsaWNhdGlvbg==")
_REFERENCE = re.compile(r"\{([a-z]\w*(?:\.\w+)*)\}")
_SHOWN_HEADERS = ("allow", "content-type", "retry-after")
_PERSON: Mapping[str, ElicitResult] = {
    "yes": ElicitResult(action="accept", content={"place": True}),
    "no": ElicitResult(action="decline"),
    "unticked": ElicitResult(action="accept", content={"place": False}),
    "empty": ElicitResult(action="accept", content={}),
    "text": ElicitResult(action="accept", content={"place": "true"}),
    "closed": ElicitResult(action="cancel"),
}
_SILENCES: Mapping[str, type[httpx2.TransportError]] = {
    "no connection": httpx2.ConnectError,
    "no answer": httpx2.ReadTimeout,
    "broken": httpx2.ReadError,
}


class Platform(httpx2.AsyncBaseTransport):
    """Carries requests to the sandbox and keeps them; a fault replaces the next answers to what is not GET."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.seen: list[dict[str, Any]] = []
        self.faults: list[Any] = []
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request; ``lost`` lets it reach the platform and drops the answer."""
        body = (await request.aread()).decode()
        self.seen.append({"request": f"{request.method} {request.url}", "body": _json_or(body) if body else None})
        fault = self.faults.pop(0) if self.faults and request.method != "GET" else None
        if isinstance(fault, str) and fault in _SILENCES:
            raise _SILENCES[fault]("fault", request=request)
        if is_object(fault):
            headers: dict[str, str] = fault.get("headers", {})
            return httpx2.Response(fault["status"], headers=headers, text=fault.get("text", ""), request=request)
        response = await self._inner.handle_async_request(request)
        if fault == "lost":
            raise httpx2.ReadTimeout("fault", request=request)
        return response

    def taken(self) -> list[dict[str, Any]]:
        """What came since the last look; reads that stand side by side may be concurrent, so they are sorted."""
        seen, self.seen = self.seen, []
        ordered: list[dict[str, Any]] = []
        for is_read, run in groupby(seen, key=lambda one: str(one["request"]).startswith("GET ")):
            requests = list(run)
            ordered += sorted(requests, key=lambda one: str(one["request"])) if is_read else requests
        return ordered


NEVER_S = 1e9
"""The sweep would add look-ups at moments that no step names."""


class RecordingClock(PollingClock):
    """A manual clock on which retry pauses are skipped: a client that pauses moves the clock."""

    async def sleep(self, seconds: float) -> None:
        """Move the clock by a retry pause; a poll takes real time, and a sweep never comes."""
        if seconds in {DEFAULT_PACE.pending_poll_s, NEVER_S}:
            await super().sleep(seconds)
            return
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()


class Stage:
    """Plays one scenario on a journal at this URL."""

    def __init__(self, scenario: Scenario, database_url: str) -> None:
        self._scenario = scenario
        self.clock = RecordingClock()
        self._port = _free_port() if scenario.callbacks else None
        self._database_url = database_url
        self._sandbox = create_sandbox(
            clock=self.clock,
            wall=self.clock,
            post=self._deliver if scenario.callbacks else None,
            options=SandboxOptions(seed=SEED),
        )
        if scenario.callbacks:
            self._sandbox.engine.account.set_callbacks(DEFAULT_CREDENTIALS.key, primary=PUBLIC + PATH)
        self._platform = Platform(httpx2.ASGITransport(self._sandbox.asgi))
        self._http = httpx2.AsyncClient()
        self._one_at_a_time = anyio.Lock()
        self._answer = "closed"
        self._asked: list[str] = []
        self._results: dict[str, Any] = {}

    async def play(self) -> list[dict[str, Any]]:
        """The record of every step."""
        played: list[dict[str, Any]] = []
        steps = list(self._scenario.steps)
        async with self._http:
            while steps:
                async with self.connected(self._database_url) as client:
                    with anyio.fail_after(10):
                        while self._scenario.live and not self._platform.seen:
                            await anyio.lowlevel.checkpoint()
                    played.append({"step": "server", "platform": self._platform.taken()})
                    while steps and (step := steps.pop(0)).name != "server":
                        played.append(await self._play(client, step))
        return played

    def _load(self, database_url: str, more: Mapping[str, str]) -> Settings:
        given = {"DATABASE_URL": database_url, **self._scenario.settings}
        if self._port is not None:
            given |= {"PUBLIC_URL": PUBLIC, "CALLBACK_PORT": str(self._port)}
        environ = {f"SINCH_VOICE_{name}": value for name, value in given.items()}
        if self._scenario.live:
            environ["SINCH_APPLICATION_KEY"] = DEFAULT_CREDENTIALS.key
            environ["SINCH_APPLICATION_SECRET"] = DEFAULT_CREDENTIALS.secret
        return load({**environ, **more})

    @asynccontextmanager
    async def connected(self, database_url: str, **environ: str) -> AsyncGenerator[Client]:
        """A client of a server on this platform, with a journal that may be another one."""
        settings = self._load(database_url, environ)
        server = create_server(
            settings, sandbox=self._sandbox, transport=self._platform, clock=self.clock, pace=Pace(sweep_s=NEVER_S)
        )
        person = self._person if self._scenario.asks else None
        async with Client(server, mode=self._scenario.era, elicitation_callback=person) as client:
            yield client

    async def _person(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        self._asked.append(params.message)
        return _PERSON[self._answer]

    async def _play(self, client: Client, step: Step) -> dict[str, Any]:
        arguments = self._filled(dict(step.arguments))
        match step.name:
            case "advance":
                await self._advance(arguments["seconds"])
                outcome = {"seconds": arguments["seconds"]}
            case "post":
                await self._advance(1)
                outcome = await self._post(arguments, step.options)
            case _:
                # The journal orders requests by the time they came; what came in the same millisecond it does not.
                await self._advance(1)
                outcome = await self._call(client, step, arguments)
                await self._sandbox.settle()
        return {"step": step.name, **outcome, "platform": self._platform.taken()}

    async def _call(self, client: Client, step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
        self._answer, self._asked = step.options.get("person", "closed"), []
        self._platform.faults = list(step.options.get("platform", []))
        outcome: dict[str, Any] = {}

        async def call() -> None:
            try:
                outcome.update(_outcome(await client.call_tool(step.name, arguments)))
            except MCPError as error:
                outcome.update({"protocol_error": {"code": error.code, "message": error.message}})

        # The pause before a repeated request has a random part.
        random.seed(SEED)
        # A task of its own, as every request of a client in another process has.
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
        self._results[step.options.get("as", "")] = outcome.get("result")
        self._platform.faults = []
        asked = {"asked": self._asked, "answered": self._answer} if self._asked else {}
        return {"arguments": arguments, **asked, **outcome}

    async def _advance(self, seconds: float) -> None:
        if not self._scenario.callbacks:
            self.clock.advance(seconds)
            return
        while seconds > 0:
            # In small steps, so that each event of a call arrives at the instant that its timestamp names.
            self.clock.advance(min(1, seconds))
            seconds -= 1
            await self._sandbox.settle()

    async def _deliver(self, request: CallbackRequest) -> CallbackResponse | None:
        url = request.url.replace(PUBLIC, f"http://127.0.0.1:{self._port}", 1)
        async with self._one_at_a_time:
            answer = await self._http.post(url, content=request.body, headers=dict(request.headers))
        return CallbackResponse(answer.status_code, answer.content)

    async def _post(self, event: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
        """Post one event.

        Options: ``raw`` (the body as text, instead of JSON) and ``times`` (how often that is repeated), ``latin1``
        (whether it is sent in that encoding), ``path``, ``method``, ``content_type``, ``seconds`` (how far its
        timestamp is from now), ``signed`` (``right``, ``wrong``, ``stranger``, ``basic``, ``bare`` or ``not``),
        ``over`` (the path that is signed), ``headers`` (replaced ones; null leaves one out).
        """
        text = options["raw"] * options.get("times", 1) if "raw" in options else json.dumps(event, sort_keys=True)
        body = text.encode("latin-1" if options.get("latin1") else "utf-8", "surrogatepass")
        path, method = options.get("path", PATH), options.get("method", "POST")
        stamp = timestamp(self.clock.now() + timedelta(seconds=options.get("seconds", 0)))
        kind = options.get("content_type", "application/json")
        message = Message(method, options.get("over", path), kind, stamp, body)
        headers: dict[str, str | None] = {"content-type": kind, "x-timestamp": stamp}
        headers |= {"authorization": _proof(message, options.get("signed", "right"))} | options.get("headers", {})
        given = {name: value for name, value in headers.items() if value is not None}
        url = f"http://127.0.0.1:{self._port}{path}"
        answer = await self._http.request(method, url, content=body or None, headers=given)
        shown = {name: answer.headers[name] for name in _SHOWN_HEADERS if name in answer.headers}
        outcome: dict[str, Any] = {"event": event} if event else {}
        return {
            **outcome,
            "options": options,
            "status": answer.status_code,
            "headers": shown,
            "reply": _json_or(answer.text),
        }

    def _filled(self, value: Any) -> Any:
        """Arguments with what earlier results put into them."""
        if isinstance(value, str):
            return _REFERENCE.sub(lambda found: str(self._found(found[1])), value)
        if is_list(value):
            return [self._filled(one) for one in value]
        if is_object(value):
            return {key: self._filled(one) for key, one in value.items()}
        return value

    def _found(self, path: str) -> object:
        found: Any = self._results
        for name in path.split("."):
            found = found[int(name)] if name.isdigit() else found[name]
        return found


def _outcome(result: CallToolResult) -> dict[str, Any]:
    (content,) = result.content
    assert isinstance(content, TextContent)
    if result.is_error:
        assert result.structured_content is None
        return {"error": _json_or(content.text)}
    assert json.loads(content.text) == result.structured_content
    return {"result": result.structured_content}


def _proof(message: Message, signed: str) -> str | None:
    match signed:
        case "right":
            return authorization(DEFAULT_CREDENTIALS, message)
        case "wrong":
            return authorization(DEFAULT_CREDENTIALS, Message("POST", "/", "", message.timestamp))
        case "stranger":
            return authorization(STRANGER, message)
        case "basic":
            return basic_authorization(DEFAULT_CREDENTIALS)
        case "bare":
            return f"application {DEFAULT_CREDENTIALS.key}"
        case _:
            return None


def _json_or(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
