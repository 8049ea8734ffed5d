"""What the server can do. Every request passes the desk: check, act, say what happened."""

from sinch_voice_mcp.operations.requester import Requester
from sinch_voice_mcp.operations.service import ServiceConfig, VoiceService, open_service

__all__ = ["Requester", "ServiceConfig", "VoiceService", "open_service"]
