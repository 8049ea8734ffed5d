"""What a request can do to the world outside the call, as small facts with the place they stand at.

Every ``path`` is a JSON path from the root of the request; it goes on into inline documents, as in
``$.customCallout.ice.action.number``.
"""

from dataclasses import dataclass
from typing import Literal

ReachKind = Literal["in_app", "sip", "stream"]
FetchKind = Literal["media", "callback"]


@dataclass(frozen=True, slots=True)
class Dial:
    """A telephone rings. ``number`` is None where it is the one that the caller dialled.

    ``cli`` is the caller id on the same object, None where there is none; ``cli_path`` is where it belongs.
    """

    path: str
    number: str | None
    cli: str | None
    cli_path: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Something that is no telephone is connected; ``target`` is None for the original in-app user."""

    path: str
    kind: ReachKind
    target: str | None


@dataclass(frozen=True, slots=True)
class Identify:
    """A caller id is shown."""

    path: str
    cli: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """The platform fetches audio from a URL, or reports events to one."""

    path: str
    url: str
    kind: FetchKind


@dataclass(frozen=True, slots=True)
class Speak:
    """Plain text is spoken."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class SpeakSsml:
    """SSML is spoken."""

    path: str
    ssml: str


@dataclass(frozen=True, slots=True)
class Tones:
    """DTMF tones are sent."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Store:
    """A recording is made; ``url`` is None where it does not say where it goes."""

    path: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential is handed over. Its value is nobody's business."""

    path: str


@dataclass(frozen=True, slots=True)
class Lasts:
    """Something is bounded in time or number; ``name`` is the wire name and tells the unit."""

    path: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Hides:
    """Callbacks are switched off, so that nobody hears how the call went."""

    path: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A member that no documentation names, so that nobody knows what it does."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that cannot be read, and so cannot be judged."""

    path: str
    message: str


Effect = Dial | Reach | Identify | Fetch | Speak | SpeakSsml | Tones | Store | Secret | Lasts | Hides | Unknown | Broken
