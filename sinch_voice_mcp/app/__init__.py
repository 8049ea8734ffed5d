"""The composition root: settings in, opened dependencies out."""

from sinch_voice_mcp.app.composition import (
    create_server,
    database_url,
    embedded_sandbox,
    make_client,
    open_app,
    sealing_key,
)

__all__ = ["create_server", "database_url", "embedded_sandbox", "make_client", "open_app", "sealing_key"]
