"""The ``sandbox`` commands: run the sandbox as a server of its own, and use one that runs."""

from sinch_voice_mcp.cli.sandbox.group import sandbox

__all__ = ["sandbox"]
