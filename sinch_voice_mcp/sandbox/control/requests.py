"""Queries and bodies of the control API."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from sinch_voice_mcp.sandbox.control.search import MAX_QUERY_CHARS
from sinch_voice_mcp.sandbox.engine.endpoints import DEFAULT_REGION, DialedType, Origin, Region
from sinch_voice_mcp.sandbox.engine.scripts import MAX_ENTRIES
from sinch_voice_mcp.sandbox.time import MAX_AHEAD, MAX_SPEED, ClockMode
from sinch_voice_mcp.types import TAG_PATTERN

MAX_PAGE = 200
MAX_WAIT_S = 60
MAX_REPLAYS = 20
MAX_DELAY_S = 30
MAX_KEYS = 100
MAX_SPEECH_CHARS = 10_000
MAX_ADDRESS_CHARS = 256
MAX_HEADERS = 100

Leg = Annotated[int, Field(ge=0, le=1_000)]


class _Parameters(BaseModel):
    """The parameters of a query string."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class _Body(BaseModel):
    """A JSON object."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class NoParameters(_Parameters):
    """No parameters."""


class FaultsOf(_Parameters):
    """Which fault rules are meant."""

    tag: Annotated[str | None, Field(max_length=64)] = None
    """The tag of the calls that they are for; without one, every rule."""


class Search(_Parameters):
    """Which calls are meant."""

    q: Annotated[str, Field(max_length=MAX_QUERY_CHARS)] = ""
    """A query in the search language; without one, every call."""


class Page(Search):
    """Which calls are meant, and which part of the list."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50
    """How many entries to return at most."""
    before: Annotated[int | None, Field(ge=0)] = None
    """The member `next` of the page before; without it, the list begins with the newest entry."""


class Waiting(Search):
    """What to wait for."""

    timeout: Annotated[float, Field(ge=0, le=MAX_WAIT_S, allow_inf_nan=False)] = 30.0
    """Real seconds after which the response comes in any case."""
    count: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1
    """How many calls have to match."""


class EmptyBody(_Body):
    """No body, or an empty object."""


class PhoneAction(_Body):
    """The phone that is meant."""

    leg: Leg = 0
    """The index of the leg; the first is the one that the callout dialed, or the caller's."""


def _only_keys(text: str) -> str:
    if not set(text) <= set("0123456789*#"):
        raise ValueError("takes 0 to 9, * and # only")
    return text


class Keys(PhoneAction):
    """Keys to press."""

    keys: Annotated[
        str,
        Field(min_length=1, max_length=MAX_KEYS, json_schema_extra={"pattern": "^[0-9*#]*$"}),
        AfterValidator(_only_keys),
    ]
    """The keys, which are pressed all at once."""


class Speech(PhoneAction):
    """What to say."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_SPEECH_CHARS)]
    """The words."""


_Address = Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS_CHARS)]
_ScriptEntries = Annotated[list[JsonValue], Field(max_length=MAX_ENTRIES)]


class InboundCall(_Body):
    """A call that comes in."""

    caller: Annotated[_Address, Field(alias="from")]
    """The caller's number, SIP address or user name; `private` for a number that is withheld."""
    dialed: Annotated[_Address | None, Field(alias="to")] = None
    """What the caller dialed; the first assigned own number without it."""
    to_type: DialedType | None = None
    """What that is: `did` for an own number, else `number`, `username` or `conference`, which only apps dial."""
    origin: Origin = "PSTN"
    """Where it comes from: the telephone network, a SIP trunk, or an app (`MXP`)."""
    application: Annotated[str, Field(max_length=MAX_ADDRESS_CHARS)] | None = None
    """The key of the application, for what is no own number; the first application without it."""
    region: Region = DEFAULT_REGION
    """The region that it comes in at."""
    rdnis: Annotated[str, Field(max_length=MAX_ADDRESS_CHARS)] = ""
    """The number that forwarded it."""
    headers: Annotated[dict[str, str], Field(max_length=MAX_HEADERS)] = Field(default_factory=dict[str, str])
    """The headers that it carries, from SIP or from an app."""
    custom: Annotated[str, Field(max_length=MAX_SPEECH_CHARS)] = ""
    """What the app passes along."""
    script: _ScriptEntries | None = None
    """What the caller does."""
    tag: Annotated[str, Field(pattern=rf"^{TAG_PATTERN.pattern}$")] | None = None
    """The tag of the call, to find it by."""


class ScriptAttachment(_Body):
    """A script, and whose it is; a number or `next` is needed."""

    script: _ScriptEntries
    """What the callee does."""
    number: _Address | None = None
    """The number, or another address that is dialed, whose callee plays it."""
    next: bool = False
    """Whether it is for the next call only; then the number may be missing."""

    @model_validator(mode="after")
    def _is_for_someone(self) -> Self:
        if self.number is None and not self.next:
            raise ValueError("needs `number`, or `next`: true")
        return self


class ScriptOwner(_Parameters):
    """Whose scripts are meant."""

    number: Annotated[str | None, Field(max_length=MAX_ADDRESS_CHARS)] = None
    """The number whose scripts to remove; without it, all scripts are removed."""


class ReplayRequest(_Body):
    """How to send a callback once more."""

    edit: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    """Members to change in the body, as a JSON Merge Patch (RFC 7396): null removes one."""
    delay_s: Annotated[float, Field(ge=0, le=MAX_DELAY_S)] = 0.0
    """Real seconds to wait before it is sent."""
    times: Annotated[int, Field(ge=1, le=MAX_REPLAYS)] = 1
    """How many times to send it, one after the other."""
    signature: Literal["right", "wrong", "missing", "old"] = "right"
    """How to sign it; `old` has a timestamp of ten minutes ago."""


class ClockChange(_Body):
    """How to change simulated time; at least one member is needed."""

    advance_s: Annotated[float | None, Field(ge=0, le=MAX_AHEAD.total_seconds())] = None
    """Simulated seconds by which to move the clock forward."""
    mode: ClockMode | None = None
    """`real`: time passes by itself; `manual`: only by `advance_s`; `auto`: it jumps to the next event when idle."""
    speed: Annotated[float | None, Field(gt=0, le=MAX_SPEED)] = None
    """Simulated seconds in a real one, in mode `real`."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.advance_s is None and self.mode is None and self.speed is None:
            raise ValueError("needs `advance_s`, `mode` or `speed`")
        return self
