"""The sender of callbacks: it signs them, posts them, and tries the fallback URL once if the primary one fails."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks.posting import (
    TIMEOUT_S,
    CallbackRequest,
    CallbackResponse,
    DeliveryAttempt,
    Post,
)
from sinch_voice_mcp.sandbox.engine import OutgoingCallback
from sinch_voice_mcp.signing import Credentials, Message, authorization, callback_timestamp
from sinch_voice_mcp.text.hosts import is_loopback

CONTENT_TYPE = "application/json"
MAX_ATTEMPTS_KEPT = 1000
MAX_REPLY_BYTES_KEPT = 64 * 1024

CLOCK_AHEAD = timedelta(minutes=10)
"""How far in the future the timestamps are at numbers whose callbacks come from a clock that is ahead."""


class CallbackSender:
    """Delivers callbacks.

    Attributes:
        attempts: The last 1,000 attempts, oldest first.
    """

    def __init__(
        self,
        post: Post,
        credentials_of: Callable[[str], Credentials],
        wall: Clock,
        *,
        allow_remote: bool = False,
        timeout_s: float = TIMEOUT_S,
        on_attempt: Callable[[DeliveryAttempt], None] = lambda _: None,
    ) -> None:
        """Create a sender.

        Args:
            post: Sends requests over HTTP.
            credentials_of: Returns the credentials of an application by its key.
            wall: Real time, for timestamps and latencies.
            allow_remote: Whether to post to other machines, too.
            timeout_s: Real seconds to wait for a response.
            on_attempt: Called after each attempt.
        """
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=MAX_ATTEMPTS_KEPT)
        self._post = post
        self._credentials_of = credentials_of
        self._wall = wall
        self._allow_remote = allow_remote
        self._timeout_s = timeout_s
        self._on_attempt = on_attempt

    async def deliver(self, outgoing: OutgoingCallback) -> bytes | None:
        """Deliver a callback; return the body of the valid response, None if there was none."""
        reply = await self._deliver_once(outgoing)
        if outgoing.fault == "twice":
            again = await self._deliver_once(outgoing)
            return again if reply is None else reply
        return reply

    async def _deliver_once(self, outgoing: OutgoingCallback) -> bytes | None:
        for index, url in enumerate(outgoing.urls):
            if outgoing.fault == "primary fails" and index == 0:
                self._note_failure(outgoing, url, "the number makes the first URL fail")
            elif (reason := self._reason_not_to_post(url)) is not None:
                self._note_failure(outgoing, url, reason)
            else:
                response = await self._attempt(outgoing, url)
                if response is not None and response.is_success:
                    return response.body
        return None

    async def _attempt(self, outgoing: OutgoingCallback, url: str) -> CallbackResponse | None:
        started = self._wall.now()
        response = await self._post(self._signed(outgoing, url, started))
        latency = (self._wall.now() - started).total_seconds()
        self._note(
            DeliveryAttempt(
                url,
                outgoing.kind,
                outgoing.call_id,
                None if response is None else response.status,
                latency,
                b"" if response is None else response.body[:MAX_REPLY_BYTES_KEPT],
                "no connection, or no response in time" if response is None else None,
            )
        )
        return response

    def _signed(self, outgoing: OutgoingCallback, url: str, now: datetime) -> CallbackRequest:
        credentials = self._credentials_of(outgoing.application_key)
        stamp = callback_timestamp(now + CLOCK_AHEAD if outgoing.fault == "clock ahead" else now)
        covered = outgoing.body + b" " if outgoing.fault == "bad signature" else outgoing.body
        message = Message("POST", urlsplit(url).path or "/", CONTENT_TYPE, stamp, covered)
        headers = {
            "authorization": authorization(credentials, message),
            "content-type": CONTENT_TYPE,
            "x-timestamp": stamp,
        }
        return CallbackRequest(url, headers, outgoing.body, self._timeout_s)

    def _reason_not_to_post(self, url: str) -> str | None:
        """Return why a URL must not be posted to; None if it may."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return "not a URL"
        if parts.scheme not in {"http", "https"} or not host:
            return "not an http or https URL"
        if not self._allow_remote and not is_loopback(host):
            return "not a loopback host, and others are not allowed"
        return None

    def _note_failure(self, outgoing: OutgoingCallback, url: str, failure: str) -> None:
        self._note(DeliveryAttempt(url, outgoing.kind, outgoing.call_id, None, 0.0, b"", failure))

    def _note(self, attempt: DeliveryAttempt) -> None:
        self.attempts.append(attempt)
        self._on_attempt(attempt)
