"""Bodies of callbacks: the exact bytes that are signed and sent, members as Sinch's documentation names them."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.destinations import AmdReason, AmdStatus
from sinch_voice_mcp.sandbox.engine.outbox import CallbackKind
from sinch_voice_mcp.sandbox.engine.reports import CURRENCY, report
from sinch_voice_mcp.sandbox.engine.state import Call, MenuResult
from sinch_voice_mcp.types import JsonObject

NotifyType = Literal["callingerror", "amd", "amd_beep", "recording_available"]
_RESOURCE = "http://127.0.0.1/calling/v1/calls/id/"
"""The sandbox does not know on which port it is reached."""


@dataclass(frozen=True, slots=True)
class Amd:
    """What answering machine detection knows; ``duration`` is in whole seconds."""

    status: AmdStatus
    reason: AmdReason
    duration: int

    def to_wire(self) -> JsonObject:
        """The member ``amd``."""
        return {"status": self.status, "reason": self.reason, "duration": self.duration}


def ice(call: Call, now: datetime) -> bytes:
    """The incoming-call event of a callout: no phone has been rung yet."""
    number = call.plan.number
    to: JsonObject = {} if number is None else {"to": {"type": "number", "endpoint": without_plus(number)}}
    extra: JsonObject = {
        "callResourceUrl": f"{_RESOURCE}{call.id}",
        "userRate": _price(Decimal(0)),
        "cli": without_plus(call.plan.cli or ""),
        "domain": "pstn",
        "originationType": "SERVER",
        "rdnis": "",
    }
    return _event("ice", call, now, extra | to)


def ace(call: Call, now: datetime, amd: Amd | None) -> bytes:
    """The answered-call event."""
    return _event("ace", call, now, {} if amd is None else {"amd": amd.to_wire()})


def pie(call: Call, now: datetime, result: MenuResult) -> bytes:
    """The prompt-input event; ``value`` and ``inputMethod`` are there where there was input."""
    menu_result: JsonObject = {"menuId": result.menu_id, "type": result.type}
    if result.value is not None:
        menu_result |= {"value": result.value, "inputMethod": result.method}
    return _event("pie", call, now, {"menuResult": menu_result})


def dice(call: Call, now: datetime) -> bytes:
    """The disconnected-call event: outcome and cost."""
    final = report(call, now)
    cli = (call.legs[0].cli if call.legs else call.plan.cli) or ""
    extra: JsonObject = {
        # The event has no word of its own for a document that cannot be followed.
        "reason": "GENERALERROR" if final.reason == "INVALIDSVAMLACTION" else final.reason,
        "result": final.result,
        "debit": _price(final.debit),
        "userRate": _price(final.user_rate),
    }
    if final.to is not None:
        extra["to"] = {"type": "number", "endpoint": without_plus(final.to)}
    if call.answered_at is not None:
        extra["duration"] = final.duration
    if cli:
        extra["from"] = without_plus(cli)
    return _event("dice", call, now, extra)


def calling_error(call: Call, now: datetime, code: int, message: str) -> bytes:
    """The notification that SVAML could not be followed."""
    return _notify(call, now, "callingerror", {"errorCode": code, "errorMsg": message})


def detected(call: Call, now: datetime, kind: Literal["amd", "amd_beep"], amd: Amd) -> bytes:
    """The notification of what answering machine detection found."""
    return _notify(call, now, kind, {"amd": amd.to_wire()})


def recorded(call: Call, now: datetime, destination: str) -> bytes:
    """The notification that a recording is where it was to go."""
    return _notify(call, now, "recording_available", {"destination": destination})


def without_plus(number: str) -> str:
    """A number as callbacks carry it: digits without plus; ``private`` and names stay."""
    return number.removeprefix("+")


def _notify(call: Call, now: datetime, kind: NotifyType, extra: JsonObject) -> bytes:
    return _event("notify", call, now, {"type": kind} | extra)


def _event(kind: CallbackKind, call: Call, now: datetime, extra: JsonObject) -> bytes:
    body: JsonObject = {
        "event": kind,
        "callid": call.id,
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": 1,
        "applicationKey": call.application_key,
    }
    if call.plan.custom:
        body["custom"] = call.plan.custom
    if call.cookies:
        body["cookies"] = [{"key": key, "value": value} for key, value in call.cookies.items()]
    # Escapes keep what cannot be UTF-8, such as half a surrogate pair in `custom`, sendable.
    return json.dumps(body | extra, separators=(",", ":")).encode()


def _price(amount: Decimal) -> JsonObject:
    return {"currencyId": CURRENCY, "amount": float(amount)}
