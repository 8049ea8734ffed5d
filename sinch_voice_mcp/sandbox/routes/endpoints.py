"""The 14 operations: a request in the engine's terms, an answer in the API's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args
from urllib.parse import urlsplit

from sinch_voice_mcp.sandbox.engine import (
    CURRENCY,
    UNCHANGED,
    CallReport,
    Engine,
    OwnNumber,
    RejectedError,
    Unchanged,
)
from sinch_voice_mcp.sandbox.routes import reading
from sinch_voice_mcp.sandbox.routes.answers import EMPTY, NO_CONTENT, Answer
from sinch_voice_mcp.types import JsonObject, is_object
from sinch_voice_mcp.wire.calls import CallLeg


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was authenticated and routed.

    Attributes:
        engine: The platform.
        application: Key of the application that asks.
        parameters: Decoded path segments by name.
        body: The body as it came.
    """

    engine: Engine
    application: str
    parameters: Mapping[str, str]
    body: bytes


Endpoint = Callable[[Asked], Answer]


def place_callout(asked: Asked) -> Answer:
    """POST a callout: the id of its call, at once."""
    return Answer(200, {"callId": asked.engine.place(asked.application, reading.callout(asked.body))})


def get_call(asked: Asked) -> Answer:
    """GET a call."""
    return Answer(200, _call(asked.engine.call(asked.application, asked.parameters["call_id"])))


def update_call(asked: Asked) -> Answer:
    """PATCH a call with SVAML."""
    asked.engine.update(asked.application, asked.parameters["call_id"], reading.json_object(asked.body))
    return NO_CONTENT


def manage_leg(asked: Asked) -> Answer:
    """PATCH one leg of a call with SVAML."""
    document = reading.json_object(asked.body)
    asked.engine.update(asked.application, asked.parameters["call_id"], document, _leg(asked.parameters["leg"]))
    return EMPTY


def get_conference(asked: Asked) -> Answer:
    """GET who is in a conference: exactly five members each."""
    found = asked.engine.participants(asked.application, asked.parameters["conference_id"])
    listed: list[object] = [
        {"cli": one.cli, "id": one.id, "duration": one.duration, "muted": one.muted, "onhold": one.onhold}
        for one in found
    ]
    return Answer(200, {"participants": listed})


def close_conference(asked: Asked) -> Answer:
    """DELETE everybody from a conference."""
    asked.engine.close(asked.application, asked.parameters["conference_id"])
    return NO_CONTENT


def manage_participant(asked: Asked) -> Answer:
    """PATCH a participant with a command."""
    order = reading.command(asked.body)
    asked.engine.manage(asked.application, asked.parameters["conference_id"], asked.parameters["call_id"], order)
    return EMPTY


def kick_participant(asked: Asked) -> Answer:
    """DELETE a participant from a conference."""
    asked.engine.kick(asked.application, asked.parameters["conference_id"], asked.parameters["call_id"])
    return EMPTY


def list_numbers(asked: Asked) -> Answer:
    """GET the numbers of the account."""
    listed: list[object] = [_number(own) for own in asked.engine.account.numbers()]
    return Answer(200, {"numbers": listed})


def assign_numbers(asked: Asked) -> Answer:
    """POST numbers that an application is to have."""
    data = reading.json_object(asked.body)
    asked.engine.account.assign(
        reading.numbers(data, "numbers"),
        reading.application_key(data, asked.application),
        reading.capability(data),
    )
    return NO_CONTENT


def unassign_number(asked: Asked) -> Answer:
    """DELETE a number from an application: `number` or `numbers`, a string or a list."""
    data = reading.json_object(asked.body)
    asked.engine.account.unassign(
        reading.numbers(data, "number", "numbers"),
        reading.application_key(data, asked.application),
        reading.capability(data),
    )
    return NO_CONTENT


def get_callbacks(asked: Asked) -> Answer:
    """GET where an application hears of its calls: `url` is always there."""
    application = asked.engine.account.application(asked.parameters["application_key"])
    urls = {"primary": application.primary, "fallback": application.fallback}
    return Answer(200, {"url": {name: url for name, url in urls.items() if url is not None}})


def set_callbacks(asked: Asked) -> Answer:
    """POST where an application hears of its calls: null clears, what is left out stays."""
    url = reading.json_object(asked.body).get("url")
    if url is None:
        raise RejectedError(40002, "`url` is missing")
    if not is_object(url):
        raise RejectedError(40001, "`url` is an object with `primary` and `fallback`")
    asked.engine.account.set_callbacks(
        asked.parameters["application_key"],
        primary=_callback_url(url, "primary"),
        fallback=_callback_url(url, "fallback"),
    )
    return NO_CONTENT


def query_number(asked: Asked) -> Answer:
    """GET what the platform knows of a number."""
    found = asked.engine.query(asked.parameters["number"])
    number: JsonObject = {
        "countryId": found.country_id,
        "numberType": found.number_type,
        "normalizedNumber": found.normalized_number,
        "restricted": found.restricted,
        "rate": _price(found.rate),
    }
    return Answer(200, {"method": "numberItem", "number": number})


def _leg(text: str) -> CallLeg:
    for known in get_args(CallLeg):
        if text.lower() == known:
            return known
    raise RejectedError(40001, "The leg needs to be `caller`, `callee` or `both`")


def _call(report: CallReport) -> JsonObject:
    """The call object: no `from` for callouts, no offset in the timestamp, both prices always."""
    to: JsonObject = {} if report.to is None else {"to": {"type": "Number", "endpoint": report.to}}
    return to | {
        "domain": "pstn",
        "callId": report.call_id,
        "duration": report.duration,
        "status": report.status,
        "result": report.result,
        "reason": report.reason,
        "timestamp": report.timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        "custom": report.custom,
        "userRate": _price(report.user_rate),
        "debit": _price(report.debit),
    }


def _price(amount: Decimal) -> JsonObject:
    return {"currencyId": CURRENCY, "amount": float(amount)}


def _number(own: OwnNumber) -> JsonObject:
    """A number of the account; `applicationkey` is there only while it is assigned."""
    key: JsonObject = {} if own.application_key is None else {"applicationkey": own.application_key}
    return {"number": own.number} | key | {"capability": own.capability}


def _callback_url(url: JsonObject, member: str) -> str | Unchanged | None:
    if member not in url:
        return UNCHANGED
    given = url[member]
    if given is None or given == "":
        return None
    if not isinstance(given, str) or not _is_http(given):
        raise RejectedError(40001, f"`url.{member}` is an http or https URL")
    return given


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
