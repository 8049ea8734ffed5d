"""Delivery of callbacks to applications: signed, in order, through an HTTP client that is passed in."""

from sinch_voice_mcp.sandbox.callbacks.driver import Driver
from sinch_voice_mcp.sandbox.callbacks.posting import CallbackRequest, CallbackResponse, DeliveryAttempt, Post
from sinch_voice_mcp.sandbox.callbacks.sender import CallbackSender

__all__ = ["CallbackRequest", "CallbackResponse", "CallbackSender", "DeliveryAttempt", "Driver", "Post"]
