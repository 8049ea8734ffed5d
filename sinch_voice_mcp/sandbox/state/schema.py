"""The JSON Schema of a seed file, for editors. It describes single members, so reading a file finds more."""

from sinch_voice_mcp.sandbox.state.seed_file import SeedFile
from sinch_voice_mcp.svaml.schema import DIALECT
from sinch_voice_mcp.types import JsonObject


def seed_file_schema() -> JsonObject:
    """Return the schema."""
    schema = SeedFile.model_json_schema()
    schema["properties"]["$schema"] = {"description": "The schema of the file, for editors.", "type": "string"}
    return {"$schema": DIALECT, **schema, "title": "Seed file of a Sinch Voice sandbox"}
