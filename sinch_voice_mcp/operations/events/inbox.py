"""The inbox of events: each is recorded and answered in one transaction, without a language model."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.admission.limits import ignored_amount, price_micros
from sinch_voice_mcp.operations.boundary import INCOMING_TEXT, OTHER, UNTRUSTED, is_known, stored_word
from sinch_voice_mcp.operations.dispatch.ends import end_words
from sinch_voice_mcp.operations.dispatch.rooms import joined
from sinch_voice_mcp.operations.shown_numbers import number_of
from sinch_voice_mcp.policy import Allow, untrusted
from sinch_voice_mcp.policy.targets import CalleeKind, name_of, target_of
from sinch_voice_mcp.ports import (
    INBOUND,
    CallingStopped,
    EndReport,
    EventLog,
    IncomingEvent,
    JournalEntry,
    Place,
    Replies,
    Reply,
)
from sinch_voice_mcp.svaml import HANG_UP, ConnectConf, Continue, Document, Hangup, Say, parse_json, read
from sinch_voice_mcp.svaml import Event as SvamlEvent
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import CallId, JsonObject, Token, is_object, to_millis
from sinch_voice_mcp.wire.events import AceEvent, DiceEvent, IceEvent, NotifyEvent, PieEvent, VoiceEvent

_HANG_UP = HANG_UP.to_json()
_MAX_ORIGIN_CHARS = 100
"""Characters of a host that is not the platform's, in the audit log."""

_CALLERS: Mapping[str, CalleeKind] = {"SIP": "sip", "MXP": "in_app"}
"""What a caller without a number is, by the ``originationType`` of the call."""

_NAME = re.compile(r"[!-~]{1,100}", re.ASCII)
"""A SIP address or the name of an in-app user: printable, without blanks."""

_FROM_API = "SERVER"
"""The ``originationType`` of a call that was requested through the API."""


class EventInbox:
    """Records events and replies to them.

    Args:
        events: Where they are recorded.
        guard: Decides about every reply, as it decides about every callout.
        incoming_text: Spoken to the caller of an incoming call.
        hang_up: Starts to end a call of which an event arrived after a stop, if the stop says so; does not wait.
        place_of: Returns the place that the URL of a call names; None if no request may go there.
    """

    def __init__(
        self,
        events: EventLog,
        guard: Guard,
        incoming_text: str,
        hang_up: Callable[[CallId], object],
        place_of: Callable[[str], Place | None],
    ) -> None:
        self._events = events
        self._guard = guard
        self._incoming_text = incoming_text
        self._hang_up = hang_up
        self._place_of = place_of

    async def record(self, event: VoiceEvent) -> bytes:
        """Record an event and return the reply; a repeated delivery gets the same bytes.

        Returns:
            SVAML as JSON; empty if the platform expects no reply.

        Raises:
            StorageError: It could not be recorded.
        """
        incoming = self._placed(event, _incoming(event))
        stops: list[CallingStopped] = []

        def while_stopped(stopped: CallingStopped, entry: JournalEntry | None, replies: Replies) -> Reply:
            stops.append(stopped)
            return self._reply_while_stopped(stopped, event, entry, replies)

        reply = await self._events.record(
            incoming, lambda entry, replies: self._reply(event, entry, replies), while_stopped
        )
        if stops and stops[-1].hang_up and not isinstance(event, DiceEvent):
            # Most events of a call are no occasion to end it by the reply.
            self._hang_up(event.call_id)
        return reply.encode()

    def _placed(self, event: VoiceEvent, incoming: IncomingEvent) -> IncomingEvent:
        """Add where the call is, if the event says so; the URL in it may have been written by anyone."""
        if not isinstance(event, IceEvent) or event.call_resource_url is None:
            return incoming
        place = self._place_of(event.call_resource_url)
        elsewhere = _origin(event.call_resource_url) if place is None else None
        return replace(incoming, place=place, elsewhere=elsewhere)

    def _reply_while_stopped(
        self, stopped: CallingStopped, event: VoiceEvent, entry: JournalEntry | None, replies: Replies
    ) -> Reply:
        """End the call if the stop says so; else reply as always, but connect nothing."""
        kind = _svaml_event(event)
        if kind is None:
            return Reply("", {})
        # A call that another program of the application placed does not ring because of us: it gets its usual reply.
        if not stopped.hang_up or (entry is None and not _comes_in(event)):
            decision = self._guard.decide_now(_saved(event, replies) or self._default(event, entry), kind)
            if not isinstance(decision, Allow) or not decision.connects:
                return self._reply(event, entry, replies)
        return Reply(_HANG_UP, {"refused": "stopped"})

    def _reply(self, event: VoiceEvent, entry: JournalEntry | None, replies: Replies) -> Reply:
        kind = _svaml_event(event)
        if kind is None:
            return Reply("", {})
        saved = _saved(event, replies)
        document = saved or self._default(event, entry)
        decision = self._guard.decide_now(document, kind)
        if isinstance(decision, Allow):
            spoken = saved is None and _comes_in(event)
            remarks: JsonObject = {"reply": INCOMING_TEXT} if spoken else {}
            return Reply(decision.request.to_json(), remarks, joined(decision.request))
        # A refused reply is replaced by the end of the call, and the timeline names the rule.
        return Reply(_HANG_UP, {"refused": decision.rule})

    def _default(self, event: VoiceEvent, entry: JournalEntry | None) -> Document:
        match event:
            case IceEvent() if entry is None or entry.kind == INBOUND:
                return Document(instructions=(Say(text=self._incoming_text),), action=Hangup())
            case AceEvent() if entry is not None and entry.conference is not None:
                # `continue` would be no valid reply for a callout into a conference.
                return Document(action=ConnectConf(conference_id=entry.conference))
            case AceEvent():
                return Document(action=Continue())
            case _:
                return HANG_UP


