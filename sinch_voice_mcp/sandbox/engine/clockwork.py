"""The clockwork of the engine: simulated time, and the callbacks and replies that make it stand still."""

from datetime import datetime

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import handlers
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import OutgoingCallback
from sinch_voice_mcp.sandbox.engine.session import Session


class Clockwork:
    """Handles what is due at an exchange, each event at its own instant."""

    def __init__(self, clock: Clock, exchange: Exchange, *, calls_back: bool) -> None:
        """Create a clockwork.

        Args:
            clock: Simulated time; only ``now()`` is read.
            exchange: The calls.
            calls_back: Whether a caller of :meth:`take` delivers callbacks.
        """
        self._clock = clock
        self._exchange = exchange
        self._calls_back = calls_back

    @property
    def now(self) -> datetime:
        """The simulated instant up to which all events have been handled."""
        return self._exchange.now

    def next_due(self) -> datetime | None:
        """Return when the next event is due; None if none is scheduled, or while time stands still."""
        return None if self.awaits_reply else self._exchange.timers.next_due()

    @property
    def awaits_reply(self) -> bool:
        """Whether a call waits for an application's reply; until then, simulated time stands still."""
        return self._exchange.outbox.awaits_reply

    @property
    def calls_back_for(self) -> frozenset[str]:
        """The ids of the calls with a callback to take, or with one whose reply they wait for."""
        return self._exchange.outbox.call_ids()

    @property
    def has_outgoing(self) -> bool:
        """Whether there are callbacks to take."""
        return not self._exchange.outbox.is_empty

    def take(self) -> tuple[OutgoingCallback, ...]:
        """Remove and return the callbacks to send, in order."""
        return self._exchange.outbox.take()

    def record_reply(self, sequence: int, body: bytes | None) -> None:
        """Record the reply to a callback; the call continues at the simulated instant at which it asked.

        Args:
            sequence: The number of the callback; a reply that no call waits for has no effect.
            body: The body of the reply; None if no valid one arrived in time.
        """
        self._exchange.outbox.add_reply(sequence, body)
        self._handle_replies()

    def run_until(self, instant: datetime) -> None:
        """Handle whatever is due by an instant, or until an application has to reply.

        An instant in the simulated past has no effect.
        """
        # An update may have withdrawn the callback that a recorded reply had to wait for.
        self._handle_replies()
        self._reply_for_absent_applications()
        while not self.awaits_reply and (due := self._exchange.timers.pop(instant)) is not None:
            at, event = due
            self._exchange.now = max(self._exchange.now, at)
            handlers.handle(self._exchange, event)
            self._reply_for_absent_applications()
        if not self.awaits_reply:
            self._exchange.now = max(self._exchange.now, instant)

    def catch_up(self) -> None:
        """Handle whatever is due by now."""
        self.run_until(self._clock.now())

    def _handle_replies(self) -> None:
        while (reply := self._exchange.outbox.next_reply()) is not None:
            asked = reply.outgoing
            if asked.kind in ("ice", "ace", "pie"):
                handlers.reply_received(
                    Session(self._exchange, self._exchange.calls[asked.call_id]), asked.kind, reply.body
                )

    def _reply_for_absent_applications(self) -> None:
        """Treat every callback as not answered in time, if callbacks are not delivered."""
        while not self._calls_back and self.has_outgoing:
            for outgoing in self.take():
                self.record_reply(outgoing.sequence, None)
