"""What goes wrong with the connection of a callout, as the number that it calls says."""

from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint, endpoint_of
from sinch_voice_mcp.sandbox.engine.profiles import TransportFault
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import CallPlan
from sinch_voice_mcp.svaml import ConnectPstn, Document


def fault_of(plan: CallPlan) -> TransportFault | None:
    """Return what the sandbox does to the connection instead of a proper response; None for nothing."""
    endpoint = _first_endpoint(plan)
    return None if endpoint is None else endpoint.profile.transport_fault


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
