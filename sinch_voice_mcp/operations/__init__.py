"""What the server can do. Every request passes the desk: check, act, say what happened."""

from sinch_voice_mcp.operations.desk import Desk, open_desk

__all__ = ["Desk", "open_desk"]
