"""Getting one request through: try, judge, wait, and try again where that is allowed."""

from collections.abc import Awaitable, Callable

import httpx2

from sinch_voice_mcp.client.failures import failure
from sinch_voice_mcp.client.lines import Lines
from sinch_voice_mcp.client.orders import Order, Stamp
from sinch_voice_mcp.client.repeats import Manner, Repeats
from sinch_voice_mcp.client.sending import Answer, NotSent, Timeouts, attempt
from sinch_voice_mcp.client.verdicts import Unsure, Verdict, judge
from sinch_voice_mcp.clock import Clock

Again = Callable[[], Awaitable[None]]
"""Asked before each further try; raises where there must not be one."""


class Delivery:
    """Sends requests in their manner and raises what becomes of them.

    Args:
        lines: The connections.
        stamp: Makes the headers.
        timeouts: For each try.
        clock: Signs the time and waits between tries.
        jitter: A number between 0 and 1, for the length of a pause.
    """

    def __init__(
        self, lines: Lines, stamp: Stamp, timeouts: Timeouts, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self._lines = lines
        self._stamp = stamp
        self._timeouts = timeouts
        self._clock = clock
        self._jitter = jitter

    async def deliver(self, order: Order, manner: Manner, again: Again | None = None) -> Answer:
        """Send a request, again where its manner allows.

        Raises:
            PlatformError: The platform said no.
            UnavailableError: A question got no usable answer.
            NotSentError: The platform was not reached.
            OutcomeUnknownError: The platform may have acted.
        """
        repeats = Repeats(manner, self._jitter)
        earlier: Unsure | None = None
        while True:
            verdict = await self._try(order, manner)
            if isinstance(verdict, Answer):
                return verdict
            pause = repeats.pause_after(verdict)
            if pause is None:
                cause = verdict.cause if isinstance(verdict, NotSent | Unsure) else None
                raise failure(verdict, earlier, manner) from cause
            earlier = verdict if isinstance(verdict, Unsure) else earlier
            await self._clock.sleep(pause)
            if again is not None:
                await again()

    async def _try(self, order: Order, manner: Manner) -> Verdict:
        url = httpx2.URL(order.url)
        path = url.raw_path.decode("ascii")
        headers = self._stamp.headers(order, path)
        request = httpx2.Request(order.method, url, headers=headers, content=order.body or None)
        line = self._lines.line(fresh=not manner.repeatable)
        one_try = await attempt(line, request, self._timeouts)
        proof = headers["authorization"].partition(" ")[2].rpartition(":")[2]
        hidden = (self._stamp.credentials.secret, proof)
        return judge(one_try, now=self._clock.now(), hidden=hidden, reads=manner.reads, rings=manner.rings)
