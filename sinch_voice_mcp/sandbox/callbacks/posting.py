"""The request that carries a callback, its response, and the record of an attempt; independent of HTTP libraries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sinch_voice_mcp.sandbox.engine import CallbackKind, OutgoingCallback
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.wire.codes import is_success

TIMEOUT_S = 5.0
"""Seconds to wait for a response; Sinch publishes the number for version 2 of the API only."""


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request to an application: the exact bytes, and the headers that sign them.

    ``timeout_s`` is how many real seconds to wait for the response. Redirects must not be followed.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float = TIMEOUT_S
    method: Literal["POST"] = "POST"


@dataclass(frozen=True, slots=True)
class CallbackResponse:
    """The application's HTTP response."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return is_success(self.status)


Post = Callable[[CallbackRequest], Awaitable[CallbackResponse | None]]
"""Sends a request; returns None without a connection, or without a response in time. It does not raise."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to deliver a callback.

    Attributes:
        url: The URL.
        kind: The event.
        call_id: The call.
        status: The status of the response; None if there was none.
        latency_s: Real seconds that the attempt took.
        reply: The first 64 KiB of the response's body.
        failure: Why there was no response; None if there was one.
        sequence: Its number among all attempts.
        callback: The callback; None if that is not known.
        request: What was posted; None if it was not.
        sent_at: The real instant at which it was posted.
        replay_of: The number of the attempt that it repeats; None if it is not a replay.
    """

    url: str
    kind: CallbackKind
    call_id: str
    status: int | None
    latency_s: float
    reply: bytes
    failure: str | None = None
    sequence: int = 0
    callback: OutgoingCallback | None = None
    request: CallbackRequest | None = None
    sent_at: datetime | None = None
    replay_of: int | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the application accepted the callback."""
        return self.status is not None and is_success(self.status)


BEHAVIORS = (
    chosen(
        "callback", "time to reply", "5 s of real time", "the number that Sinch publishes for Voice v2", ("TIMEOUT_S",)
    ),
)
