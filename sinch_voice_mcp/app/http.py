"""Sockets and uvicorn: where callbacks come in on a port."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import ip_network
from urllib.parse import urlsplit

import anyio
from starlette.types import ASGIApp

from sinch_voice_mcp.callbacks import Receiver, receiver
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.settings import CALLBACK_PATH, Settings
from sinch_voice_mcp.wire.events import VoiceEvent

_LAST_ANSWERS_S = 3
_BACKLOG = 2_048
_MOST_CONNECTIONS = 1_000


def receiver_for(settings: Settings, service: VoiceService, clock: Clock) -> Receiver:
    """The receiver of a server's events."""

    async def record(event: VoiceEvent, body: bytes) -> bytes:
        del body
        return await service.events.record(event)

    public = urlsplit(settings.callback_url or "").path
    return receiver(
        record,
        [settings.credentials],
        clock,
        path=CALLBACK_PATH,
        public_paths=[public] if public and public != CALLBACK_PATH else [],
        trusted_proxies=[ip_network(network) for network in settings.trusted_proxies],
    )


@contextmanager
def listening_socket(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens.

    Raises:
        ConfigurationError: The address cannot be used.
    """
    # With the protocol named, answers leave at once instead of waiting for more to send (TCP_NODELAY).
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = f"port {port} cannot be used on {host} ({error.strerror or error}); choose another"
        raise ConfigurationError(message) from None
    with listener:
        yield listener


async def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until cancelled; those in work are answered first."""
    import uvicorn  # noqa: PLC0415 - a tenth of a second that serving over stdio does not need

    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        # The peer's own address decides whether a header of a proxy counts.
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
        limit_concurrency=_MOST_CONNECTIONS,
    )
    server = uvicorn.Server(config)
    # Signals are the business of whoever runs this process.
    server.capture_signals = _no_signals
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_stop_when_cancelled, server)
        with anyio.CancelScope(shield=True):
            await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _stop_when_cancelled(server: object) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        vars(server)["should_exit"] = True


@contextmanager
def _no_signals() -> Generator[None]:
    yield
