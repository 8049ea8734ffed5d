"""A simulated platform whose clock only tests move."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sinch_voice_mcp.clock import ManualClock
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS, Engine
from sinch_voice_mcp.sandbox.engine import CallReport, Dialed, IncomingCall, OutgoingCallback, RejectedError
from sinch_voice_mcp.svaml import NumberDestination
from sinch_voice_mcp.types import is_list, is_object
from sinch_voice_mcp.wire.callouts import (
    ConferenceCallout,
    ConferenceCalloutRequest,
    CustomCallout,
    CustomCalloutRequest,
    TtsCallout,
    TtsCalloutRequest,
)
from tests.contract.openapi.document import assert_callback

KEY = DEFAULT_CREDENTIALS.key

ANNA, BEN, OWN = "+12025550100", "+12025550108", "+14155550100"

SECOND_OF_SPEECH = "fourteen chars"

URL, FALLBACK = "http://127.0.0.1:9/voice?x=1", "http://127.0.0.1:9/again"

Replying = Callable[[OutgoingCallback], bytes | None]


@dataclass(frozen=True)
class World:
    """An engine, its clock, and an application that may reply, with short methods for tests."""

    clock: ManualClock
    engine: Engine
    sent: list[OutgoingCallback] = field(default_factory=list[OutgoingCallback])
    replying: list[Replying] = field(default_factory=list[Replying])

    def listen(self, **replies: object) -> None:
        """Give the application a callback URL, and a reply to each kind of event: an object, bytes, or a list."""
        self.engine.account.set_callbacks(KEY, primary=URL, fallback=FALLBACK)
        left: dict[str, list[object]] = {
            kind: list(reply) if is_list(reply) else [reply] * 100 for kind, reply in replies.items()
        }

        def reply(outgoing: OutgoingCallback) -> bytes | None:
            given = left[outgoing.kind].pop(0) if left.get(outgoing.kind) else None
            return json.dumps(given).encode() if is_object(given) else given if isinstance(given, bytes) else None

        self.replying[:] = [reply]

    def settle(self) -> None:
        """Deliver everything until now to the application, which checks it, and its replies to the engine."""
        self.engine.catch_up()
        while taken := self.engine.take():
            for outgoing in taken:
                assert_callback(outgoing.body)
                self.sent.append(outgoing)
                self.engine.record_reply(outgoing.sequence, self.replying[0](outgoing))
            self.engine.catch_up()

    def events(self, call_id: str | None = None) -> list[dict[str, Any]]:
        """Return the bodies that the application received."""
        return [json.loads(one.body) for one in self.sent if call_id in {None, one.call_id}]

    def kinds(self, call_id: str | None = None) -> list[str]:
        """Return the kinds of the events that the application received."""
        return [str(body["event"]) for body in self.events(call_id)]

    def results(self) -> list[tuple[object, ...]]:
        """Return how menus ended: menu, type, value, method."""
        found = [body["menuResult"] for body in self.events() if body["event"] == "pie"]
        return [(one["menuId"], one["type"], one.get("value"), one.get("inputMethod")) for one in found]

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
        """Place a custom callout, with SVAML given as objects."""
        members = {"cli": OWN} | members
        texts: dict[str, Any] = {
            name: json.dumps(value) if isinstance(value, Mapping) else value for name, value in members.items()
        }
        destination = None if to is None else NumberDestination(endpoint=to)
        callout = CustomCallout(destination=destination, **texts)
        return self.engine.place(KEY, CustomCalloutRequest(custom_callout=callout))

    def receive(self, caller: str = ANNA, to: str = OWN, **members: Any) -> str:
        """Let a call come in from the telephone network."""
        members = {"origin": "PSTN"} | members
        return self.engine.receive(IncomingCall(caller=caller, dialed=Dialed("did", to), **members))

    def get(self, call_id: str) -> CallReport:
        """Return the report of a call."""
        return self.engine.call(KEY, call_id)

    def dialed(self, call_id: str) -> str | None:
        """Return what a call was for: a number, a SIP address or a user name."""
        to = self.get(call_id).to
        return None if to is None else to.address

    def outcome(self, call_id: str) -> tuple[str, str, str]:
        """Return the status, result and reason of a call."""
        report = self.get(call_id)
        return report.status, report.result, report.reason

    def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.clock.advance(seconds)
        if self.replying:
            self.settle()

    def update(self, call_id: str, action: Mapping[str, object] | None = None, *said: str) -> None:
        """Update a call: say texts, then act."""
        document: dict[str, object] = {"instructions": [{"name": "say", "text": text} for text in said]}
        self.engine.update(KEY, call_id, document if action is None else document | {"action": action})

    def members(self, conference_id: str = "room") -> list[str]:
        """Return the call ids in a conference; none if there is no such conference."""
        try:
            return [one.id for one in self.engine.participants(KEY, conference_id)]
        except RejectedError:
            return []

    def happened(self, call_id: str) -> list[str]:
        """Return the kinds of the entries in a call's timeline."""
        return [entry.event for entry in self.engine.timeline(call_id)]

    def spoken(self, call_id: str) -> list[object]:
        """Return the texts that the callee heard."""
        return [entry.detail["text"] for entry in self.engine.timeline(call_id) if entry.event == "say"]


def make_world(seed: int = 1, *, strict_numbers: bool = False) -> World:
    """Create a platform without calls."""
    clock = ManualClock()
    return World(clock, Engine(clock, DEFAULT_CREDENTIALS, seed=seed, strict_numbers=strict_numbers))
