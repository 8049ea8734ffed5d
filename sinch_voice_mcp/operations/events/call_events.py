"""What the platform reports of calls: events are recorded and answered, waited for, and listed."""

from sinch_voice_mcp.operations.events.inbox import EventInbox
from sinch_voice_mcp.operations.events.monitor import CallMonitor, CallSnapshot, Progress, Until
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.ports import EventListener, EventLog
from sinch_voice_mcp.types import CallId, JsonObject
from sinch_voice_mcp.wire.applications import CallbackUrl
from sinch_voice_mcp.wire.events import VoiceEvent


class CallEvents:
    """The events of calls, for the receiver, the tools and the resources.

    Attributes:
        warning: Why this process does not receive events although it should; empty if it does.
    """

    def __init__(self, log: EventLog, inbox: EventInbox, monitor: CallMonitor, source: EventSource) -> None:
        self._log = log
        self._inbox = inbox
        self._monitor = monitor
        self._source = source
        self.warning = ""

    async def record(self, event: VoiceEvent) -> bytes:
        """Record an event and return the reply; a repeated delivery gets the same bytes.

        Returns:
            SVAML as JSON; empty if the platform expects no reply.

        Raises:
            StorageError: It could not be recorded.
        """
        return await self._inbox.record(event)

    async def wait(
        self, call_id: CallId, until: Until, timeout_s: float, progress: Progress | None = None
    ) -> CallSnapshot:
        """Wait until a call reaches a state, or the time is up. See :meth:`CallMonitor.wait`."""
        return await self._monitor.wait(call_id, until, timeout_s, progress)

    async def timeline(self, call_id: CallId) -> list[JsonObject]:
        """List the request and the events of a call, in order. See :meth:`CallMonitor.timeline`."""
        return await self._monitor.timeline(call_id)

    async def check_open(self) -> frozenset[CallId]:
        """Look up the open calls and return the IDs of those that are answered. See :meth:`CallMonitor.check_open`."""
        return await self._monitor.check_open()

    async def silence(self) -> str:
        """Explain why a call has no events: no receiver, a receiver that never got one, or none of this call."""
        if not self._source.active:
            return self._source.remark
        if await self._log.has_events():
            return "The platform reported no event of this call."
        return "This server has never received an event: ask the owner to run `sinch-voice-mcp callbacks check`."

    @property
    def remark(self) -> str:
        """What is not known without events; empty if this server receives them."""
        return self._source.remark or self.warning

    @property
    def listeners(self) -> list[EventListener]:
        """Functions that are called with the ID of each call that has new events; they must not raise."""
        return self._log.listeners

    def require(self, what: str) -> None:
        """Raise unless this server receives events; ``what`` needs them and begins the message.

        Raises:
            NoCallbacksError: It receives none.
        """
        self._source.require(what)

    def check(self, urls: CallbackUrl) -> None:
        """Raise unless the platform sends its events to this server.

        Raises:
            NoCallbacksError: It sends them to another URL, or sends none.
        """
        self._source.check(urls)
