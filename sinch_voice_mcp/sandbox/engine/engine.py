"""The engine: everything that can be asked of the simulated platform, without HTTP.

Calls go on by themselves: every entrance first lets happen whatever was due by ``clock.now()``, each event
at its own instant. So the outcome does not depend on when, or whether, somebody looks.
"""

import json
from datetime import datetime

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import documents, flow, numbers, progress, reports, rooms
from sinch_voice_mcp.sandbox.engine.accounts import Account
from sinch_voice_mcp.sandbox.engine.admission import admit
from sinch_voice_mcp.sandbox.engine.events import Starts
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.state import Call, Entry
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import ConnectPstn, Document, Hangup
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import CallLeg, ManageParticipant


class Engine:
    """A telephony platform that rings nobody.

    Every method that concerns calls takes the key of the application that asks, and raises
    :class:`~sinch_voice_mcp.sandbox.engine.rejections.RejectedError` where the platform would say no. What
    belongs to another application is not found.

    Attributes:
        account: Applications, their callback URLs, and the account's numbers.
    """

    def __init__(self, clock: Clock, credentials: Credentials, *, seed: int = 1, strict_numbers: bool = False) -> None:
        self.account = Account(credentials, strict=strict_numbers)
        self._clock = clock
        self._strict = strict_numbers
        self._exchange = Exchange(clock.now(), seed)

    @property
    def now(self) -> datetime:
        """The simulated instant up to which everything has happened."""
        return self._exchange.now

    def next_due(self) -> datetime | None:
        """When something happens next by itself; None while nothing is waiting."""
        return self._exchange.timers.next_due()

    def run_until(self, instant: datetime) -> None:
        """Let happen whatever is due by an instant; an instant that has passed changes nothing."""
        while (due := self._exchange.timers.pop(instant)) is not None:
            at, event = due
            self._exchange.now = max(self._exchange.now, at)
            progress.happen(self._exchange, event)
        self._exchange.now = max(self._exchange.now, instant)

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
        self._check_transfer(document)
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

    def _catch_up(self) -> None:
        self.run_until(self._clock.now())

    def _key(self, application_key: str) -> str:
        return self.account.application(application_key).credentials.key

    def _call(self, application_key: str, call_id: str) -> Call:
        call = self._exchange.calls.get(call_id)
        if call is None or call.application_key != self._key(application_key):
            raise RejectedError(40400, "Call not found")
        return call

    def _check_transfer(self, document: Document) -> None:
        match document.action:
            case ConnectPstn(number=str(number)):
                numbers.check_taken(numbers.normalise(number, strict=self._strict))
            case ConnectPstn(number=None):
                raise RejectedError(40003, "`connectPstn` in an update needs a `number`")
            case _:
                pass


def _action_name(document: Document) -> str:
    return "continue" if document.action is None else document.action.name
