"""The MCP face: one module per toolset, one row of data per tool."""

from sinch_voice_mcp.tools.selection import ALL_TOOLS, select_tools
from sinch_voice_mcp.tools.spec import TOOLSETS, Effect, ToolSpec

__all__ = ["ALL_TOOLS", "TOOLSETS", "Effect", "ToolSpec", "select_tools"]
