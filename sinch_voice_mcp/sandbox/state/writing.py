"""Writing of a state as JSON, in the form in which an import reads it."""

import re
from datetime import datetime

from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint, IncomingCall
from sinch_voice_mcp.sandbox.engine.exchange import PlatformState
from sinch_voice_mcp.sandbox.engine.state import SimulatedCall, SimulatedLeg
from sinch_voice_mcp.sandbox.engine.views import state_of
from sinch_voice_mcp.types import JsonObject, is_list, is_object

FORMAT = "sinch-voice-sandbox"
VERSION = 1

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def state_as_json(state: PlatformState, now: datetime, setup: JsonObject) -> JsonObject:
    """Return a state as a JSON object that UTF-8 can hold.

    Args:
        state: The state.
        now: The simulated instant.
        setup: The members that describe applications, numbers, prices and faults.
    """
    scripts = state.scripts.listed()
    members: JsonObject = {
        "format": FORMAT,
        "version": VERSION,
        "clock": {"now": now.isoformat()},
        "scripts": {one.number: one.script.to_json() for one in scripts if not one.once},
        "next_scripts": [{"script": one.script.to_json(), "number": one.number} for one in scripts if one.once],
        "ids": {"seed": str(state.ids.seed), "given": dict(state.ids.given)},
        "calls": [_call_as_json(call) for call in state.calls],
    }
    return {name: _without_half_characters(value) for name, value in (setup | members).items()}


def _call_as_json(call: SimulatedCall) -> JsonObject:
    ended, endpoint = call.ended, call.plan.endpoint
    return {
        "id": call.id,
        "application": call.application_key,
        "kind": call.kind,
        "tag": call.tag,
        "region": call.region,
        "created_at": call.created_at.isoformat(),
        "state": state_of(call),
        "result": None if ended is None else ended.result,
        "reason": None if ended is None else ended.reason,
        "ended_at": None if ended is None else ended.at.isoformat(),
        "to": None if endpoint is None else _endpoint_as_json(endpoint),
        "cli": call.plan.cli,
        "custom": call.plan.custom,
        "incoming": None if call.incoming is None else _incoming_as_json(call.incoming),
        "cookies": dict(call.cookies),
        "legs": [_leg_as_json(leg) for leg in call.legs],
        "recordings": [
            {"name": one.name, "url": one.url, "destination": one.destination, "seconds": one.seconds}
            for one in call.recorded
        ],
        "timeline": [
            {"sequence": one.sequence, "at": one.at.isoformat(), "event": one.event, "detail": dict(one.detail)}
            for one in call.timeline
        ],
    }


def _endpoint_as_json(endpoint: Endpoint) -> JsonObject:
    return {"type": endpoint.type, "address": endpoint.address}


def _incoming_as_json(incoming: IncomingCall) -> JsonObject:
    return {
        "origin": incoming.origin,
        "caller": incoming.caller,
        "dialed": {"type": incoming.dialed.type, "address": incoming.dialed.address},
        "region": incoming.region,
        "rdnis": incoming.rdnis,
        "headers": [header.to_wire() for header in incoming.headers],
        "custom": incoming.custom,
    }


def _leg_as_json(leg: SimulatedLeg) -> JsonObject:
    return {
        "endpoint": _endpoint_as_json(leg.endpoint),
        "cli": leg.cli,
        "rate": float(leg.rate),
        "is_caller": leg.is_caller,
        "answered_at": None if leg.answered_at is None else leg.answered_at.isoformat(),
        "ended_at": None if leg.ended_at is None else leg.ended_at.isoformat(),
    }


def _without_half_characters(value: object) -> object:
    """Return a JSON value without halves of surrogate pairs, which callers can say but no UTF-8 text can hold."""
    if isinstance(value, str):
        return _HALF_A_CHARACTER.sub("\ufffd", value)
    if is_object(value):
        return {_HALF_A_CHARACTER.sub("\ufffd", name): _without_half_characters(inner) for name, inner in value.items()}
    return [_without_half_characters(inner) for inner in value] if is_list(value) else value
