"""What goes wrong with the connection of a callout, as the number that it calls says."""

from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint, endpoint_of
from sinch_voice_mcp.sandbox.engine.profiles import TransportFault
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import CallPlan
from sinch_voice_mcp.svaml import ConnectPstn, Document


class LostRequestError(Exception):
    """The connection fails before the platform places anything; ``fault`` says how."""

    def __init__(self, fault: TransportFault) -> None:
        self.fault = fault
        super().__init__("the connection fails, as the number that was called says; nothing is placed")


def fault_of(plan: CallPlan) -> TransportFault | None:
    """Return what goes wrong with the connection although the call is placed; None for nothing.

    Raises:
        LostRequestError: It fails before the call is placed.
    """
    endpoint = _first_endpoint(plan)
    fault = None if endpoint is None else endpoint.profile.transport_fault
    if fault is not None and not fault.places:
        raise LostRequestError(fault)
    return fault


def _first_endpoint(plan: CallPlan) -> Endpoint | None:
    """Return what a callout calls, as far as its request says; None if only a reply will say it."""
    match plan.on_incoming:
        case Document(action=ConnectPstn() as action):
            try:
                return endpoint_of(action, plan.endpoint)
            except RejectedError:
                # The call itself fails because of it.
                return None
        case _:
            return plan.endpoint
