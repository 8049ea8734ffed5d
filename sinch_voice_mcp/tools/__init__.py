"""The MCP tools: one module per topic, one row of data per tool."""

from sinch_voice_mcp.tools.selection import ALL_TOOLS, select_tools
from sinch_voice_mcp.tools.spec import TOOLSETS, ToolEffect, ToolSpec

__all__ = ["ALL_TOOLS", "TOOLSETS", "ToolEffect", "ToolSpec", "select_tools"]
