"""The composition root: settings in, opened dependencies out."""

import hmac
import secrets
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import replace
from urllib.parse import quote
from uuid import uuid4

import anyio
import httpx2
import platformdirs
from anyio.abc import TaskGroup
from mcp.server import MCPServer

from sinch_voice_mcp.app.http import receiver_for
from sinch_voice_mcp.app.identity import person_at_this_machine
from sinch_voice_mcp.app.in_process import InProcessTransport
from sinch_voice_mcp.app.loopback import LOOPBACK_CALLBACK_URL, LOOPBACK_URL, LoopbackTransport
from sinch_voice_mcp.app.ports import serve_on_port
from sinch_voice_mcp.client import SimulatorClient, Timeouts, VoiceClient
from sinch_voice_mcp.client.advice import EMBEDDED
from sinch_voice_mcp.clock import DEFAULT_PACE, Clock, Pace, SystemClock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations import ServiceConfig, VoiceService
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.operations.requester import LOCAL
from sinch_voice_mcp.policy.urls import host_listed, url_host
from sinch_voice_mcp.sandbox import (
    DEFAULT_OPTIONS,
    Post,
    Sandbox,
    SandboxOptions,
    Setup,
    SetupApplication,
    SimulatedClock,
    create_sandbox,
)
from sinch_voice_mcp.server import VoiceServer, make_server
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MEMORY, Sandboxes, Storage, Terms, open_storage
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.tools import select_tools

_LOGGER = masked_logger(__name__)
_SEED_BITS = 128
_PATIENCE_MARGIN_S = 2.0
"""Added to the request timeout when a server waits for a request that another server is sending."""


