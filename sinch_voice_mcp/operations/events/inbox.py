"""What the platform tells of calls: written down, and answered. No language model is ever in this path."""

from datetime import UTC, datetime, timedelta
from typing import TypeGuard

from sinch_voice_mcp.errors import SvamlError
from sinch_voice_mcp.operations.admission.guard import Guard
from sinch_voice_mcp.operations.admission.limits import price_micros
from sinch_voice_mcp.policy import Allow, untrusted
from sinch_voice_mcp.ports import Entry, EventLog, IncomingEvent, Replies, Reply, Report
from sinch_voice_mcp.ports.journal import INBOUND
from sinch_voice_mcp.svaml import Continue, Document, Hangup, Say, parse_json, read
from sinch_voice_mcp.svaml import Event as SvamlEvent
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.events import AceEvent, DiceEvent, IceEvent, NotifyEvent, PieEvent, VoiceEvent

_NUMBERS = ("cli", "from", "to", "rdnis")
_FEWEST_DIGITS = 7
_LONGEST_KIND = 40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
"""Units of a currency beyond which no call can have cost that."""
_OURS = "SERVER"
"""Where a call comes from that was asked for through the API."""


class EventInbox:
    """Hears events and says what the platform shall do next.

    Args:
        events: Where they are written down.
        gate: Judges every reply, as it judges every callout.
        incoming_text: What somebody hears who calls, and whom nobody was told to answer.
    """

    def __init__(self, events: EventLog, guard: Guard, incoming_text: str) -> None:
        self._events = events
        self._guard = guard
        self._incoming_text = incoming_text

    async def record(self, event: VoiceEvent) -> bytes:
        """Write an event down and answer it; an event that comes again gets the same bytes.

        Returns:
            SVAML as JSON, or nothing where the platform expects nothing.

        Raises:
            StorageError: It could not be written down.
        """
        reply = await self._events.record(_heard(event), lambda entry, replies: self._decide(event, entry, replies))
        return reply.encode()

    def _decide(self, event: VoiceEvent, entry: Entry | None, replies: Replies) -> Reply:
        kind = _answered(event)
        if kind is None:
            return Reply("", {})
        document = _saved(event, replies) or self._usual(event, entry)
        decision = self._guard.decide_now(document, kind)
        if isinstance(decision, Allow) and _is_document(decision.request):
            return Reply(decision.request.to_json(), {})
        # Whatever was to be answered is not; the call ends, and the timeline says why.
        rule = "readable" if isinstance(decision, Allow) else decision.rule
        return Reply(Document(action=Hangup()).to_json(), {"refused": rule})

    def _usual(self, event: VoiceEvent, entry: Entry | None) -> Document:
        match event:
            case IceEvent() if entry is None or entry.kind == INBOUND:
                return Document(instructions=(Say(text=self._incoming_text),), action=Hangup())
            case AceEvent():
                return Document(action=Continue())
            case _:
                return Document(action=Hangup())


def _is_document(request: object) -> TypeGuard[Document]:
    return isinstance(request, Document)


def _answered(event: VoiceEvent) -> SvamlEvent | None:
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
    """The reply that was saved for this event of this call, the most specific one first."""
    for name in _names(event):
        if name in replies:
            try:
                return read(parse_json(replies[name]), event.kind).document  # pyright: ignore[reportArgumentType] - ice, ace or pie
            except SvamlError:
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


def _heard(event: VoiceEvent) -> IncomingEvent:
    return IncomingEvent(
        identity=event.identity,
        call_id=event.call_id,
        token=event.custom,
        kind=clean(event.kind)[:_LONGEST_KIND] or "unknown",
        # In whole numbers: the last instant of the calendar must not be rounded up.
        at=None if event.at is None else (event.at - _EPOCH) // _MILLISECOND,
        details=_details(event),
        report=_report(event),
        caller=_caller(event),
    )


def _details(event: VoiceEvent) -> JsonObject:
    """What is kept of an event: the platform's own words, and apart from them what somebody else may have written."""
    kept: dict[str, object] = {}
    match event:
        case AceEvent(amd=amd) if amd is not None:
            kept = {"answered_by": amd.status, "because": amd.reason}
        case PieEvent(menu_result=result) if result is not None:
            kept = {"type": result.type, "by": result.input_method}
        case DiceEvent():
            kept = {"result": event.result, "reason": event.reason, "duration_s": event.duration}
            kept |= {"cost": event.debit and event.debit.amount, "currency": event.debit and event.debit.currency_id}
        case NotifyEvent():
            answered = event.amd and event.amd.status
            kept = {"answered_by": answered, "error_code": event.error_code}
        case _:
            pass
    foreign = {name: _shown(name, value) for name, value in untrusted(event).items() if name != "custom"}
    # Its words as well: whatever stands there is shown.
    short = {name: clean(value) if isinstance(value, str) else value for name, value in kept.items()}
    return {name: value for name, value in short.items() if value is not None} | (
        {"untrusted": foreign} if foreign else {}
    )


def _shown(name: str, value: object) -> object:
    if name not in _NUMBERS or not isinstance(value, str):
        return value
    return shortened(value) if sum(sign.isdigit() for sign in value) >= _FEWEST_DIGITS else value


def _report(event: VoiceEvent) -> Report | None:
    if not isinstance(event, DiceEvent):
        return None
    result, reason = clean(event.result or "N/A"), clean(event.reason or "N/A")
    return Report(event.duration or 0, price_micros(event.debit), result, reason, event.call_id)


def _caller(event: VoiceEvent) -> str | None:
    if not isinstance(event, IceEvent) or event.origination_type == _OURS:
        return None
    shown = untrusted(event).get("cli")
    return str(_shown("cli", shown)) if shown else ""


def is_input(details: JsonObject) -> bool:
    """Whether what is kept of a menu event holds what somebody entered."""
    foreign = details.get("untrusted")
    return is_object(foreign) and "input" in foreign
