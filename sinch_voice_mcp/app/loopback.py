"""Callbacks inside one process: from the embedded sandbox to the receiver."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
from starlette.types import ASGIApp

from sinch_voice_mcp.client import Poster
from sinch_voice_mcp.sandbox import CallbackRequest, CallbackResponse
from sinch_voice_mcp.settings import CALLBACK_PATH

INSIDE = "http://127.0.0.1"
"""The base URL inside the process; nothing listens there, ASGI transports answer."""

INSIDE_URL = INSIDE + CALLBACK_PATH


class LoopbackTransport:
    """What the embedded sandbox posts through: to the receiver in this process, or to a port of this machine."""

    def __init__(self) -> None:
        self._inside: Poster | None = None
        self._outside = Poster()

    async def __call__(self, request: CallbackRequest) -> CallbackResponse | None:
        """Post one request; None where no answer came."""
        inside = request.url == INSIDE_URL and self._inside is not None
        poster = self._inside if inside and self._inside is not None else self._outside
        answer = await poster.post(request.url, request.headers, request.body, request.timeout_s)
        return None if answer is None else CallbackResponse(*answer)

    @asynccontextmanager
    async def connected(self, inside: ASGIApp | None) -> AsyncGenerator[None]:
        """Post to a receiver of this process, for as long as this lasts."""
        async with self._outside:
            if inside is None:
                yield
                return
            async with Poster(httpx2.ASGITransport(inside)) as poster:
                self._inside = poster
                yield
            self._inside = None
