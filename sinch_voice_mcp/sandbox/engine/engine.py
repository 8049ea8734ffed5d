"""The engine: everything that can be asked of the simulated platform, without HTTP.

Calls go on by themselves: every entrance first lets happen whatever was due by ``clock.now()``, each event
at its own instant. So the outcome does not depend on when, or whether, somebody looks. While an application is
asked what to do, simulated time stands still: nor does the outcome depend on how long it takes to answer.
"""

import json
from datetime import datetime

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import dialogue, documents, flow, menus, numbers, progress, reports, rooms
from sinch_voice_mcp.sandbox.engine.accounts import Account
from sinch_voice_mcp.sandbox.engine.admission import admit
from sinch_voice_mcp.sandbox.engine.events import Starts
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import Outgoing
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import Call, Entry
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import ConnectPstn, Document, Hangup, RunMenu
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import CallLeg, ManageParticipant


class Engine:
    """A telephony platform that rings nobody.

    Every method that concerns calls takes the key of the application that asks, and raises
    :class:`~sinch_voice_mcp.sandbox.engine.rejections.RejectedError` where the platform would say no. What
    belongs to another application is not found.

    What an application is told, and asked, is taken out with :meth:`take`; answers are given back with
    :meth:`answered`.

    Attributes:
        account: Applications, their callback URLs, and the account's numbers.
    """

    def __init__(
        self,
        clock: Clock,
        credentials: Credentials,
        *,
        seed: int = 1,
        strict_numbers: bool = False,
        calls_back: bool = True,
    ) -> None:
        """Make a platform without calls.

        Args:
            clock: Simulated time; only ``now()`` is used.
            credentials: The application that it has.
            seed: Where ids come from.
            strict_numbers: Refuse numbers without leading plus.
            calls_back: Whether somebody takes out what applications are told; else it is as if none of them listened.
        """
        self.account = Account(credentials, strict=strict_numbers)
        self._clock = clock
        self._strict = strict_numbers
        self._calls_back = calls_back
        self._exchange = Exchange(clock.now(), seed, self.account)

    @property
    def now(self) -> datetime:
        """The simulated instant up to which everything has happened."""
        return self._exchange.now

    def next_due(self) -> datetime | None:
        """When something happens next by itself; None while nothing is waiting, or while time stands still."""
        return None if self.awaits_answer else self._exchange.timers.next_due()

    @property
    def awaits_answer(self) -> bool:
        """Whether an application has been asked something; until it is answered, simulated time stands still."""
        return self._exchange.outbox.awaits_answer

    @property
    def has_outgoing(self) -> bool:
        """Whether there is something to take."""
        return not self._exchange.outbox.is_empty

    def take(self) -> tuple[Outgoing, ...]:
        """What applications are to be told, in order; each is given out once."""
        return self._exchange.outbox.take()

    def answered(self, sequence: int, reply: bytes | None) -> None:
        """Hand an answer back; the call goes on at the instant at which it asked.

        Args:
            sequence: What is answered; an answer that nobody waits for changes nothing.
            reply: The body of the answer; None where none that is valid came in time.
        """
        self._exchange.outbox.answer(sequence, reply)
        self._hand_back()

    def _hand_back(self) -> None:
        while (answer := self._exchange.outbox.next_answer()) is not None:
            asked = answer.outgoing
            if asked.kind in ("ice", "ace", "pie"):
                dialogue.replied(self._exchange, self._exchange.calls[asked.call_id], asked.kind, answer.reply)

    def run_until(self, instant: datetime) -> None:
        """Let happen whatever is due by an instant, or until an application has to answer.

        An instant that has passed changes nothing.
        """
        # An update may have taken back what an answer that is already here had to wait for.
        self._hand_back()
        self._answer_for_nobody()
        while not self.awaits_answer and (due := self._exchange.timers.pop(instant)) is not None:
            at, event = due
            self._exchange.now = max(self._exchange.now, at)
            progress.happen(self._exchange, event)
            self._answer_for_nobody()
        if not self.awaits_answer:
            self._exchange.now = max(self._exchange.now, instant)

    def catch_up(self) -> None:
        """Let happen whatever is due by now."""
        self._catch_up()

    def press(self, call_id: str, keys: str) -> None:
        """Let the person on the first phone of a call press keys, all at once."""
        for key in keys:
            call = self._at_the_phone(call_id)
            if key not in menus.KEYS:
                raise RejectedError(40001, f"`{key}` is no key")
            dialogue.pressed(self._exchange, call, key)

    def speak(self, call_id: str, text: str) -> None:
        """Let the person on the first phone of a call say something."""
        call = self._at_the_phone(call_id)
        if call.menu is not None:
            menus.speak(self._exchange, call, call.menu, text)

    def hang_up(self, call_id: str) -> None:
        """Let the person on the first phone of a call hang up."""
        dialogue.left(self._exchange, self._at_the_phone(call_id), 0)

    def reference(self) -> str:
        """A fresh reference for an error."""
        return self._exchange.ids.next("reference")

    def place(self, application_key: str, request: CalloutRequest) -> str:
        """Take a callout and return the id of its call; dialling begins at once, by itself."""
        self._catch_up()
        application = self.account.application(application_key)
        plan = admit(request, has_callback_url=application.has_callback_url, strict=self._strict)
        call = self._exchange.open(application.credentials.key, plan)
        self._exchange.note(call, "created", method=request.method, custom=plan.custom)
        self._exchange.after(0, ("dial", 0), Starts(call.id))
        return call.id

    def call(self, application_key: str, call_id: str) -> reports.CallReport:
        """State and outcome of a call."""
        self._catch_up()
        return reports.report(self._call(application_key, call_id), self.now)

    def update(self, application_key: str, call_id: str, data: object, leg: CallLeg | None = None) -> None:
        """Give a call that is answered new SVAML; ``hangup`` also ends one that is not.

        Args:
            application_key: Who asks.
            call_id: The call.
            data: SVAML as parsed JSON.
            leg: Who hears it; of no consequence for callouts and in conferences.
        """
        self._catch_up()
        call = self._call(application_key, call_id)
        if call.ended is not None:
            raise RejectedError(40400, "Call not found")
        document = documents.for_update(data)
        self._check_action(document)
        if call.answered_at is None and not isinstance(document.action, Hangup):
            raise RejectedError(40900, "The call is not answered")
        self._exchange.note(call, "updated", action=_action_name(document), leg=leg or "")
        if call.answered_at is None:
            self._exchange.end(call, "NOANSWER", "MANAGERHANGUP")
        else:
            flow.update(self._exchange, call, document)

    def participants(self, application_key: str, conference_id: str) -> tuple[reports.ParticipantReport, ...]:
        """Who is in a conference, in the order in which they joined."""
        self._catch_up()
        conference = rooms.find(self._exchange, self._key(application_key), conference_id)
        return reports.participants(conference, self._exchange.calls, self.now)

    def manage(self, application_key: str, conference_id: str, call_id: str, order: ManageParticipant) -> None:
        """Mute, unmute, hold or resume a participant."""
        self._catch_up()
        conference = rooms.find(self._exchange, self._key(application_key), conference_id)
        member = rooms.find_member(conference, call_id)
        rooms.manage(self._exchange, self._exchange.calls[call_id], member, order)

    def kick(self, application_key: str, conference_id: str, call_id: str) -> None:
        """End the call of one participant."""
        self._catch_up()
        conference = rooms.find(self._exchange, self._key(application_key), conference_id)
        rooms.find_member(conference, call_id)
        rooms.kick(self._exchange, self._exchange.calls[call_id])

    def close(self, application_key: str, conference_id: str) -> None:
        """End every call in a conference."""
        self._catch_up()
        conference = rooms.find(self._exchange, self._key(application_key), conference_id)
        for call_id in tuple(conference.members):
            rooms.kick(self._exchange, self._exchange.calls[call_id])

    def query(self, number: str) -> numbers.Queried:
        """What the platform knows of a number."""
        return numbers.query(numbers.normalise(number, strict=self._strict))

    def timeline(self, call_id: str | None = None) -> tuple[Entry, ...]:
        """What happened so far in one call, or in all of them, in order."""
        self._catch_up()
        entries = self._exchange.timeline()
        return tuple(entry for entry in entries if call_id is None or entry.call_id == call_id)

    def timeline_bytes(self) -> bytes:
        """The whole timeline as JSON lines: the same bytes for the same seed and the same inputs."""
        lines = (
            {"sequence": entry.sequence, "at": entry.at.isoformat(), "callId": entry.call_id, "event": entry.event}
            | dict(entry.detail)
            for entry in self.timeline()
        )
        return "".join(f"{json.dumps(line)}\n" for line in lines).encode()

    def _at_the_phone(self, call_id: str) -> Call:
        self._catch_up()
        call = self._exchange.calls.get(call_id)
        if call is None or call.ended is not None or call.answered_at is None:
            raise RejectedError(40400, "Nobody is on the phone")
        return call

    def _answer_for_nobody(self) -> None:
        """Where nobody takes events out, no answer comes in time."""
        while not self._calls_back and self.has_outgoing:
            for outgoing in self.take():
                self.answered(outgoing.sequence, None)

    def _catch_up(self) -> None:
        self.run_until(self._clock.now())

    def _key(self, application_key: str) -> str:
        return self.account.application(application_key).credentials.key

    def _call(self, application_key: str, call_id: str) -> Call:
        call = self._exchange.calls.get(call_id)
        if call is None or call.application_key != self._key(application_key):
            raise RejectedError(40400, "Call not found")
        return call

    def _check_action(self, document: Document) -> None:
        match document.action:
            case ConnectPstn(number=str(number)):
                numbers.check_taken(numbers.normalise(number, strict=self._strict))
            case ConnectPstn(number=None):
                raise RejectedError(40003, "`connectPstn` in an update needs a `number`")
            case RunMenu() as action:
                try:
                    menus.main_menu(action)
                except menus.MenuError as error:
                    raise RejectedError(40003, str(error)) from None
            case _:
                pass


def _action_name(document: Document) -> str:
    return "continue" if document.action is None else document.action.name
