"""The desk: the one place through which every request goes, whoever asks."""

from dataclasses import dataclass

from anyio.abc import TaskGroup

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.account import Account
from sinch_voice_mcp.operations.calling import Calling
from sinch_voice_mcp.operations.conferencing import Conferencing
from sinch_voice_mcp.operations.consenting import Consenting
from sinch_voice_mcp.operations.gate import Gate
from sinch_voice_mcp.operations.ledger import Ledger
from sinch_voice_mcp.operations.numbering import Numbering
from sinch_voice_mcp.operations.reconciling import Reconciler
from sinch_voice_mcp.operations.safety import Safety
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import Journal, VoiceApi


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
    ledger: Ledger
    reconciler: Reconciler

    @property
    def asks(self) -> bool:
        """Whether a person may have to be asked before a call."""
        return self.policy.confirm != "never"


def open_desk(
    api: VoiceApi,
    journal: Journal,
    policy: Policy,
    mode: Mode,
    clock: Clock,
    tasks: TaskGroup,
    *,
    simulated: bool,
    patience_s: float,
) -> Desk:
    """Put the desk together.

    Args:
        api: The platform, or the sandbox.
        journal: Where requests that can ring are written down.
        policy: What the owner allows.
        mode: Whose defaults and rules without a switch apply.
        clock: For how long facts are remembered.
        tasks: Where requests are sent.
        simulated: Whether the platform rings nobody.
        patience_s: How long to wait for a request that another server is sending, in seconds.
    """
    account = Account(api, clock)
    gate = Gate(policy, mode, account, clock)
    ledger = Ledger(journal, policy, tasks, patience_s)
    reconciler = Reconciler(api, ledger)
    consenting = Consenting(gate, journal)
    return Desk(
        simulated=simulated,
        policy=policy,
        account=account,
        calling=Calling(api, gate, ledger, reconciler, consenting, live=mode == "live"),
        conferencing=Conferencing(api),
        numbering=Numbering(api, gate, account),
        safety=Safety(api, journal),
        ledger=ledger,
        reconciler=reconciler,
    )
