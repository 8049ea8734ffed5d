"""Invariants of the engine under any requests in any order."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from sinch_voice_mcp.sandbox.engine import CallReport, OutgoingCallback, RejectedError
from sinch_voice_mcp.sandbox.engine.transport_faults import LostRequestError
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.wire.calls import ManageParticipant
from tests.strategies import documents
from tests.unit.sandbox.soundness import assert_sound
from tests.unit.sandbox.world import KEY, World, make_world

rooms = st.sampled_from(["red", "blue"])
# Calls to one of the numbers join a conference by themselves.
ROOMS = ("red", "blue", "sandbox")
SPECIAL = (
    "00",
    "01",
    "02",
    "03",
    "06",
    "07",
    "08",
    "10",
    "11",
    "13",
    "25",
    "30",
    "50",
    "51",
    "52",
    "55",
    "62",
    "72",
    "73",
    "74",
    "80",
)
numbers = st.sampled_from([f"+120255501{digits}" for digits in SPECIAL])
MENU: dict[str, object] = {
    "name": "runMenu",
    "menus": [
        {
            "id": "main",
            "mainPrompt": "#tts[fourteen chars]",
            "repeats": 1,
            "options": [{"dtmf": "1", "action": "menu(more)"}],
        },
        {"id": "more", "maxDigits": 3, "timeoutMills": 0},
    ],
}
ANSWERS = (None, {"name": "hangup"}, {"name": "continue"}, {"name": "connectConf", "conferenceId": "red"}, MENU)
ICE_ANSWERS = (
    None,
    {"name": "hangup"},
    {"name": "connectPstn", "number": "+12025550108", "maxDuration": 40, "amd": {"enabled": True}},
    {"name": "connectConf", "conferenceId": "red"},
    {"name": "park", "maxDuration": 30},
    MENU,
)
SIP = {"name": "connectSip", "destination": {"type": "sip", "endpoint": "+12025550111@example.com"}}
APP = {"name": "connectMxp", "destination": {"type": "username", "endpoint": "anna"}}
PARK = {"name": "park", "holdPrompt": "#tts[fourteen chars]", "maxDuration": 20}
actions = st.one_of(
    st.sampled_from([None, {"name": "hangup"}, {"name": "continue"}, MENU, SIP, APP, PARK]),
    rooms.map(lambda room: {"name": "connectConf", "conferenceId": room}),
    numbers.map(lambda number: {"name": "connectPstn", "number": number, "maxDuration": 40}),
)
texts = st.lists(st.sampled_from(["hi", "x" * 70]), max_size=2)
detections = st.sampled_from([None, {"enabled": True}, {"enabled": True, "async": True}])
CONNECT = {"action": {"name": "connectPstn", "number": "+12025550100"}}
Request = Callable[[World], object]


def replying(outgoing: OutgoingCallback) -> bytes | None:
    """Return a reply that depends on nothing but the callback."""
    answers = {"ace": ANSWERS, "ice": ICE_ANSWERS}.get(outgoing.kind, ANSWERS[:3])
    action = answers[sum(outgoing.body) % len(answers)]
    return None if action is None else json.dumps({"action": action}).encode()


class Platform(RuleBasedStateMachine):
    """Two engines with the same seed get the same requests; one of them is read all the time."""

    listening = False

    calls: Bundle[str] = Bundle("calls")

    def __init__(self) -> None:
        super().__init__()
        self.watched, self.unwatched = make_world(), make_world()
        self.known: list[str] = []
        self.over: dict[str, CallReport] = {}
        self.released: set[str] = set()
        if self.listening:
            for world in (self.watched, self.unwatched):
                world.listen()
                world.replying[:] = [replying]

    def ask(self, request: Request) -> object:
        """Send a request to both; they agree on the result or on the rejection."""
        answers = [self._answer(world, request) for world in (self.watched, self.unwatched)]
        if self.listening:
            for world in (self.watched, self.unwatched):
                world.settle()
        assert answers[0] == answers[1]
        return answers[0]

    def _answer(self, world: World, request: Request) -> object:
        try:
            return request(world)
        except RejectedError as refused:
            return refused.code

    def _placed(self, answer: object, *, sends_dice: bool = False) -> MultipleResults[str]:
        if not isinstance(answer, str):
            return multiple()
        assert answer not in self.known
        self.known.append(answer)
        if sends_dice:
            self.released.add(answer)
        return multiple(answer)

    @initialize(target=calls, room=rooms)
    def begin(self, room: str) -> MultipleResults[str]:
        """Place a call into a conference, so that there is something to steer from the start."""
        placed = self._placed(self.ask(lambda world: world.conference("+12025550100", room)))
        self.pass_time(5)
        return placed

    @rule(target=calls, to=numbers, text=texts, ace=st.booleans(), dice=st.booleans(), pie=st.booleans())
    def speak(self, to: str, text: list[str], ace: bool, dice: bool, pie: bool) -> MultipleResults[str]:
        flags = {"enable_ace": ace, "enable_dice": dice, "enable_pie": pie}
        return self._placed(self.ask(lambda world: world.tts(to, text="".join(text), **flags)), sends_dice=dice)

    @rule(target=calls, to=numbers, room=rooms, limit=st.none() | st.just(30))
    def invite(self, to: str, room: str, limit: int | None) -> MultipleResults[str]:
        return self._placed(self.ask(lambda world: world.conference(to, room, max_duration=limit)))

    @rule(target=calls, to=numbers, action=actions)
    def place(self, to: str, action: dict[str, object] | None) -> MultipleResults[str]:
        ace = None if action is None else {"action": action}
        return self._placed(self.ask(lambda world: world.custom(to, ace=ace)), sends_dice=True)

    @rule(target=calls, to=numbers, amd=detections, suppress=st.booleans())
    def detect(self, to: str, amd: dict[str, object] | None, suppress: bool) -> MultipleResults[str]:
        connect = {"name": "connectPstn", "number": to, "amd": amd, "suppressCallbacks": suppress}
        return self._placed(
            self.ask(lambda world: world.custom(None, ice={"action": connect})), sends_dice=not suppress
        )

    @rule(target=calls)
    def receive(self) -> MultipleResults[str]:
        return self._placed(self.ask(lambda world: world.receive()), sends_dice=True)

    @rule(call=calls)
    def pick_up(self, call: str) -> None:
        self.ask(lambda world: world.engine.pick_up(call))

    @rule(call=calls)
    def turn_down(self, call: str) -> None:
        self.ask(lambda world: world.engine.reject(call))

    @rule(call=calls, leg=st.sampled_from([0, 1]))
    def leave(self, call: str, leg: int) -> None:
        self.ask(lambda world: world.engine.hang_up(call, leg))

    @rule(call=calls, keys=st.text("0123456789*#", min_size=1, max_size=4))
    def press(self, call: str, keys: str) -> None:
        self.ask(lambda world: world.engine.press(call, keys))

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 3.0, 7.5, 40.0]))
    def pass_time(self, seconds: float) -> None:
        for world in (self.watched, self.unwatched):
            world.wait(seconds)

    @rule()
    def jump_to_the_next_event(self) -> None:
        due = self.watched.engine.next_due()
        if due is not None:
            self.pass_time(max(0.0, (due - self.watched.clock.now()).total_seconds()))

    @rule(call=calls, action=actions, said=texts)
    def update(self, call: str, action: dict[str, object] | None, said: list[str]) -> None:
        self.ask(lambda world: world.update(call, action, *said))

    def room_of(self, call: str) -> str:
        """Return the conference that a call is in, or another one."""
        return next((room for room in ROOMS if call in self.watched.members(room)), "blue")

    @rule(call=calls, command=st.sampled_from(["mute", "unmute", "onhold", "resume"]))
    def manage(self, call: str, command: str) -> None:
        room = self.room_of(call)
        order = ManageParticipant.read({"command": command})
        self.ask(lambda world: world.engine.manage(KEY, room, call, order))

    @rule(call=calls)
    def kick(self, call: str) -> None:
        room = self.room_of(call)
        self.ask(lambda world: world.engine.kick(KEY, room, call))

    @rule(room=rooms)
    def close(self, room: str) -> None:
        self.ask(lambda world: world.engine.close(KEY, room))

    @rule(call=consumes(calls))
    def hang_up(self, call: str) -> None:
        self.ask(lambda world: world.update(call, {"name": "hangup"}))
        assert self.watched.get(call).status == "FINAL"

    @invariant()
    def an_ended_call_never_changes(self) -> None:
        for call_id, before in self.over.items():
            assert self.watched.get(call_id) == before
        for call_id in self.known:
            report = self.watched.get(call_id)
            if report.status == "FINAL":
                self.over[call_id] = report

    @invariant()
    def reports_are_consistent(self) -> None:
        for call_id in self.known:
            report = self.watched.get(call_id)
            answered = report.result == "ANSWERED"
            assert (report.debit > 0) == answered
            assert answered or report.duration == 0
            assert (report.reason == "N/A") == (report.status == "ONGOING")

    @invariant()
    def participants_are_the_ongoing_calls_that_joined_and_did_not_leave(self) -> None:
        inside: dict[str, object] = {}
        for entry in self.watched.engine.timeline():
            match entry.event:
                case "joined":
                    inside[entry.call_id] = entry.detail["conference"]
                case "left":
                    del inside[entry.call_id]
                case _:
                    pass
        found = {call_id: room for room in ROOMS for call_id in self.watched.members(room)}
        assert found == inside
        assert {self.watched.get(call_id).status for call_id in found} <= {"ONGOING"}

    @invariant()
    def an_event_is_due_while_a_call_is_in_progress(self) -> None:
        lasting = any(self.watched.get(call_id).status == "ONGOING" for call_id in self.known)
        due = self.watched.engine.next_due() is not None
        # Callbacks that are late outlive their calls.
        assert due or not lasting
        assert lasting or not due or self.listening
        assert not self.watched.engine.awaits_reply

    def teardown(self) -> None:
        """In the end every call has ended exactly once, and both timelines are the same bytes."""
        for world in (self.watched, self.unwatched):
            world.wait(timedelta(hours=9).total_seconds())
        assert self.watched.engine.timeline_bytes() == self.unwatched.engine.timeline_bytes()
        for call_id in self.known:
            assert_sound(self.watched, call_id)
            assert self.listening or self.watched.happened(call_id)[-1] == "ended"
            self.the_disconnected_event_is_sent_once_and_last(call_id)
        assert self.watched.sent == self.unwatched.sent

    def the_disconnected_event_is_sent_once_and_last(self, call_id: str) -> None:
        """This holds for every call with the event switched on, unless the number says otherwise."""
        kinds = self.watched.kinds(call_id)
        special = (self.watched.dialed(call_id) or "")[-2:]
        is_sent = self.listening and call_id in self.released and special != "55"
        assert kinds.count("dice") == is_sent
        if is_sent and special != "51":
            assert kinds[-1] == "dice"
        assert kinds[:-1].count("dice") == 0 or (special, kinds[-2:]) == ("51", ["dice", "ace"])


class WithReplies(Platform):
    """The same with an application that receives callbacks and replies."""

    listening = True


TestPlatform = Platform.TestCase
TestPlatform.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestWithReplies = WithReplies.TestCase
TestWithReplies.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


@given(documents, documents, documents)
@settings(deadline=None)
def test_no_document_makes_the_engine_fail(ice: Document, ace: Document, update: Document) -> None:
    world = make_world()
    world.listen(ice=CONNECT, ace=ace.to_wire(), pie=update.to_wire())
    call_ids: list[str] = []
    for begin in (ice.to_wire(), CONNECT, None):
        # Some of the fictional numbers lose the request.
        with suppress(RejectedError, LostRequestError):
            call_ids.append(world.custom("+12025550103", ice=begin, ace=None if begin is None else ace.to_wire()))
    world.listen(ice=ice.to_wire(), ace=ace.to_wire(), pie=update.to_wire())
    call_ids.append(world.receive())
    for _ in range(3):
        world.wait(5)
        for call_id in call_ids:
            with suppress(RejectedError):
                world.engine.update(KEY, call_id, update.to_wire())
    world.wait(timedelta(hours=9).total_seconds())
    for call_id in call_ids:
        assert_sound(world, call_id)
    assert world.engine.next_due() is None
