"""What simulated people do in a sandbox, how the simulated platform fails, and its time.

Everything here is recorded in the audit log like other changes. It is possible while calling is stopped, too: real
people go on calling and pressing keys after a stop, and what the server does then should be tried out.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from sinch_voice_mcp.errors import ConfigurationError, NotFoundError
from sinch_voice_mcp.operations.changes import Changes
from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.ports import (
    CallOrigin,
    ComingCall,
    PhoneAct,
    SimulatedCall,
    SimulatedFault,
    SimulatedTime,
    Simulator,
)
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import CallId

_SCHEMES: Mapping[CallOrigin, str] = {"PSTN": "", "SIP": "sip:", "MXP": "app:"}
"""What the audit log writes before the address of a caller."""


class Simulation:
    """Controls the sandbox. No phone rings, whatever is done here."""

    def __init__(self, simulator: Simulator | None, changes: Changes) -> None:
        """Take the sandbox; None if the platform is not one that is controlled."""
        self._given = simulator
        self._changes = changes

    async def receive_call(self, call: ComingCall, requester: Requester) -> SimulatedCall:
        """Let a call come in."""
        caller = shortened(f"{_SCHEMES[call.origin]}{call.caller}")
        what = {"caller": caller}
        async with self._changes.made("sandbox_receive_call", requester, although_stopped=True, **what):
            return await self._simulator.receive_call(call)

    async def act(
        self, call_id: CallId, act: PhoneAct, value: str | None, leg: int, requester: Requester
    ) -> SimulatedCall:
        """Do something at a phone of a call; what is pressed or said is not recorded."""
        what = {"call_id": call_id, "act": act, "leg": leg}
        async with self._changes.made("sandbox_act", requester, although_stopped=True, **what):
            return await self._simulator.act(call_id, act, value, leg)

    async def attach_script(self, number: str, script: Sequence[object], requester: Requester) -> None:
        """Let the callee at a number follow a script; an empty one takes the script away."""
        what = {"number": shortened(number), "entries": len(script)}
        async with self._changes.made("sandbox_script", requester, although_stopped=True, **what):
            if script:
                await self._simulator.attach_script(number, script)
                return
            with suppress(NotFoundError):
                # There is none, as was asked for.
                await self._simulator.detach_script(number)

    async def faults(self) -> list[SimulatedFault]:
        """Return the faults in force, in order."""
        return await self._simulator.faults()

    async def change_faults(
        self, requester: Requester, *, clear: bool, fault: SimulatedFault | None
    ) -> list[SimulatedFault]:
        """Remove all faults if asked to, then add one if it is given; return those in force."""
        what = {"clear": clear, "fault": None if fault is None else fault.fault}
        async with self._changes.made("sandbox_fault", requester, although_stopped=True, **what):
            left = await self._simulator.clear_faults() if clear else []
            return left if fault is None else await self._simulator.add_fault(fault)

    async def advance(self, seconds: float, requester: Requester) -> SimulatedTime:
        """Move simulated time forward."""
        async with self._changes.made("sandbox_advance", requester, although_stopped=True, seconds=seconds):
            return await self._simulator.advance(seconds)

    @property
    def _simulator(self) -> Simulator:
        if self._given is None:
            raise ConfigurationError("the platform is not a sandbox that this server controls")
        return self._given
