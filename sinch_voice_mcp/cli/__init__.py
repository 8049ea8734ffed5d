"""The command line: ``sinch-voice-mcp`` serves over stdio; its commands do the rest."""

from sinch_voice_mcp.cli.main import cli, main

__all__ = ["cli", "main"]
