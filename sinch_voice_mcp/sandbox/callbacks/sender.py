"""Sign a callback, post it, and once more to the fallback where that fails."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks.posting import TIMEOUT_S, Attempt, CallbackAnswer, CallbackRequest, Post
from sinch_voice_mcp.sandbox.engine import Outgoing
from sinch_voice_mcp.signing import Credentials, Message, authorization
from sinch_voice_mcp.text.hosts import is_loopback

CONTENT_TYPE = "application/json"
KEPT_ATTEMPTS = 1000
KEPT_REPLY = 64 * 1024
AHEAD = timedelta(minutes=10)
"""How far the clock is ahead that stamps the callbacks of a call whose clock is ahead."""


class Sender:
    """Delivers callbacks.

    Attributes:
        attempts: The last 1,000 attempts, oldest first.
    """

    def __init__(
        self,
        post: Post,
        find: Callable[[str], Credentials],
        wall: Clock,
        *,
        allow_remote: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Make a sender.

        Args:
            post: What speaks HTTP.
            find: The credentials of an application, by its key.
            wall: Real time: what timestamps carry, and what latency is measured with.
            allow_remote: Whether other hosts than this machine are posted to.
            timeout_s: Real seconds to wait for an answer.
        """
        self.attempts: deque[Attempt] = deque(maxlen=KEPT_ATTEMPTS)
        self._post = post
        self._find = find
        self._wall = wall
        self._allow_remote = allow_remote
        self._timeout_s = timeout_s

    async def deliver(self, outgoing: Outgoing) -> bytes | None:
        """Deliver a callback; returns the body of the valid answer, None where none came."""
        reply = await self._once(outgoing)
        if outgoing.fault == "twice":
            again = await self._once(outgoing)
            return again if reply is None else reply
        return reply

    async def _once(self, outgoing: Outgoing) -> bytes | None:
        for index, url in enumerate(outgoing.urls):
            if outgoing.fault == "primary fails" and index == 0:
                self._fail(outgoing, url, "the destination lets the first URL fail")
            elif (flaw := self._flaw(url)) is not None:
                self._fail(outgoing, url, flaw)
            else:
                answer = await self._attempt(outgoing, url)
                if answer is not None and answer.is_success:
                    return answer.body
        return None

    async def _attempt(self, outgoing: Outgoing, url: str) -> CallbackAnswer | None:
        began = self._wall.now()
        answer = await self._post(self._signed(outgoing, url, began))
        latency = (self._wall.now() - began).total_seconds()
        self.attempts.append(
            Attempt(
                url,
                outgoing.kind,
                outgoing.call_id,
                None if answer is None else answer.status,
                latency,
                b"" if answer is None else answer.body[:KEPT_REPLY],
                "no connection, or no answer in time" if answer is None else None,
            )
        )
        return answer

    def _signed(self, outgoing: Outgoing, url: str, now: datetime) -> CallbackRequest:
        credentials = self._find(outgoing.application_key)
        stamp = _timestamp(now + AHEAD if outgoing.fault == "clock ahead" else now)
        covered = outgoing.body + b" " if outgoing.fault == "bad signature" else outgoing.body
        message = Message("POST", urlsplit(url).path or "/", CONTENT_TYPE, stamp, covered)
        headers = {
            "authorization": authorization(credentials, message),
            "content-type": CONTENT_TYPE,
            "x-timestamp": stamp,
        }
        return CallbackRequest(url, headers, outgoing.body, self._timeout_s)

    def _flaw(self, url: str) -> str | None:
        """Why a URL is not posted to."""
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

    def _fail(self, outgoing: Outgoing, url: str, failure: str) -> None:
        self.attempts.append(Attempt(url, outgoing.kind, outgoing.call_id, None, 0.0, b"", failure))


def _timestamp(now: datetime) -> str:
    """As Sinch's callbacks carry it: UTC, seven digits of the second, ``Z``."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
