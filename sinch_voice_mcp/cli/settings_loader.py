"""Load the settings for a command, from its flags, the environment and a file."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.settings import Settings, all_settings, load, split, variable

_JOURNAL_SETTINGS = (
    "application_key", "application_secret", "region", "base_url", "calling_url", "configuration_url", "sandbox",
    "rehearse", "database_url", "journal_key",
)  # fmt: skip
_LOCATION_SETTINGS = ("sandbox", "rehearse", "database_url")


class SettingsLoader:
    """Loads the settings on demand: a command that needs none also works if a setting is wrong."""

    def __init__(self, flags: dict[str, Any], config: Path | None) -> None:
        self._flags = flags
        self._config = config

    def load(self) -> Settings:
        """Load all settings.

        Raises:
            ConfigurationError: A setting is wrong.
        """
        known = all_settings()
        given = {name: split(value) if value and known[name].many else value for name, value in self._flags.items()}
        return load(os.environ, given, self._config)  # noqa: TID251 - the one place where the environment is read

    def load_journal_settings(self) -> Settings:
        """Load only what locates the journal and the platform, from the environment.

        If the platform's settings are wrong, such as a secret that is not complete, only those of the journal count.

        Raises:
            ConfigurationError: What locates the journal is wrong.
        """
        try:
            return self._load_only(_JOURNAL_SETTINGS)
        except ConfigurationError:
            return self._load_only(_LOCATION_SETTINGS)

    def _load_only(self, settings: Iterable[str]) -> Settings:
        # Not from flags or a file: a wrong setting among them is the reason why this is called.
        names = [variable(name) for name in settings]
        return load({name: os.environ[name] for name in names if name in os.environ})  # noqa: TID251 - see above
