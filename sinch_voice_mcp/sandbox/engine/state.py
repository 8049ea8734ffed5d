"""The sandbox's state: calls with legs, cookies and a timeline; conferences; what a call is doing."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.callees import Callee
from sinch_voice_mcp.sandbox.engine.events import EndReason
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, OutgoingCallback, SteeringKind
from sinch_voice_mcp.sandbox.engine.recordings import Recording
from sinch_voice_mcp.svaml import Action, ConnectPstn, Document, Instruction, Menu, MusicOnHold, RunMenu
from sinch_voice_mcp.wire.calls import CallResult

TimelineValue = str | int | float | bool

TimelineKind = Literal[
    "created", "dialing", "ringing", "answered", "say", "play", "dtmf", "cookie", "connected", "bridged", "joined",
    "left", "muted", "unmuted", "held", "resumed", "updated", "dropped", "ended", "callback", "reply", "menu",
    "pressed", "heard", "input", "amd", "recording", "parked",
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
    """Answering machine detection is in progress, and the application does not know of the answer yet."""


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
    """The callee is on the phone and hears nothing."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """The callee talks to a second callee, on the leg with this index."""

    leg: int


@dataclass(frozen=True, slots=True)
class InConference:
    """The callee is in a conference."""

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
    """SVAML that the sandbox cannot follow; the call fails when its turn comes.

    ``code`` is 40001 for invalid SVAML, and 50000 for SVAML that the sandbox does not simulate.
    """

    message: str
    code: Literal[40001, 50000] = 40001


@dataclass(frozen=True, slots=True)
class AskApplication:
    """The application replies at this URL, or at its callback URLs if there is none."""

    url: str | None = None


ReplySource = Document | UnusableSvaml | AskApplication
"""Where the reply to an event comes from."""


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a callout asked for.

    Attributes:
        on_incoming: The reply to the incoming-call event, which says for every kind of callout which number to call.
        on_answer: The reply to the answered-call event; None if that event is switched off.
        on_input: The reply to the prompt-input event; None if that event is switched off.
        continuation: What follows if the reply to the answered-call event is ``continue``, or there is none.
        sends_dice: Whether the application gets the disconnected-call event.
        number: The number to call if ``on_incoming`` names none.
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
    number: str | None = None
    cli: str | None = None
    dtmf: str | None = None
    custom: str = ""
    max_duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """The action that follows the answer of the first leg: detect a machine, then send the answered-call event."""


@dataclass(slots=True)
class Frame:
    """A document in progress: the instructions that are left, then the action."""

    pending: deque[Instruction]
    action: Action | ReportAnswer


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
    """One phone of a call.

    Attributes:
        number: The number, in E.164 form.
        cli: The caller ID shown; None for none.
        callee: How the callee behaves.
        rate: Price in USD per minute.
        connect: The action that dialed the number.
        answered_at: When the callee picked up.
        ended_at: When the leg ended.
        is_leaving: Whether the callee has already decided to hang up.
        wrong_keys: How many times the callee has pressed a key that a menu does not offer.
        callback_fault: What goes wrong with callbacks if this is the first leg.
    """

    number: str
    cli: str | None
    callee: Callee
    rate: Decimal
    connect: ConnectPstn
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    is_leaving: bool = False
    wrong_keys: int = 0
    callback_fault: CallbackFault | None = None


@dataclass(slots=True)
class SimulatedCall:
    """A call.

    Attributes:
        id: The call id.
        application_key: The application that placed the call.
        plan: What its callout asked for.
        created_at: When the platform accepted it.
        legs: Its phones; the first is the one that the callout dialed.
        activity: What it is doing now.
        resting_state: What it returns to when ``frames`` is empty.
        frames: The documents in progress; the last is on top.
        cookies: The cookies that documents set.
        menu: The menu in progress, if there is one.
        suppresses_callbacks: Whether an action switched the answered-call and disconnected-call events off.
        recording: The recording in progress, if there is one.
        held_callback: A callback that is sent after the disconnected-call event.
        timeline: What happened, in order.
    """

    id: str
    application_key: str
    plan: CallPlan
    created_at: datetime
    legs: list[SimulatedLeg] = field(default_factory=list[SimulatedLeg])
    activity: Activity = Created()
    resting_state: RestingState = Connected()
    frames: list[Frame] = field(default_factory=list[Frame])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    menu: MenuRun | None = None
    suppresses_callbacks: bool = False
    held_callback: OutgoingCallback | None = None
    recording: Recording | None = None
    timeline: list[TimelineEntry] = field(default_factory=list[TimelineEntry])

    @property
    def answered_at(self) -> datetime | None:
        """When the first callee picked up; None before that."""
        return self.legs[0].answered_at if self.legs else None

    @property
    def ended(self) -> Ended | None:
        """How the call ended; None while it is in progress."""
        return self.activity if isinstance(self.activity, Ended) else None

    @property
    def callback_fault(self) -> CallbackFault | None:
        """What goes wrong with the callbacks of the call; the number of the first leg decides."""
        return self.legs[0].callback_fault if self.legs else None

    def open_legs(self) -> Iterator[SimulatedLeg]:
        """Yield the legs that have not ended."""
        return (leg for leg in self.legs if leg.ended_at is None)


@dataclass(slots=True)
class ConferenceMember:
    """A call in a conference; ``moh`` is the music that it hears on hold."""

    joined_at: datetime
    muted: bool = False
    onhold: bool = False
    moh: MusicOnHold | None = None


@dataclass(slots=True)
class SimulatedConference:
    """A conference; it exists while it has members, which are keyed by call id."""

    id: str
    members: dict[str, ConferenceMember] = field(default_factory=dict[str, ConferenceMember])
