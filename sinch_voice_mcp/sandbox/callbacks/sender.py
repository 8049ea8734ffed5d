"""The sender of callbacks: it signs them, posts them, and tries the fallback URL once if the primary one fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks.log import AttemptLog
from sinch_voice_mcp.sandbox.callbacks.posting import (
    TIMEOUT_S,
    CallbackRequest,
    CallbackResponse,
    DeliveryAttempt,
    Post,
)
from sinch_voice_mcp.sandbox.engine import CallbackFault, OutgoingCallback
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.signing import Credentials, Message, authorization, callback_timestamp
from sinch_voice_mcp.text.hosts import is_loopback

CONTENT_TYPE = "application/json"
MAX_REPLY_BYTES_KEPT = 64 * 1024

CLOCK_OFF = timedelta(minutes=10)
"""How far from real time the timestamps of callbacks are that come from a wrong clock."""

SigningFault = Literal["wrong", "missing", "old", "ahead"]
"""What is wrong with a signature: another body is signed, there is none, or the timestamp is in the past or future."""

_FAULTS: Mapping[CallbackFault | None, SigningFault] = {"bad signature": "wrong", "clock ahead": "ahead"}
_OFF: Mapping[SigningFault | None, timedelta] = {"old": -CLOCK_OFF, "ahead": CLOCK_OFF}


@dataclass(frozen=True, slots=True)
class Sending:
    """One way to send a callback.

    Attributes:
        url: Where to.
        body: The bytes to send.
        fault: What is wrong with the signature; None for nothing.
        replay_of: The number of the attempt that it repeats; None for the first sending.
    """

    url: str
    body: bytes
    fault: SigningFault | None = None
    replay_of: int | None = None


class CallbackSender:
    """Delivers callbacks.

    Attributes:
        attempts: The last attempts, oldest first.
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
        self.attempts = AttemptLog(on_attempt)
        self._post = post
        self._credentials_of = credentials_of
        self._wall = wall
        self._allow_remote = allow_remote
        self._timeout_s = timeout_s

    async def deliver(self, outgoing: OutgoingCallback) -> bytes | None:
        """Deliver a callback; return the body of the valid response, None if there was none."""
        reply = await self._deliver_once(outgoing)
        if outgoing.fault == "twice":
            again = await self._deliver_once(outgoing)
            return again if reply is None else reply
        return reply

    async def replay(self, outgoing: OutgoingCallback, sending: Sending) -> DeliveryAttempt:
        """Send a callback once more; the response is recorded, and no call depends on it."""
        if (reason := self._reason_not_to_post(sending.url)) is not None:
            return self._note_failure(outgoing, sending, reason)
        attempt, _ = await self._attempt(outgoing, sending)
        return attempt

    async def _deliver_once(self, outgoing: OutgoingCallback) -> bytes | None:
        for index, url in enumerate(outgoing.urls):
            sending = Sending(url, outgoing.body, _FAULTS.get(outgoing.fault))
            if outgoing.fault == "primary fails" and index == 0:
                self._note_failure(outgoing, sending, "the number makes the first URL fail")
            elif (reason := self._reason_not_to_post(url)) is not None:
                self._note_failure(outgoing, sending, reason)
            else:
                _, response = await self._attempt(outgoing, sending)
                if response is not None and response.is_success:
                    return response.body
        return None

    async def _attempt(
        self, outgoing: OutgoingCallback, sending: Sending
    ) -> tuple[DeliveryAttempt, CallbackResponse | None]:
        started = self._wall.now()
        request = self._signed(outgoing, sending, started)
        response = await self._post(request)
        attempt = DeliveryAttempt(
            sending.url,
            outgoing.kind,
            outgoing.call_id,
            None if response is None else response.status,
            (self._wall.now() - started).total_seconds(),
            b"" if response is None else response.body[:MAX_REPLY_BYTES_KEPT],
            "no connection, or no response in time" if response is None else None,
            self.attempts.next_sequence(),
            outgoing,
            request,
            started,
            sending.replay_of,
        )
        self.attempts.add(attempt)
        return attempt, response

    def _signed(self, outgoing: OutgoingCallback, sending: Sending, now: datetime) -> CallbackRequest:
        credentials = self._credentials_of(outgoing.application_key)
        stamp = callback_timestamp(now + _OFF.get(sending.fault, timedelta()))
        covered = sending.body + b" " if sending.fault == "wrong" else sending.body
        message = Message("POST", urlsplit(sending.url).path or "/", CONTENT_TYPE, stamp, covered)
        headers = {"content-type": CONTENT_TYPE, "x-timestamp": stamp}
        if sending.fault != "missing":
            headers["authorization"] = authorization(credentials, message)
        return CallbackRequest(sending.url, headers, sending.body, self._timeout_s)

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

    def _note_failure(self, outgoing: OutgoingCallback, sending: Sending, failure: str) -> DeliveryAttempt:
        attempt = DeliveryAttempt(
            sending.url,
            outgoing.kind,
            outgoing.call_id,
            None,
            0.0,
            b"",
            failure,
            self.attempts.next_sequence(),
            outgoing,
            replay_of=sending.replay_of,
        )
        self.attempts.add(attempt)
        return attempt


BEHAVIORS = (
    documented(
        "callback", "signature", "over the exact bytes, with real time; the scheme is in lower case", "Signed requests"
    ),
    chosen("callback", "fallback", "tried once, after 5 s without response, without connection, or without a 2xx"),
    chosen("callback", "targets", "loopback hosts only, unless the sandbox allows others"),
    chosen(
        "callback",
        "wrong clock",
        "10 min ahead, at the number for that; in the past for a replay",
        covers=("CLOCK_OFF",),
    ),
)
