"""Effects: what a request can do outside the call, each with the member that causes it.

Every ``path`` is a JSON path from the root of the request, also for members of embedded documents, such as
``$.customCallout.ice.action.number``.
"""

from dataclasses import dataclass
from typing import Literal

ReachKind = Literal["in_app", "sip", "stream"]
FetchKind = Literal["media", "callback"]


@dataclass(frozen=True, slots=True)
class Dial:
    """A telephone rings. ``number`` is None if the platform would call the number that the caller dialed.

    ``cli`` is the caller ID with which it rings, None if there is none; ``cli_path`` is the path where it belongs.
    """

    path: str
    number: str | None
    cli: str | None
    cli_path: str


@dataclass(frozen=True, slots=True)
class Reach:
    """A target other than a telephone is connected; ``target`` is None for the in-app user that the caller chose.

    ``cli`` is the caller ID with which it is called, None if there is none.
    """

    path: str
    kind: ReachKind
    target: str | None
    cli: str | None = None


@dataclass(frozen=True, slots=True)
class Identify:
    """A caller ID is shown to the callee."""

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
    """Plain text is spoken in a locale; None for the default one."""

    path: str
    text: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class SpeakSsml:
    """SSML is spoken in a locale; None for the default one."""

    path: str
    ssml: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class UseVoice:
    """A locale or voice is named."""

    path: str
    locale: str


@dataclass(frozen=True, slots=True)
class PlayStored:
    """A file that is stored at the platform is played."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Header:
    """A header is sent to the target that is connected."""

    path: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Join:
    """The call joins a conference."""

    path: str
    conference_id: str


@dataclass(frozen=True, slots=True)
class Tones:
    """DTMF tones are sent."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Store:
    """A recording is made and stored at ``url``; None if the request gives no destination."""

    path: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential is sent. Its value is left out, because effects are shown and logged."""

    path: str


@dataclass(frozen=True, slots=True)
class Lasts:
    """A member limits a time or a count; ``name`` is the wire name of the member and implies the unit."""

    path: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Hides:
    """Callbacks are switched off, so that no event reports what happened in the call."""

    path: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An undocumented member, whose effect is unknown."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that cannot be read, so that the rules cannot examine it."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """A part of a document that can be read, and that the platform rejects all the same."""

    path: str
    message: str


Effect = (
    Dial
    | Reach
    | Identify
    | Fetch
    | Speak
    | SpeakSsml
    | UseVoice
    | PlayStored
    | Header
    | Join
    | Tones
    | Store
    | Secret
    | Lasts
    | Hides
    | Unknown
    | Broken
    | Invalid
)
