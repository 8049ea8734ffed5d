"""An SVAML document: instructions in order, then exactly one action."""

import json
from typing import Any

from sinch_voice_mcp.svaml.model.actions import Action
from sinch_voice_mcp.svaml.model.instructions import Instruction
from sinch_voice_mcp.types import Many, Payload


class Document(Payload):
    """What the platform is told to do with a call.

    ``action`` may only be left out of an update of a call in progress, where it means *continue*.
    """

    instructions: Many[Instruction] = ()
    action: Action | None = None

    def to_wire(self) -> dict[str, Any]:
        """The JSON object to send; an empty list of instructions is sent only where one was given."""
        wire = super().to_wire()
        if not self.instructions and "instructions" not in self.model_fields_set:
            del wire["instructions"]
        return wire

    def to_json(self) -> str:
        """The document as JSON text, as a callout embeds it."""
        return json.dumps(self.to_wire(), ensure_ascii=False, separators=(",", ":"))
