"""The engine: the simulated platform's operations, without HTTP.

Calls progress by themselves: every operation first handles whatever was due by ``clock.now()``, each event at its
own instant. So the outcome does not depend on when, or whether, a call is looked at. While an application is asked
how to continue, simulated time stands still: nor does the outcome depend on how long the application takes.
"""

import json
from datetime import datetime

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import conferences, documents, handlers, interpreter, menus, numbers, reports
from sinch_voice_mcp.sandbox.engine.accounts import SimulatedAccount
from sinch_voice_mcp.sandbox.engine.admission import admit
from sinch_voice_mcp.sandbox.engine.events import DialingStarts
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import OutgoingCallback
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import SimulatedConference, TimelineEntry
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import ConnectPstn, Document, Hangup, RunMenu
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import CallLeg, ManageParticipant


class Engine:
    """A telephony platform that places no real calls.

    Every operation on calls takes the key of the application that requests it, and raises
    :class:`~sinch_voice_mcp.sandbox.engine.rejections.RejectedError` if the platform would reject the request. Calls
    and conferences of another application are not found.

    :meth:`take` hands out the callbacks to applications; :meth:`record_reply` takes the replies.

    Attributes:
        account: The applications, their callback URLs, and the account's numbers.
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
        """Create a platform with one application and no calls.

        Args:
            clock: Simulated time; the engine only reads ``now()``.
            credentials: The application.
            seed: The seed of the ids.
            strict_numbers: Whether to reject numbers without leading plus.
            calls_back: Whether a caller of :meth:`take` delivers callbacks. If not, calls continue as if no
                application replied.
        """
        self.account = SimulatedAccount(credentials, strict=strict_numbers)
        self._clock = clock
        self._strict = strict_numbers
        self._calls_back = calls_back
        self._exchange = Exchange(clock.now(), seed, self.account)

    @property
    def now(self) -> datetime:
        """The simulated instant up to which all events have been handled."""
        return self._exchange.now

    def next_due(self) -> datetime | None:
        """Return when the next event is due; None if none is scheduled, or while time stands still."""
        return None if self.awaits_reply else self._exchange.timers.next_due()

    @property
    def awaits_reply(self) -> bool:
        """Whether a call waits for an application's reply; until then, simulated time stands still."""
        return self._exchange.outbox.awaits_reply

    @property
    def has_outgoing(self) -> bool:
        """Whether there are callbacks to take."""
        return not self._exchange.outbox.is_empty

    def take(self) -> tuple[OutgoingCallback, ...]:
        """Remove and return the callbacks to send, in order."""
        return self._exchange.outbox.take()

    def record_reply(self, sequence: int, body: bytes | None) -> None:
        """Record the reply to a callback; the call continues at the simulated instant at which it asked.

        Args:
            sequence: The number of the callback; a reply that no call waits for has no effect.
            body: The body of the reply; None if no valid one arrived in time.
        """
        self._exchange.outbox.add_reply(sequence, body)
        self._handle_replies()

    def run_until(self, instant: datetime) -> None:
        """Handle whatever is due by an instant, or until an application has to reply.

        An instant in the simulated past has no effect.
        """
        # An update may have withdrawn the callback that a recorded reply had to wait for.
        self._handle_replies()
        self._reply_for_absent_applications()
        while not self.awaits_reply and (due := self._exchange.timers.pop(instant)) is not None:
            at, event = due
            self._exchange.now = max(self._exchange.now, at)
            handlers.handle(self._exchange, event)
            self._reply_for_absent_applications()
        if not self.awaits_reply:
            self._exchange.now = max(self._exchange.now, instant)

    def catch_up(self) -> None:
        """Handle whatever is due by now."""
        self.run_until(self._clock.now())

    def press(self, call_id: str, keys: str) -> None:
        """Let the first callee of a call press keys, all at once.

        Raises:
            RejectedError: 40001 for a character that is not a key, 40400 if the callee is not on the phone.
        """
        for key in keys:
            session = self._answered_session(call_id)
            if key not in menus.KEYS:
                raise RejectedError(40001, f"`{key}` is not a key")
            handlers.key_pressed(session, key)

    def speak(self, call_id: str, text: str) -> None:
        """Let the first callee of a call say something.

        Raises:
            RejectedError: 40400 if the callee is not on the phone.
        """
        session = self._answered_session(call_id)
        if session.call.menu is not None:
            menus.speak(session, session.call.menu, text)

    def hang_up(self, call_id: str) -> None:
        """Let the first callee of a call hang up.

        Raises:
            RejectedError: 40400 if the callee is not on the phone.
        """
        handlers.callee_hung_up(self._answered_session(call_id), 0)

    def reference(self) -> str:
        """Return a fresh reference for an error."""
        return self._exchange.ids.next("reference")

    def place(self, application_key: str, request: CalloutRequest) -> str:
        """Accept a callout and return the id of its call; dialing starts at once."""
        self.catch_up()
        application = self.account.application(application_key)
        plan = admit(request, has_callback_url=application.has_callback_url, strict=self._strict)
        session = Session(self._exchange, self._exchange.open(application.credentials.key, plan))
        session.note("created", method=request.method, custom=plan.custom)
        session.after(0, ("dial", 0), DialingStarts(session.call.id))
        return session.call.id

    def call(self, application_key: str, call_id: str) -> reports.CallReport:
        """Return the state and outcome of a call."""
        self.catch_up()
        return reports.report(self._session(application_key, call_id).call, self.now)

    def update(self, application_key: str, call_id: str, data: object, leg: CallLeg | None = None) -> None:
        """Give an answered call new SVAML; ``hangup`` also ends a call that is not answered.

        Args:
            application_key: The application that requests it.
            call_id: The call.
            data: SVAML as parsed JSON.
            leg: The leg that hears it; for callouts and in conferences it makes no difference.
        """
        self.catch_up()
        session = self._session(application_key, call_id)
        if session.call.ended is not None:
            raise RejectedError(40400, "Call not found")
        document = documents.for_update(data)
        self._check_action(document)
        is_answered = session.call.answered_at is not None
        if not is_answered and not isinstance(document.action, Hangup):
            raise RejectedError(40900, "The call is not answered")
        session.note("updated", action=_action_name(document), leg=leg or "")
        if is_answered:
            interpreter.update(session, document)
        else:
            session.end("NOANSWER", "MANAGERHANGUP")

    def participants(self, application_key: str, conference_id: str) -> tuple[reports.ParticipantReport, ...]:
        """Return the participants of a conference, in the order in which they joined."""
        conference = self._conference(application_key, conference_id)
        return reports.participants(conference, self._exchange.calls, self.now)

    def manage(self, application_key: str, conference_id: str, call_id: str, request: ManageParticipant) -> None:
        """Mute, unmute, hold or resume a participant."""
        member = conferences.find_member(self._conference(application_key, conference_id), call_id)
        conferences.manage(self._known_session(call_id), member, request)

    def kick(self, application_key: str, conference_id: str, call_id: str) -> None:
        """End the call of one participant."""
        conferences.find_member(self._conference(application_key, conference_id), call_id)
        conferences.kick(self._known_session(call_id))

    def close(self, application_key: str, conference_id: str) -> None:
        """End every call in a conference."""
        for call_id in tuple(self._conference(application_key, conference_id).members):
            conferences.kick(self._known_session(call_id))

    def query(self, number: str) -> numbers.SimulatedLookup:
        """Return what the platform knows about a number."""
        return numbers.look_up(numbers.normalize(number, strict=self._strict))

    def timeline(self, call_id: str | None = None) -> tuple[TimelineEntry, ...]:
        """Return what happened so far in one call, or in all calls, in order."""
        self.catch_up()
        entries = self._exchange.timeline()
        return tuple(entry for entry in entries if call_id is None or entry.call_id == call_id)

    def timeline_bytes(self) -> bytes:
        """Return the whole timeline as JSON lines: the same bytes for the same seed and the same inputs."""
        lines = (
            {"sequence": entry.sequence, "at": entry.at.isoformat(), "callId": entry.call_id, "event": entry.event}
            | dict(entry.detail)
            for entry in self.timeline()
        )
        return "".join(f"{json.dumps(line)}\n" for line in lines).encode()

    def _handle_replies(self) -> None:
        while (reply := self._exchange.outbox.next_reply()) is not None:
            asked = reply.outgoing
            if asked.kind in ("ice", "ace", "pie"):
                handlers.reply_received(self._known_session(asked.call_id), asked.kind, reply.body)

    def _reply_for_absent_applications(self) -> None:
        """Treat every callback as not answered in time, if callbacks are not delivered."""
        while not self._calls_back and self.has_outgoing:
            for outgoing in self.take():
                self.record_reply(outgoing.sequence, None)

    def _answered_session(self, call_id: str) -> Session:
        self.catch_up()
        call = self._exchange.calls.get(call_id)
        if call is None or call.ended is not None or call.answered_at is None:
            raise RejectedError(40400, "The callee is not on the phone")
        return Session(self._exchange, call)

    def _session(self, application_key: str, call_id: str) -> Session:
        call = self._exchange.calls.get(call_id)
        if call is None or call.application_key != self._canonical_key(application_key):
            raise RejectedError(40400, "Call not found")
        return Session(self._exchange, call)

    def _known_session(self, call_id: str) -> Session:
        return Session(self._exchange, self._exchange.calls[call_id])

    def _conference(self, application_key: str, conference_id: str) -> SimulatedConference:
        self.catch_up()
        return conferences.find(self._exchange, self._canonical_key(application_key), conference_id)

    def _canonical_key(self, application_key: str) -> str:
        return self.account.application(application_key).credentials.key

    def _check_action(self, document: Document) -> None:
        match document.action:
            case ConnectPstn(number=str(number)):
                numbers.check_callable(numbers.normalize(number, strict=self._strict))
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
