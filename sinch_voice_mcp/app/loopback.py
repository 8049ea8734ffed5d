"""Deliver callbacks inside one process: from the embedded sandbox to the receiver."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
from starlette.types import ASGIApp

from sinch_voice_mcp.client import Poster
from sinch_voice_mcp.sandbox import CallbackRequest, CallbackResponse
from sinch_voice_mcp.types import CALLBACK_PATH

LOOPBACK_URL = "http://127.0.0.1"
"""The base URL inside the process. ASGI transports answer it; no socket listens there."""

LOOPBACK_CALLBACK_URL = LOOPBACK_URL + CALLBACK_PATH


class LoopbackTransport:
    """Carries the sandbox's callbacks: to the receiver in this process, or to a port of this machine."""

    def __init__(self) -> None:
        self._inside: Poster | None = None
        self._outside = Poster()

    async def __call__(self, request: CallbackRequest) -> CallbackResponse | None:
        """Post one callback; return None if no reply came."""
        # With set_callbacks, a user may name an application of their own on this machine instead.
        poster = self._inside if request.url == LOOPBACK_CALLBACK_URL else None
        poster = poster or self._outside
        answer = await poster.post(request.url, request.headers, request.body, request.timeout_s)
        return None if answer is None else CallbackResponse(*answer)

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
