"""Events that the platform reports about a call, read from the bodies of callbacks.

Reading is tolerant: unknown members are ignored, and a known member of the wrong type counts as absent. Enumerated
values arrive in any letter case and are stored in the case that the platform's documentation uses.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from sinch_voice_mcp.types import CallId, JsonObject, Many, Payload, is_list, is_object
from sinch_voice_mcp.wire.calls import Party, Price
from sinch_voice_mcp.wire.integers import Whole

# Both bounds are far above what the platform sends; they keep what is stored short enough for a database index.
MAX_CALL_ID_CHARS = 255
MAX_EVENT_NAME_CHARS = 64

_CALL_ID_MEMBERS = ("callid", "callId")
_MENU_IDENTITY_MEMBERS = ("menuId", "type", "value")
_NOTIFY_IDENTITY_MEMBERS = ("type", "destination")


class EventError(ValueError):
    """A JSON object is not an event of a call. The message continues a sentence that begins with "the event"."""


def _text(value: object) -> str | None:
    """Read text in a form that every database can store; numbers count as text, empty text as absent."""
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


def _instant(value: object) -> datetime | None:
    """Read an ISO 8601 instant in any precision; without an offset it means UTC."""
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
    return price if price.amount is None or isfinite(price.amount) else None


def _party(value: object) -> Party | None:
    if not is_object(value):
        return None
    return Party(type=_lower(value.get("type")), endpoint=_text(value.get("endpoint")))


_Text = Annotated[str | None, BeforeValidator(_text)]
_Lower = Annotated[str | None, BeforeValidator(_lower)]
_Upper = Annotated[str | None, BeforeValidator(_upper)]
_Price = Annotated[Price | None, BeforeValidator(_price)]
_Party = Annotated[Party | None, BeforeValidator(_party)]


class Pair(Payload):
    """A cookie that the reply to an earlier event set, or a header of the call."""

    key: str
    value: str = ""


def _pairs(value: object) -> tuple[Pair, ...]:
    listed = (item for item in value if is_object(item)) if is_list(value) else ()
    named = ((_text(item.get("key")), _text(item.get("value"))) for item in listed)
    return tuple(Pair(key=key, value=text or "") for key, text in named if key is not None)


_Pairs = Annotated[Many[Pair], BeforeValidator(_pairs)]


class MachineDetection(Payload):
    """The result of answering machine detection: ``status`` such as ``human``, ``machine`` or ``notsure``.

    ``duration`` is the platform's own number, unconverted.
    """

    status: _Lower = None
    reason: _Lower = None
    duration: Whole = None


class MenuResult(Payload):
    """The input of a caller or callee. ``menu_id`` is a conference's id if a participant pressed keys there."""

    menu_id: _Text = None
    type: _Lower = None
    value: _Text = None
    input_method: _Lower = None


def _detection(value: object) -> MachineDetection | None:
    return MachineDetection.read(value) if is_object(value) else None


def _menu_result(value: object) -> MenuResult | None:
    return MenuResult.read(value) if is_object(value) else None


_Detection = Annotated[MachineDetection | None, BeforeValidator(_detection)]


class CallEvent(Payload):
    """The members that every event has, besides ``kind``, its name in lower case.

    Attributes:
        call_id: The call that the event is about.
        identity: A SHA-256 hex digest, the same for repeated deliveries of one event and different for any other.
        at: When it happened; None if the platform does not say.
        custom: The `custom` member of the request that placed the call.
        cookies: The cookies that replies to earlier events of the call set.
        call_headers: Headers of an in-app or SIP call.
    """

    call_id: CallId
    identity: str
    at: Annotated[datetime | None, BeforeValidator(_instant)] = Field(default=None, alias="timestamp")
    version: Whole = None
    custom: _Text = None
    application_key: _Text = None
    conference_id: _Text = None
    user: _Text = None
    cookies: _Pairs = ()
    call_headers: _Pairs = ()


class IceEvent(CallEvent):
    """A call came in, or the platform is about to place one.

    The host of ``call_resource_url`` names the region that handles the call.
    """

    kind: Literal["ice"]
    call_resource_url: _Text = None
    user_rate: _Price = None
    cli: _Text = None
    to: _Party = None
    domain: _Lower = None
    origination_type: _Upper = None
    rdnis: _Text = None
    duration: Whole = None


class AceEvent(CallEvent):
    """A call was answered."""

    kind: Literal["ace"]
    amd: _Detection = None


class PieEvent(CallEvent):
    """A menu ended: the caller or callee pressed keys, spoke, or did neither in time."""

    kind: Literal["pie"]
    menu_result: Annotated[MenuResult | None, BeforeValidator(_menu_result)] = None


class DiceEvent(CallEvent):
    """A call ended. ``duration`` is in seconds, and absent if the call was not answered."""

    kind: Literal["dice"]
    reason: _Upper = None
    result: _Upper = None
    debit: _Price = None
    user_rate: _Price = None
    to: _Party = None
    from_: _Text = Field(default=None, alias="from")
    duration: Whole = None


class NotifyEvent(CallEvent):
    """A notification, such as that a recording is available. The platform adds values of ``type`` over time."""

    kind: Literal["notify"]
    type: _Lower = None
    destination: _Text = None
    amd: _Detection = None
    error_code: Whole = None
    error_msg: _Text = None


class UnknownEvent(CallEvent):
    """An event that this package does not know; ``kind`` is its name."""

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
    """Read the body of a callback; the caller must have bounded how deep it is nested.

    Raises:
        EventError: The body names no event or no call, or one of the two names is too long.
    """
    kind = _lower(data.get("event"))
    if kind is None or len(kind) > MAX_EVENT_NAME_CHARS:
        raise EventError("has no name")
    call_id = next(filter(None, (_text(data.get(name)) for name in _CALL_ID_MEMBERS)), None)
    if call_id is None or len(call_id) > MAX_CALL_ID_CHARS:
        raise EventError("has no call id")
    ours = {"kind": kind, "callId": call_id, "identity": _identity(kind, call_id, data)}
    return _READERS.get(kind, UnknownEvent.read)(data | ours)


def _identity(kind: str, call_id: str, data: JsonObject) -> str:
    stamp = _text(data.get("timestamp"))
    # Timestamps are whole seconds, so two menus or two recordings can share one.
    if is_object(result := data.get("menuResult")):
        source, members = result, _MENU_IDENTITY_MEMBERS
    else:
        source, members = data, _NOTIFY_IDENTITY_MEMBERS if kind == "notify" else ()
    parts = [call_id, kind, stamp, *(_text(source.get(member)) for member in members)]
    if stamp is None:
        # Without a timestamp, only the other members distinguish one notification from the next.
        parts.append(json.dumps(data, sort_keys=True))
    # JSON keeps the parts apart: no two lists of parts give the same text.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
