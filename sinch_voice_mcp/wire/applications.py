"""Numbers and callback URLs of an application, number lookups, and error bodies."""

import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from sinch_voice_mcp.types import Inert, Many, Meaning, Payload, Report
from sinch_voice_mcp.wire.calls import Price
from sinch_voice_mcp.wire.integers import whole

Capability = Literal["voice", "sms"]

_KEY = AliasChoices("applicationkey", "applicationKey", "application_key")


class OwnedNumber(Report):
    """A number of the account; ``application_key`` is None while the number is not assigned."""

    number: str
    capability: str | None = None
    application_key: str | None = Field(default=None, validation_alias=_KEY, serialization_alias="applicationkey")


class OwnedNumbers(Payload):
    """All numbers of the account."""

    numbers: Annotated[list[OwnedNumber], Field(strict=False)] = Field(default_factory=list[OwnedNumber])


class AssignNumbers(Payload):
    """Assign 1 to 100 numbers to an application; without a key, to the one that sends the request."""

    numbers: Annotated[Many[Inert[str]], Field(min_length=1, max_length=100)]
    application_key: Inert[str] | None = Field(
        default=None, validation_alias=_KEY, serialization_alias="applicationkey"
    )
    capability: Capability | None = None


class UnassignNumber(Payload):
    """Unassign a number from an application; without a key, from the one that sends the request."""

    number: Inert[str]
    application_key: Inert[str] | None = Field(
        default=None, validation_alias=_KEY, serialization_alias="applicationkey"
    )
    capability: Capability | None = None


class CallbackUrl(Payload):
    """The URLs that receive an application's callbacks.

    A member set to None is sent as ``null``, which clears it; a member that is left out stays as it is.
    """

    primary: Annotated[str, Meaning.FETCHES] | None = None
    fallback: Annotated[str, Meaning.FETCHES] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object to send, with ``null`` for members to clear."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class CallbackUrls(Payload):
    """The wrapper that the platform puts around a :class:`CallbackUrl`."""

    url: CallbackUrl = Field(default_factory=CallbackUrl)

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object to send."""
        return {"url": self.url.to_wire()}


def _restricted(value: object) -> object:
    """Read whether a number is restricted; what cannot be read must not pass as a number that is not."""
    return bool(value) if value is None or isinstance(value, bool) else True


class QueriedNumber(Report):
    """What the platform knows about a number; ``rate`` is per minute."""

    country_id: str | None = None
    number_type: str | None = None
    normalized_number: str | None = None
    restricted: Annotated[bool, BeforeValidator(_restricted)] = False
    rate: Price | None = None


class QueryAnswer(Payload):
    """The wrapper around a :class:`QueriedNumber`; Sinch's OpenAPI example names the member ``numberItem``."""

    number: QueriedNumber = Field(default_factory=QueriedNumber, validation_alias=AliasChoices("number", "numberItem"))


def _code(value: object) -> int | None:
    """Read a code. An absurd one is unknown, but the body is the platform's all the same."""
    written = isinstance(value, str) and re.fullmatch("-?[0-9]+", value) is not None
    if isinstance(value, bool) or not (written or isinstance(value, int | float)):
        raise ValueError("no code")
    return whole(value)


class ErrorBody(Payload):
    """The body of an error.

    The platform writes ``error_code`` as an integer or as text; None if it is an integer that is no code.
    """

    error_code: Annotated[int | None, BeforeValidator(_code)]
    message: str
    reference: str | None = None
    status: str | None = None
