"""Deliver callbacks inside one process: from the embedded sandbox to the receiver."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
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

    async def __call__(self, request: CallbackRequest) -> CallbackResponse | None:
        """Post one callback; return None if no reply came, or if it must not be posted there."""
        # With set_callbacks, a user may name an application of their own on this machine instead.
        poster = self._inside if request.url == LOOPBACK_CALLBACK_URL else None
        if poster is None:
            if not self._may_post(request.url):
                return None
            poster = self._outside
        answer = await poster.post(request.url, request.headers, request.body, request.timeout_s)
        return None if answer is None else CallbackResponse(*answer)

    def _may_post(self, url: str) -> bool:
        # The sandbox has checked that the URL can be read, and that its host is this machine.
        parts = urlsplit(url)
        return self._ports is None or (parts.port or _DEFAULT_PORTS.get(parts.scheme)) in self._ports

    @asynccontextmanager
    async def connected(self, receiver: ASGIApp | None) -> AsyncGenerator[None]:
        """Deliver callbacks to this receiver until the end; with None, only to ports of this machine."""
        async with self._outside:
            if receiver is None:
                yield
                return
            async with Poster(httpx2.ASGITransport(receiver)) as poster:
                self._inside = poster
                yield
            self._inside = None
