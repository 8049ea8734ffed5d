"""The composition root: settings in, opened dependencies out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
from mcp.server import MCPServer

from sinch_voice_mcp.client import Timeouts, VoiceClient
from sinch_voice_mcp.clock import Clock, ScaledClock, SystemClock
from sinch_voice_mcp.operations import Desk, open_desk
from sinch_voice_mcp.sandbox import Sandbox, create_sandbox
from sinch_voice_mcp.server import VoiceServer, make_server
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.tools import select_tools

SANDBOX_URL = "http://127.0.0.1"
"""The base URL inside the process; nothing listens there, the ASGI transport answers."""


def embedded_sandbox(settings: Settings, clock: Clock | None = None) -> Sandbox:
    """The sandbox that a server without credentials has inside itself."""
    return create_sandbox(
        clock=clock or ScaledClock(settings.sandbox_speed),
        credentials=settings.credentials,
        seed=settings.sandbox_seed,
    )


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> AsyncGenerator[Desk]:
    """Open everything that a server needs, and close it again.

    Args:
        settings: How to run.
        sandbox: The embedded sandbox to use; default is a new one.
        transport: What carries HTTP instead of the network.
        clock: Where the time comes from; default is the machine's.
    """
    clock = clock or SystemClock()
    base_url = settings.base_url
    if settings.embedded and transport is None:
        transport = httpx2.ASGITransport((sandbox or embedded_sandbox(settings)).asgi)
        base_url = SANDBOX_URL
    client = VoiceClient(
        settings.credentials,
        region=settings.region,
        authentication=settings.auth,
        calling_url=settings.calling_url or base_url,
        configuration_url=settings.configuration_url or base_url,
        transport=transport,
        clock=clock,
        timeouts=Timeouts(total=settings.request_timeout_s),
    )
    async with client, anyio.create_task_group() as background:
        desk = open_desk(client, settings.policy, settings.mode, clock, simulated=settings.simulated)
        if settings.embedded:
            await desk.account.warm()
        else:
            background.start_soon(desk.account.warm)
        yield desk
        background.cancel_scope.cancel()


def create_server(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> VoiceServer:
    """The MCP server for these settings; it opens its dependencies when it starts to serve.

    Raises:
        ConfigurationError: A toolset or tool that was asked for does not exist.
    """
    specs = select_tools(
        toolsets=settings.toolsets,
        tools=settings.tools,
        exclude=settings.exclude_tools,
        read_only=settings.read_only,
    )

    @asynccontextmanager
    async def lifespan(_: MCPServer[Desk]) -> AsyncGenerator[Desk]:
        async with open_app(settings, sandbox=sandbox, transport=transport, clock=clock) as desk:
            yield desk

    return make_server(specs, lifespan, mode=settings.mode, simulated=settings.simulated)
