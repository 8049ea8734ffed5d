"""MCP resources: the policy, calls, the SVAML reference, locales and the meaning of codes."""

from sinch_voice_mcp.resources.pages import add_resources

__all__ = ["add_resources"]
