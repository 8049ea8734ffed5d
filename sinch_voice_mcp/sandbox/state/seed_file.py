"""The seed file: what a sandbox begins with, as YAML or JSON that people write."""

from typing import Annotated

from pydantic import Field

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox.engine.exchange import MAX_KEEP
from sinch_voice_mcp.sandbox.state.reading import Part, StateError, read
from sinch_voice_mcp.sandbox.state.setup import Seed, Setup
from sinch_voice_mcp.svaml.findings import json_path
from sinch_voice_mcp.svaml.reading.jsontext import NotJsonError
from sinch_voice_mcp.svaml.reading.yamltext import YAML
from sinch_voice_mcp.types import is_object

MAX_SPEED = 1_000


class SeedSettings(Part):
    """How the sandbox runs; flags and environment variables count more."""

    speed: Annotated[float, Field(gt=0, le=MAX_SPEED)] | None = None
    """The speed of simulated time; 1 is real time."""

    seed: Seed | None = None
    """What fixes the ids of calls; default other ids at every start."""

    keep: Annotated[int, Field(ge=1, le=MAX_KEEP)] | None = None
    """How many ended calls are kept."""


class SeedFile(Setup):
    """A seed file."""

    settings: SeedSettings = SeedSettings()
    """How the sandbox runs."""

    @property
    def setup(self) -> Setup:
        """The part that the sandbox begins with."""
        return Setup(**{name: getattr(self, name) for name in Setup.model_fields})


def read_seed_file(data: bytes, name: str) -> SeedFile:
    """Read a seed file; JSON is YAML, too.

    Args:
        data: Its bytes.
        name: Its name, for messages.

    Raises:
        ConfigurationError: It is not valid; the message names the file, the line and the member.
    """
    if _says_nothing(data):
        return SeedFile()
    try:
        parsed = YAML.parse(data)
    except NotJsonError as error:
        raise ConfigurationError(f"{name} is {error}", field=name) from None
    if parsed.duplicates:
        raise located(data, name, StateError(parsed.duplicates[0], "is written twice"))
    try:
        return read(SeedFile, _without_schema(parsed.value))
    except StateError as error:
        raise located(data, name, error) from None


def _says_nothing(data: bytes) -> bool:
    return not any(line.strip() and not line.lstrip().startswith(b"#") for line in data.splitlines())


def _without_schema(value: object) -> object:
    """Return a value without the member by which a JSON file tells editors its schema."""
    return {name: inner for name, inner in value.items() if name != "$schema"} if is_object(value) else value


def located(data: bytes, name: str, error: StateError) -> ConfigurationError:
    """Return the error about a value of a seed file, with its line."""
    (position,) = YAML.locate(data.decode("utf-8-sig"), [error.location])
    return ConfigurationError(f"{name}:{position.line}:{position.column}: {error}", field=json_path(*error.location))
