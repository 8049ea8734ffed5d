"""A simulated telephony platform: the Voice API's 14 operations, without real calls."""

from sinch_voice_mcp.sandbox.callbacks import CallbackRequest, CallbackResponse, DeliveryAttempt, Post
from sinch_voice_mcp.sandbox.engine import Dialed, Engine, IncomingCall, Origin, Script, ScriptError
from sinch_voice_mcp.sandbox.routes.gateway import SeenRequest
from sinch_voice_mcp.sandbox.sandbox import DEFAULT_CREDENTIALS, Sandbox, SandboxOptions, create_sandbox
from sinch_voice_mcp.sandbox.time import ClockMode, SimulatedClock

__all__ = [
    "DEFAULT_CREDENTIALS",
    "CallbackRequest",
    "CallbackResponse",
    "ClockMode",
    "DeliveryAttempt",
    "Dialed",
    "Engine",
    "IncomingCall",
    "Origin",
    "Post",
    "Sandbox",
    "SandboxOptions",
    "Script",
    "ScriptError",
    "SeenRequest",
    "SimulatedClock",
    "create_sandbox",
]
