"""What the platform tells an application of its calls, on its way out; and the answers, on their way back.

Answers are handed on in the order in which they were asked for, however fast each of them came: so the timeline
does not depend on how long a receiver takes.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CallbackKind = Literal["ice", "ace", "pie", "dice", "notify"]
AnsweredKind = Literal["ice", "ace", "pie"]
"""Events whose answer steers the call."""

CallbackFault = Literal[
    "twice", "out of order", "late", "bad signature", "clock ahead", "no dice", "flood", "primary fails"
]
"""What goes wrong with the callbacks of a call."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event for an application.

    Attributes:
        sequence: Its number, by which it is answered.
        call_id: The call.
        application_key: Whose credentials sign it.
        kind: The event.
        urls: Where it goes: the first, and once to the second where that fails.
        body: The exact bytes of the JSON body.
        at: The simulated instant of the event.
        needs_answer: Whether the call waits for what is answered.
        fault: What is to go wrong while it is sent.
    """

    sequence: int
    call_id: str
    application_key: str
    kind: CallbackKind
    urls: tuple[str, ...]
    body: bytes
    at: datetime
    needs_answer: bool
    fault: CallbackFault | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; ``reply`` is None where no valid answer came in time."""

    outgoing: Outgoing
    reply: bytes | None


class Outbox:
    """Events that go out, in order, and those of them that are waited for."""

    def __init__(self) -> None:
        self._given = 0
        self._queue: deque[Outgoing] = deque()
        self._awaited: dict[int, Outgoing] = {}
        self._replies: dict[int, bytes | None] = {}

    def number(self) -> int:
        """A fresh sequence number."""
        self._given += 1
        return self._given

    def put(self, outgoing: Outgoing, *, awaited: bool) -> None:
        """Let an event go out."""
        self._queue.append(outgoing)
        if awaited:
            self._awaited[outgoing.sequence] = outgoing

    def take(self) -> tuple[Outgoing, ...]:
        """Everything that has not been taken yet, in order."""
        taken = tuple(self._queue)
        self._queue.clear()
        return taken

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be taken."""
        return not self._queue

    @property
    def awaits_answer(self) -> bool:
        """Whether the answer to an event is outstanding."""
        return bool(self._awaited)

    def answer(self, sequence: int, reply: bytes | None) -> None:
        """Keep an answer until it is its turn; one that nobody waits for (any more) is dropped."""
        if sequence in self._awaited:
            self._replies.setdefault(sequence, reply)

    def next_answer(self) -> Answered | None:
        """Take out the answer to the oldest awaited event; None as long as that has not come."""
        oldest = min(self._awaited, default=None)
        if oldest is None or oldest not in self._replies:
            return None
        return Answered(self._awaited.pop(oldest), self._replies.pop(oldest))

    def withdraw(self, call_id: str) -> None:
        """Wait no longer for answers that concern a call; what is on its way is still sent."""
        for sequence in [number for number, one in self._awaited.items() if one.call_id == call_id]:
            del self._awaited[sequence]
            self._replies.pop(sequence, None)
