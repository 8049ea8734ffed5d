"""Callbacks on their way to applications: signed, posted by whoever can speak HTTP, answered, in order."""

from sinch_voice_mcp.sandbox.callbacks.driver import Driver
from sinch_voice_mcp.sandbox.callbacks.posting import Attempt, CallbackAnswer, CallbackRequest, Post
from sinch_voice_mcp.sandbox.callbacks.sender import Sender

__all__ = ["Attempt", "CallbackAnswer", "CallbackRequest", "Driver", "Post", "Sender"]
