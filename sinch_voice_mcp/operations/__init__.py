"""What the server can do. Every request goes through the voice service: check, claim, send, record."""

from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.operations.service import ServiceConfig, VoiceService

__all__ = ["ANONYMOUS", "Requester", "ServiceConfig", "VoiceService"]
