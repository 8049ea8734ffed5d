"""What a sandbox begins with: applications, numbers, prices, scripts and faults, in the words of a seed file."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox.engine.accounts import MAX_URL_CHARS, is_callback_url
from sinch_voice_mcp.sandbox.engine.faults import CallKind, FaultMatch, FaultRule
from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.profiles import UnknownProfileError, profile_named
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.engine.script_entries import ScriptEntry
from sinch_voice_mcp.sandbox.engine.scripts import MAX_ENTRIES
from sinch_voice_mcp.sandbox.state.reading import Part
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.types import TAG_PATTERN, TAG_RULE, JsonObject, Many
from sinch_voice_mcp.wire.applications import Capability

MAX_APPLICATIONS = 100
MAX_NUMBERS = 1_000
MAX_PRICES = 1_000
MAX_SCRIPTS = 1_000
MAX_ADDRESS_CHARS = 256
MAX_FAULTS = 100
MAX_PRICE = 1_000
MAX_NAME_CHARS = 100
MAX_SEED_BITS = 128

_PLACEHOLDER_SECRET = "c2VjcmV0"  # noqa: S105 - only to check a key that stands alone


def _whole_number(value: object) -> object:
    # Without quotes, YAML reads a number as an integer, and loses the plus.
    return f"+{value}" if isinstance(value, int) and not isinstance(value, bool) else value


def _e164(text: str) -> str:
    try:
        return normalize(text)
    except RejectedError:
        raise ValueError("must be a number in E.164 form, such as +12025550100") from None


def _address(text: str) -> str:
    return text if any(char.isalpha() for char in text) else _e164(text)


def _pattern(text: str) -> str:
    if not text.endswith("*"):
        return _e164(text)
    beginning = text.removesuffix("*")
    if beginning and not (beginning.startswith("+") and beginning[1:].isdecimal() and beginning.isascii()):
        raise ValueError("must be a number such as +12025550100, or the beginning of one with a star: +1202*")
    return text


def _key(text: str) -> str:
    try:
        return Credentials(text, _PLACEHOLDER_SECRET).key
    except ConfigurationError as error:
        raise ValueError(error.message) from None


def _secret(text: str) -> str:
    try:
        return Credentials("key", text).secret
    except ConfigurationError as error:
        raise ValueError(error.message) from None


def _url(text: str) -> str:
    if not is_callback_url(text):
        raise ValueError("must be an http or https URL, such as http://127.0.0.1:3000/voice")
    return text


def _fault(name: str) -> str:
    try:
        profile_named(name)
    except UnknownProfileError as error:
        raise ValueError(str(error)) from None
    return name


def _tag(text: str) -> str:
    if TAG_PATTERN.fullmatch(text) is None:
        raise ValueError(f"must be {TAG_RULE}")
    return text


Number = Annotated[str, BeforeValidator(_whole_number, json_schema_input_type=str | int), AfterValidator(_e164)]
"""A telephone number."""

NumberPattern = Annotated[str, AfterValidator(_pattern)]
"""A telephone number, or the beginning of some with a star after it."""

Address = Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS_CHARS), AfterValidator(_address)]
"""A telephone number, or another address that can be dialed."""

ScriptEntries = Annotated[list[ScriptEntry], Field(max_length=MAX_ENTRIES)]
"""A script."""

Key = Annotated[str, Field(max_length=MAX_NAME_CHARS), AfterValidator(_key)]
"""The key of an application."""

Url = Annotated[str, Field(max_length=MAX_URL_CHARS), AfterValidator(_url)]
"""A URL that receives callbacks."""

Price = Annotated[Decimal, Strict(strict=False), Field(ge=0, le=MAX_PRICE)]
"""USD per minute."""

Seed = Annotated[int, Field(ge=0, lt=1 << MAX_SEED_BITS)]
"""What fixes a sequence."""


class SetupApplication(Part):
    """An application."""

    key: Key
    """Its key; requests of the application name it."""

    secret: Annotated[str, Field(max_length=MAX_URL_CHARS), AfterValidator(_secret)] | None = None
    """Its secret, in base64; default the secret that the settings give for this key."""

    name: Annotated[str, Field(max_length=MAX_NAME_CHARS)] = ""
    """What numbers can call it instead of its key."""

    callback: Url | None = None
    """The URL that receives its callbacks."""

    fallback: Url | None = None
    """The URL that receives a callback after the first URL has failed."""

    incoming: JsonObject | None = None
    """The SVAML that answers every call that comes in, instead of a callback."""


class SetupNumber(Part):
    """A number of the account."""

    number: Number
    """The number, in E.164 form."""

    capability: Capability = "voice"
    """What it is for."""

    application: Annotated[str, Field(max_length=MAX_NAME_CHARS)] | None = None
    """The key or the name of the application that it is assigned to; default none."""


class SetupMatch(Part):
    """Which calls a fault is for: those that agree with every member."""

    number: NumberPattern | None = None
    """The number called, or the caller of a call that comes in; or the beginning of one with a star: +1202*."""

    application: Annotated[str, Field(max_length=MAX_NAME_CHARS)] | None = None
    """The key or the name of the application."""

    tag: Annotated[str, AfterValidator(_tag)] | None = None
    """The tag of the call."""

    kind: CallKind | None = None
    """What the call is: tts, conference, custom, or in for one that comes in."""


class SetupFault(Part):
    """Calls that behave like a call to a fictional number."""

    fault: Annotated[str, AfterValidator(_fault)]
    """The name of the behavior, such as busy, rejects-42900 or callbacks-twice."""

    match: SetupMatch = SetupMatch()
    """Which calls; default all."""

    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of these calls."""

    seed: Seed = 1
    """What fixes which of these calls."""

    draws: Annotated[int, Field(ge=0, le=10**15)] = 0
    """For how many calls has been drawn already."""

    def rule(self, application: str | None) -> FaultRule:
        """Return the rule of the engine, for an application's key."""
        match = FaultMatch(self.match.number, application, self.match.tag, self.match.kind)
        return FaultRule(self.fault, match, self.probability, self.seed)


class Setup(Part):
    """What a sandbox begins with. Empty, it is one application with ten numbers."""

    applications: Annotated[Many[SetupApplication], Field(max_length=MAX_APPLICATIONS)] = ()
    """The applications; default the one that the settings name."""

    numbers: Annotated[Many[SetupNumber], Field(max_length=MAX_NUMBERS)] | None = None
    """The numbers of the account; default +14155550100 to +14155550109, the last two not assigned."""

    prices: Annotated[dict[NumberPattern, Price], Field(max_length=MAX_PRICES)] = Field(
        default_factory=dict[str, Decimal]
    )
    """USD per minute by number, or by the beginning of numbers with a star after it: +1202*."""

    scripts: Annotated[dict[Address, ScriptEntries], Field(max_length=MAX_SCRIPTS)] = Field(
        default_factory=dict[str, list[ScriptEntry]]
    )
    """What the callee at a number does, or at another address that is dialed."""

    faults: Annotated[Many[SetupFault], Field(max_length=MAX_FAULTS)] = ()
    """Which calls behave like a call to a fictional number; of several that apply, the first counts."""


EMPTY = Setup()
"""One application with ten numbers."""
