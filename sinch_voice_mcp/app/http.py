"""Serve ASGI applications on a port: sockets, uvicorn, and the receiver of callbacks."""

import errno
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ipaddress import ip_network
from urllib.parse import urlsplit

import anyio
import uvicorn
from starlette.types import ASGIApp

from sinch_voice_mcp.app.connections import DEFAULT_CONNECTION_LIMITS, ConnectionLimits, connection_type
from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.types import CALLBACK_PATH
from sinch_voice_mcp.wire.events import VoiceEvent

_GRACEFUL_SHUTDOWN_S = 3
_BACKLOG = 2_048


class PortInUseError(ConfigurationError):
    """Another process listens on the port, perhaps another copy of this server."""


def receiver_for(settings: Settings, service: VoiceService, clock: Clock) -> Receiver:
    """Create the receiver that records callbacks in the service's inbox."""

    async def record(event: VoiceEvent, body: bytes) -> bytes:
        del body
        return await service.events.record(event)

    public = urlsplit(settings.callback_url or "").path
    # The platform signs the URL as the dashboard has it, and a proxy that removes a prefix hides a slash at its end.
    signed = [public, f"{public}/"] if public and public != CALLBACK_PATH else []
    return receiver(
        record,
        [settings.credentials],
        clock,
        path=CALLBACK_PATH,
        public_paths=signed,
        trusted_proxies=[ip_network(network) for network in settings.trusted_proxies],
    )


@contextmanager
def listening_socket(host: str, port: int) -> Generator[socket.socket]:
    """Open a listening TCP socket, and close it at the end.

    Raises:
        PortInUseError: Another process listens there.
        ConfigurationError: The address cannot be used.
    """
    # asyncio sets TCP_NODELAY only on sockets whose protocol is named; without it, small replies are delayed.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = f"port {port} cannot be used on {host} ({error.strerror or error}); choose another"
        kind = PortInUseError if error.errno == errno.EADDRINUSE else ConfigurationError
        raise kind(message) from None
    with listener:
        yield listener


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    limits: ConnectionLimits = DEFAULT_CONNECTION_LIMITS,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until canceled; requests in progress are finished first, after ``on_stop`` has ended those that wait."""
    config = uvicorn.Config(
        app,
        http=connection_type(limits),
        log_level="warning",
        lifespan="off",
        # The receiver itself decides by the peer's address whether a proxy's header counts.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_S,
        # Connections that were closed for others count until the event loop has noticed that.
        limit_concurrency=2 * limits.total,
    )
    server = uvicorn.Server(config)
    # The command handles signals; uvicorn would install its own handlers.
    server.capture_signals = _no_signals
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_stop_when_canceled, server, on_stop)
        with anyio.CancelScope(shield=True):
            await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _stop_when_canceled(server: uvicorn.Server, on_stop: Callable[[], None]) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        on_stop()
        server.should_exit = True


@contextmanager
def _no_signals() -> Generator[None]:
    yield
