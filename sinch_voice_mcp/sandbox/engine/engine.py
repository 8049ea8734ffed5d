"""The engine: the simulated platform's operations, without HTTP.

Calls progress by themselves: every operation first handles whatever was due by ``clock.now()``, each event at its
own instant. So the outcome does not depend on when, or whether, a call is looked at. While an application is asked
how to continue, simulated time stands still: nor does the outcome depend on how long the application takes.
"""

import json
from collections.abc import Callable, Iterable, Iterator

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.engine import (
    conferences,
    documents,
    given,
    interpreter,
    numbers,
    parties,
    placing,
    receiving,
    reports,
)
from sinch_voice_mcp.sandbox.engine.accounts import SimulatedAccount
from sinch_voice_mcp.sandbox.engine.admission import admit_incoming
from sinch_voice_mcp.sandbox.engine.attached import AttachedScripts
from sinch_voice_mcp.sandbox.engine.clockwork import Clockwork
from sinch_voice_mcp.sandbox.engine.directory import Directory
from sinch_voice_mcp.sandbox.engine.endpoints import DEFAULT_REGION, Endpoint, IncomingCall, Region
from sinch_voice_mcp.sandbox.engine.events import DialingStarts
from sinch_voice_mcp.sandbox.engine.exchange import KEEP, Exchange, PlatformState
from sinch_voice_mcp.sandbox.engine.profiles import TransportFault
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.rooms import SimulatedConference
from sinch_voice_mcp.sandbox.engine.scripts import Script
from sinch_voice_mcp.sandbox.engine.session import Session
from sinch_voice_mcp.sandbox.engine.state import TimelineEntry
from sinch_voice_mcp.sandbox.engine.views import CallView
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.svaml import Hangup
from sinch_voice_mcp.wire.callouts import CalloutRequest
from sinch_voice_mcp.wire.calls import CallLeg, ManageParticipant

BASE_URL = "http://127.0.0.1"
"""Where the API is reached, unless the sandbox listens on a port."""


