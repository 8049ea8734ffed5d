"""Notify clients when a call has changed: on streams of the newest protocol, and subscribers on older ones."""

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

from sinch_voice_mcp.mcp_adapter import connection_of
from sinch_voice_mcp.operations import VoiceService
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.resources.calls import TEMPLATE, call_of, uris_of
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId

_LOGGER = masked_logger(__name__)

MAX_SUBSCRIPTIONS = 1_000
"""Calls that one client on an older protocol may subscribe to."""

SEND_TIMEOUT_S = 5.0
"""Seconds that a client may take to read one notification before it is dropped."""


class Updates:
    """The subscriptions of clients to calls. A notification has no content: the client reads the call again.

    ``bus`` serves the streams of the newest protocol; the methods serve ``resources/subscribe`` of older ones.
    """

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self._subscribed: defaultdict[Connection, dict[str, ServerSession]] = defaultdict(dict)

    async def subscribe(
        self, ctx: ServerRequestContext[VoiceService, Any], params: SubscribeRequestParams
    ) -> EmptyResult:
        """Subscribe a client to a call until its connection ends.

        Raises:
            MCPError: The URI does not name a call, or the client has too many subscriptions.
        """
        if call_of(params.uri) is None:
            raise MCPError(INVALID_PARAMS, f"only {TEMPLATE} can be subscribed to; other resources do not change")
        connection = connection_of(ctx)
        if connection not in self._subscribed:
            connection.exit_stack.callback(self._subscribed.pop, connection, None)
        sessions = self._subscribed[connection]
        if params.uri not in sessions and len(sessions) >= MAX_SUBSCRIPTIONS:
            message = f"at most {MAX_SUBSCRIPTIONS:,} calls can be subscribed to; unsubscribe from some"
            raise MCPError(INVALID_PARAMS, message)
        sessions[params.uri] = ctx.session
        return EmptyResult()

    async def unsubscribe(
        self, ctx: ServerRequestContext[VoiceService, Any], params: UnsubscribeRequestParams
    ) -> EmptyResult:
        """Remove a subscription; safe to repeat."""
        connection = connection_of(ctx)
        if connection in self._subscribed:
            self._subscribed[connection].pop(params.uri, None)
        return EmptyResult()

    @asynccontextmanager
    async def notify_from(self, events: CallEvents) -> AsyncGenerator[None]:
        """Notify subscribers of every call with a new event, until the context is left."""
        changed = _ChangedCalls()
        events.listeners.append(changed.add)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._notify, changed)
                yield
                # The notifying task never ends by itself.
                tasks.cancel_scope.cancel()
        finally:
            events.listeners.remove(changed.add)

    async def _notify(self, changed: "_ChangedCalls") -> None:
        while True:
            calls = await changed.take()
            # The protocol compares URIs as texts, so every form that a client may have subscribed to is published.
            for call_id in calls:
                for uri in uris_of(call_id):
                    await self.bus.publish(ResourceUpdated(uri))
            async with anyio.create_task_group() as sending:
                for sessions in list(self._subscribed.values()):
                    for uri, session in sessions.items():
                        if call_of(uri) in calls:
                            sending.start_soon(_send, session, uri)


class _ChangedCalls:
    """The IDs of calls with events since the last :meth:`take`, each once."""

    def __init__(self) -> None:
        self._calls: set[CallId] = set()
        self._some = anyio.Event()

    def add(self, call_id: CallId) -> None:
        self._calls.add(call_id)
        self._some.set()

    async def take(self) -> set[CallId]:
        await self._some.wait()
        self._some = anyio.Event()
        calls, self._calls = self._calls, set()
        return calls


async def _send(session: ServerSession, uri: str) -> None:
    try:
        # Real time, as for every timeout of the network: a test's clock must not decide how long a client may take.
        with anyio.move_on_after(SEND_TIMEOUT_S):
            await session.send_resource_updated(uri)
    except Exception:
        # One client that cannot be reached must not prevent the notification of the others.
        _LOGGER.exception("a client could not be notified that a call has changed")
