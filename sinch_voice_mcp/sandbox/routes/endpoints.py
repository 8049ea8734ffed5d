"""The 14 operations of the API: each turns a request into a call of the engine, and the result into a response."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import get_args

from sinch_voice_mcp.sandbox.engine import (
    DEFAULT_REGION,
    UNCHANGED,
    CallReport,
    Engine,
    LostRequestError,
    OwnNumber,
    Region,
    RejectedError,
    TransportFault,
    Unchanged,
    price,
)
from sinch_voice_mcp.sandbox.engine.accounts import MAX_URL_CHARS, is_callback_url
from sinch_voice_mcp.sandbox.routes import reading
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.calls import CallLeg


@dataclass(frozen=True, slots=True)
class RoutedRequest:
    """An authenticated and routed request.

    Attributes:
        engine: The platform.
        application: Key of the application that sent it.
        region: The region of the host that it was sent to.
        parameters: Decoded path segments by name.
        body: The body as it arrived.
        tag: The tag of the call that it places; None for none.
    """

    engine: Engine
    application: str
    parameters: Mapping[str, str]
    body: bytes
    region: Region = DEFAULT_REGION
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class RoutedResponse:
    """A status, a JSON object or no body at all, further headers, and how the connection fails meanwhile."""

    status: int = HTTPStatus.OK
    body: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    fault: TransportFault | None = None

    def content(self) -> bytes:
        """Return the bytes of the body; none where the platform sends no data."""
        # JSON escapes can carry what UTF-8 cannot, such as half a surrogate pair in `custom`.
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


# The platform reports a number as `Number`.
_TYPES: Mapping[str, str] = {
    "number": "Number",
    "sip": "Sip",
    "username": "Username",
    "Websocket": "Websocket",
    "did": "did",
    "conference": "conference",
}

# The platform sends 200 without a body for some commands, and 204 for others.
_EMPTY = RoutedResponse(HTTPStatus.OK)
_NO_CONTENT = RoutedResponse(HTTPStatus.NO_CONTENT)

Endpoint = Callable[[RoutedRequest], RoutedResponse]


def place_callout(request: RoutedRequest) -> RoutedResponse:
    """Place a callout and return the id of its call at once (POST)."""
    callout = reading.callout(request.body)
    try:
        call_id = request.engine.place(
            request.application, callout, region=request.region, tag=reading.tag(request.tag)
        )
    except LostRequestError as lost:
        return RoutedResponse(fault=lost.fault)
    return RoutedResponse(body={"callId": call_id}, fault=request.engine.transport_fault(call_id))


def get_call(request: RoutedRequest) -> RoutedResponse:
    """Return a call (GET)."""
    return _ok(_call(request.engine.call(request.application, request.parameters["call_id"], region=request.region)))


def update_call(request: RoutedRequest) -> RoutedResponse:
    """Update a call with SVAML (PATCH)."""
    _update(request)
    return _NO_CONTENT


def manage_leg(request: RoutedRequest) -> RoutedResponse:
    """Update one leg of a call with SVAML (PATCH)."""
    _update(request, _leg(request.parameters["leg"]))
    return _EMPTY


def _update(request: RoutedRequest, leg: CallLeg | None = None) -> None:
    document = reading.json_object(request.body)
    call_id = request.parameters["call_id"]
    request.engine.update(request.application, call_id, document, leg, region=request.region)


def get_conference(request: RoutedRequest) -> RoutedResponse:
    """Return the participants of a conference, with exactly five members each (GET)."""
    found = request.engine.participants(request.application, request.parameters["conference_id"], region=request.region)
    listed: list[object] = [
        {"cli": one.cli, "id": one.id, "duration": one.duration, "muted": one.muted, "onhold": one.onhold}
        for one in found
    ]
    return _ok({"participants": listed})


def close_conference(request: RoutedRequest) -> RoutedResponse:
    """End the calls of all participants of a conference (DELETE)."""
    request.engine.close(request.application, request.parameters["conference_id"], region=request.region)
    return _NO_CONTENT


def manage_participant(request: RoutedRequest) -> RoutedResponse:
    """Send a command to a participant (PATCH)."""
    command = reading.command(request.body)
    conference_id, call_id = request.parameters["conference_id"], request.parameters["call_id"]
    request.engine.manage(request.application, conference_id, call_id, command, region=request.region)
    return _EMPTY


def kick_participant(request: RoutedRequest) -> RoutedResponse:
    """End the call of a participant of a conference (DELETE)."""
    conference_id, call_id = request.parameters["conference_id"], request.parameters["call_id"]
    request.engine.kick(request.application, conference_id, call_id, region=request.region)
    return _EMPTY


def list_numbers(request: RoutedRequest) -> RoutedResponse:
    """Return the numbers of the account (GET)."""
    listed: list[object] = [_number(own) for own in request.engine.account.numbers()]
    return _ok({"numbers": listed})


def assign_numbers(request: RoutedRequest) -> RoutedResponse:
    """Assign numbers to an application (POST)."""
    data = reading.json_object(request.body)
    request.engine.account.assign(
        reading.numbers(data, "numbers"),
        reading.application_key(data, request.application),
        reading.capability(data),
    )
    return _NO_CONTENT


def unassign_number(request: RoutedRequest) -> RoutedResponse:
    """Unassign numbers from an application: `number` or `numbers`, a string or a list (DELETE)."""
    data = reading.json_object(request.body)
    request.engine.account.unassign(
        reading.numbers(data, "number", "numbers"),
        reading.application_key(data, request.application),
        reading.capability(data),
    )
    return _NO_CONTENT


def get_callbacks(request: RoutedRequest) -> RoutedResponse:
    """Return the callback URLs of an application; `url` is always present (GET)."""
    application = request.engine.account.application(request.parameters["application_key"])
    urls = {"primary": application.primary, "fallback": application.fallback}
    return _ok({"url": {name: url for name, url in urls.items() if url is not None}})


def set_callbacks(request: RoutedRequest) -> RoutedResponse:
    """Set the callback URLs of an application: null clears one, a missing member keeps it (POST)."""
    url = reading.json_object(request.body).get("url")
    if url is None:
        raise RejectedError(40002, "`url` is missing")
    if not is_object(url):
        raise RejectedError(40001, "`url` is an object with `primary` and `fallback`")
    request.engine.account.set_callbacks(
        request.parameters["application_key"],
        primary=_callback_url(url, "primary"),
        fallback=_callback_url(url, "fallback"),
    )
    return _NO_CONTENT


def query_number(request: RoutedRequest) -> RoutedResponse:
    """Return what the platform knows about a number (GET)."""
    found = request.engine.query(request.parameters["number"])
    number: JsonObject = {
        "countryId": found.country_id,
        "numberType": found.number_type,
        "normalizedNumber": found.normalized_number,
        "restricted": found.restricted,
        "rate": price(found.rate),
    }
    return _ok({"method": "numberItem", "number": number})


def _ok(body: JsonObject) -> RoutedResponse:
    return RoutedResponse(HTTPStatus.OK, body)


def _leg(text: str) -> CallLeg:
    for known in get_args(CallLeg):
        if text.lower() == known:
            return known
    raise RejectedError(40001, "The leg needs to be `caller`, `callee` or `both`")


def _call(report: CallReport) -> JsonObject:
    """Return the call object: without `from` for callouts, without offset in the timestamp, always with both prices."""
    sides = {"from": report.caller, "to": report.to}
    ends: JsonObject = {
        name: {"type": _TYPES[end.type], "endpoint": end.address} for name, end in sides.items() if end is not None
    }
    return ends | {
        "domain": report.domain,
        "callId": report.call_id,
        "duration": report.duration,
        "status": report.status,
        "result": report.result,
        "reason": report.reason,
        "timestamp": report.timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        "custom": report.custom,
        "userRate": price(report.user_rate),
        "debit": price(report.debit),
    }


def _number(own: OwnNumber) -> JsonObject:
    """Return a number of the account; `applicationkey` is present only while it is assigned."""
    key: JsonObject = {} if own.application_key is None else {"applicationkey": own.application_key}
    return {"number": own.number} | key | {"capability": own.capability}


def _callback_url(url: JsonObject, member: str) -> str | Unchanged | None:
    if member not in url:
        return UNCHANGED
    given = url[member]
    if given is None or given == "":
        return None
    if not isinstance(given, str) or not is_callback_url(given):
        raise RejectedError(40001, f"`url.{member}` is an http or https URL of at most {MAX_URL_CHARS:,} characters")
    return given
