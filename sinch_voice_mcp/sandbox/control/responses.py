"""Responses of the control API. The schemas of its OpenAPI document are made from these classes.

Instants are ISO 8601 in UTC, of simulated time unless they say otherwise; amounts are in USD.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, JsonValue

from sinch_voice_mcp.sandbox.control.errors import ErrorCode
from sinch_voice_mcp.sandbox.engine.endpoints import EndpointType, Region
from sinch_voice_mcp.sandbox.engine.faults import CallKind
from sinch_voice_mcp.sandbox.engine.outbox import CallbackKind
from sinch_voice_mcp.sandbox.engine.state import TimelineKind, TimelineValue
from sinch_voice_mcp.sandbox.engine.views import CallState, Direction
from sinch_voice_mcp.sandbox.time import ClockMode
from sinch_voice_mcp.signing import Flaw
from sinch_voice_mcp.svaml import Event, Level

_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What was wrong, and what to do next."""

    __pydantic_config__ = _CLOSED

    code: ErrorCode
    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """A request that was not fulfilled; nothing has changed."""

    __pydantic_config__ = _CLOSED

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class CallSummary:
    """A call. `to` is what was called first, and `cli` who calls: the caller, or the caller ID that was shown."""

    __pydantic_config__ = _CLOSED

    id: str
    state: CallState
    direction: Direction
    kind: CallKind
    to: str | None
    cli: str | None
    application: str
    region: Region
    custom: str
    tags: tuple[str, ...]
    created_at: str
    answered_at: str | None
    ended_at: str | None
    result: str
    reason: str
    duration_s: int
    cost: float


@dataclass(frozen=True, slots=True)
class CallPage:
    """Calls, the newest first. `next` is the value of `before` for the next page; null on the last one."""

    __pydantic_config__ = _CLOSED

    calls: tuple[CallSummary, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class LegEntry:
    """One side of a call. `rate` is the price of a minute, and `cli` the caller ID that was shown."""

    __pydantic_config__ = _CLOSED

    index: int
    type: EndpointType
    address: str
    cli: str | None
    is_caller: bool
    answered_at: str | None
    ended_at: str | None
    rate: float


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that happened in a call. `sequence` orders the entries of all calls."""

    __pydantic_config__ = _CLOSED

    sequence: int
    at: str
    call_id: str
    event: TimelineKind
    detail: Mapping[str, TimelineValue]


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """What was heard: words, prompts, or keys."""

    __pydantic_config__ = _CLOSED

    at: str
    who: Literal["platform", "caller", "callee"]
    how: Literal["says", "plays", "presses", "sends"]
    text: str


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A recording that has ended: where the sandbox has its file, and where the platform would have stored it."""

    __pydantic_config__ = _CLOSED

    name: str
    url: str
    destination: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallbackAttempt:
    """One attempt to deliver a callback.

    `sequence` is its number, and `callback` that of the callback, which can have several attempts. `at` is the
    simulated instant of the event, `sent_at` the real one of the request. `signature` is what a receiver finds that
    checks it, and null if nothing was sent; `replay_of` is the attempt that this one repeats.
    """

    __pydantic_config__ = _CLOSED

    sequence: int
    callback: int
    call_id: str
    kind: CallbackKind
    url: str
    at: str
    sent_at: str | None
    is_delivered: bool
    status: int | None
    failure: str | None
    latency_s: float
    signature: Literal["right"] | Flaw | None
    body: JsonValue
    reply: str
    replay_of: int | None


@dataclass(frozen=True, slots=True)
class SvamlFinding:
    """What is wrong with SVAML that the call got: with a callout, an update, or a reply to a callback."""

    __pydantic_config__ = _CLOSED

    source: Literal["request", "reply"]
    event: Event
    rule: str
    level: Level
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class CallDetail:
    """Everything that is known about a call. `conference` is the one that it is in now."""

    __pydantic_config__ = _CLOSED

    call: CallSummary
    legs: tuple[LegEntry, ...]
    cookies: Mapping[str, str]
    conference: str | None
    timeline: tuple[TimelineItem, ...]
    transcript: tuple[TranscriptLine, ...]
    recordings: tuple[RecordingFile, ...]
    callbacks: tuple[CallbackAttempt, ...]
    findings: tuple[SvamlFinding, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """How many calls were removed, and how many were left because they are in progress."""

    __pydantic_config__ = _CLOSED

    removed: int
    in_progress: int


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """A script. `number` is whose it is, null for any number; `next` says whether it is for the next call only."""

    __pydantic_config__ = _CLOSED

    script: tuple[JsonValue, ...]
    number: str | None
    next: bool


@dataclass(frozen=True, slots=True)
class ScriptList:
    """The scripts that are attached: those for next calls in order, then those of numbers."""

    __pydantic_config__ = _CLOSED

    scripts: tuple[ScriptItem, ...]


@dataclass(frozen=True, slots=True)
class CallbackPage:
    """Attempts to deliver callbacks, the newest first. `next` is the value of `before` for the next page."""

    __pydantic_config__ = _CLOSED

    callbacks: tuple[CallbackAttempt, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """The attempts that were made."""

    __pydantic_config__ = _CLOSED

    callbacks: tuple[CallbackAttempt, ...]


@dataclass(frozen=True, slots=True)
class WaitResult:
    """Whether so many calls matched before the time was over, and those that did, as they are now."""

    __pydantic_config__ = _CLOSED

    matched: bool
    calls: tuple[CallSummary, ...]


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Simulated time, and how it passes.

    `next_event` is when the next event is due; null if none is, or while `awaits_reply` says that a call waits for the
    reply to a callback. `is_adjustable` is false if the sandbox runs on a clock whose mode cannot be changed.
    """

    __pydantic_config__ = _CLOSED

    now: str
    mode: ClockMode
    speed: float
    next_event: str | None
    awaits_reply: bool
    is_adjustable: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """The sandbox is ready; how many calls it keeps, and how many of them are in progress."""

    __pydantic_config__ = _CLOSED

    ready: Literal[True]
    version: str
    now: str
    calls: int
    in_progress: int


@dataclass(frozen=True, slots=True)
class ApplicationItem:
    """An application, the URLs that receive its callbacks, and the numbers that are assigned to it."""

    __pydantic_config__ = _CLOSED

    key: str
    name: str
    callback: str | None
    fallback: str | None
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApplicationList:
    """The applications."""

    __pydantic_config__ = _CLOSED

    applications: tuple[ApplicationItem, ...]


@dataclass(frozen=True, slots=True)
class FaultItem:
    """A fault rule: which calls it is for, what happens to them, and for how many has been drawn."""

    __pydantic_config__ = _CLOSED

    fault: str
    number: str | None
    application: str | None
    tag: str | None
    kind: CallKind | None
    probability: float
    seed: int
    draws: int


@dataclass(frozen=True, slots=True)
class FaultList:
    """The fault rules, in the order in which they are drawn for a call."""

    __pydantic_config__ = _CLOSED

    faults: tuple[FaultItem, ...]


ApiDocument = dict[str, JsonValue]
"""An OpenAPI 3.1 document."""
