"""What goes wrong with the connection of a callout, as the number that it calls or a fault rule says."""

from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile, TransportFault


class LostRequestError(Exception):
    """The connection fails before the platform places anything; ``fault`` says how."""

    def __init__(self, fault: TransportFault) -> None:
        self.fault = fault
        super().__init__("the connection fails, as the number that was called says; nothing is placed")


def fault_of(profile: NumberProfile) -> TransportFault | None:
    """Return what goes wrong with the connection although the call is placed; None for nothing.

    Raises:
        LostRequestError: It fails before the call is placed.
    """
    fault = profile.transport_fault
    if fault is not None and not fault.places:
        raise LostRequestError(fault)
    return fault
