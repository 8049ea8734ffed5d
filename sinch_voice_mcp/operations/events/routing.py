"""Whether the platform sends the events of the application's calls to this server."""

from sinch_voice_mcp.clock import Clock, Pace
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.events.requested import kinds_of, speaks_on_continue, with_defaults
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.ports import INBOUND, EventKind, JournalEntry, VoiceApi
from sinch_voice_mcp.wire.applications import CallbackUrl
from sinch_voice_mcp.wire.callouts import CalloutRequest

FRESH_FOR_S = 600.0
"""Age at which the callback URL is read again, in seconds: about as long as the account's numbers are kept."""

_OF_INBOUND: frozenset[EventKind] = frozenset({"dice"})


class EventRouting:
    """Reads the application's callback URL, and knows which events of a call reach this server.

    Attributes:
        source: Whether and where this server receives events.
    """

    def __init__(self, api: VoiceApi, source: EventSource, clock: Clock, pace: Pace) -> None:
        self._api = api
        self.source = source
        self._clock = clock
        self._patience_s = pace.platform_answer_s
        self._is_ours: bool | None = None
        self._read_at: float | None = None

    async def is_ours(self, *, now: bool = False) -> bool | None:
        """Whether events come here, read ``now`` or at most ten minutes ago; None if it is not known. Never raises."""
        if not self.source.active:
            return False
        if now:
            self.forget()
        if self._read_at is None or self._clock.monotonic() - self._read_at > FRESH_FOR_S:
            # Noted first: a platform that does not answer is not asked again for every call.
            self._is_ours, self._read_at = None, self._clock.monotonic()
            try:
                # A call waits for this answer, and can be placed without it.
                with self._clock.move_on_after(self._patience_s):
                    self.learn(await self._api.get_callbacks(self._api.application_key))
            except VoiceError:
                return None
        return self._is_ours

    def learn(self, urls: CallbackUrl) -> None:
        """Note the application's callback URLs, which the platform has just returned."""
        self._is_ours = self.source.receives(urls)
        self._read_at = self._clock.monotonic()

    def forget(self) -> None:
        """Read the callback URL again before it is used: it is about to be changed, or too old."""
        self._is_ours = self._read_at = None

    async def asking(self, request: CalloutRequest) -> tuple[CalloutRequest, frozenset[EventKind]]:
        """Return a callout with the events that it asks for by default, and the kinds of events that it asks for.

        The answer to a text (ACE) is asked for only if this server is known to be asked what to do then, because
        another application might not reply ``continue``.
        """
        ace = speaks_on_continue(request) and await self.is_ours() is True
        asking = with_defaults(request, ace=ace)
        return asking, kinds_of(asking)

    def coming(self, entry: JournalEntry | None) -> frozenset[EventKind] | None:
        """Return the kinds of events of a call that reach this server; None if that is not known."""
        if not self.source.active or self._is_ours is False:
            return frozenset()
        if entry is None:
            return None
        return _OF_INBOUND if entry.kind == INBOUND else entry.events
