"""Types that every layer shares: identifiers, units, limits, and payloads with the meaning of their members."""

import json
import math
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, NewType, Self, TypeGuard, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    Strict,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

T = TypeVar("T")

Many = Annotated[tuple[T, ...], Strict(strict=False)]
"""A sequence member: a JSON array on the wire, a tuple in Python."""

JsonObject = dict[str, object]

Token = NewType("Token", str)
"""Our identifier of one request; the platform returns it in the `custom` member of its events."""

CallId = NewType("CallId", str)
"""The platform's identifier of a call."""

PhoneNumber = NewType("PhoneNumber", str)
"""A phone number in E.164 form, with a leading plus."""

Region = Literal["global", "use1", "euc1", "sae1", "apse1", "apse2"]
"""Where calls and conferences are handled; the same conference ID is another conference in another region."""

Millis = NewType("Millis", int)
"""An instant in milliseconds since 1970 in UTC, or a duration in milliseconds."""

Micros = NewType("Micros", int)
"""Money in millionths of a currency's unit."""

MICROS_PER_UNIT = 1_000_000
"""How many :data:`Micros` are one unit of a currency."""


def amount_text(micros: int) -> str:
    """Write money as decimal text in the currency's unit, such as ``0.02``; the audit log has no other form."""
    whole, rest = divmod(abs(micros), MICROS_PER_UNIT)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{decimals}"


def unit_text(amount: float) -> str:
    """Write money that is given in the currency's unit as :func:`amount_text` does; infinite is no amount."""
    return amount_text(round(amount * MICROS_PER_UNIT)) if math.isfinite(amount) else str(amount)


class Meaning(Enum):
    """What a member of a payload can cause; the guard finds every member by its meaning.

    Every string or integer member of an outgoing payload has one of these in its annotation; a test fails on a member
    that has none.
    """

    DIALS = "a number that will ring"
    REACHES = "an in-app user, SIP address or stream that will be connected"
    IDENTIFIES = "the caller id shown"
    FETCHES = "a URL that the platform will fetch or call"
    SPOKEN = "plain text that will be spoken"
    PROMPT = "a prompt: text, SSML, URL or file id in Sinch's prompt syntax"
    TONES = "DTMF tones that will be sent"
    STORES = "where a recording goes"
    SECRET = "a credential"  # noqa: S105 - the name of a kind, not a password
    LASTS = "a duration or a count that bounds one"
    HIDES = "switches callbacks off"
    EMBEDS_ICE = "an SVAML document as JSON text, or a URL: answers the incoming-call event"
    EMBEDS_ACE = "an SVAML document as JSON text, or a URL: answers the answered-call event"
    EMBEDS_PIE = "an SVAML document as JSON text, or a URL: answers the prompt-input event"
    INERT = "nothing outside the call"


Inert = Annotated[T, Meaning.INERT]

MAX_BODY_BYTES = 1024 * 1024
"""The largest body of an HTTP request or response that this package reads: 1 MiB."""

CALLBACK_PATH = "/callbacks/voice"
"""Path of the receiver; follows the public URL of the server."""

E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
"""The E.164 form of a number; only numbering metadata tells whether the number exists."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


SANDBOX_HEADER = "x-sinch-voice-sandbox"
"""A header of every response of a sandbox, so that a client can tell it from the real platform."""

TAG_HEADER = "x-sandbox-tag"
"""A header of requests to a sandbox: the tag of the calls that they place."""

TAG_PATTERN = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")
"""The tag of calls in a sandbox."""

TAG_RULE = "1 to 64 ASCII letters, digits and the characters `_ . : / -`"
"""The form of a tag, for messages."""


def to_millis(instant: datetime) -> Millis:
    """Return an instant in milliseconds, rounded down."""
    # In whole numbers, because rounding would push the last instant of the calendar out of range.
    return Millis((instant - _EPOCH) // _MILLISECOND)


def iso_seconds(instant: datetime) -> str:
    """Format an instant as ISO 8601 in whole UTC seconds, such as ``2026-01-31T12:00:00Z``."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def instant_of(at: Millis) -> datetime:
    """Return an instant in milliseconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def compact_json(value: object) -> str:
    """Write a JSON value without any space between its parts: a model pays for each of them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Return whether a JSON value is an array."""
    return isinstance(value, list)


class Payload(BaseModel):
    """A JSON object of the platform: frozen, strict, snake_case in Python and camelCase on the wire.

    Unknown members are rejected; :meth:`read` ignores them, for payloads that the platform sends.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object to send: wire names, without absent members."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    @classmethod
    def read(cls, data: object) -> Self:
        """Read a payload that the platform sent; unknown members are ignored.

        Raises:
            pydantic.ValidationError: A known member is missing or of the wrong type.
        """
        return cls.model_validate(data, extra="ignore")


class Report(Payload):
    """A payload that reports something: an optional member that cannot be read is left out, like one that is absent.

    One member in a form that was never promised must not hide the rest, such as the end of a call.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _without_unreadable(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            if not is_object(data):
                raise
            wrong = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
            readable = {name: value for name, value in data.items() if name not in wrong}
            if len(readable) == len(data):
                # A needed member is missing, or what is wrong is none of the members.
                raise
            return handler(readable)
