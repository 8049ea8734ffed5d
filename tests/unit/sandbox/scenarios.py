"""Scenarios that a seed makes up: calls of every kind, documents, replies, keys, words, commands and time.

``python -m tests.unit.sandbox.scenarios 1000`` plays so many and prints a digest of what happened in each.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from sinch_voice_mcp.sandbox.engine import Dialed, IncomingCall, OutgoingCallback, RejectedError
from sinch_voice_mcp.sandbox.engine.scripts import Script, ScriptError
from sinch_voice_mcp.wire.calls import CallLeg, ManageParticipant
from tests.unit.sandbox.soundness import assert_sound
from tests.unit.sandbox.world import KEY, OWN, World, make_world

Item = TypeVar("Item")

STEPS = 30
ROOMS = ("red", "blue")
DIGITS = (
    "00", "00", "01", "02", "02", "02", "03", "03", "03", "04", "04", "05", "05", "05", "06", "07", "08", "10", "11",
    "12", "13", "17", "20", "21", "22", "24", "25", "30", "50", "51", "52", "53", "54", "55", "57", "60", "61", "62",
    "63", "70", "71", "72", "73", "74", "80", "82", "84",
)  # fmt: skip
BROKEN = (b"", b"{", b"[]", b'{"action": {"name": "dance"}}', b'{"commands": []}', b"\xff")


class Scenario:
    """One scenario: its seed decides what it does."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        # A scenario has to be the same each time, and is no secret.
        self.dice = Random(seed)  # noqa: S311
        self.world: World = make_world(seed)
        self.calls: dict[str, bool | None] = {}
        if self.seed % 4:
            self.world.listen()
            self.world.replying[:] = [self.reply]

    def play(self) -> bytes:
        """Play it to the end, and return what happened and what the application received."""
        for _ in range(STEPS):
            with suppress(RejectedError):
                self.one_of(DOINGS)(self)
            if self.world.replying:
                self.world.settle()
        self.world.wait(timedelta(hours=9).total_seconds())
        for call_id, sends_dice in self.calls.items():
            assert_sound(self.world, call_id, sends_dice=sends_dice)
        assert self.world.engine.next_due() is None
        return self.world.engine.timeline_bytes() + b"\n".join(one.body for one in self.world.sent)

    def reply(self, outgoing: OutgoingCallback) -> bytes | None:
        """Return a reply: mostly a document, sometimes nothing, sometimes what is none."""
        chance = self.dice.random()
        if chance < 0.1:
            return None
        if chance < 0.2:
            return self.one_of(BROKEN)
        return json.dumps(self.document(self.actions_for(outgoing.kind))).encode()

    # What a step does.

    def speak_to(self) -> None:
        """Place a callout that speaks."""
        flags = {name: self.maybe() for name in ("enable_ace", "enable_dice", "enable_pie")}
        call_id = self.world.tts(self.number(), text="x" * self.dice.randrange(1, 200), **flags)
        self.calls[call_id] = None if flags["enable_dice"] else False

    def invite(self) -> None:
        """Place a callout into a conference."""
        limit = self.one_of([None, 30, 600])
        call_id = self.world.conference(self.number(), self.one_of(ROOMS), max_duration=limit, enable_ace=self.maybe())
        self.calls[call_id] = False

    def call_out(self) -> None:
        """Place a custom callout, with inline documents, with URLs, or with neither."""
        inline = {event: self.one_of([None, self.document(self.actions_for(event))]) for event in ("ice", "ace", "pie")}
        to = self.one_of([None, self.number()])
        self.calls[self.world.custom(to, custom="tag=ci-1", max_duration=self.one_of([None, 90]), **inline)] = None

    def come_in(self) -> None:
        """Let a call come in, from a telephone, a SIP trunk or an app."""
        incoming = self.one_of(
            [
                IncomingCall("PSTN", self.one_of([self.number(), "private"]), Dialed("did", OWN), rdnis=self.number()),
                IncomingCall("SIP", "bob@example.com", Dialed("did", OWN)),
                IncomingCall("MXP", "anna", Dialed("username", "ben")),
                IncomingCall("MXP", "anna", Dialed("number", self.number()), custom="from the app"),
                IncomingCall("MXP", "anna", Dialed("conference", self.one_of(ROOMS))),
            ]
        )
        self.calls[self.world.engine.receive(incoming)] = None

    def attach(self) -> None:
        """Let the callee of the next call, or everyone at a number, play a script."""
        entries = [self.script_entry() for _ in range(self.dice.randrange(1, 5))]
        scripts = self.world.engine.scripts
        with suppress(ScriptError):
            script = Script.read(entries)
            if self.maybe():
                scripts.attach_to_next(script)
            else:
                scripts.attach(script, self.number())

    def script_entry(self) -> dict[str, Any]:
        """Return one entry of a script; not every list of entries is a script."""
        return self.one_of(
            [
                {"on": self.one_of(["answer", "menu:main", "menu:code", "beep", "conference"]), "press": "1"},
                {"on": "menu:main", "say": "yes please"},
                {"after_s": self.one_of([0.5, 5]), "press": "12#"},
                {"after_s": 20, "hang_up": True},
                {"answer_after_s": 7},
                {"reject": True},
                {"leg": self.one_of(["answer", "busy", "no_answer", "fail"])},
            ]
        )

    def press(self) -> None:
        """Press keys on a leg."""
        self.world.engine.press(self.call(), "".join(self.some("0123456789*#", 4)), self.dice.randrange(2))

    def press_in_conference(self) -> None:
        """Press keys in a conference."""
        self.world.engine.press(self.participant(self.one_of(ROOMS)), "".join(self.some("0123456789*#", 3)))

    def say(self) -> None:
        """Say something on a leg."""
        self.world.engine.speak(self.call(), self.one_of(["yes please", "no", "opening hours"]), self.dice.randrange(2))

    def hang_up(self) -> None:
        """Hang up a leg."""
        self.world.engine.hang_up(self.call(), self.dice.randrange(2))

    def pick_up(self) -> None:
        """Answer the phone that rings."""
        self.world.engine.pick_up(self.call())

    def turn_down(self) -> None:
        """Reject the call at the phone that rings."""
        self.world.engine.reject(self.call())

    def update(self) -> None:
        """Give a call a new document."""
        leg = self.one_of(LEGS)
        self.world.engine.update(KEY, self.call(), self.document(ACTIONS), leg)

    def manage(self) -> None:
        """Send a command to a participant."""
        command = ManageParticipant.read({"command": self.one_of(["mute", "unmute", "onhold", "resume"])})
        room = self.one_of(ROOMS)
        self.world.engine.manage(KEY, room, self.participant(room), command)

    def kick(self) -> None:
        """End the call of a participant."""
        room = self.one_of(ROOMS)
        self.world.engine.kick(KEY, room, self.participant(room))

    def close(self) -> None:
        """End a conference."""
        self.world.engine.close(KEY, self.one_of(ROOMS))

    def wait(self) -> None:
        """Let time pass."""
        self.world.wait(self.one_of([0.0, 0.5, 1.0, 2.0, 3.0, 7.5, 40.0, 700.0]))

    # What documents consist of.

    def actions_for(self, event: str) -> Sequence[str]:
        """Return the names of the actions that make sense in the reply to an event, and sometimes of all."""
        return ACTIONS if self.dice.random() < 0.1 else ALLOWED.get(event, ACTIONS)

    def document(self, actions: Sequence[str]) -> dict[str, Any]:
        """Return SVAML with one of these actions."""
        instructions = [self.instruction() for _ in range(self.dice.choice([0, 0, 1, 2]))]
        name = self.one_of(actions)
        members = getattr(self, f"_{name}", dict[str, Any])()
        return {"instructions": instructions, "action": {"name": name} | members}

    def instruction(self) -> dict[str, Any]:
        """Return an instruction."""
        options = {"destinationUrl": "s3://bucket/", "credentials": "KEY:SECRET:REGION", "format": "wav"}
        options |= {"notificationEvents": self.maybe(), "transcriptionOptions": {"enabled": True, "locale": "en-US"}}
        return self.one_of(
            [
                {"name": "say", "text": "x" * self.dice.randrange(1, 90)},
                {"name": "playFiles", "ids": ["#tts[fourteen chars]"], "locale": "en-US"},
                {"name": "sendDtmf", "value": "1w2"},
                {"name": "setCookie", "key": self.one_of("ab"), "value": "x"},
                {"name": "answer"},
                {"name": "startRecording", "options": options},
                {"name": "stopRecording"},
            ]
        )

    def _connectPstn(self) -> dict[str, Any]:  # noqa: N802 - named like the action
        amd = self.one_of([{}, {}, {"amd": {"enabled": True, "async": self.maybe()}}])
        limits = self.one_of([{}, {"maxDuration": 40}, {"dialTimeout": 5}, {"dtmf": "1w2", "record": True}])
        return {"number": self.number(), "cli": OWN} | amd | limits

    def _connectSip(self) -> dict[str, Any]:  # noqa: N802
        user = self.one_of(["bob", self.number()])
        return {"destination": {"type": "sip", "endpoint": f"{user}@example.com"}, "maxDuration": 90}

    def _connectMxp(self) -> dict[str, Any]:  # noqa: N802
        return self.one_of([{}, {"destination": {"type": "username", "endpoint": "ben"}}])

    def _connectStream(self) -> dict[str, Any]:  # noqa: N802
        return {"destination": {"type": "Websocket", "endpoint": "wss://example.com/audio"}}

    def _connectConf(self) -> dict[str, Any]:  # noqa: N802
        keys = {"mode": self.one_of(["ignore", "forward", "detect"]), "maxDigits": 2, "timeoutMills": 2000}
        return {"conferenceId": self.one_of(ROOMS), "conferenceDtmfOptions": keys, "record": self.maybe()}

    def _runMenu(self) -> dict[str, Any]:  # noqa: N802
        keyed = [{"dtmf": "1", "action": "menu(code)"}, {"dtmf": "2", "action": "return(two)"}]
        first = {"id": "main", "mainPrompt": "#tts[Press 1 or 2]", "repeats": self.dice.randrange(3), "options": keyed}
        code = {"id": "code", "mainPrompt": "#tts[Your code]", "maxDigits": 3, "timeoutMills": 2500, "repeats": 1}
        return {"barge": self.maybe(), "enableVoice": self.maybe(), "locale": "en-US", "menus": [first, code]}

    def _park(self) -> dict[str, Any]:
        return {"holdPrompt": "#tts[Please hold]", "locale": "en-US", "maxDuration": self.one_of([5, 600])}

    # How a choice is made.

    def one_of(self, items: Sequence[Item]) -> Item:
        """Return one of several items."""
        return self.dice.choice(items)

    def some(self, items: str, most: int) -> list[str]:
        """Return a few of several items."""
        return [self.one_of(items) for _ in range(self.dice.randrange(1, most + 1))]

    def maybe(self) -> bool:
        """Return yes or no."""
        return self.dice.random() < 0.5

    def number(self) -> str:
        """Return the number of a simulated callee."""
        return f"+120255501{self.one_of(DIGITS)}"

    def participant(self, room: str) -> str:
        """Return a call in a conference; any call if no call is in it."""
        return self.one_of(self.world.members(room) or [self.call()])

    def call(self) -> str:
        """Return a call, of the last ones more often; without any, an id that is none."""
        known = list(self.calls)
        return self.one_of(known[-3:] + known) if known else "none"


