"""Callbacks on their way to applications, and the replies on their way back.

Replies take effect in the order in which the callbacks were sent, however fast each of them arrives: so the timeline
does not depend on how long a receiver takes.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CallbackKind = Literal["ice", "ace", "pie", "dice", "notify"]
"""The events that a callback can carry."""

SteeringKind = Literal["ice", "ace", "pie"]
"""The events whose reply steers the call."""

CallbackFault = Literal[
    "twice", "out of order", "late", "bad signature", "clock ahead", "no dice", "flood", "primary fails"
]
"""What goes wrong with the callbacks of a call, so that receivers can be tested."""


@dataclass(frozen=True, slots=True)
class OutgoingCallback:
    """A callback to an application.

    Attributes:
        sequence: Its number, which the reply refers to.
        call_id: The call.
        application_key: The application whose credentials sign it.
        kind: The event.
        urls: The URLs to post to: the first, and once to the second if the first fails.
        body: The exact bytes of the JSON body.
        at: The simulated instant of the event.
        needs_reply: Whether the call waits for the reply.
        fault: What is to go wrong while it is sent; None for nothing.
    """

    sequence: int
    call_id: str
    application_key: str
    kind: CallbackKind
    urls: tuple[str, ...]
    body: bytes
    at: datetime
    needs_reply: bool
    fault: CallbackFault | None = None


@dataclass(frozen=True, slots=True)
class CallbackReply:
    """The reply to a callback; ``body`` is None if no valid reply arrived in time."""

    outgoing: OutgoingCallback
    body: bytes | None


class Outbox:
    """The callbacks to send, in order, and those of them whose reply a call waits for."""

    def __init__(self) -> None:
        self._last_sequence = 0
        self._queue: deque[OutgoingCallback] = deque()
        self._awaited: dict[int, OutgoingCallback] = {}
        self._replies: dict[int, bytes | None] = {}

    def clear(self) -> None:
        """Forget every callback; the reply to one that is on its way will have no effect."""
        self._queue.clear()
        self._awaited.clear()
        self._replies.clear()

    def next_sequence(self) -> int:
        """Return a fresh sequence number."""
        self._last_sequence += 1
        return self._last_sequence

    def put(self, outgoing: OutgoingCallback, *, awaited: bool) -> None:
        """Queue a callback; ``awaited`` says whether a call waits for its reply now."""
        self._queue.append(outgoing)
        if awaited:
            self._awaited[outgoing.sequence] = outgoing

    def take(self) -> tuple[OutgoingCallback, ...]:
        """Remove and return all queued callbacks, in order."""
        taken = tuple(self._queue)
        self._queue.clear()
        return taken

    @property
    def is_empty(self) -> bool:
        """Whether no callback is queued."""
        return not self._queue

    @property
    def awaits_reply(self) -> bool:
        """Whether a call waits for a reply."""
        return bool(self._awaited)

    def call_ids(self) -> frozenset[str]:
        """Return the calls with a queued callback, or with one whose reply they wait for."""
        return frozenset(outgoing.call_id for outgoing in (*self._queue, *self._awaited.values()))

    def add_reply(self, sequence: int, body: bytes | None) -> None:
        """Keep a reply until it is its turn; drop one that no call waits for, or waits for any longer."""
        if sequence in self._awaited:
            self._replies.setdefault(sequence, body)

    def next_reply(self) -> CallbackReply | None:
        """Remove and return the reply to the oldest awaited callback; None until that one has arrived."""
        oldest = min(self._awaited, default=None)
        if oldest is None or oldest not in self._replies:
            return None
        return CallbackReply(self._awaited.pop(oldest), self._replies.pop(oldest))

    def withdraw(self, call_id: str) -> None:
        """Stop waiting for replies that concern a call; queued callbacks are sent all the same."""
        for sequence in [number for number, outgoing in self._awaited.items() if outgoing.call_id == call_id]:
            del self._awaited[sequence]
            self._replies.pop(sequence, None)
