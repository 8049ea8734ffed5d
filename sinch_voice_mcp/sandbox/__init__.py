"""A simulated telephony platform: the Voice API's 14 operations over an engine that rings no phone."""

from sinch_voice_mcp.sandbox.callbacks import Attempt, CallbackAnswer, CallbackRequest, Post
from sinch_voice_mcp.sandbox.engine import Engine
from sinch_voice_mcp.sandbox.routes.door import SeenRequest
from sinch_voice_mcp.sandbox.sandbox import DEFAULT_CREDENTIALS, Sandbox, create_sandbox

__all__ = [
    "DEFAULT_CREDENTIALS",
    "Attempt",
    "CallbackAnswer",
    "CallbackRequest",
    "Engine",
    "Post",
    "Sandbox",
    "SeenRequest",
    "create_sandbox",
]
