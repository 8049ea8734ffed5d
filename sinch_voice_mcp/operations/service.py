"""The voice service: the operations behind every tool, command and callback."""

from dataclasses import dataclass

from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import DEFAULT_PACE, Clock, Pace
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.confirmation import Confirmation
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.calls import Calls
from sinch_voice_mcp.operations.conferences import Conferences
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatcher
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.operations.events.inbox import EventInbox
from sinch_voice_mcp.operations.events.monitor import CallMonitor
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.operations.events.timeline import Timeline
from sinch_voice_mcp.operations.kill_switch import KillSwitch
from sinch_voice_mcp.operations.numbers import Numbers
from sinch_voice_mcp.operations.surveys import Surveys
from sinch_voice_mcp.operations.usage import Usage
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import EventLog, Journal, VoiceApi


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """Fixed settings of a service.

    Attributes:
        policy: What the owner allows.
        mode: Live mode or sandbox: decides about fictional numbers and undocumented members.
        simulated: Whether the platform is the sandbox.
        source: Whether and where this server receives events of calls.
        incoming_text: Spoken to the caller of an incoming call.
        patience_s: Seconds to wait for the same request that another server is sending.
        pace: How long each wait lasts.
    """

    policy: Policy
    mode: Mode
    simulated: bool
    source: EventSource
    incoming_text: str
    patience_s: float
    pace: Pace = DEFAULT_PACE


class VoiceService:
    """The operations that a server offers.

    Attributes:
        policy: What the owner allows.
        calls: Callouts and calls in progress.
        conferences: Conferences and their participants.
        numbers: The account's numbers, other numbers, and where events are sent.
        surveys: Questions asked by phone.
        events: What the platform reports of calls.
        kill_switch: Stops all calling.
        usage: What is used of the limits.
    """

    def __init__(
        self,
        api: VoiceApi,
        journal: Journal,
        events: EventLog,
        config: ServiceConfig,
        clock: Clock,
        tasks: TaskGroup,
    ) -> None:
        """Put the service together.

        Args:
            api: The platform, or the sandbox.
            journal: Where requests that can ring are recorded.
            events: Where events of calls are recorded.
            config: Fixed settings.
            clock: Gives the time for the guard, for waits and for the age of facts.
            tasks: Runs the sending of requests.
        """
        self.policy = policy = config.policy
        self._account = Account(api, clock)
        self._settlement = Settlement(api, journal, policy)
        self._dispatcher = Dispatcher(
            journal,
            policy,
            tasks,
            refresh=self._settlement.refresh,
            clock=clock,
            pace=config.pace,
            patience_s=config.patience_s,
        )
        self._api = api
        self._configured_sandbox = config.simulated
        guard = Guard(policy, config.mode, self._account, clock, on_sandbox=lambda: self._found_sandbox)
        self._routing = EventRouting(api, config.source, clock, config.pace)
        self.calls = Calls(
            api,
            guard,
            Confirmation(guard, journal),
            self._dispatcher,
            self._settlement,
            events,
            self._routing,
        )
        self.conferences = Conferences(api)
        self.numbers = Numbers(api, guard, self._account, self.calls, self._routing)
        self.events = self._call_events(api, journal, events, guard, config, clock)
        self.surveys = Surveys(api, self.calls, self.events)
        self.kill_switch = KillSwitch(api, journal)
        self.usage = Usage(journal)

    def _call_events(
        self, api: VoiceApi, journal: Journal, log: EventLog, guard: Guard, config: ServiceConfig, clock: Clock
    ) -> CallEvents:
        inbox = EventInbox(log, guard, config.incoming_text)
        monitor = CallMonitor(api, journal, log, self._settlement, self._routing, clock=clock, pace=config.pace)
        timeline = Timeline(api, journal, log, clock, config.pace.platform_answer_s, lambda: self.simulated)
        return CallEvents(log, journal, inbox, monitor, timeline, config.source, self._routing)

    @property
    def simulated(self) -> bool:
        """Whether the platform is a sandbox, so that no phone rings: as configured, or as its answers say."""
        return self._configured_sandbox or self._found_sandbox

    @property
    def _found_sandbox(self) -> bool:
        return not self._configured_sandbox and self._api.is_sandbox

    @property
    def may_ask(self) -> bool:
        """Whether a person may have to confirm a call."""
        return self.policy.confirm != "never"

    async def warm(self) -> None:
        """Look up the account's numbers and callback URL ahead of the first call, which needs them; never raises."""
        await self._account.warm()
        await self._routing.is_ours()

    async def sweep(self) -> None:
        """Record outcomes that were not recorded, and settle overdue requests, ended calls and expired leases.

        Raises:
            StorageError: The journal cannot be used.
        """
        await self._dispatcher.flush()
        await self._settlement.sweep()

    async def drain(self) -> None:
        """Wait until every request is sent and recorded; if this is canceled, cancel the requests that remain."""
        await self._dispatcher.drain()
