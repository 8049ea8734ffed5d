"""The desk: the one place through which every request goes, whoever asks."""

from dataclasses import dataclass

from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.admission.account import Account
from sinch_voice_mcp.operations.admission.confirmation import Confirmation
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.calls import Calls
from sinch_voice_mcp.operations.conferences import Conferences
from sinch_voice_mcp.operations.dispatch.dispatcher import Dispatcher
from sinch_voice_mcp.operations.dispatch.settlement import Settlement
from sinch_voice_mcp.operations.events.inbox import EventInbox
from sinch_voice_mcp.operations.events.monitor import CallMonitor
from sinch_voice_mcp.operations.events.source import EventSource
from sinch_voice_mcp.operations.kill_switch import KillSwitch
from sinch_voice_mcp.operations.numbers import Numbers
from sinch_voice_mcp.operations.surveys import Surveys
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import EventLog, Journal, VoiceApi


@dataclass(frozen=True, slots=True)
class VoiceService:
    """What can be asked for. ``simulated`` is whether the platform behind it is the sandbox."""

    simulated: bool
    policy: Policy
    account: Account
    calls: Calls
    conferences: Conferences
    numbers: Numbers
    kill_switch: KillSwitch
    events: EventLog
    dispatcher: Dispatcher
    settlement: Settlement
    monitor: CallMonitor
    surveys: Surveys
    inbox: EventInbox
    source: EventSource

    @property
    def asks(self) -> bool:
        """Whether a person may have to be asked before a call."""
        return self.policy.confirm != "never"


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """How this house does things.

    Attributes:
        policy: What the owner allows.
        mode: Whose defaults and rules without a switch apply.
        simulated: Whether the platform rings nobody.
        listening: Whether events of calls come in.
        incoming_text: What somebody hears who calls, and whom nobody was told to answer.
        patience_s: How long to wait for a request that another server is sending, in seconds.
    """

    policy: Policy
    mode: Mode
    simulated: bool
    source: EventSource
    incoming_text: str
    patience_s: float


def open_service(
    api: VoiceApi, journal: Journal, events: EventLog, config: ServiceConfig, clock: Clock, tasks: TaskGroup
) -> VoiceService:
    """Put the service together.

    Args:
        api: The platform, or the sandbox.
        journal: Where requests that can ring are written down.
        events: Where events of calls are written down.
        config: How things are done here.
        clock: For how long facts are remembered.
        tasks: Where requests are sent.
    """
    policy, mode, source = config.policy, config.mode, config.source
    account = Account(api, clock)
    guard = Guard(policy, mode, account, clock)
    dispatcher = Dispatcher(journal, policy, tasks, config.patience_s)
    settlement = Settlement(api, dispatcher)
    confirmation = Confirmation(guard, journal)
    calls = Calls(api, guard, dispatcher, settlement, confirmation, events, live=mode == "live")
    monitor = CallMonitor(api, journal, events, settlement, source)
    return VoiceService(
        simulated=config.simulated,
        policy=policy,
        account=account,
        calls=calls,
        conferences=Conferences(api),
        numbers=Numbers(api, guard, account, calls),
        kill_switch=KillSwitch(api, journal),
        events=events,
        dispatcher=dispatcher,
        settlement=settlement,
        monitor=monitor,
        surveys=Surveys(api, calls, monitor, source),
        inbox=EventInbox(events, guard, config.incoming_text),
        source=source,
    )
