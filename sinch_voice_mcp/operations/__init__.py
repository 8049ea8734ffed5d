"""What the server can do. Every request passes the desk: check, act, say what happened."""

from sinch_voice_mcp.operations.asking import Asker
from sinch_voice_mcp.operations.desk import Desk, House, open_desk

__all__ = ["Asker", "Desk", "House", "open_desk"]