def _origin(url: str) -> str:
    """Return a URL that is not the platform's without its path and what may be secret in it."""
    scheme, _, rest = url.partition("://")
    return clean(f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0].rpartition('@')[2]}", _MAX_ORIGIN_CHARS)


def _svaml_event(event: VoiceEvent) -> SvamlEvent | None:
    """Return the event that SVAML answers; None if the platform expects no reply."""
    match event:
        case IceEvent():
            return "ice"
        case AceEvent():
            return "ace"
        case PieEvent(menu_result=result) if result is None or result.type != "hangup":
            return "pie"
        case _:
            return None


def _saved(event: VoiceEvent, replies: Replies) -> Document | None:
    """Read the reply that was saved for this event of the call, the most specific one first."""
    for name in _names(event):
        if name in replies:
            try:
                return read(parse_json(replies[name]), event.kind).document  # pyright: ignore[reportArgumentType] - ice, ace or pie
            except SvamlError:
                # The caller of this function then replies with the default.
                return None
    return None


def _names(event: VoiceEvent) -> tuple[str, ...]:
    match event:
        case AceEvent(amd=amd) if amd is not None:
            return (f"ace.{amd.status}", "ace")
        case PieEvent(menu_result=result) if result is not None:
            return (f"pie.{result.type}", "pie")
        case _:
            return (event.kind,)


def _incoming(event: VoiceEvent) -> IncomingEvent:
    incoming = IncomingEvent(
        identity=event.identity,
        call_id=event.call_id,
        token=None if event.custom is None else Token(event.custom),
        kind=stored_word("event", event.kind),
        at=None if event.at is None else to_millis(event.at),
        details=_details(event),
        report=_report(event),
    )
    return incoming if not _comes_in(event) else _from_caller(event, incoming)


def _details(event: VoiceEvent) -> JsonObject:
    """Return what is stored of an event; texts that others may have written are under ``untrusted``."""
    stored: dict[str, object] = {}
    match event:
        case AceEvent(amd=amd) if amd is not None:
            stored = {"answered_by": amd.status, "because": amd.reason}
        case PieEvent(menu_result=result) if result is not None:
            stored = {"type": result.type, "by": result.input_method}
        case DiceEvent():
            stored = {"result": event.result, "reason": event.reason, "duration_s": event.duration}
            stored |= {"cost": event.debit and event.debit.known, "currency": event.debit and event.debit.currency_id}
        case NotifyEvent():
            answered = event.amd and event.amd.status
            stored = {"answered_by": answered, "error_code": event.error_code}
        case _:
            pass
    # `custom` is our token, which is stored in a column of its own.
    outside = {name: value for name, value in untrusted(event).items() if name != "custom"}
    shown = {name: value for name, value in stored.items() if value is not None and value != ""}
    foreign = {name for name, value in shown.items() if isinstance(value, str) and not is_known(name, value)}
    # Only the platform's own words are codes; any other text is kept like everything that others write.
    outside |= {name: clean(str(shown[name])) for name in foreign}
    return shown | dict.fromkeys(foreign, OTHER) | ({UNTRUSTED: outside} if outside else {})


def _report(event: VoiceEvent) -> EndReport | None:
    if not isinstance(event, DiceEvent):
        return None
    result, reason = end_words(event.result, event.reason)
    cost, ignored = price_micros(event.debit), ignored_amount(event.debit)
    return EndReport(event.duration or 0, cost, result, reason, event.call_id, ignored)


def _from_caller(event: VoiceEvent, incoming: IncomingEvent) -> IncomingEvent:
    """Add who calls: the number, the SIP address or the in-app user; nothing of any other text."""
    written = str(untrusted(event).get("cli", ""))
    if (number := number_of(written)) is not None:
        return replace(incoming, caller=shortened(number), number=number)
    kind = _CALLERS.get(event.origination_type or "") if isinstance(event, IceEvent) else None
    counted = None if kind is None or not _NAME.fullmatch(written) else target_of(kind, written)
    if kind is None or counted is None:
        return replace(incoming, caller="")
    name = name_of(kind, written)
    return replace(incoming, caller=shortened(name), name=name, counted=counted)


def _comes_in(event: VoiceEvent) -> bool:
    """Whether it is the first event of an incoming call."""
    return isinstance(event, IceEvent) and event.origination_type != _FROM_API


def is_input(details: JsonObject) -> bool:
    """Whether the details of a menu event hold what the callee entered."""
    outside = details.get("untrusted")
    return is_object(outside) and "input" in outside
