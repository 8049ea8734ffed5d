"""Tells clients that a call has changed: on the streams of the newest protocol, and to subscribers of older ones."""

import logging
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server import ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.resources.calls import TEMPLATE, call_of, uris_of

_LOGGER = logging.getLogger(__name__)
_MOST = 1_000
"""Calls that one client of an older protocol may follow."""

_PATIENCE_S = 5.0
"""Seconds that a client may take to read one notification; after that it misses it."""


class Updates:
    """Who wants to hear of which call. Whatever is told is a reason to read again, and holds nothing itself.

    ``bus`` is what the streams of the newest protocol hang on; the methods are for ``resources/subscribe``.
    """

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self._following: defaultdict[Connection, dict[str, ServerSession]] = defaultdict(dict)

    async def subscribe(
        self, ctx: ServerRequestContext[VoiceService, Any], params: SubscribeRequestParams
    ) -> EmptyResult:
        """Follow a call, until the connection ends.

        Raises:
            MCPError: It is not the URI of a call, or there are too many.
        """
        if call_of(params.uri) is None:
            raise MCPError(INVALID_PARAMS, f"only {TEMPLATE} tells when it changes")
        connection = _connection(ctx)
        if connection not in self._following:
            connection.exit_stack.callback(self._following.pop, connection, None)
        followed = self._following[connection]
        if params.uri not in followed and len(followed) >= _MOST:
            raise MCPError(INVALID_PARAMS, f"more than {_MOST:,} calls cannot be followed; unsubscribe from some")
        followed[params.uri] = ctx.session
        return EmptyResult()

    async def unsubscribe(
        self, ctx: ServerRequestContext[VoiceService, Any], params: UnsubscribeRequestParams
    ) -> EmptyResult:
        """Follow a call no more; safe to repeat."""
        connection = _connection(ctx)
        if connection in self._following:
            self._following[connection].pop(params.uri, None)
        return EmptyResult()

    @asynccontextmanager
    async def notify_from(self, events: CallEvents) -> AsyncGenerator[None]:
        """Tell of every call that there is news of, for as long as this lasts."""
        news = _News()
        events.listeners.append(news.add)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._tell, news)
                yield
                tasks.cancel_scope.cancel()
        finally:
            events.listeners.remove(news.add)

    async def _tell(self, news: "_News") -> None:
        while True:
            calls = await news.taken()
            for call_id in calls:
                for uri in uris_of(call_id):
                    await self.bus.publish(ResourceUpdated(uri))
            async with anyio.create_task_group() as sending:
                for followed in list(self._following.values()):
                    for uri, session in followed.items():
                        if call_of(uri) in calls:
                            sending.start_soon(_send, session, uri)


class _News:
    """Calls that something happened in since somebody last asked, each once."""

    def __init__(self) -> None:
        self._calls: set[str] = set()
        self._some = anyio.Event()

    def add(self, call_id: str) -> None:
        self._calls.add(call_id)
        self._some.set()

    async def taken(self) -> set[str]:
        await self._some.wait()
        self._some = anyio.Event()
        calls, self._calls = self._calls, set()
        return calls


async def _send(session: ServerSession, uri: str) -> None:
    try:
        with anyio.move_on_after(_PATIENCE_S):
            await session.send_resource_updated(uri)
    except Exception:
        # One client's trouble is not that of the others.
        _LOGGER.exception("a client could not be told that a call has changed")


def _connection(ctx: ServerRequestContext[VoiceService, Any]) -> Connection:
    # A session is made anew for every request; the SDK shows a handler no other trace of who is connected.
    return ctx.session._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
