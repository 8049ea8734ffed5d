"""The event log: an event of the platform is stored before it is answered."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from sinch_voice_mcp.ports.kill_switch import CallingStopped
from sinch_voice_mcp.ports.places import Place
from sinch_voice_mcp.ports.requests import EndReport, JournalEntry
from sinch_voice_mcp.types import CallId, JsonObject, Millis, PhoneNumber, Token

UNTRUSTED = "untrusted"
"""Member of an event's details with texts that others wrote; it is stored sealed."""


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """An event to store.

    Attributes:
        identity: Digest that repeated deliveries of one event share, and no other event has.
        call_id: The call that the event is about.
        token: Our token, if the event contains one.
        kind: Name of the event.
        at: Instant at which the platform says that it happened.
        details: What is stored of it; the member ``untrusted`` is stored sealed.
        report: How the call ended, for an event that reports an end.
        caller: Masked number or name of the caller of an incoming call; empty if the number was withheld.
        number: The caller's number, if the text has the form of one; with a plus.
        name: The caller as results name it, if that is a SIP address or an in-app user.
        counted: The text by which calls with that address or user are found.
        place: Where the call is, if the event says so.
        elsewhere: The host that the event names as that of the call, if no request may go there; it is only recorded.
    """

    identity: str
    call_id: CallId
    token: Token | None
    kind: str
    at: Millis | None
    details: JsonObject
    report: EndReport | None = None
    caller: str | None = None
    number: PhoneNumber | None = None
    place: Place | None = None
    elsewhere: str | None = None
    name: str | None = None
    counted: str | None = None

    def forgotten(self) -> "IncomingEvent":
        """Return the event without what is known of people, for a call with a number that was forgotten."""
        details = {name: value for name, value in self.details.items() if name != UNTRUSTED}
        caller = None if self.caller is None else ""
        return replace(self, details=details, caller=caller, number=None, name=None, counted=None)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in the log.

    Attributes:
        seq: Its number; numbers grow in the order of arrival.
        kind: Name of the event.
        at: Instant at which the platform says that it happened.
        received_at: Instant at which the server received it.
        details: What is stored of it; ``unreadable`` in place of ``untrusted`` if that was sealed under another secret.
    """

    seq: int
    kind: str
    at: Millis | None
    received_at: Millis
    details: JsonObject


Replies = Mapping[str, str]
"""Saved replies of a call: SVAML as JSON text, by the event that each one answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to an event, and remarks to store with it; an empty reply is sent as an empty body.

    Attributes:
        reply: SVAML as JSON text.
        remarks: What the timeline shows of it.
        joins: ID of the conference that the call joins with it.
    """

    reply: str
    remarks: JsonObject
    joins: str | None = None


DecideReply = Callable[[JournalEntry | None, Replies], Reply]
"""Returns the reply to an event, given the request that led to the call (None if the call is not ours) and the
replies that were saved for it."""


DecideWhileStopped = Callable[[CallingStopped, JournalEntry | None, Replies], Reply]
"""Returns the reply to an event that arrives while calling is stopped; the other arguments are those of DecideReply."""


EventListener = Callable[[CallId], None]
"""Receives the ID of every call that an event arrived for; must not raise."""


class EventWatch(Protocol):
    """Waits for events of one call."""

    async def wait(self, seconds: float) -> None:
        """Return when an event may have arrived, at the latest after so many seconds."""
        ...


class EventLog(Protocol):
    """Where events are stored.

    Every asynchronous method raises :class:`~sinch_voice_mcp.errors.StorageError` if the database cannot be used.
    """

    @property
    def listeners(self) -> list[EventListener]:
        """Functions that are called with the ID of every call that an event arrived for."""
        ...

    async def record(
        self, event: IncomingEvent, decide: DecideReply, while_stopped: DecideWhileStopped | None = None
    ) -> str:
        """Store an event with its effects and its reply in one transaction, and return the reply.

        A repeated delivery gets the stored reply; ``decide`` is not called for it. While calling is stopped,
        ``while_stopped`` decides in place of both.
        """
        ...

    async def save_replies(self, token: Token, replies: Replies) -> None:
        """Save the replies to events of the call that a request leads to."""
        ...

    async def events(self, call_id: CallId, *, after: int = 0) -> list[StoredEvent]:
        """Return the events of a call with a greater number than ``after``, in the order of arrival."""
        ...

    async def has_events(self) -> bool:
        """Return whether any event was ever stored."""
        ...

    def watch(self, call_id: CallId) -> AbstractAsyncContextManager[EventWatch]:
        """Watch a call: an event that arrives after entry is not missed."""
        ...
