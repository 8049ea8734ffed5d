"""The desk: the one place through which every request goes, whoever asks."""

from dataclasses import dataclass

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.operations.account import Account
from sinch_voice_mcp.operations.calling import Calling
from sinch_voice_mcp.operations.conferencing import Conferencing
from sinch_voice_mcp.operations.gate import Gate
from sinch_voice_mcp.operations.numbering import Numbering
from sinch_voice_mcp.policy import Mode, Policy
from sinch_voice_mcp.ports import VoiceApi


@dataclass(frozen=True, slots=True)
class Desk:
    """What can be asked for. ``simulated`` is whether the platform behind it is the sandbox."""

    simulated: bool
    account: Account
    calling: Calling
    conferencing: Conferencing
    numbering: Numbering


def open_desk(api: VoiceApi, policy: Policy, mode: Mode, clock: Clock, *, simulated: bool) -> Desk:
    """Put the desk together.

    Args:
        api: The platform, or the sandbox.
        policy: What the owner allows.
        mode: Whose defaults and rules without a switch apply.
        clock: For how long facts are remembered.
        simulated: Whether the platform rings nobody.
    """
    account = Account(api, clock)
    gate = Gate(policy, mode, account)
    return Desk(
        simulated=simulated,
        account=account,
        calling=Calling(api, gate),
        conferencing=Conferencing(api),
        numbering=Numbering(api, gate, account),
    )
