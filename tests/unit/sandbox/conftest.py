"""A simulated platform whose clock moves when a test moves it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine
from sinch_voice_mcp.sandbox.engine import CallReport, RejectedError
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)

KEY = DEFAULT_CREDENTIALS.key
ANNA, BEN, OWN = "+12025550100", "+12025550108", "+14155550100"
SECOND_OF_SPEECH = "fourteen chars"


@dataclass(frozen=True)
class World:
    """An engine and its clock, in few words."""

    clock: ManualClock
    engine: Engine

    def tts(self, to: str = ANNA, **members: Any) -> str:
        """Place a callout that speaks for a second."""
        members = {"cli": OWN, "text": SECOND_OF_SPEECH} | members
        return self.engine.place(
            KEY, TtsCalloutRequest(tts_callout=TtsCallout(destination=NumberDestination(endpoint=to), **members))
        )

    def conference(self, to: str = ANNA, conference_id: str = "room", **members: Any) -> str:
        """Place a callout into a conference."""
        members = {"cli": OWN} | members
        callout = ConferenceCallout(destination=NumberDestination(endpoint=to), conference_id=conference_id, **members)
        return self.engine.place(KEY, ConferenceCalloutRequest(conference_callout=callout))

    def custom(self, to: str | None = ANNA, **members: Any) -> str:
        """Place a custom callout; SVAML is given as objects."""
        members = {"cli": OWN} | members
        texts: dict[str, Any] = {
            name: json.dumps(value) if isinstance(value, Mapping) else value for name, value in members.items()
        }
        destination = None if to is None else NumberDestination(endpoint=to)
        callout = CustomCallout(destination=destination, **texts)
        return self.engine.place(KEY, CustomCalloutRequest(custom_callout=callout))

    def get(self, call_id: str) -> CallReport:
        """The call as reported."""
        return self.engine.call(KEY, call_id)

    def outcome(self, call_id: str) -> tuple[str, str, str]:
        """Status, result and reason."""
        report = self.get(call_id)
        return report.status, report.result, report.reason

    def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.clock.advance(seconds)

    def update(self, call_id: str, action: Mapping[str, object] | None = None, *said: str) -> None:
        """Update a call: say something, then act."""
        document: dict[str, object] = {"instructions": [{"name": "say", "text": text} for text in said]}
        self.engine.update(KEY, call_id, document if action is None else document | {"action": action})

    def members(self, conference_id: str = "room") -> list[str]:
        """Call ids in a conference; empty where there is none."""
        try:
            return [one.id for one in self.engine.participants(KEY, conference_id)]
        except RejectedError:
            return []

    def happened(self, call_id: str) -> list[str]:
        """The kinds of the entries in a call's timeline."""
        return [entry.event for entry in self.engine.timeline(call_id)]

    def spoken(self, call_id: str) -> list[object]:
        """What the far side heard said."""
        return [entry.detail["text"] for entry in self.engine.timeline(call_id) if entry.event == "say"]


def make_world(seed: int = 1, *, strict_numbers: bool = False) -> World:
    """A platform with nothing going on."""
    clock = ManualClock()
    return World(clock, Engine(clock, DEFAULT_CREDENTIALS, seed=seed, strict_numbers=strict_numbers))


@pytest.fixture
def world() -> World:
    return make_world()
