"""An exported state: a setup as it is now, the calls with all that happened in them, and the sequences of ids."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, Strict

from sinch_voice_mcp.sandbox.engine.attached import MAX_ATTACHED, AttachedScripts
from sinch_voice_mcp.sandbox.engine.callees import ORDINARY_CALLEE
from sinch_voice_mcp.sandbox.engine.endpoints import (
    DEFAULT_REGION,
    Dialed,
    DialedType,
    Endpoint,
    EndpointType,
    IncomingCall,
    Origin,
    Region,
)
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.engine.exchange import MAX_KEEP, IdKind, SeededIds
from sinch_voice_mcp.sandbox.engine.faults import CallKind
from sinch_voice_mcp.sandbox.engine.recordings import RecordedFile
from sinch_voice_mcp.sandbox.engine.state import (
    CallPlan,
    Ended,
    SimulatedCall,
    SimulatedLeg,
    TimelineEntry,
    TimelineKind,
    TimelineValue,
)
from sinch_voice_mcp.sandbox.engine.views import CallState
from sinch_voice_mcp.sandbox.state.building import script_of
from sinch_voice_mcp.sandbox.state.reading import Part, StateError
from sinch_voice_mcp.sandbox.state.setup import MAX_NAME_CHARS, Address, Price, ScriptEntries, Setup
from sinch_voice_mcp.svaml import CallHeader, Document
from sinch_voice_mcp.svaml.findings import Location
from sinch_voice_mcp.svaml.limits import MAX_CALL_S
from sinch_voice_mcp.types import Many
from sinch_voice_mcp.wire.calls import CallResult

MAX_IMPORT_BYTES = 64 * 1024 * 1024
"""The largest state that is read, as JSON."""

_MAX_CALLS = 2 * MAX_KEEP
# A call of four hours can dial a phone each second, and ask at a menu ten times a second.
_MAX_ENTRIES = 1_000_000
_MAX_LEGS = 20_000
_MAX_HEADERS = 100
_MAX_TEXT_CHARS = 2_000_000
_MAX_COUNT = 10**15

# Far from the ends of the calendar, so that no zone and no duration leads beyond it.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

_NEEDED: Mapping[TimelineKind, tuple[str, ...]] = {
    "say": ("text",),
    "play": ("prompts",),
    "menu": ("prompt",),
    "dtmf": ("tones",),
    "pressed": ("key", "leg"),
    "said": ("text", "leg"),
    "callback": ("kind",),
    "reply": ("kind", "body"),
}
"""What those who read a timeline expect in the details of an entry."""


def _written(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be a time with its zone, such as 2026-01-31T12:00:00Z")  # noqa: TRY004 - pydantic's way
    return value


def _in_calendar(instant: datetime) -> datetime:
    if not _FIRST <= instant < _LAST:
        raise ValueError(f"must be a time in the years {_FIRST.year} to {_LAST.year - 1}")
    return instant


Instant = Annotated[AwareDatetime, Strict(strict=False), BeforeValidator(_written), AfterValidator(_in_calendar)]
"""An instant in ISO 8601."""

_Text = Annotated[str, Field(max_length=_MAX_TEXT_CHARS)]
_Word = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]
_Count = Annotated[int, Field(ge=0, le=_MAX_COUNT)]


class SavedEndpoint(Part):
    """What a leg leads to, or where it comes from."""

    type: EndpointType
    address: _Text


class SavedLeg(Part):
    """One side of a call."""

    endpoint: SavedEndpoint
    cli: _Text | None = None
    rate: Price
    is_caller: bool = False
    answered_at: Instant | None = None
    ended_at: Instant | None = None

    def leg(self, end: datetime) -> SimulatedLeg:
        """Return the leg, which has ended by an instant."""
        endpoint = Endpoint(self.endpoint.type, self.endpoint.address)
        leg = SimulatedLeg(endpoint, self.cli, ORDINARY_CALLEE, self.rate, is_caller=self.is_caller)
        leg.answered_at, leg.ended_at = self.answered_at, self.ended_at or end
        return leg


class SavedDialed(Part):
    """What a caller dialed."""

    type: DialedType
    address: _Text


class SavedIncoming(Part):
    """How a call came in."""

    origin: Origin
    caller: _Text
    dialed: SavedDialed
    region: Region = DEFAULT_REGION
    rdnis: _Text = ""
    headers: Annotated[Many[CallHeader], Field(max_length=_MAX_HEADERS)] = ()
    custom: _Text = ""

    def incoming(self) -> IncomingCall:
        """Return how it came in."""
        dialed = Dialed(self.dialed.type, self.dialed.address)
        return IncomingCall(self.origin, self.caller, dialed, self.region, self.rdnis, self.headers, self.custom)


class SavedRecording(Part):
    """A recording that had ended."""

    name: _Text
    url: _Text
    destination: _Text
    seconds: Annotated[float, Field(ge=0, le=MAX_CALL_S)]


class SavedEntry(Part):
    """Something that happened."""

    sequence: _Count
    at: Instant
    event: TimelineKind
    detail: dict[_Word, TimelineValue] = Field(default_factory=dict[str, TimelineValue])


class SavedCall(Part):
    """A call. One that was in progress has neither result nor reason."""

    id: _Word
    application: _Word
    kind: CallKind
    tag: _Word | None = None
    region: Region = DEFAULT_REGION
    created_at: Instant
    state: CallState
    result: CallResult | None = None
    reason: EndReason | None = None
    ended_at: Instant | None = None
    to: SavedEndpoint | None = None
    cli: _Text | None = None
    custom: _Text = ""
    incoming: SavedIncoming | None = None
    cookies: dict[str, _Text] = Field(default_factory=dict[str, str])
    legs: Annotated[Many[SavedLeg], Field(max_length=_MAX_LEGS)] = ()
    recordings: Annotated[Many[SavedRecording], Field(max_length=_MAX_ENTRIES)] = ()
    timeline: Annotated[Many[SavedEntry], Field(max_length=_MAX_ENTRIES)] = ()

    def call(self, application_key: str, exported_at: datetime) -> SimulatedCall:
        """Return the call as one that has ended: if it was in progress, when it was exported."""
        end = self.ended_at or exported_at
        call = SimulatedCall(self.id, application_key, self._plan(), self.created_at, self.region)
        call.kind, call.tag, call.cookies = self.kind, self.tag, dict(self.cookies)
        call.incoming = None if self.incoming is None else self.incoming.incoming()
        call.legs = [leg.leg(end) for leg in self.legs]
        call.recorded = [RecordedFile(one.name, one.url, one.destination, one.seconds) for one in self.recordings]
        call.timeline = [
            TimelineEntry(one.sequence, one.at, self.id, one.event, dict(one.detail)) for one in self.timeline
        ]
        unknown: CallResult = "FAILED" if call.answered_at is None else "ANSWERED"
        call.activity = Ended(end, self.result or unknown, self.reason or "GENERALERROR")
        return call

    def _plan(self) -> CallPlan:
        nothing = Document()
        endpoint = None if self.to is None else Endpoint(self.to.type, self.to.address)
        return CallPlan(nothing, nothing, endpoint=endpoint, cli=self.cli, custom=self.custom)


class SavedScript(Part):
    """A script of a next call."""

    script: ScriptEntries
    number: Address | None = None


class SavedClock(Part):
    """The time."""

    now: Instant


class SavedIds(Part):
    """The sequences of ids: their seed, in decimal digits, and how many ids of each kind were given."""

    seed: Annotated[str, Field(pattern=r"^[0-9]{1,39}$")]
    given: dict[IdKind, _Count] = Field(default_factory=dict[IdKind, int])

    def ids(self) -> SeededIds:
        """Return the sequences, to be continued."""
        return SeededIds(int(self.seed), self.given)


class SavedState(Setup):
    """An exported state."""

    format: Literal["sinch-voice-sandbox"]
    """The name of the format."""

    version: Literal[1]
    """The version of the format."""

    clock: SavedClock
    """The simulated time of the export."""

    ids: SavedIds
    """The sequences of ids."""

    next_scripts: Annotated[Many[SavedScript], Field(max_length=MAX_ATTACHED)] = ()
    """What the callees of next calls do, in the order in which the calls use the scripts up."""

    calls: Annotated[Many[SavedCall], Field(max_length=_MAX_CALLS)] = ()
    """The calls with all that happened in them, in the order in which they were created."""

    def attached(self, scripts: AttachedScripts) -> AttachedScripts:
        """Attach the scripts of next calls to those of numbers, and return them.

        Raises:
            StateError: Entries of a script do not fit together.
        """
        for at, one in enumerate(self.next_scripts):
            scripts.attach_to_next(script_of(one.script, ("next_scripts", at, "script")), one.number)
        return scripts

    def check(self) -> None:
        """Raise if the calls contradict each other.

        Raises:
            StateError: An id or a sequence number occurs twice, an entry lacks a detail, or a call has no end that an
                ended one has.
        """
        seen_ids, seen_entries = set[str](), set[int]()
        for at, call in enumerate(self.calls):
            if call.id in seen_ids:
                raise StateError(("calls", at, "id"), "another call has this id")
            seen_ids.add(call.id)
            _check_end(call, at)
            for index, entry in enumerate(call.timeline):
                if entry.sequence in seen_entries:
                    raise StateError(("calls", at, "timeline", index, "sequence"), "another entry has this number")
                seen_entries.add(entry.sequence)
                _check_detail(entry, ("calls", at, "timeline", index, "detail"))

    def restored(self, keys: Mapping[str, str]) -> Iterator[SimulatedCall]:
        """Yield the calls, all ended; those that were in progress get an entry that says so.

        Args:
            keys: The keys of the applications as the account writes them, by the keys of the calls.
        """
        sequence = max((entry.sequence for call in self.calls for entry in call.timeline), default=0)
        for saved in self.calls:
            call = saved.call(keys[saved.application], self.clock.now)
            if saved.state != "ended" and (end := call.ended) is not None:
                sequence += 1
                detail: Mapping[str, TimelineValue] = {"result": end.result, "reason": end.reason, "imported": True}
                call.timeline.append(TimelineEntry(sequence, end.at, call.id, "ended", detail))
            yield call


def _check_detail(entry: SavedEntry, location: Location) -> None:
    for name in _NEEDED.get(entry.event, ()):
        if name not in entry.detail:
            raise StateError((*location, name), "is missing")


def _check_end(call: SavedCall, at: int) -> None:
    for name in ("result", "reason", "ended_at"):
        if (getattr(call, name) is None) is (call.state == "ended"):
            text = "is missing" if call.state == "ended" else "belongs to a call that has ended"
            raise StateError(("calls", at, name), text)
