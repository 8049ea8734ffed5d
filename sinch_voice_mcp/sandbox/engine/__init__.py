"""The simulated platform: calls, time and money, without HTTP."""

from sinch_voice_mcp.sandbox.engine.accounts import UNCHANGED, Application, OwnNumber, SimulatedAccount, Unchanged
from sinch_voice_mcp.sandbox.engine.engine import Engine
from sinch_voice_mcp.sandbox.engine.numbers import SimulatedLookup
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, CallbackKind, OutgoingCallback
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.reports import CallReport, ParticipantReport, price
from sinch_voice_mcp.sandbox.engine.state import TimelineEntry

__all__ = [
    "UNCHANGED",
    "Application",
    "CallReport",
    "CallbackFault",
    "CallbackKind",
    "Engine",
    "OutgoingCallback",
    "OwnNumber",
    "ParticipantReport",
    "RejectedError",
    "SimulatedAccount",
    "SimulatedLookup",
    "TimelineEntry",
    "Unchanged",
    "price",
]