def embedded_sandbox(settings: Settings, post: Post, options: SandboxOptions = DEFAULT_OPTIONS) -> Sandbox:
    """Create the sandbox that these settings describe; it sends callbacks through ``post``.

    Args:
        settings: Its application, its speed, and the seed of its ids.
        post: Posts callbacks.
        options: All else.
    """
    seed = settings.sandbox_seed
    return create_sandbox(
        clock=SimulatedClock(SystemClock(), speed=settings.sandbox_speed),
        credentials=settings.credentials,
        post=post,
        # A journal or a transcript can outlive the process, and must not name two calls alike.
        options=replace(
            options, seed=secrets.randbits(_SEED_BITS) if seed is None else seed, repeats_ids=seed is not None
        ),
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
    """Open everything that a server needs, and close it at the end.

    Args:
        settings: How to run.
        sandbox: The embedded sandbox to use; by default a new one, which sends the events of its calls.
        transport: Carries HTTP instead of the network.
        clock: The source of time; by default the machine's.
        pace: How long the server waits for what.
    """
    own_time = clock is not None
    clock = clock or SystemClock()
    alone = settings.embedded and sandbox is None and transport is None
    loopback = LoopbackTransport(settings.sandbox_callback_ports) if alone else None
    platform = sandbox if loopback is None else _calling_back(settings, loopback)
    client = make_client(settings, sandbox=platform, transport=transport, clock=clock)
    config = _service_config(settings, pace, loopback=loopback is not None)
    async with (
        client,
        _simulator(settings, platform, transport, clock) as simulator,
        _opened_storage(settings, clock, own_time=own_time) as storage,
        anyio.create_task_group() as tasks,
    ):
        own = uuid4().hex if loopback is not None and storage.journal.durable else None
        sandboxes = Sandboxes(storage.database, storage.journal, own)
        await sandboxes.beat()
        service = VoiceService(client, storage.journal, storage.events, config, clock, tasks, simulator=simulator)
        if settings.embedded:
            # The embedded sandbox answers at once, and a test or first call then finds the account known.
            await service.warm()
        else:
            await _warm(service, client, clock, pace, tasks)
        tasks.start_soon(_sweep, service, storage, sandboxes, clock, pace)
        tasks.start_soon(storage.listen)
        async with _receiving(settings, service, clock, loopback, platform, tasks):
            try:
                yield service
            finally:
                # Requests that are being sent get time to finish; each is recorded in any case.
                with anyio.move_on_after(pace.shutdown_grace_s, shield=True):
                    await service.drain()
                    await sandboxes.leave()
                tasks.cancel_scope.cancel()


def _opened_storage(settings: Settings, clock: Clock, *, own_time: bool) -> AbstractAsyncContextManager[Storage]:
    terms = Terms(settings.keep_events_days, settings.keep_replies_days, settings.keep_calls_days)
    url = database_url(settings)
    return open_storage(url, clock, own_time=own_time, secret=settings.sealing_secret, terms=terms)


def _calling_back(settings: Settings, loopback: LoopbackTransport) -> Sandbox:
    """Create the sandbox of a server, which sends its events to that server."""
    application = SetupApplication(key=settings.credentials.key, callback=LOOPBACK_CALLBACK_URL)
    return embedded_sandbox(settings, loopback, SandboxOptions(setup=Setup(applications=(application,))))


async def _warm(service: VoiceService, client: VoiceClient, clock: Clock, pace: Pace, tasks: TaskGroup) -> None:
    """Look up the account at a platform outside this process, so that the server starts whether it answers or not."""
    if client.is_local:
        # The first call has to know whether it is a sandbox.
        with clock.move_on_after(pace.platform_answer_s) as limit:
            await service.warm()
        if not limit.cancelled_caught:
            return
    # Over the network this takes a while, and the first tool call may not need it.
    tasks.start_soon(service.warm)


def _service_config(settings: Settings, pace: Pace, *, loopback: bool) -> ServiceConfig:
    return ServiceConfig(
        policy=settings.policy,
        mode=settings.mode,
        simulated=settings.simulated,
        source=_event_source(settings, loopback=loopback),
        incoming_text=settings.incoming_text,
        patience_s=settings.request_timeout_s + _PATIENCE_MARGIN_S,
        whole_numbers=settings.numbers_in_results == "full",
        pace=pace,
        principal=settings.principal or LOCAL,
        confirmer=settings.principal or person_at_this_machine(),
        local_ports=frozenset(port for port in (settings.callback_port, *settings.sandbox_callback_ports) if port),
    )


def _event_source(settings: Settings, *, loopback: bool) -> EventSource:
    if loopback:
        return EventSource(active=True, url=LOOPBACK_CALLBACK_URL, embedded=True)
    # A server that has a public URL but no port relies on a receiver in another process, on the same journal.
    active = settings.callback_port is not None or settings.callback_url is not None
    host = url_host(settings.callback_url or "")
    allowed = host_listed(host, settings.policy.callback_hosts)
    return EventSource(
        active=active, url=settings.callback_url, port=settings.callback_port, host_allowed=bool(host) and allowed
    )


@asynccontextmanager
async def _receiving(
    settings: Settings,
    service: VoiceService,
    clock: Clock,
    loopback: LoopbackTransport | None,
    platform: Sandbox | None,
    tasks: TaskGroup,
) -> AsyncGenerator[None]:
    """Receive callbacks as the settings say; at the end, reply to those that have arrived."""
    receiver = receiver_for(settings, service, clock)
    async with AsyncExitStack() as stack:
        if settings.callback_port is not None:
            # A task group of its own: the HTTP server must stop before the service whose inbox it fills.
            http_tasks = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(http_tasks.cancel_scope.cancel)
            await http_tasks.start(serve_on_port, receiver, settings, service.events, clock)
        if loopback is not None and platform is not None:
            await stack.enter_async_context(loopback.connected(receiver))
            tasks.start_soon(platform.run)
        yield


def make_client(
    settings: Settings,
    *,
    sandbox: Sandbox | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> VoiceClient:
    """Create the client of the platform that these settings name, or of the embedded sandbox."""
    base_url = settings.base_url
    if sandbox is not None and settings.embedded and transport is None:
        transport = InProcessTransport(sandbox.asgi)
        base_url = LOOPBACK_URL
    return VoiceClient(
        settings.credentials,
        region=settings.region,
        authentication=settings.auth,
        calling_url=settings.calling_url or base_url,
        configuration_url=settings.configuration_url or base_url,
        transport=transport,
        clock=clock,
        timeouts=Timeouts(total=settings.request_timeout_s),
        advice=EMBEDDED if settings.embedded else {},
        tag=settings.sandbox_tag,
    )


def _simulator(
    settings: Settings, sandbox: Sandbox | None, transport: httpx2.AsyncBaseTransport | None, clock: Clock
) -> AbstractAsyncContextManager[SimulatorClient | None]:
    """Create the client of the sandbox's control API; nothing if the platform is not configured to be a sandbox."""
    if not settings.simulated:
        return nullcontext()
    if sandbox is not None and settings.embedded and transport is None:
        transport = InProcessTransport(sandbox.asgi)
    url = settings.base_url or LOOPBACK_URL
    return SimulatorClient(url, transport=transport, clock=clock, tag=settings.sandbox_tag)


def database_url(settings: Settings) -> str:
    """Return the URL of the journal; by default memory in the sandbox, and a file of this user in live mode."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    if settings.simulated:
        return MEMORY
    folder = platformdirs.user_data_path("sinch-voice-mcp", appauthor=False)
    return f"sqlite:///{quote(str((folder / 'journal.db').absolute()))}"


async def _sweep(service: VoiceService, storage: Storage, sandboxes: Sandboxes, clock: Clock, pace: Pace) -> None:
    """Run the periodic work until canceled. An error is logged and ends only that run."""
    while True:
        await clock.sleep(pace.sweep_s)
        try:
            await storage.beat()
            await sandboxes.beat()
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
    """Create the MCP server for these settings; it opens its dependencies when it starts to serve.

    Raises:
        ConfigurationError: The settings name a toolset or tool that does not exist.
    """
    specs = select_tools(
        toolsets=settings.toolsets,
        tools=settings.tools,
        exclude=settings.exclude_tools,
        read_only=settings.read_only,
        simulated=settings.simulated,
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
    """Return the key that seals request states: shared by all servers of an application, random in the sandbox."""
    # All servers of an application must open each other's states, because a client may reconnect to another one.
    if settings.application_secret is None:
        return secrets.token_bytes(32)
    secret = settings.application_secret.get_secret_value().encode()
    return hmac.new(secret, b"sinch-voice-mcp request state", "sha256").digest()
