"""Clients that call tools as a model's host does, and users who answer what a server asks."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal

import httpx2
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp.types import (
    CallToolResult,
    ElicitRequestParams,
    ElicitResult,
    TextContent,
)

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import DEFAULT_PACE, ManualClock, Pace, SkippingClock
from sinch_voice_mcp.sandbox import Sandbox
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.types import compact_json

Era = Literal["auto", "legacy"]


class Caller:
    """Calls tools as a model's host does."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def ok(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result of a call that works."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        assert text_of(result) == compact_json(result.structured_content)
        return result.structured_content

    async def fails(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The error of a call that does not work; every error has the same shape."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        assert result.structured_content is None
        error: dict[str, Any] = json.loads(text_of(result))
        assert text_of(result) == compact_json(error)
        assert {"code", "message", "next_step", "retry_safe"} <= error.keys()
        return error


def text_of(result: CallToolResult) -> str:
    """The text that a model reads."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def changes(sandbox: Sandbox) -> int:
    """How many requests that change something reached the platform."""
    return sum(request.method != "GET" for request in sandbox.requests)


@asynccontextmanager
async def connected(
    settings: Settings,
    era: Era,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: ManualClock | None = None,
    person: ElicitationFnT | None = None,
    pace: Pace = DEFAULT_PACE,
) -> AsyncGenerator[Caller]:
    """A client on a server with these settings; ``person`` answers what it asks."""
    # Skips the pauses between attempts of the client, but not the longer intervals of the server's periodic work.
    clock = clock or (SkippingClock(longest_s=10) if transport else None)
    server = create_server(settings, sandbox=sandbox, transport=transport, clock=clock, pace=pace)
    async with Client(server, mode=era, elicitation_callback=person) as client:
        yield Caller(client)


Connect = Callable[..., AbstractAsyncContextManager[Caller]]


class Person:
    """The user at the client, who answers questions; the questions are recorded."""

    def __init__(self, *answers: str) -> None:
        self.questions: list[str] = []
        self._answers = list(answers)

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        self.questions.append(params.message)
        match self._answers.pop(0):
            case "accept":
                return ElicitResult(action="accept", content={"place": True})
            case "untick":
                return ElicitResult(action="accept", content={"place": False})
            case "cancel":
                return ElicitResult(action="cancel")
            case _:
                return ElicitResult(action="decline")
