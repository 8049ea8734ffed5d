"""Bodies of callbacks: the exact bytes to sign and send, with the members that Sinch's documentation names."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.callees import AmdReason, AmdStatus
from sinch_voice_mcp.sandbox.engine.endpoints import DEFAULT_REGION
from sinch_voice_mcp.sandbox.engine.outbox import CallbackKind
from sinch_voice_mcp.sandbox.engine.reports import price, report
from sinch_voice_mcp.sandbox.engine.state import InConference, MenuOutcome, SimulatedCall
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.types import JsonObject, iso_seconds

NotificationType = Literal[
    "callingerror",
    "amd",
    "amd_beep",
    "recording_finished",
    "recording_available",
    "transcription_available",
    "recording_error",
]


@dataclass(frozen=True, slots=True)
class AmdReport:
    """What answering machine detection reports; ``duration`` is in whole seconds."""

    status: AmdStatus
    reason: AmdReason
    duration: int

    def to_wire(self) -> JsonObject:
        """Return the member ``amd`` of a body."""
        return {"status": self.status, "reason": self.reason, "duration": self.duration}


def ice(call: SimulatedCall, now: datetime, base_url: str) -> bytes:
    """Return the incoming-call event: of a call that came in, or of a callout for which nothing has been dialed yet."""
    extra: JsonObject = {"callResourceUrl": call_resource(call, base_url), "userRate": price(_rate(call))}
    incoming = call.incoming
    if incoming is None:
        members: JsonObject = {
            "cli": without_plus(call.plan.cli or ""),
            "domain": "pstn",
            "originationType": "SERVER",
            "rdnis": "",
        }
        return _event("ice", call, now, extra | members | _to(call))
    members = {
        "cli": without_plus(incoming.caller),
        "domain": incoming.domain,
        "originationType": incoming.origin,
        "rdnis": incoming.rdnis,
        "duration": 0,
    }
    if incoming.origin == "MXP":
        members["user"] = incoming.caller
    if incoming.dialed.type == "conference":
        members["conferenceId"] = incoming.dialed.address
    return _event("ice", call, now, extra | members | _to(call) | _headers(call))


def call_resource(call: SimulatedCall, base_url: str) -> str:
    """Return the URL of a call at the sandbox; outside the default region, the path begins with the region."""
    region = "" if call.region == DEFAULT_REGION else f"/{call.region}"
    return f"{base_url}{region}/calling/v1/calls/id/{call.id}"


def ace(call: SimulatedCall, now: datetime, amd: AmdReport | None) -> bytes:
    """Return the answered-call event."""
    return _event("ace", call, now, {} if amd is None else {"amd": amd.to_wire()})


def pie(call: SimulatedCall, now: datetime, outcome: MenuOutcome) -> bytes:
    """Return the prompt-input event; it has ``value`` and ``inputMethod`` only if there was input."""
    menu_result: JsonObject = {"menuId": outcome.menu_id, "type": outcome.type}
    if outcome.value is not None:
        menu_result |= {"value": outcome.value, "inputMethod": outcome.method}
    return _event("pie", call, now, {"menuResult": menu_result})


def dice(call: SimulatedCall, now: datetime) -> bytes:
    """Return the disconnected-call event: outcome and cost."""
    final = report(call, now)
    extra: JsonObject = {
        # The event has no reason of its own for invalid SVAML.
        "reason": "GENERALERROR" if final.reason == "INVALIDSVAMLACTION" else final.reason,
        "result": final.result,
        "debit": price(final.debit),
        "userRate": price(final.user_rate),
    }
    if call.answered_at is not None:
        extra["duration"] = final.duration
    if shown := _shown_caller(call):
        extra["from"] = without_plus(shown)
    return _event("dice", call, now, extra | _to(call) | _headers(call))


def _shown_caller(call: SimulatedCall) -> str:
    if call.incoming is not None:
        return call.incoming.caller
    return (call.legs[0].cli if call.legs else call.plan.cli) or ""


def _rate(call: SimulatedCall) -> Decimal:
    return Decimal(0) if call.incoming is None else call.incoming.rate


def _to(call: SimulatedCall) -> JsonObject:
    """Return the member ``to``: an own number has its plus, any other number has none."""
    target = call.target
    if target is None:
        return {}
    address = without_plus(target.address) if target.type == "number" else target.address
    return {"to": {"type": target.type, "endpoint": address}}


def _headers(call: SimulatedCall) -> JsonObject:
    headers = () if call.incoming is None else call.incoming.headers
    return {"callHeaders": [header.to_wire() for header in headers]} if headers else {}


def calling_error(call: SimulatedCall, now: datetime, code: int, message: str) -> bytes:
    """Return the notification that SVAML could not be followed."""
    return _notify(call, now, "callingerror", {"errorCode": code, "errorMsg": message})


def detected(call: SimulatedCall, now: datetime, kind: Literal["amd", "amd_beep"], amd: AmdReport) -> bytes:
    """Return the notification of what answering machine detection found."""
    return _notify(call, now, kind, {"amd": amd.to_wire()})


def recorded(call: SimulatedCall, now: datetime, destination: str) -> bytes:
    """Return the notification that a recording is available at its destination."""
    return _notify(call, now, "recording_available", {"destination": destination})


def recording_finished(call: SimulatedCall, now: datetime) -> bytes:
    """Return the notification that a recording has ended; it is not available yet."""
    return _notify(call, now, "recording_finished", {})


def recording_failed(call: SimulatedCall, now: datetime) -> bytes:
    """Return the notification that a recording could not be made; Sinch documents none, so its form is a choice."""
    return _notify(call, now, "recording_error", {"errorCode": 50000, "errorMsg": "The recording could not be made"})


def transcribed(call: SimulatedCall, now: datetime, destination: str) -> bytes:
    """Return the notification that the transcription of a recording is available."""
    return _notify(call, now, "transcription_available", {"destination": destination})


def without_plus(number: str) -> str:
    """Return a number as callbacks carry it: without plus; ``private`` and names are unchanged."""
    return number.removeprefix("+")


def _notify(call: SimulatedCall, now: datetime, kind: NotificationType, extra: JsonObject) -> bytes:
    return _event("notify", call, now, {"type": kind} | extra)


def _cookies(call: SimulatedCall) -> list[object]:
    return [{"key": key, "value": value} for key, value in call.cookies.items()]


def _event(kind: CallbackKind, call: SimulatedCall, now: datetime, extra: JsonObject) -> bytes:
    body: JsonObject = {
        "event": kind,
        "callid": call.id,
        "timestamp": iso_seconds(now),
        "version": 1,
        "applicationKey": call.application_key,
    }
    if call.plan.custom:
        body["custom"] = call.plan.custom
    if kind != "ice" and isinstance(call.resting_state, InConference):
        body["conferenceId"] = call.resting_state.conference_id
    if call.cookies:
        body["cookies"] = _cookies(call)
    if call.legs and (text := call.legs[0].hostile) is not None:
        body |= {"user": text, "callHeaders": [{"key": "x-note", "value": text}]}
        body["cookies"] = [{"key": "note", "value": text}, *_cookies(call)]
    # JSON escapes can carry what UTF-8 cannot, such as half a surrogate pair in `custom`.
    return json.dumps(body | extra, separators=(",", ":")).encode()


BEHAVIORS = (chosen("callback", "callResourceUrl", "the base URL of the sandbox and the region"),)
