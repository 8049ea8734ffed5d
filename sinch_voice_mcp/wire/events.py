"""Events as the platform reports them: what happened to a call, read from the body of a callback.

Everything is read tolerantly: unknown members are ignored, and a known one of the wrong type counts as absent.
Enumerated values come in any letter case and are kept in the platform's usual one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from sinch_voice_mcp.types import JsonObject, Many, Payload, is_list, is_object
from sinch_voice_mcp.wire.calls import Party, Price

LONGEST_CALL_ID = 255
LONGEST_NAME = 64
"""Of an event; both bounds are far above what the platform sends, and keep an id fit for an index."""

_LARGEST = 10**15
_CALL_ID = ("callid", "callId")
_OF_MENU = ("menuId", "type", "value")
_OF_NOTICE = ("type", "destination")


class EventError(ValueError):
    """A JSON object is no event of a call; the message completes a sentence that begins with "the event"."""


def _text(value: object) -> str | None:
    """Text that every storage can keep; numbers count as text, and what is empty as absent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    if value.isascii() and "\0" not in value:
        return value
    # JSON can spell NUL and half a surrogate pair, which PostgreSQL and UTF-8 cannot.
    return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lower(value: object) -> str | None:
    text = _text(value)
    return None if text is None else text.lower()


def _upper(value: object) -> str | None:
    text = _text(value)
    return None if text is None else text.upper()


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(_LARGEST)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        return None
    return int(value)


def _instant(value: object) -> datetime | None:
    """ISO 8601 in any precision; without an offset it means UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _price(value: object) -> Price | None:
    try:
        price = Price.read(value)
    except ValidationError:
        return None
    return price if isfinite(price.amount) else None


def _party(value: object) -> Party | None:
    if not is_object(value):
        return None
    return Party(type=_lower(value.get("type")), endpoint=_text(value.get("endpoint")))


Text = Annotated[str | None, BeforeValidator(_text)]
Lower = Annotated[str | None, BeforeValidator(_lower)]
Upper = Annotated[str | None, BeforeValidator(_upper)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Money = Annotated[Price | None, BeforeValidator(_price)]
End = Annotated[Party | None, BeforeValidator(_party)]


class Pair(Payload):
    """A cookie that an answer to an earlier event set, or a header of the call."""

    key: str
    value: str = ""


def _pairs(value: object) -> tuple[Pair, ...]:
    listed = (item for item in value if is_object(item)) if is_list(value) else ()
    named = ((_text(item.get("key")), _text(item.get("value"))) for item in listed)
    return tuple(Pair(key=key, value=text or "") for key, text in named if key is not None)


Pairs = Annotated[Many[Pair], BeforeValidator(_pairs)]


class MachineDetection(Payload):
    """Who answered: ``status`` such as ``human``, ``machine``, ``notsure``; ``duration`` as the platform gives it."""

    status: Lower = None
    reason: Lower = None
    duration: Whole = None


class MenuResult(Payload):
    """What was entered. ``menu_id`` is the conference's id where somebody in a conference pressed keys."""

    menu_id: Text = None
    type: Lower = None
    value: Text = None
    input_method: Lower = None


def _detection(value: object) -> MachineDetection | None:
    return MachineDetection.read(value) if is_object(value) else None


def _menu_result(value: object) -> MenuResult | None:
    return MenuResult.read(value) if is_object(value) else None


Detection = Annotated[MachineDetection | None, BeforeValidator(_detection)]


class Event(Payload):
    """What every event has, besides ``kind``, its name in lower case.

    Attributes:
        call_id: The call that it is about.
        identity: A SHA-256 hex digest that is the same for an event that comes again, and no other.
        at: When it happened; None where the platform does not say so.
        custom: What the call was given when it was placed.
        cookies: What answers to earlier events of the call set.
        call_headers: Headers of an in-app or SIP call.
    """

    call_id: str
    identity: str
    at: Annotated[datetime | None, BeforeValidator(_instant)] = Field(default=None, alias="timestamp")
    version: Whole = None
    custom: Text = None
    application_key: Text = None
    conference_id: Text = None
    user: Text = None
    cookies: Pairs = ()
    call_headers: Pairs = ()


class IceEvent(Event):
    """A call came in, or is about to be placed. ``call_resource_url`` names the region that has it."""

    kind: Literal["ice"]
    call_resource_url: Text = None
    user_rate: Money = None
    cli: Text = None
    to: End = None
    domain: Lower = None
    origination_type: Upper = None
    rdnis: Text = None
    duration: Whole = None


class AceEvent(Event):
    """A call was answered."""

    kind: Literal["ace"]
    amd: Detection = None


class PieEvent(Event):
    """Somebody pressed keys or spoke, or did not."""

    kind: Literal["pie"]
    menu_result: Annotated[MenuResult | None, BeforeValidator(_menu_result)] = None


class DiceEvent(Event):
    """A call ended. ``duration`` is in seconds and absent where nobody answered."""

    kind: Literal["dice"]
    reason: Upper = None
    result: Upper = None
    debit: Money = None
    user_rate: Money = None
    to: End = None
    from_: Text = Field(default=None, alias="from")
    duration: Whole = None


class NotifyEvent(Event):
    """Something became ready or known, such as a recording. ``type`` may be any; the platform's list grows."""

    kind: Literal["notify"]
    type: Lower = None
    destination: Text = None
    amd: Detection = None
    error_code: Whole = None
    error_msg: Text = None


class UnknownEvent(Event):
    """An event that nobody has heard of yet; ``kind`` is its name."""

    kind: str


VoiceEvent = IceEvent | AceEvent | PieEvent | DiceEvent | NotifyEvent | UnknownEvent

_READERS: Mapping[str, Callable[[object], VoiceEvent]] = {
    "ice": IceEvent.read,
    "ace": AceEvent.read,
    "pie": PieEvent.read,
    "dice": DiceEvent.read,
    "notify": NotifyEvent.read,
}


def read_event(data: JsonObject) -> VoiceEvent:
    """Read the body of a callback. How deep it is nested must have been bounded before.

    Raises:
        EventError: It has no name of an event, or no call id.
    """
    kind = _lower(data.get("event"))
    if kind is None or len(kind) > LONGEST_NAME:
        raise EventError("has no name")
    call_id = next(filter(None, (_text(data.get(name)) for name in _CALL_ID)), None)
    if call_id is None or len(call_id) > LONGEST_CALL_ID:
        raise EventError("has no call id")
    ours = {"kind": kind, "callId": call_id, "identity": _identity(kind, call_id, data)}
    return _READERS.get(kind, UnknownEvent.read)(data | ours)


def _identity(kind: str, call_id: str, data: JsonObject) -> str:
    stamp = _text(data.get("timestamp"))
    result = data.get("menuResult")
    # Timestamps are whole seconds: two keys pressed in one of them, or two recordings, are two events.
    inner, names = (result, _OF_MENU) if is_object(result) else (data, _OF_NOTICE if kind == "notify" else ())
    parts = [call_id, kind, stamp, *(_text(inner.get(name)) for name in names)]
    if stamp is None:
        # Only the rest of it tells one recording that became available from the next.
        parts.append(json.dumps(data, sort_keys=True))
    # As JSON no part can pass for two.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
