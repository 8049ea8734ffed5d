"""What is posted, what comes back, and what is remembered of it. Nothing here knows an HTTP library."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine import CallbackKind

TIMEOUT_S = 5.0
"""Seconds to wait for an answer; published for version 2 of the API only."""


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request to an application: the exact bytes, and the headers that sign them.

    ``timeout_s`` is how long whoever posts it waits, in real seconds. Redirects are not followed.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float = TIMEOUT_S
    method: Literal["POST"] = "POST"


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the application answered."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of status codes


Post = Callable[[CallbackRequest], Awaitable[CallbackAnswer | None]]
"""Sends a request; None where there was no connection, or no answer in time. It does not raise."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver a callback.

    Attributes:
        url: Where it was to go.
        kind: The event.
        call_id: The call.
        status: The status of the answer; None where there was none.
        latency_s: Real seconds that it took.
        reply: The first 64 KiB of the answer.
        failure: Why there was no answer; None where there was one.
    """

    url: str
    kind: CallbackKind
    call_id: str
    status: int | None
    latency_s: float
    reply: bytes
    failure: str | None = None
