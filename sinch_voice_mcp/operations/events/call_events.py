"""What the platform reports of calls: events are recorded and answered, waited for, and listed."""

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.operations.events.inbox import EventInbox
from sinch_voice_mcp.operations.events.monitor import CallMonitor, CallSnapshot, Progress, Until
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.operations.events.timeline import Timeline
from sinch_voice_mcp.operations.shown_numbers import ShownNumbers
from sinch_voice_mcp.ports import EventListener, EventLog, Journal
from sinch_voice_mcp.types import CallId, JsonObject
from sinch_voice_mcp.wire.applications import CallbackUrl
from sinch_voice_mcp.wire.events import VoiceEvent


class CallEvents:
    """The events of calls, for the receiver, the tools and the resources.

    Attributes:
        warning: Why this process does not receive events although it should; empty if it does.
    """

    def __init__(
        self,
        log: EventLog,
        journal: Journal,
        inbox: EventInbox,
        monitor: CallMonitor,
        timeline: Timeline,
        source: EventSource,
        routing: EventRouting,
        shown: ShownNumbers,
    ) -> None:
        self._log = log
        self._journal = journal
        self._routing = routing
        self._inbox = inbox
        self._monitor = monitor
        self._timeline = timeline
        self._source = source
        self._shown = shown
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
        """List the request and the events of a call, in order. See :meth:`Timeline.of`."""
        return [self._shown.row(row) for row in await self._timeline.of(call_id)]

    async def came_in(self, call_id: CallId) -> bool:
        """Return whether a call came in, as far as the journal knows; False if the journal cannot be used."""
        try:
            return await self._monitor.came_in(call_id)
        except StorageError:
            # What the platform says of the call is shown in any case.
            return False

    async def check_open(self) -> frozenset[CallId]:
        """Look up the open calls and return the IDs of those that are answered. See :meth:`CallMonitor.check_open`."""
        return await self._monitor.check_open()

    async def silence(self, call_id: CallId) -> str:
        """Explain why no event of a call has arrived.

        Raises:
            NotFoundError: There is no such call.
            StorageError: The journal cannot be used.
        """
        if not self._source.active:
            return self._source.remark
        entry = await self._journal.by_call_id(call_id)
        if entry is not None and entry.events is not None and not entry.events:
            if any(name.startswith("app:") for name in entry.called):
                return "The platform reports no events of calls to in-app users."
            return "This call was placed without events: `enable_dice` and `enable_ace` ask for them."
        if await self._routing.is_ours(now=True) is False:
            return f"The platform sends events to another URL, not to this server. {self._source.next_step}"
        # A wait of zero seconds looks the call up and returns.
        if not (await self._monitor.wait(call_id, "ended", 0)).ended:
            return "The platform has reported no event of this call yet."
        if self._source.embedded or await self._log.has_events():
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
