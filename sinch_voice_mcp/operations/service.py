"""The voice service: the operations behind every tool, command and callback."""

from dataclasses import dataclass
from functools import partial

from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import DEFAULT_PACE, Clock, Pace
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.confirmation import Confirmation
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.calls import Calls
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.conferences import Conferences
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatcher
from sinch_voice_mcp.operations.dispatch.hang_ups import HangUps
from sinch_voice_mcp.operations.dispatch.rooms import Rooms
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.call_events import CallEvents
from sinch_voice_mcp.operations.events.inbox import EventInbox
from sinch_voice_mcp.operations.events.monitor import CallMonitor
from sinch_voice_mcp.operations.events.routing import EventRouting
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.operations.events.timeline import Timeline
from sinch_voice_mcp.operations.kill_switch import KillSwitch
from sinch_voice_mcp.operations.numbers import Numbers
from sinch_voice_mcp.operations.regional import RegionalCalls
from sinch_voice_mcp.operations.requester import LOCAL
from sinch_voice_mcp.operations.shown_numbers import ShownNumbers
from sinch_voice_mcp.operations.simulation import Simulation
from sinch_voice_mcp.operations.surveys import Surveys
from sinch_voice_mcp.operations.usage import Usage
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import CallsApi, EventLog, Journal, Simulator, VoiceApi
from sinch_voice_mcp.types import instant_of


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
        whole_numbers: Whether results show the numbers of this server's calls whole.
        pace: How long each wait lasts.
        principal: The principal of requests without authentication.
        confirmer: The principal that confirmations without authentication belong to.
        local_ports: Ports of this machine that callback URLs may name in the sandbox.
    """

    policy: Policy
    mode: Mode
    simulated: bool
    source: EventSource
    incoming_text: str
    patience_s: float
    whole_numbers: bool = True
    pace: Pace = DEFAULT_PACE
    principal: str = LOCAL
    confirmer: str = LOCAL
    local_ports: frozenset[int] = frozenset()


class VoiceService:
    """The operations that a server offers.

    Attributes:
        clock: Gives the time for the guard, for waits and for the age of facts.
        principal: The principal of requests without authentication.
        confirmer: The principal that confirmations without authentication belong to.
        policy: What the owner allows.
        confirmation: Whether and what a person is asked before a request is sent.
        calls: Callouts and calls in progress.
        conferences: Conferences and their participants.
        numbers: The account's numbers, other numbers, and where events are sent.
        surveys: Questions asked by phone.
        events: What the platform reports of calls.
        kill_switch: Stops all calling.
        changes: Records changes, and refuses them while calling is stopped.
        usage: What is used of the limits.
        simulation: Simulated people, failures and time, if the platform is a sandbox.
        shown: How results show numbers.
    """

    def __init__(
        self,
        api: VoiceApi,
        journal: Journal,
        events: EventLog,
        config: ServiceConfig,
        clock: Clock,
        tasks: TaskGroup,
        *,
        simulator: Simulator | None = None,
    ) -> None:
        """Put the service together.

        Args:
            api: The platform, or the sandbox.
            journal: Where requests that can ring are recorded.
            events: Where events of calls are recorded.
            config: Fixed settings.
            clock: Gives the time for the guard, for waits and for the age of facts.
            tasks: Runs the sending of requests.
            simulator: Controls the sandbox, if the platform is one.
        """
        self.policy = policy = config.policy
        self.shown = ShownNumbers(whole=config.whole_numbers)
        self._account = Account(api, clock)
        calls = RegionalCalls(api, journal)
        rooms = Rooms(api, journal)
        self._hang_ups = HangUps(calls, journal, rooms, clock, config.pace)
        self._settlement = Settlement(calls, journal, policy, self._hang_ups, rooms, clock)
        changes = Changes(journal, policy)
        self._dispatcher = self._make_dispatcher(journal, config, clock, tasks)
        self._api = api
        self._configured_sandbox = config.simulated
        guard = self._make_guard(journal, config)
        self._routing = EventRouting(api, config.source, clock, config.pace)
        self.clock = clock
        self.principal, self.confirmer = config.principal, config.confirmer
        self.confirmation = Confirmation(guard, journal)
        placing = (self.confirmation, self._dispatcher, self._settlement, events, changes, self._routing)
        self.calls = Calls(calls, guard, *placing)
        self.changes = changes
        self.conferences = Conferences(calls, changes)
        self.numbers = Numbers(api, guard, self._account, self.calls, changes, self._routing)
        hang_up = partial(tasks.start_soon, self._hang_ups.if_stopped)
        inbox = EventInbox(events, guard, config.incoming_text, hang_up, api.place_of)
        self.events = self._call_events(calls, journal, events, inbox, config, clock)
        self.surveys = Surveys(api, self.calls, self.events, clock)
        self.kill_switch = KillSwitch(journal, self._hang_ups, changes, tasks)
        self.usage = Usage(journal)
        self.simulation = Simulation(simulator, changes)

    def _make_dispatcher(self, journal: Journal, config: ServiceConfig, clock: Clock, tasks: TaskGroup) -> Dispatcher:
        return Dispatcher(
            journal,
            config.policy,
            tasks,
            refresh=self._settlement.refresh,
            hang_ups=self._hang_ups,
            clock=clock,
            pace=config.pace,
            patience_s=config.patience_s,
        )

    def _make_guard(self, journal: Journal, config: ServiceConfig) -> Guard:
        return Guard(
            config.policy,
            config.mode,
            self._account,
            # The journal's time, on which all servers agree: a host whose clock is hours off must not ring at night.
            lambda: instant_of(journal.now()),
            config.source.url,
            local_ports=config.local_ports,
            on_sandbox=lambda: self._found_sandbox,
        )

    def _call_events(
        self, calls: CallsApi, journal: Journal, log: EventLog, inbox: EventInbox, config: ServiceConfig, clock: Clock
    ) -> CallEvents:
        monitor = CallMonitor(calls, journal, log, self._settlement, self._routing, clock=clock, pace=config.pace)
        patience_s = config.pace.platform_answer_s
        timeline = Timeline(calls, journal, log, clock, patience_s, lambda: self.simulated, self.shown)
        return CallEvents(log, journal, inbox, monitor, timeline, config.source, self._routing, self.shown)

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
        """Record outcomes that were not recorded, settle overdue requests, ended calls and expired leases, hang up.

        Raises:
            StorageError: The journal cannot be used.
        """
        await self._dispatcher.flush()
        # First, because a stop must not wait for lookups.
        await self._hang_ups.enforce()
        await self._settlement.sweep()

    async def drain(self) -> None:
        """Wait until every request is sent and recorded; if this is canceled, cancel the requests that remain."""
        await self._dispatcher.drain()
