"""The event log: what the platform told of calls, written down before it is answered.

Instants are milliseconds since 1970 in UTC.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from sinch_voice_mcp.ports.journal import Entry, Report
from sinch_voice_mcp.types import JsonObject


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """An event as it is written down.

    Attributes:
        identity: The same for an event that comes again, and no other.
        call_id: The call that it is about.
        token: What the call was given when it was placed: our token, if it is ours.
        kind: The event's name.
        at: When it happened, by the platform.
        details: What is kept of it.
        report: How the call ended, where it tells that.
        caller: The number of somebody who calls us, shortened, where it tells of that; empty where withheld.
    """

    identity: str
    call_id: str
    token: str | None
    kind: str
    at: int | None
    details: JsonObject
    report: Report | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a call, in the order in which they came."""

    seq: int
    kind: str
    at: int | None
    received_at: int
    details: JsonObject


Replies = Mapping[str, str]
"""Saved replies of a call: SVAML as JSON text, by the event that they answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to an event, and what is remarked about it; an empty reply is an empty body."""

    reply: str
    remarks: JsonObject


Decide = Callable[[Entry | None, Replies], Reply]
"""What to answer, by the request that led to the call, if it was ours, and the replies that were saved for it."""


Listener = Callable[[str], None]
"""Told of every call that there is news of, by its id."""


class Watch(Protocol):
    """Waits for news of a call."""

    async def news(self, seconds: float) -> None:
        """Return when there may be news, or after so many seconds."""
        ...


class EventLog(Protocol):
    """Where events are written down.

    Every method raises a :class:`~sinch_voice_mcp.errors.StorageError` where the database cannot be used.
    """

    @property
    def listeners(self) -> list[Listener]:
        """Who is told of every call that there is news of; they must not raise."""
        ...

    async def record(self, heard: IncomingEvent, decide: Decide) -> str:
        """Write an event down, once, together with what it changes and the reply; returns the reply.

        An event that comes again gets the reply of the first time.
        """
        ...

    async def save_replies(self, call: str, replies: Replies) -> None:
        """Keep what is to be answered to events of a call, by our token."""
        ...

    async def events(self, call_id: str, *, after: int = 0) -> list[Event]:
        """The events of a call after a number, in the order in which they came."""
        ...

    async def heard_any(self) -> bool:
        """Whether an event ever came."""
        ...

    def watch(self, call_id: str) -> AbstractAsyncContextManager[Watch]:
        """Watch a call: news that come after this has been entered are not missed."""
        ...
