"""Queries and bodies of the control API."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from sinch_voice_mcp.sandbox.control.search import MAX_QUERY_CHARS
from sinch_voice_mcp.sandbox.time import MAX_AHEAD, MAX_SPEED, ClockMode

MAX_PAGE = 200
MAX_WAIT_S = 60
MAX_REPLAYS = 20
MAX_DELAY_S = 30
MAX_KEYS = 100
MAX_SPEECH_CHARS = 10_000

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