DOINGS: Sequence[Callable[[Scenario], None]] = (
    Scenario.attach, Scenario.speak_to, Scenario.invite, Scenario.call_out, Scenario.call_out, Scenario.come_in,
    Scenario.press, Scenario.press, Scenario.press_in_conference, Scenario.say, Scenario.hang_up, Scenario.pick_up,
    Scenario.turn_down, Scenario.update, Scenario.update, Scenario.manage, Scenario.manage, Scenario.kick,
    Scenario.close, *[Scenario.wait] * 5,
)  # fmt: skip
LEGS: tuple[CallLeg | None, ...] = (None, "caller", "callee", "both")
ACTIONS = (
    "hangup", "continue", "connectPstn", "connectSip", "connectMxp", "connectStream", "connectConf", "runMenu", "park",
)  # fmt: skip
ALLOWED: dict[str, Sequence[str]] = {
    "ice": tuple(name for name in ACTIONS if name != "continue"),
    "ace": ("hangup", "continue", "connectConf", "runMenu", "runMenu"),
    "pie": ("hangup", "continue", "connectPstn", "connectSip", "connectConf", "runMenu"),
}


def main() -> None:
    """Play the scenarios 1 to the number given, and print a line for each."""
    for seed in range(1, int(sys.argv[1]) + 1):
        sys.stdout.write(f"{seed} {hashlib.sha256(Scenario(seed).play()).hexdigest()}\n")


if __name__ == "__main__":
    main()
