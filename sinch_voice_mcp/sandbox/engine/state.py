"""The sandbox's state: calls with legs, cookies and a timeline; conferences; what a call is doing."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.callees import Callee
from sinch_voice_mcp.sandbox.engine.endpoints import (
    DEFAULT_REGION,
    NO_OPTIONS,
    Dialed,
    DialOptions,
    Endpoint,
    IncomingCall,
    Region,
)
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.engine.faults import CallFacts, CallKind
from sinch_voice_mcp.sandbox.engine.given import GivenSvaml
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, OutgoingCallback, SteeringKind
from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile, TransportFault
from sinch_voice_mcp.sandbox.engine.recordings import RecordedFile, Recording, RecordingWish
from sinch_voice_mcp.sandbox.engine.rooms import ConferenceKey
from sinch_voice_mcp.sandbox.engine.scripts import ScriptRun
from sinch_voice_mcp.svaml import (
    Action,
    Document,
    Instruction,
    Menu,
    RunMenu,
)
from sinch_voice_mcp.wire.calls import CallResult

TimelineValue = str | int | float | bool

TimelineKind = Literal[
    "created", "dialing", "ringing", "answered", "say", "play", "dtmf", "cookie", "connected", "bridged", "joined",
    "left", "muted", "unmuted", "held", "resumed", "updated", "dropped", "ended", "callback", "reply", "menu",
    "pressed", "heard", "input", "amd", "recording", "parked", "said", "keys", "incoming",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened in a call. ``sequence`` orders the entries of all calls."""

    sequence: int
    at: datetime
    call_id: str
    event: TimelineKind
    detail: Mapping[str, TimelineValue]


@dataclass(frozen=True, slots=True)
class Digest:
    """What searches look for in a timeline.

    Attributes:
        entries: How many entries it was drawn from.
        speech: What was said, and the prompts that were played; letter case is folded.
        keys: All keys that were pressed, in order.
        callbacks: The kinds of the events that were sent.
    """

    entries: int
    speech: str
    keys: str
    callbacks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Created:
    """The platform accepted the call; no number is dialed yet."""


@dataclass(frozen=True, slots=True)
class Dialing:
    """A leg is being set up; its phone does not ring yet."""

    leg: int


@dataclass(frozen=True, slots=True)
class Ringing:
    """The phone of a leg rings."""

    leg: int


@dataclass(frozen=True, slots=True)
class Performing:
    """An instruction is in progress."""

    instruction: Instruction


@dataclass(frozen=True, slots=True)
class InMenu:
    """A menu plays its prompt or waits for input; :attr:`SimulatedCall.menu` holds its state."""


@dataclass(frozen=True, slots=True)
class Detecting:
    """Answering machine detection is in progress, and the application does not know of the answer of a leg yet."""

    leg: int


@dataclass(frozen=True, slots=True)
class Parked:
    """The callee hears the hold prompt again and again, until an update or the longest time of parking."""


@dataclass(frozen=True, slots=True)
class AwaitingReply:
    """The call waits for the application's reply to a callback."""

    kind: SteeringKind
    sequence: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The party on the first leg hears nothing."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """The first leg talks to the leg with this index."""

    leg: int


@dataclass(frozen=True, slots=True)
class InConference:
    """The call is in a conference."""

    conference_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over and does not change any more."""

    at: datetime
    result: CallResult
    reason: EndReason


RestingState = Connected | Bridged | InConference
"""What a call returns to when its documents are done."""

Activity = Created | Dialing | Ringing | Performing | InMenu | Detecting | Parked | AwaitingReply | RestingState | Ended
"""What a call is doing now."""


@dataclass(frozen=True, slots=True)
class UnusableSvaml:
    """Invalid SVAML; the call fails when its turn comes."""

    message: str


@dataclass(frozen=True, slots=True)
class AskApplication:
    """The application replies at this URL, or at its callback URLs if there is none."""

    url: str | None = None


