"""Every setting, read once from flags, environment and file into one frozen model."""

from sinch_voice_mcp.settings.loading import (
    CONFIG_VARIABLE,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    Setting,
    all_settings,
    changed,
    flag,
    load,
    split,
)
from sinch_voice_mcp.settings.model import MAX_PRINCIPAL_CHARS, Settings, variable

__all__ = [
    "CONFIG_VARIABLE",
    "MAX_PRINCIPAL_CHARS",
    "TOKEN_VARIABLE",
    "URL_VARIABLE",
    "Setting",
    "Settings",
    "all_settings",
    "changed",
    "flag",
    "load",
    "split",
    "variable",
]
