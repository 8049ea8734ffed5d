"""The simulated platform: calls, time and money, without HTTP."""

from sinch_voice_mcp.sandbox.engine.accounts import UNCHANGED, Application, OwnNumber, SimulatedAccount, Unchanged
from sinch_voice_mcp.sandbox.engine.endpoints import (
    DEFAULT_REGION,
    REGIONS,
    Dialed,
    Endpoint,
    IncomingCall,
    Origin,
    Region,
)
from sinch_voice_mcp.sandbox.engine.engine import BASE_URL, Engine
from sinch_voice_mcp.sandbox.engine.numbers import SimulatedLookup
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, CallbackKind, OutgoingCallback
from sinch_voice_mcp.sandbox.engine.profiles import TransportFault
from sinch_voice_mcp.sandbox.engine.recordings import RecordedFile
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.reports import CallReport, ParticipantReport, price
from sinch_voice_mcp.sandbox.engine.state import TimelineEntry

__all__ = [
    "BASE_URL",
    "DEFAULT_REGION",
    "REGIONS",
    "UNCHANGED",
    "Application",
    "CallReport",
    "CallbackFault",
    "CallbackKind",
    "Dialed",
    "Endpoint",
    "Engine",
    "IncomingCall",
    "Origin",
    "OutgoingCallback",
    "OwnNumber",
    "ParticipantReport",
    "RecordedFile",
    "Region",
    "RejectedError",
    "SimulatedAccount",
    "SimulatedLookup",
    "TimelineEntry",
    "TransportFault",
    "Unchanged",
    "price",
]
