"""The ``svaml`` commands: lint, fix, explain and draw SVAML documents."""

from sinch_voice_mcp.cli.svaml.group import svaml

__all__ = ["svaml"]
