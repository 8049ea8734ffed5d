"""One call at the exchange: the primitives that every part of the engine uses on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sinch_voice_mcp.sandbox.engine import bodies
from sinch_voice_mcp.sandbox.engine.events import DelayedCallback, EndReason, TimedEvent, TimerSlot
from sinch_voice_mcp.sandbox.engine.exchange import Exchange
from sinch_voice_mcp.sandbox.engine.outbox import CallbackKind, OutgoingCallback, SteeringKind
from sinch_voice_mcp.sandbox.engine.recordings import Recording, RecordingWish
from sinch_voice_mcp.sandbox.engine.state import (
    AwaitingReply,
    Connected,
    Ended,
    InConference,
    SimulatedCall,
    TimelineKind,
    TimelineValue,
    UnusableSvaml,
)
from sinch_voice_mcp.sandbox.ledger import chosen, documented
from sinch_voice_mcp.svaml import RecordingOptions
from sinch_voice_mcp.wire.calls import CallResult

DELAY_S = 30
"""Simulated seconds by which callbacks are delayed at numbers whose callbacks arrive late."""

_INVALID_SVAML = 40001


@dataclass(frozen=True, slots=True)
class Session:
    """A call and the exchange that handles it."""

    exchange: Exchange
    call: SimulatedCall

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.exchange.now

    def note(self, event: TimelineKind, **detail: TimelineValue) -> None:
        """Add an entry to the timeline of the call."""
        self.exchange.note(self.call, event, detail)

    def after(self, seconds: float, slot: TimerSlot, event: TimedEvent) -> None:
        """Schedule an event after so many simulated seconds; it replaces the one in the same slot."""
        due = self.now + timedelta(milliseconds=round(seconds * 1000))
        self.exchange.timers.set(self.call.id, slot, due, event)

    def cancel(self, *slots: TimerSlot) -> None:
        """Cancel the scheduled events in some slots."""
        for slot in slots:
            self.exchange.timers.cancel(self.call.id, slot)

    def ask(self, kind: SteeringKind, body: bytes, url: str | None) -> bool:
        """Ask the application how to continue; return whether the call now waits for its reply."""
        outgoing = self._outgoing(kind, body, url, needs_reply=True)
        if outgoing is None:
            return False
        if outgoing.fault == "out of order" and kind == "ace":
            self.call.held_callback = outgoing
            return False
        self.call.activity = AwaitingReply(kind, outgoing.sequence)
        self._send(outgoing)
        return True

    def notify(self, kind: CallbackKind, body: bytes, url: str | None = None) -> None:
        """Send the application a callback whose reply does not matter."""
        outgoing = self._outgoing(kind, body, url, needs_reply=False)
        if outgoing is not None:
            self._send(outgoing)

    def forget_reply(self) -> None:
        """Stop waiting for the application's reply."""
        self.exchange.outbox.withdraw(self.call.id)

    def end(self, result: CallResult, reason: EndReason) -> None:
        """End the call: cancel what it waits for, close its legs, leave its conference, report the end."""
        call = self.call
        self.exchange.timers.cancel_all(call.id)
        self.finish_recording()
        self.forget_reply()
        self.leave_conference()
        for leg in call.open_legs():
            leg.ended_at = self.now
        call.frames.clear()
        call.menu = None
        call.activity = Ended(self.now, result, reason)
        self.note("ended", result=result, reason=reason)
        self.exchange.retire(call)
        if self._sends_dice():
            self.notify("dice", bodies.dice(call, self.now))
        if call.held_callback is not None:
            self.exchange.post(call.held_callback)

    def fail(self, fault: UnusableSvaml) -> None:
        """End a call whose SVAML cannot be followed, and notify the application."""
        self.notify("notify", bodies.calling_error(self.call, self.now, _INVALID_SVAML, fault.message))
        self.end("FAILED" if self.call.answered_at is None else "ANSWERED", "INVALIDSVAMLACTION")

    def _sends_dice(self) -> bool:
        call = self.call
        return call.plan.sends_dice and not call.suppresses_callbacks and call.callback_fault != "no dice"

    def start_recording(self, options: RecordingOptions | None) -> None:
        """Start to record the call, at the latest with the answer; a recording in progress ends."""
        if self.call.answered_at is None:
            self.call.recording_wish = RecordingWish(options)
            return
        self.finish_recording()
        self.call.recording = Recording(self.now, options)
        self.note("recording", state="started")

    def finish_recording(self) -> None:
        """End the recording of the call, if there is one, and notify the application of the file at once."""
        self.call.recording_wish = None
        recording, call = self.call.recording, self.call
        if recording is None:
            return
        call.recording = None
        if call.legs[0].recording_fails:
            self.note("recording", state="failed")
            self.notify("notify", bodies.recording_failed(call, self.now))
            return
        file = recording.file(self.now, call.application_key, call.id, self.exchange.base_url)
        call.recorded.append(file)
        self.note("recording", state="finished", file=file.url)
        if not recording.notifies:
            return
        self.notify("notify", bodies.recording_finished(call, self.now))
        self.notify("notify", bodies.recorded(call, self.now, file.destination))
        if recording.is_transcribed:
            self.notify("notify", bodies.transcribed(call, self.now, file.transcript))

    def leave_conference(self) -> None:
        """Remove the call from its conference, if it is in one; an empty conference ceases to exist."""
        call = self.call
        if not isinstance(call.resting_state, InConference):
            return
        key = call.room(call.resting_state.conference_id)
        conference = self.exchange.conferences[key]
        self.cancel(("keys", 0))
        del conference.members[call.id]
        call.resting_state = Connected()
        self.note("left", conference=conference.id)
        if not conference.members:
            del self.exchange.conferences[key]

    def _outgoing(
        self, kind: CallbackKind, body: bytes, url: str | None, *, needs_reply: bool
    ) -> OutgoingCallback | None:
        """Make a callback to the given URL, or to the application's URLs; None if there are none."""
        call, exchange = self.call, self.exchange
        urls = exchange.account.application(call.application_key).urls if url is None else (url,)
        if not urls:
            return None
        self.note("callback", kind=kind, body=body.decode())
        return OutgoingCallback(
            exchange.outbox.next_sequence(),
            call.id,
            call.application_key,
            kind,
            urls,
            body,
            self.now,
            needs_reply,
            call.callback_fault,
        )

    def _send(self, outgoing: OutgoingCallback) -> None:
        if outgoing.fault == "late":
            # Not in a slot of the call: its end cancels what the call waits for, but not a callback on its way.
            due = self.now + timedelta(seconds=DELAY_S)
            slot: TimerSlot = ("send", outgoing.sequence)
            self.exchange.timers.set("outbox", slot, due, DelayedCallback(outgoing.call_id, outgoing))
        else:
            self.exchange.post(outgoing)