class Engine(Clockwork):
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
        base_url: str = BASE_URL,
        keep: int = KEEP,
    ) -> None:
        """Create a platform with one application and no calls.

        Args:
            clock: Simulated time; the engine only reads ``now()``.
            credentials: The application.
            seed: The seed of the ids.
            strict_numbers: Whether to reject numbers without leading plus.
            calls_back: Whether a caller of :meth:`take` delivers callbacks. If not, calls continue as if no
                application replied.
            base_url: Where the API is reached, for the URLs in callbacks.
            keep: How many ended calls to keep.
        """
        self.account = SimulatedAccount(credentials, strict=strict_numbers)
        self._strict = strict_numbers
        exchange = Exchange(clock.now(), seed, self.account, base_url, keep=keep)
        super().__init__(clock, exchange, calls_back=calls_back)

    @property
    def directory(self) -> Directory:
        """What happens at every number: prices and fault rules can be changed at any time."""
        return self._exchange.directory

    def state(self) -> PlatformState:
        """Return everything that the platform holds at the simulated instant; it changes with the platform."""
        self.catch_up()
        return self._exchange.state()

    def restart(self, state: PlatformState) -> None:
        """Forget every call without a further event, and begin with another state, in which all calls have ended."""
        self.account = state.account
        self._exchange.restart(self._clock.now(), state)

    def on_drop(self, forget: Callable[[str], None]) -> None:
        """Have a function called with the id of each call that is no longer kept."""
        self._exchange.on_drop = forget

    @property
    def scripts(self) -> AttachedScripts:
        """The scripts that the callees of the next calls, or of some numbers, play."""
        return self._exchange.scripts

    def press(self, call_id: str, keys: str, leg: int = 0) -> None:
        """Let the party on a leg press keys, all at once; the first leg is the first callee's, or the caller's.

        Raises:
            RejectedError: 40001 for a character that is not a key, 40400 if no party is on that leg.
        """
        parties.press(self._session_in_progress(call_id), leg, keys)

    def speak(self, call_id: str, text: str, leg: int = 0) -> None:
        """Let the party on a leg say something; see :meth:`press`.

        Raises:
            RejectedError: 40400 if no party is on that leg.
        """
        parties.speak(self._session_in_progress(call_id), leg, text)

    def hang_up(self, call_id: str, leg: int = 0) -> None:
        """Let the party on a leg hang up; see :meth:`press`.

        Raises:
            RejectedError: 40400 if no party is on that leg.
        """
        parties.hang_up(self._session_in_progress(call_id), leg)

    def pick_up(self, call_id: str) -> None:
        """Let the callee whose phone rings answer now.

        Raises:
            RejectedError: 40400 if the call has ended, 40900 if no phone of it rings.
        """
        parties.pick_up(self._session_in_progress(call_id))

    def reject(self, call_id: str) -> None:
        """Let the callee whose phone rings reject the call now.

        Raises:
            RejectedError: 40400 if the call has ended, 40900 if no phone of it rings.
        """
        parties.reject(self._session_in_progress(call_id))

    def views(self) -> Iterator[CallView]:
        """Yield every call of every application, the newest first, as it is now."""
        self.catch_up()
        now = self.now
        return (CallView(call, now) for call in reversed(self._exchange.calls.values()))

    def view(self, call_id: str) -> CallView | None:
        """Return a call of any application, as it is after all that was handled so far; None if there is none."""
        call = self._exchange.calls.get(call_id)
        return None if call is None else CallView(call, self.now)

    def forget(self, call_ids: Iterable[str]) -> None:
        """Remove calls that have ended; the others stay."""
        calls = self._exchange.calls
        for call_id in call_ids:
            call = calls.get(call_id)
            if call is not None and call.ended is not None:
                self._exchange.drop(call_id)

    def watch(self, on_entry: Callable[[TimelineEntry], None]) -> None:
        """Have a function called after each entry of a timeline; it may look at calls, but change nothing."""
        self._exchange.on_entry = on_entry

    def reference(self) -> str:
        """Return a fresh reference for an error."""
        return self._exchange.ids.next("reference")

    def place(
        self,
        application_key: str,
        request: CalloutRequest,
        *,
        region: Region = DEFAULT_REGION,
        tag: str | None = None,
    ) -> str:
        """Accept a callout and return the id of its call; dialing starts at once.

        Args:
            application_key: The application that requests it.
            request: The callout.
            region: The region of the host that the request was sent to.
            tag: The name of the call for its requester; by default the one in the member ``custom``.

        Raises:
            RejectedError: The platform does not accept it.
            LostRequestError: The connection is to fail instead, and nothing was placed.
        """
        self.catch_up()
        application = self.account.application(application_key)
        call = placing.place(self._exchange, application, request, region, tag, strict=self._strict)
        return call.id

    def transport_fault(self, call_id: str) -> TransportFault | None:
        """Return what goes wrong with the response to the callout that placed a call; None for nothing."""
        return self._known_session(call_id).call.transport_fault

    def receive(
        self,
        incoming: IncomingCall,
        application_key: str | None = None,
        *,
        script: Script | None = None,
        tag: str | None = None,
    ) -> str:
        """Let a call come in and return its id; the application is asked at once what to do with it.

        Args:
            incoming: Who calls, and what was dialed.
            application_key: The application; by default the one that the dialed number is assigned to, or, if an app
                dialed something else, the first.
            script: What the caller does; by default, only a caller from some fictional numbers does anything.
            tag: The name of the call for the one who simulates it.

        Raises:
            RejectedError: 40001 if an address cannot be read, 40004 for an unknown application, 40400 for an own
                number that is not assigned.
        """
        self.catch_up()
        application, checked = receiving.admit(self.account, incoming, application_key)
        plan = admit_incoming(application, checked)
        call = self._exchange.open(application.credentials.key, plan, checked.region, checked)
        call.kind, call.tag = "in", tag
        session = Session(self._exchange, call)
        receiving.begin(session, checked, script)
        session.after(0, ("dial", 0), DialingStarts(call.id))
        return call.id

    def call(self, application_key: str, call_id: str, *, region: Region = DEFAULT_REGION) -> reports.CallReport:
        """Return the state and outcome of a call."""
        self.catch_up()
        return reports.report(self._session(application_key, call_id, region).call, self.now)

    def inspect(self, call_id: str) -> reports.CallReport:
        """Return the state and outcome of a call of any application in any region.

        Raises:
            RejectedError: 40400 if there is no such call.
        """
        self.catch_up()
        call = self._exchange.calls.get(call_id)
        if call is None:
            raise RejectedError(40400, "Call not found")
        return reports.report(call, self.now)

    def update(
        self,
        application_key: str,
        call_id: str,
        data: object,
        leg: CallLeg | None = None,
        *,
        region: Region = DEFAULT_REGION,
    ) -> None:
        """Give an answered call new SVAML; ``hangup`` also ends a call that is not answered.

        Args:
            application_key: The application that requests it.
            call_id: The call.
            data: SVAML as parsed JSON.
            leg: The leg that hears it; for callouts and in conferences it makes no difference.
            region: The region of the host that the request was sent to.
        """
        self.catch_up()
        session = self._session(application_key, call_id, region)
        if session.call.ended is not None:
            raise RejectedError(40400, "Call not found")
        document = documents.for_update(data)
        placing.check_update(document, strict=self._strict)
        is_answered = session.call.answered_at is not None
        if not is_answered and not isinstance(document.action, Hangup):
            raise RejectedError(40900, "The call is not answered")
        session.call.given.append(given.GivenSvaml("update", data))
        session.note("updated", action=placing.action_name(document), leg=leg or "")
        if is_answered:
            interpreter.update(session, document, leg)
        else:
            session.end("NOANSWER", "MANAGERHANGUP")

    def participants(
        self, application_key: str, conference_id: str, *, region: Region = DEFAULT_REGION
    ) -> tuple[reports.ParticipantReport, ...]:
        """Return the participants of a conference, in the order in which they joined."""
        conference = self._conference(application_key, conference_id, region)
        return reports.participants(conference, self._exchange.calls, self.now)

    def manage(
        self,
        application_key: str,
        conference_id: str,
        call_id: str,
        request: ManageParticipant,
        *,
        region: Region = DEFAULT_REGION,
    ) -> None:
        """Mute, unmute, hold or resume a participant."""
        member = conferences.find_member(self._conference(application_key, conference_id, region), call_id)
        conferences.manage(self._known_session(call_id), member, request)

    def kick(self, application_key: str, conference_id: str, call_id: str, *, region: Region = DEFAULT_REGION) -> None:
        """End the call of one participant."""
        conferences.find_member(self._conference(application_key, conference_id, region), call_id)
        conferences.kick(self._known_session(call_id))

    def close(self, application_key: str, conference_id: str, *, region: Region = DEFAULT_REGION) -> None:
        """End every call in a conference."""
        for call_id in tuple(self._conference(application_key, conference_id, region).members):
            conferences.kick(self._known_session(call_id))

    def query(self, number: str) -> numbers.SimulatedLookup:
        """Return what the platform knows about a number."""
        normalized = numbers.normalize(number, strict=self._strict)
        return numbers.look_up(normalized, self.directory.profile(Endpoint("number", normalized)))

    def timeline(self, call_id: str | None = None) -> tuple[TimelineEntry, ...]:
        """Return what happened so far in one call, or in all calls, in order."""
        self.catch_up()
        if call_id is None:
            return tuple(self._exchange.timeline())
        call = self._exchange.calls.get(call_id)
        return () if call is None else tuple(call.timeline)

    def timeline_bytes(self) -> bytes:
        """Return the whole timeline as JSON lines: the same bytes for the same seed and the same inputs."""
        lines = (
            {"sequence": entry.sequence, "at": entry.at.isoformat(), "callId": entry.call_id, "event": entry.event}
            | dict(entry.detail)
            for entry in self.timeline()
        )
        return "".join(f"{json.dumps(line)}\n" for line in lines).encode()

    def _session_in_progress(self, call_id: str) -> Session:
        self.catch_up()
        call = self._exchange.calls.get(call_id)
        if call is None or call.ended is not None:
            raise RejectedError(40400, "Call not found, or it has ended")
        return Session(self._exchange, call)

    def _session(self, application_key: str, call_id: str, region: Region) -> Session:
        call = self._exchange.calls.get(call_id)
        if call is None or call.region != region or call.application_key != self._canonical_key(application_key):
            raise RejectedError(40400, "Call not found")
        return Session(self._exchange, call)

    def _known_session(self, call_id: str) -> Session:
        return Session(self._exchange, self._exchange.calls[call_id])

    def _conference(self, application_key: str, conference_id: str, region: Region) -> SimulatedConference:
        self.catch_up()
        return conferences.find(self._exchange, self._canonical_key(application_key), region, conference_id)

    def _canonical_key(self, application_key: str) -> str:
        return self.account.application(application_key).credentials.key


BEHAVIORS = (
    chosen("call", "hangup before answer", "NOANSWER / MANAGERHANGUP; other updates are rejected with 40900"),
    chosen("api", "ended call", "GET reports it; an update is rejected with 40400"),
)