ReplySource = Document | UnusableSvaml | AskApplication
"""Where the reply to an event comes from."""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a callout asked for, or what the application of a call that came in is asked.

    Attributes:
        on_incoming: The reply to the incoming-call event, which says for every kind of callout what to call.
        on_answer: The reply to the answered-call event; None if that event is switched off.
        on_input: The reply to the prompt-input event; None if that event is switched off.
        continuation: What follows if the reply to the answered-call event is ``continue``, or there is none.
        sends_dice: Whether the application gets the disconnected-call event.
        endpoint: What to call if ``on_incoming`` names nothing.
        cli: The caller ID; None for none.
        dtmf: The tones to send on answer.
        custom: The request's ``custom`` member.
        max_duration_s: Seconds after the answer; None for the platform's limit.
    """

    on_incoming: ReplySource
    continuation: Document
    on_answer: ReplySource | None = None
    on_input: ReplySource | None = None
    sends_dice: bool = False
    endpoint: Endpoint | None = None
    cli: str | None = None
    dtmf: str | None = None
    custom: str = ""
    max_duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """The action that follows the answer of a dialed leg: detect a machine, then send the answered-call event."""

    leg: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """The action that follows the answered-call event of a second leg: connect it to the first one."""

    leg: int


Step = Action | ReportAnswer | Bridge
"""What a document ends with, or what the platform does by itself."""


@dataclass(slots=True)
class Frame:
    """A document in progress: the instructions that are left, then the action."""

    pending: deque[Instruction]
    action: Step


MenuOutcomeType = Literal["return", "sequence", "timeout", "hangup", "invalidinput", "error"]


@dataclass(frozen=True, slots=True)
class MenuOutcome:
    """How a menu ended; ``value`` is None without input."""

    menu_id: str
    type: MenuOutcomeType
    value: str | None = None
    method: Literal["dtmf", "voice"] = "dtmf"


@dataclass(slots=True)
class MenuRun:
    """A menu in progress.

    Attributes:
        action: The action with all menus.
        menu: The menu that plays or listens now.
        repeats_left: How many times it may still repeat its prompt.
        listening: Whether its prompt is over.
        digits: The digits entered so far.
    """

    action: RunMenu
    menu: Menu
    repeats_left: int
    listening: bool = False
    digits: str = ""


@dataclass(slots=True)
class SimulatedLeg:
    """One side of a call.

    Attributes:
        endpoint: What it leads to, or where the call came from.
        cli: The caller ID shown; None for none.
        callee: How the person or machine there behaves.
        rate: Price in USD per minute.
        options: How it was dialed.
        is_caller: Whether the call came in from there.
        answered_at: When the callee picked up, or when the platform answered the caller.
        ended_at: When the leg ended.
        is_leaving: Whether the callee has already decided to hang up.
        wrong_keys: How many times the callee has pressed a key that a menu does not offer.
        callback_fault: What goes wrong with callbacks if this is the first leg.
        script: What the party there does beyond that; None without a script.
        recording_fails: Whether every recording of the call fails if this is the first leg.
        hostile: What callbacks contain if this is the first leg, and what the party there says; None for nothing.
    """

    endpoint: Endpoint
    cli: str | None
    callee: Callee
    rate: Decimal
    options: DialOptions = NO_OPTIONS
    is_caller: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    is_leaving: bool = False
    wrong_keys: int = 0
    callback_fault: CallbackFault | None = None
    script: ScriptRun | None = None
    recording_fails: bool = False
    hostile: str | None = None


@dataclass(slots=True)
class SimulatedCall:
    """A call.

    Attributes:
        id: The call id.
        application_key: The application that placed the call, or that it came in for.
        kind: What it is.
        tag: The name that its requester gave it; None for none.
        profile: What happens at the first number; None while it is not known which number that is.
        plan: What its callout asked for.
        created_at: When the platform accepted it.
        region: Where it lives.
        incoming: How it came in; None for a callout.
        legs: Its sides; the first is the one that the callout dialed, or the caller.
        focus: The leg that hears prompts, and whose keys count.
        activity: What it is doing now.
        resting_state: What it returns to when ``frames`` is empty.
        frames: The documents in progress; the last is on top.
        joins: The conference that the reply to the incoming-call event of a callout names, for after the answer.
        cookies: The cookies that documents set.
        menu: The menu in progress, if there is one.
        suppresses_callbacks: Whether an action switched the answered-call and disconnected-call events off.
        recording_wish: The recording that begins with the answer, if there is one.
        recording: The recording in progress, if there is one.
        recorded: The recordings that have ended.
        held_callback: A callback that is sent after the disconnected-call event.
        transport_fault: What goes wrong with the response to its callout; None for nothing.
        given: The SVAML that came with the callout and with updates, in order.
        timeline: What happened, in order.
        digest: What searches look for in the timeline, if it has been searched.
    """

    id: str
    application_key: str
    plan: CallPlan
    created_at: datetime
    region: Region = DEFAULT_REGION
    incoming: IncomingCall | None = None
    legs: list[SimulatedLeg] = field(default_factory=list[SimulatedLeg])
    focus: int = 0
    activity: Activity = Created()
    resting_state: RestingState = Connected()
    frames: list[Frame] = field(default_factory=list[Frame])
    joins: Document | None = None
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    menu: MenuRun | None = None
    suppresses_callbacks: bool = False
    held_callback: OutgoingCallback | None = None
    transport_fault: TransportFault | None = None
    recording_wish: RecordingWish | None = None
    recording: Recording | None = None
    recorded: list[RecordedFile] = field(default_factory=list[RecordedFile])
    given: list[GivenSvaml] = field(default_factory=list[GivenSvaml])
    kind: CallKind = "custom"
    tag: str | None = None
    profile: NumberProfile | None = None
    timeline: list[TimelineEntry] = field(default_factory=list[TimelineEntry])
    digest: Digest | None = field(default=None, repr=False, compare=False)

    @property
    def answered_at(self) -> datetime | None:
        """When the first leg was answered; None before that."""
        return self.legs[0].answered_at if self.legs else None

    def room(self, conference_id: str) -> ConferenceKey:
        """Return the key of a conference that the call can be in."""
        return self.application_key, self.region, conference_id

    @property
    def target(self) -> Endpoint | Dialed | None:
        """What the caller of a call that came in dialed, else what the callout calls; None if that is not known."""
        if self.incoming is not None:
            return self.incoming.dialed
        return self.legs[0].endpoint if self.legs else self.plan.endpoint

    @property
    def is_heard(self) -> bool:
        """Whether the party on the first leg hears what the call plays: a caller always does."""
        return self.incoming is not None or self.answered_at is not None

    @property
    def ended(self) -> Ended | None:
        """How the call ended; None while it is in progress."""
        return self.activity if isinstance(self.activity, Ended) else None

    @property
    def callback_fault(self) -> CallbackFault | None:
        """What goes wrong with the callbacks of the call; the number of the first leg decides."""
        return self.legs[0].callback_fault if self.legs else None

    def facts(self, endpoint: Endpoint) -> CallFacts:
        """Return what fault rules look at when a leg is about to be dialed."""
        return CallFacts(endpoint, self.application_key, self.kind, self.tag)

    def open_legs(self) -> Iterator[SimulatedLeg]:
        """Yield the legs that have not ended."""
        return (leg for leg in self.legs if leg.ended_at is None)
