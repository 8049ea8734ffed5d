"""The desk: the one place through which every request goes, whoever asks."""

from dataclasses import dataclass

from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.account import Account
from sinch_voice_mcp.operations.answering import Answering
from sinch_voice_mcp.operations.calling import Calling
from sinch_voice_mcp.operations.conferencing import Conferencing
from sinch_voice_mcp.operations.consenting import Consenting
from sinch_voice_mcp.operations.gate import Gate
from sinch_voice_mcp.operations.ledger import Ledger
from sinch_voice_mcp.operations.listening import Listening
from sinch_voice_mcp.operations.numbering import Numbering
from sinch_voice_mcp.operations.reconciling import Reconciler
from sinch_voice_mcp.operations.safety import Safety
from sinch_voice_mcp.operations.surveying import Surveying
from sinch_voice_mcp.operations.watching import Watching
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import EventLog, Journal, VoiceApi


@dataclass(frozen=True, slots=True)
class Desk:
    """What can be asked for. ``simulated`` is whether the platform behind it is the sandbox."""

    simulated: bool
    policy: Policy
    account: Account
    calling: Calling
    conferencing: Conferencing
    numbering: Numbering
    safety: Safety
    events: EventLog
    ledger: Ledger
    reconciler: Reconciler
    watching: Watching
    surveying: Surveying
    answering: Answering
    listening: Listening

    @property
    def asks(self) -> bool:
        """Whether a person may have to be asked before a call."""
        return self.policy.confirm != "never"


@dataclass(frozen=True, slots=True)
class House:
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
    listening: Listening
    incoming_text: str
    patience_s: float


def open_desk(api: VoiceApi, journal: Journal, events: EventLog, house: House, clock: Clock, tasks: TaskGroup) -> Desk:
    """Put the desk together.

    Args:
        api: The platform, or the sandbox.
        journal: Where requests that can ring are written down.
        events: Where events of calls are written down.
        house: How things are done here.
        clock: For how long facts are remembered.
        tasks: Where requests are sent.
    """
    policy, mode, listening = house.policy, house.mode, house.listening
    account = Account(api, clock)
    gate = Gate(policy, mode, account, clock)
    ledger = Ledger(journal, policy, tasks, house.patience_s)
    reconciler = Reconciler(api, ledger)
    consenting = Consenting(gate, journal)
    calling = Calling(api, gate, ledger, reconciler, consenting, events, live=mode == "live")
    watching = Watching(api, journal, events, reconciler, listening)
    return Desk(
        simulated=house.simulated,
        policy=policy,
        account=account,
        calling=calling,
        conferencing=Conferencing(api),
        numbering=Numbering(api, gate, account, calling),
        safety=Safety(api, journal),
        events=events,
        ledger=ledger,
        reconciler=reconciler,
        watching=watching,
        surveying=Surveying(api, calling, watching, listening),
        answering=Answering(events, gate, house.incoming_text),
        listening=listening,
    )
