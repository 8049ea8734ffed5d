"""Deliver callbacks inside one process: from the embedded sandbox to the receiver."""

from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import httpx2
from starlette.types import ASGIApp

from sinch_voice_mcp.client import Poster
from sinch_voice_mcp.sandbox import CallbackRequest, CallbackResponse
from sinch_voice_mcp.types import CALLBACK_PATH

LOOPBACK_URL = "http://127.0.0.1"
"""The base URL inside the process. ASGI transports answer it; no socket listens there."""

LOOPBACK_CALLBACK_URL = LOOPBACK_URL + CALLBACK_PATH


_DEFAULT_PORTS = {"http": 80, "https": 443}


class LoopbackTransport:
    """Carries the sandbox's callbacks: to the receiver in this process, or to a port of this machine.

    Args:
        ports: The ports of this machine that callbacks may go to; None allows every port. A model chooses callback
            URLs, so an embedded sandbox posts to no port that the owner did not list.
    """

    def __init__(self, ports: Collection[int] | None = None) -> None:
        self._ports = ports
        self._inside: Poster | None = None
        self._outside = Poster()
        self._is_connected = False

    async def __call__(self, request: CallbackRequest) -> CallbackResponse | None:
        """Post one callback; return None if no reply came, or if it must not be posted there."""
        poster = self._poster(request.url)
        if poster is None:
            return None
        answer = await poster.post(request.url, request.headers, request.body, request.timeout_s)
        return None if answer is None else CallbackResponse(*answer)

    def _poster(self, url: str) -> Poster | None:
        """Return what posts to a URL; None if nothing may, or if no connection is open any more."""
        if not self._is_connected:
            # A sandbox that is being stopped may still deliver what it had begun.
            return None
        # With set_callbacks, a user may name an application of their own on this machine instead.
        if url == LOOPBACK_CALLBACK_URL and self._inside is not None:
            return self._inside
        # The sandbox has checked that the URL can be read, and that its host is this machine.
        parts = urlsplit(url)
        may_post = self._ports is None or (parts.port or _DEFAULT_PORTS.get(parts.scheme)) in self._ports
        return self._outside if may_post else None

    @asynccontextmanager
    async def connected(self, receiver: ASGIApp | None) -> AsyncGenerator[None]:
        """Deliver callbacks to this receiver until the end; with None, only to ports of this machine."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._outside)
            if receiver is not None:
                self._inside = await stack.enter_async_context(Poster(httpx2.ASGITransport(receiver)))
            self._is_connected = True
            try:
                yield
            finally:
                # Before the connections are closed: a request on a closed one would raise.
                self._is_connected = False
