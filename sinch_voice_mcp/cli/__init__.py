"""The command line: ``sinch-voice-mcp`` serves MCP, and its commands are for the owner and for authors of SVAML."""

from sinch_voice_mcp.cli.main import cli, main

__all__ = ["cli", "main"]
