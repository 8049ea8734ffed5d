"""Bodies of callbacks: the exact bytes to sign and send, with the members that Sinch's documentation names."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.callees import AmdReason, AmdStatus
from sinch_voice_mcp.sandbox.engine.outbox import CallbackKind
from sinch_voice_mcp.sandbox.engine.reports import price, report
from sinch_voice_mcp.sandbox.engine.state import MenuOutcome, SimulatedCall
from sinch_voice_mcp.types import JsonObject, iso_seconds

NotificationType = Literal[
    "callingerror", "amd", "amd_beep", "recording_finished", "recording_available", "transcription_available"
]

# Without a port, because the sandbox does not know which one it is reached on.
_CALL_RESOURCE = "http://127.0.0.1/calling/v1/calls/id/"


@dataclass(frozen=True, slots=True)
class AmdReport:
    """What answering machine detection reports; ``duration`` is in whole seconds."""

    status: AmdStatus
    reason: AmdReason
    duration: int

    def to_wire(self) -> JsonObject:
        """Return the member ``amd`` of a body."""
        return {"status": self.status, "reason": self.reason, "duration": self.duration}


def ice(call: SimulatedCall, now: datetime) -> bytes:
    """Return the incoming-call event of a callout: no number has been dialed yet."""
    number = call.plan.number
    to: JsonObject = {} if number is None else {"to": {"type": "number", "endpoint": without_plus(number)}}
    extra: JsonObject = {
        "callResourceUrl": f"{_CALL_RESOURCE}{call.id}",
        "userRate": price(Decimal(0)),
        "cli": without_plus(call.plan.cli or ""),
        "domain": "pstn",
        "originationType": "SERVER",
        "rdnis": "",
    }
    return _event("ice", call, now, extra | to)


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
    cli = (call.legs[0].cli if call.legs else call.plan.cli) or ""
    extra: JsonObject = {
        # The event has no reason of its own for invalid SVAML.
        "reason": "GENERALERROR" if final.reason == "INVALIDSVAMLACTION" else final.reason,
        "result": final.result,
        "debit": price(final.debit),
        "userRate": price(final.user_rate),
    }
    if final.to is not None:
        extra["to"] = {"type": "number", "endpoint": without_plus(final.to)}
    if call.answered_at is not None:
        extra["duration"] = final.duration
    if cli:
        extra["from"] = without_plus(cli)
    return _event("dice", call, now, extra)


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


def transcribed(call: SimulatedCall, now: datetime, destination: str) -> bytes:
    """Return the notification that the transcription of a recording is available."""
    return _notify(call, now, "transcription_available", {"destination": destination})


def without_plus(number: str) -> str:
    """Return a number as callbacks carry it: without plus; ``private`` and names are unchanged."""
    return number.removeprefix("+")


def _notify(call: SimulatedCall, now: datetime, kind: NotificationType, extra: JsonObject) -> bytes:
    return _event("notify", call, now, {"type": kind} | extra)


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
    if call.cookies:
        body["cookies"] = [{"key": key, "value": value} for key, value in call.cookies.items()]
    # JSON escapes can carry what UTF-8 cannot, such as half a surrogate pair in `custom`.
    return json.dumps(body | extra, separators=(",", ":")).encode()
