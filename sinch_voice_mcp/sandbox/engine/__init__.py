"""The simulated platform: calls, time and money, without HTTP."""

from sinch_voice_mcp.sandbox.engine.accounts import UNCHANGED, Application, OwnNumber, SimulatedAccount, Unchanged
from sinch_voice_mcp.sandbox.engine.attached import AttachedScript, AttachedScripts, TooManyScriptsError
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
from sinch_voice_mcp.sandbox.engine.exchange import KEEP, MAX_KEEP
from sinch_voice_mcp.sandbox.engine.numbers import SimulatedLookup
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, CallbackKind, OutgoingCallback
from sinch_voice_mcp.sandbox.engine.profiles import (
    PROFILE_NAMES,
    NumberProfile,
    TransportFault,
    UnknownProfileError,
    profile_named,
)
from sinch_voice_mcp.sandbox.engine.recordings import RecordedFile
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.reports import CallReport, ParticipantReport, price
from sinch_voice_mcp.sandbox.engine.scripts import Script, ScriptError
from sinch_voice_mcp.sandbox.engine.state import TimelineEntry
from sinch_voice_mcp.sandbox.engine.transport_faults import LostRequestError

__all__ = [
    "BASE_URL",
    "DEFAULT_REGION",
    "KEEP",
    "MAX_KEEP",
    "PROFILE_NAMES",
    "REGIONS",
    "UNCHANGED",
    "Application",
    "AttachedScript",
    "AttachedScripts",
    "CallReport",
    "CallbackFault",
    "CallbackKind",
    "Dialed",
    "Endpoint",
    "Engine",
    "IncomingCall",
    "LostRequestError",
    "NumberProfile",
    "Origin",
    "OutgoingCallback",
    "OwnNumber",
    "ParticipantReport",
    "RecordedFile",
    "Region",
    "RejectedError",
    "Script",
    "ScriptError",
    "SimulatedAccount",
    "SimulatedLookup",
    "TimelineEntry",
    "TooManyScriptsError",
    "TransportFault",
    "Unchanged",
    "UnknownProfileError",
    "price",
    "profile_named",
]
