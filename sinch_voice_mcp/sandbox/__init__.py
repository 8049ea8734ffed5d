"""A simulated telephony platform: the Voice API's 14 operations, without real calls."""

from sinch_voice_mcp.sandbox.callbacks import CallbackRequest, CallbackResponse, DeliveryAttempt, Post
from sinch_voice_mcp.sandbox.engine import Dialed, Engine, IncomingCall, Origin, Script, ScriptError
from sinch_voice_mcp.sandbox.engine.faults import FaultMatch, FaultRule
from sinch_voice_mcp.sandbox.routes.gateway import SeenRequest
from sinch_voice_mcp.sandbox.sandbox import (
    DEFAULT_CREDENTIALS,
    DEFAULT_OPTIONS,
    Sandbox,
    SandboxOptions,
    create_sandbox,
)
from sinch_voice_mcp.sandbox.state import (
    MAX_IMPORT_BYTES,
    SeedFile,
    Setup,
    SetupApplication,
    SetupFault,
    SetupMatch,
    SetupNumber,
    StateError,
    located,
    read_seed_file,
)
from sinch_voice_mcp.sandbox.time import ClockMode, SimulatedClock

__all__ = [
    "DEFAULT_CREDENTIALS",
    "DEFAULT_OPTIONS",
    "MAX_IMPORT_BYTES",
    "CallbackRequest",
    "CallbackResponse",
    "ClockMode",
    "DeliveryAttempt",
    "Dialed",
    "Engine",
    "FaultMatch",
    "FaultRule",
    "IncomingCall",
    "Origin",
    "Post",
    "Sandbox",
    "SandboxOptions",
    "Script",
    "ScriptError",
    "SeedFile",
    "SeenRequest",
    "Setup",
    "SetupApplication",
    "SetupFault",
    "SetupMatch",
    "SetupNumber",
    "SimulatedClock",
    "StateError",
    "create_sandbox",
    "located",
    "read_seed_file",
]
