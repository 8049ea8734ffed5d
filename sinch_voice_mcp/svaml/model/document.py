"""An SVAML document: instructions in order, then exactly one action."""

import json
from typing import Any

from sinch_voice_mcp.svaml.model.actions import Action, Hangup
from sinch_voice_mcp.svaml.model.instructions import Instruction
from sinch_voice_mcp.types import Many, Payload


class Document(Payload):
    """The instructions and the action that the platform carries out on a call.

    Only an update of a call in progress can omit ``action``, which then means *continue*.
    """

    instructions: Many[Instruction] = ()
    action: Action | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object to send; an empty list of instructions is sent only if one was given."""
        wire = super().to_wire()
        if not self.instructions and "instructions" not in self.model_fields_set:
            del wire["instructions"]
        return wire

    def to_json(self) -> str:
        """Return the document as JSON text, as a callout embeds it."""
        return json.dumps(self.to_wire(), ensure_ascii=False, separators=(",", ":"))


HANG_UP = Document(action=Hangup())
"""Ends the call, and says nothing."""