BEHAVIORS = (
    documented(
        "feature",
        "startRecording, stopRecording",
        "the recording begins; it ends with stopRecording or the call",
        "SVAML instructions",
        ("startRecording", "stopRecording"),
    ),
    documented(
        "feature",
        "transcriptionOptions",
        "`transcription_available` follows, if they are enabled",
        "SVAML instructions",
    ),
    chosen("feature", "notifications of a recording", "sent at once, before the disconnected-call event"),
    chosen("feature", "startRecording before the answer", "the recording begins with the answer"),
    chosen(
        "feature",
        "record of a connected call",
        "the recording begins when the phone answers, or with the action",
        "older documentation shows the member",
    ),
    documented("call", "end of the SVAML, hangup, kick", "ANSWERED / MANAGERHANGUP", "Calls"),
    chosen("call", "invalid SVAML in ICE", "FAILED / INVALIDSVAMLACTION; the callout itself is accepted"),
    chosen("call", "invalid SVAML in ACE", "ANSWERED / INVALIDSVAMLACTION"),
    documented("callback", "no callback URL", "nothing is sent, and no call waits for a reply", "Callbacks"),
    chosen("callback", "update while a reply is awaited", "the reply no longer counts"),
    documented(
        "callback",
        "invalid SVAML in a reply",
        "`callingerror` 40001, GENERALERROR in DiCE",
        "Callbacks",
        ("_INVALID_SVAML",),
    ),
    documented("callback", "DiCE", "sent once, as the last event; also for calls that are not answered", "Callbacks"),
    chosen("callback", "notifications", "sent without a flag"),
    chosen("callback", "late callbacks", "30 s late, at the number for that", covers=("DELAY_S",)),
)
