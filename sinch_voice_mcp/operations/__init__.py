"""What the server can do. The voice service checks every request, claims it in the journal, sends it and records it."""

from sinch_voice_mcp.operations.requester import ANONYMOUS, Requester
from sinch_voice_mcp.operations.service import ServiceConfig, VoiceService

__all__ = ["ANONYMOUS", "Requester", "ServiceConfig", "VoiceService"]
