"""The composition root: settings in, opened dependencies out."""

import hmac
import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote

import anyio
import httpx2
import platformdirs
from anyio.abc import TaskGroup
from mcp.server import MCPServer

from sinch_voice_mcp.app.http import listening_socket, receiver_for, serve
from sinch_voice_mcp.app.loopback import INSIDE, INSIDE_URL, LoopbackTransport
from sinch_voice_mcp.client import Timeouts, VoiceClient
from sinch_voice_mcp.clock import DEFAULT_PACE, Clock, Pace, ScaledClock, SystemClock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations import ServiceConfig, VoiceService
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.sandbox import Post, Sandbox, create_sandbox
from sinch_voice_mcp.server import VoiceServer, make_server
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MEMORY, Storage, open_storage
from sinch_voice_mcp.tools import select_tools

_LOGGER = logging.getLogger(__name__)
_MARGIN_S = 2.0


def embedded_sandbox(settings: Settings, post: Post) -> Sandbox:
    """The sandbox of these settings; it calls applications back through ``post``."""
    return create_sandbox(
        clock=ScaledClock(settings.sandbox_speed),
        credentials=settings.credentials,
        seed=settings.sandbox_seed,
        post=post,
    )


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    pace: Pace = DEFAULT_PACE,
) -> AsyncGenerator[VoiceService]:
    """Open everything that a server needs, and close it again.

    Args:
        settings: How to run.
        sandbox: The embedded sandbox to use; default is a new one, which sends the events of its calls.
        transport: What carries HTTP instead of the network.
        clock: Where the time comes from; default is the machine's.
        pace: How long the server waits for what.
    """
    machine = clock or SystemClock()
    loopback = LoopbackTransport() if settings.embedded and sandbox is None and transport is None else None
    platform = sandbox if loopback is None else embedded_sandbox(settings, loopback)
    client = _client(settings, platform, transport, machine)
    config = ServiceConfig(
        policy=settings.policy,
        mode=settings.mode,
        simulated=settings.simulated,
        source=_source(settings, inside=loopback is not None),
        incoming_text=settings.incoming_text,
        patience_s=settings.request_timeout_s + _MARGIN_S,
        pace=pace,
    )
    async with (
        client,
        open_storage(database_url(settings), machine, own_time=clock is not None) as storage,
        anyio.create_task_group() as tasks,
    ):
        service = VoiceService(client, storage.journal, storage.events, config, machine, tasks)
        if settings.embedded:
            await service.warm()
        else:
            tasks.start_soon(service.warm)
        tasks.start_soon(_sweep, service, storage, machine, pace)
        tasks.start_soon(storage.listen)
        async with _hearing(settings, service, machine, loopback, platform, tasks):
            try:
                yield service
            finally:
                # What is being sent is sent to its end, as far as there is time, and recorded in any case.
                with anyio.move_on_after(pace.shutdown_grace_s, shield=True):
                    await service.drain()
                tasks.cancel_scope.cancel()


def _source(settings: Settings, *, inside: bool) -> EventSource:
    if inside:
        return EventSource(active=True, url=INSIDE_URL)
    # Without a port of its own, a server with a public URL has its receiver elsewhere, on the same journal.
    active = settings.callback_port is not None or settings.callback_url is not None
    return EventSource(active=active, url=settings.callback_url)


@asynccontextmanager
async def _hearing(
    settings: Settings,
    service: VoiceService,
    clock: Clock,
    loopback: LoopbackTransport | None,
    platform: Sandbox | None,
    tasks: TaskGroup,
) -> AsyncGenerator[None]:
    """Let events come in, as these settings say; those in work are answered before the doors close."""
    door = receiver_for(settings, service, clock)
    async with AsyncExitStack() as stack:
        if settings.callback_port is not None:
            listener = stack.enter_context(listening_socket(settings.callback_host, settings.callback_port))
            doors = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(doors.cancel_scope.cancel)
            doors.start_soon(serve, door, listener)
        if loopback is not None and platform is not None:
            await stack.enter_async_context(loopback.connected(door))
            platform.engine.account.set_callbacks(settings.credentials.key, primary=INSIDE_URL)
            tasks.start_soon(platform.run)
        yield


def _client(
    settings: Settings, sandbox: Sandbox | None, transport: httpx2.AsyncBaseTransport | None, clock: Clock
) -> VoiceClient:
    base_url = settings.base_url
    if sandbox is not None and settings.embedded and transport is None:
        transport = httpx2.ASGITransport(sandbox.asgi)
        base_url = INSIDE
    return VoiceClient(
        settings.credentials,
        region=settings.region,
        authentication=settings.auth,
        calling_url=settings.calling_url or base_url,
        configuration_url=settings.configuration_url or base_url,
        transport=transport,
        clock=clock,
        timeouts=Timeouts(total=settings.request_timeout_s),
    )


def database_url(settings: Settings) -> str:
    """Where calls are recorded: as the owner says, else memory in the sandbox and a file of this user's live."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    if settings.simulated:
        return MEMORY
    folder = platformdirs.user_data_path("sinch-voice-mcp", appauthor=False)
    return f"sqlite:///{quote(str((folder / 'journal.db').absolute()))}"


async def _sweep(service: VoiceService, storage: Storage, clock: Clock, pace: Pace) -> None:
    """Settle what time settles, for as long as the server runs; an error is logged and does not end it."""
    while True:
        await clock.sleep(pace.sweep_s)
        try:
            await storage.beat()
            await service.sweep()
        except VoiceError as error:
            _LOGGER.warning("the journal could not be swept: %s", error.message)
        except Exception:
            # The next sweep may succeed; without sweeps no lease would ever expire.
            _LOGGER.exception("the journal could not be swept")


def create_server(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    pace: Pace = DEFAULT_PACE,
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
    async def lifespan(_: MCPServer[VoiceService]) -> AsyncGenerator[VoiceService]:
        async with open_app(settings, sandbox=sandbox, transport=transport, clock=clock, pace=pace) as service:
            yield service

    return make_server(
        specs,
        lifespan,
        mode=settings.mode,
        simulated=settings.simulated,
        sealing_key=sealing_key(settings),
        sources=settings.sources,
    )


def sealing_key(settings: Settings) -> bytes:
    """What answers are sealed with: the same for every server of an application; in the sandbox, for this one only."""
    if settings.application_secret is None:
        return secrets.token_bytes(32)
    secret = settings.application_secret.get_secret_value().encode()
    return hmac.new(secret, b"sinch-voice-mcp request state", "sha256").digest()
