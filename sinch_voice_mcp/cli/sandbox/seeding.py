"""The seed file of a sandbox on this disk."""

from dataclasses import dataclass
from pathlib import Path

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox import SeedFile, StateError, located, read_seed_file
from sinch_voice_mcp.svaml.limits import MAX_JSON_CHARS

DEFAULT_FILES = ("sandbox.yaml", "sandbox.json")
"""The files that are read in the working folder if none is named; the first that exists."""

_MAX_BYTES = 4 * MAX_JSON_CHARS
"""The bytes of as many characters as are read."""


@dataclass(frozen=True, slots=True)
class Seeding:
    """A seed file that was read; without one, ``name`` and ``data`` are empty."""

    name: str
    data: bytes
    file: SeedFile

    def located(self, error: StateError) -> ConfigurationError:
        """Return an error about its content, with the line."""
        return located(self.data, self.name, error)


def read_seeding(given: Path | None) -> Seeding:
    """Read a seed file, or that of the working folder.

    Raises:
        ConfigurationError: It cannot be read, or is not valid.
    """
    path = given or next((Path(name) for name in DEFAULT_FILES if Path(name).is_file()), None)
    if path is None:
        return Seeding("", b"", SeedFile())
    try:
        with path.open("rb") as file:
            # A device never ends; a longer file is refused by its reader.
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}", field=str(path)) from None
    return Seeding(str(path), data, read_seed_file(data, str(path)))
