"""What the sandbox knows: calls with legs, cookies and a timeline; conferences; the steps of a call."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sinch_voice_mcp.sandbox.engine.destinations import FarSide
from sinch_voice_mcp.sandbox.engine.outbox import AnsweredKind, CallbackFault, Outgoing
from sinch_voice_mcp.sandbox.engine.outcomes import Reason, Result
from sinch_voice_mcp.svaml import Action, ConnectPstn, Document, Instruction, Menu, MusicOnHold, RunMenu

Detail = str | int | float | bool
"""A value in the timeline."""

EntryKind = Literal[
    "created", "dialling", "ringing", "answered", "say", "play", "dtmf", "cookie", "connected", "bridged", "joined",
    "left", "muted", "unmuted", "held", "resumed", "updated", "dropped", "ended", "callback", "reply", "menu",
    "pressed", "heard", "input", "amd",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in a call. ``sequence`` orders the entries of all calls."""

    sequence: int
    at: datetime
    call_id: str
    event: EntryKind
    detail: Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class Created:
    """Taken, nothing dialled yet."""


@dataclass(frozen=True, slots=True)
class Dialling:
    """A leg is being set up; its phone does not ring yet."""

    leg: int


@dataclass(frozen=True, slots=True)
class Ringing:
    """The phone of a leg rings."""

    leg: int


@dataclass(frozen=True, slots=True)
class Performing:
    """An instruction is being carried out."""

    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Asking:
    """A menu asks; :attr:`Call.menu` has its state."""


@dataclass(frozen=True, slots=True)
class Detecting:
    """Answering machine detection listens, and nobody has been told of the answer yet."""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The application has been asked what to do next."""

    kind: AnsweredKind
    sequence: int


@dataclass(frozen=True, slots=True)
class Connected:
    """Answered; the far side is on the line and nothing is played."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """Connected with a second leg."""

    leg: int


@dataclass(frozen=True, slots=True)
class InConference:
    """In a conference."""

    conference_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Over: nothing of the call changes any more."""

    at: datetime
    result: Result
    reason: Reason


Place = Connected | Bridged | InConference
"""Where a call rests between instructions."""

Step = Created | Dialling | Ringing | Performing | Asking | Detecting | Awaiting | Place | Ended
"""What a call is doing now."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """SVAML that the platform cannot follow; it fails when its turn comes.

    ``code`` is 40001 for invalid SVAML, 50000 for what the sandbox does not simulate.
    """

    message: str
    code: Literal[40001, 50000] = 40001


@dataclass(frozen=True, slots=True)
class Asked:
    """The application says what to do: at this URL, or at its callback URLs."""

    url: str | None = None


Told = Document | Unreadable | Asked
"""Where the answer to an event comes from."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a callout asked for.

    Attributes:
        begin: The answer to the incoming-call event: for every kind of callout it says whom to ring.
        on_answer: The answer to the answered-call event; None where that event is switched off.
        on_input: The answer to the prompt-input event; None where that event is switched off.
        dice: Whether the application hears of the end.
        after: What follows when ``on_answer`` says ``continue``, or nothing.
        number: The destination that ``begin`` rings where it names none.
        max_duration_s: Seconds after the answer, None for the platform's limit.
    """

    begin: Told
    after: Document
    on_answer: Told | None = None
    on_input: Told | None = None
    dice: bool = False
    number: str | None = None
    cli: str | None = None
    dtmf: str | None = None
    custom: str = ""
    max_duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class AnnounceAnswer:
    """The first phone was picked up: detect, tell the application, do what it says."""


@dataclass(slots=True)
class Frame:
    """A document being carried out: instructions still to do, then the action."""

    pending: deque[Instruction]
    action: Action | AnnounceAnswer


MenuResultType = Literal["return", "sequence", "timeout", "hangup", "invalidinput", "error"]


@dataclass(frozen=True, slots=True)
class MenuResult:
    """How a menu ended; ``value`` is None where there was no input."""

    menu_id: str
    type: MenuResultType
    value: str | None = None
    method: Literal["dtmf", "voice"] = "dtmf"


@dataclass(slots=True)
class MenuRun:
    """A menu that is asking.

    Attributes:
        action: All menus.
        menu: The one that asks now.
        repeats_left: How often it may still repeat its prompt.
        listening: Whether its prompt is over.
        digits: What has been entered so far.
    """

    action: RunMenu
    menu: Menu
    repeats_left: int
    listening: bool = False
    digits: str = ""


@dataclass(slots=True)
class Leg:
    """One phone of a call. ``rate`` is in USD a minute; ``wrong_keys`` is how often it answered a menu wrongly."""

    number: str
    cli: str | None
    far_side: FarSide
    rate: Decimal
    connect: ConnectPstn
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    will_leave: bool = False
    wrong_keys: int = 0
    callbacks: CallbackFault | None = None


@dataclass(slots=True)
class Call:
    """A call. ``legs[0]`` is the phone that the callout rang.

    ``menu`` is there while a menu asks; ``suppressed`` is whether an action switched its callbacks off; ``held`` is
    a callback that goes out after the last.
    """

    id: str
    application_key: str
    plan: Plan
    created_at: datetime
    legs: list[Leg] = field(default_factory=list[Leg])
    step: Step = Created()
    place: Place = Connected()
    frames: list[Frame] = field(default_factory=list[Frame])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    menu: MenuRun | None = None
    suppressed: bool = False
    held: Outgoing | None = None
    timeline: list[Entry] = field(default_factory=list[Entry])

    @property
    def answered_at(self) -> datetime | None:
        """When the first phone was picked up."""
        return self.legs[0].answered_at if self.legs else None

    @property
    def ended(self) -> Ended | None:
        """How the call ended; None while it lasts."""
        return self.step if isinstance(self.step, Ended) else None

    def open_legs(self) -> Iterator[Leg]:
        """The legs that have not ended."""
        return (leg for leg in self.legs if leg.ended_at is None)


@dataclass(slots=True)
class Member:
    """A call in a conference."""

    joined_at: datetime
    muted: bool = False
    onhold: bool = False
    moh: MusicOnHold | None = None


@dataclass(slots=True)
class Conference:
    """A conference; it is there as long as somebody is in it."""

    id: str
    members: dict[str, Member] = field(default_factory=dict[str, Member])
