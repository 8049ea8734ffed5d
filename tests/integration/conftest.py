"""A real MCP client on a real server on the sandbox, in both protocol eras."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp.types import CallToolResult, TextContent

from sinch_voice_mcp.app import create_server
from sinch_voice_mcp.clock import ManualClock, SkippingClock
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.settings import Settings, load
from tests.clocks import PollingClock

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
        assert json.loads(text_of(result)) == result.structured_content
        return result.structured_content

    async def fails(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The error of a call that does not work; every error has the same shape."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        assert result.structured_content is None
        error: dict[str, Any] = json.loads(text_of(result))
        assert {"code", "message", "next_step", "retry_safe"} <= error.keys()
        return error


def text_of(result: CallToolResult) -> str:
    """The text that a model reads."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    """Both protocol eras."""
    return request.param


@pytest.fixture
def clock() -> ManualClock:
    """The sandbox's time; moves when a test moves it."""
    return PollingClock()


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    """A platform that rings nobody."""
    return create_sandbox(clock=clock)


def changes(sandbox: Sandbox) -> int:
    """How many requests reached the platform that do more than ask, such as for the price of a number."""
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
) -> AsyncGenerator[Caller]:
    """A client on a server with these settings; ``person`` answers what it asks."""
    # The pauses between the client's tries are skipped; what the server does from time to time is not.
    clock = clock or (SkippingClock(longest_s=10) if transport else None)
    server = create_server(settings, sandbox=sandbox, transport=transport, clock=clock)
    async with Client(server, mode=era, elicitation_callback=person) as client:
        yield Caller(client)


@pytest.fixture
async def voice(sandbox: Sandbox, era: Era) -> AsyncGenerator[Caller]:
    """A caller on a server with no settings at all."""
    async with connected(load({}), era, sandbox=sandbox) as caller:
        yield caller


Connect = Callable[..., AbstractAsyncContextManager[Caller]]


@pytest.fixture
def connect(sandbox: Sandbox, era: Era) -> Connect:
    """Connect to a server with the given environment, on the sandbox."""

    def with_environment(**environ: str) -> AbstractAsyncContextManager[Caller]:
        return connected(load(environ), era, sandbox=sandbox)

    return with_environment
