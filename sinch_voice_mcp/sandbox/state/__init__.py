"""What a sandbox begins with and what it holds: the seed file, the export, the import, the reset."""

from sinch_voice_mcp.sandbox.state.keeper import StateKeeper
from sinch_voice_mcp.sandbox.state.reading import StateError
from sinch_voice_mcp.sandbox.state.saved import MAX_IMPORT_BYTES
from sinch_voice_mcp.sandbox.state.seed_file import SeedFile, located, read_seed_file
from sinch_voice_mcp.sandbox.state.setup import (
    MAX_APPLICATIONS,
    MAX_FAULTS,
    Setup,
    SetupApplication,
    SetupFault,
    SetupMatch,
    SetupNumber,
)

__all__ = [
    "MAX_APPLICATIONS",
    "MAX_FAULTS",
    "MAX_IMPORT_BYTES",
    "SeedFile",
    "Setup",
    "SetupApplication",
    "SetupFault",
    "SetupMatch",
    "SetupNumber",
    "StateError",
    "StateKeeper",
    "located",
    "read_seed_file",
]
