"""The nine actions. Each document ends with one of them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sinch_voice_mcp.svaml.limits import MAX_CALL_S, MAX_CONFERENCE_ID_CHARS, MAX_PARK_S
from sinch_voice_mcp.svaml.model.destinations import SipDestination, StreamDestination, UserDestination
from sinch_voice_mcp.svaml.model.instructions import RecordingOptions
from sinch_voice_mcp.svaml.model.menus import Menu
from sinch_voice_mcp.types import Inert, Many, Meaning, Payload

MusicOnHold = Literal["ring", "music1", "music2", "music3"]
Indications = Literal[
    "at", "au", "bg", "br", "be", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hu", "il", "in",
    "it", "lt", "jp", "mx", "my", "nl", "no", "nz", "ph", "pl", "pt", "ru", "se", "sg", "th", "uk", "us", "tw", "ve",
    "za",
]  # fmt: skip
Seconds = Annotated[int, Meaning.LASTS]
CallDuration = Annotated[int, Field(ge=1, le=MAX_CALL_S), Meaning.LASTS]
"""How long a call lasts at most, in seconds."""

TonesOnAnswer = Annotated[
    Annotated[str, Meaning.TONES] | None, BeforeValidator(lambda tones: None if tones == "" else tones)
]
"""Tones sent once a call is answered. Empty text stands for none, as official libraries send it."""


def _checked_id(name: str) -> str:
    if not name.strip(" .") or any(char < " " or char == "\x7f" for char in name):
        raise ValueError("must be a name: not only dots and spaces, and without control characters")
    return name


ConferenceId = Annotated[str, Field(max_length=MAX_CONFERENCE_ID_CHARS), AfterValidator(_checked_id), Meaning.INERT]
"""The name of a conference. It is also a segment of a URL path, where dots alone would lead to another path."""


class Hangup(Payload):
    """End the call."""

    name: Literal["hangup"] = "hangup"


class Continue(Payload):
    """Continue with what the call was doing. ``record`` records the call, as Sinch's older documentation shows."""

    name: Literal["continue"] = "continue"
    record: bool | None = None
    recording_options: RecordingOptions | None = None


class CallHeader(Payload):
    """A header passed to the other side; all headers together have at most 1,024 bytes."""

    key: Inert[str]
    value: Inert[str]


class AnsweringMachineDetection(Payload):
    """Answering machine detection, for custom callouts: before the ACE, or with ``async_`` at the same time."""

    enabled: bool | None = None
    async_: bool | None = Field(default=None, alias="async")


class Tag(Payload):
    """A label of a call with a name, as an older library of Sinch sends it."""

    key: Inert[str]
    value: Inert[str]


class ConnectPstn(Payload):
    """Call a telephone and connect it.

    ``number`` defaults to the number that the caller dialed. ``max_duration`` is 1 to 14,400 s;
    ``dial_timeout`` is how long the telephone rings, in seconds.
    """

    name: Literal["connectPstn"] = "connectPstn"
    number: Annotated[str, Meaning.DIALS] | None = None
    locale: Inert[str] | None = None
    max_duration: CallDuration | None = None
    dial_timeout: Seconds | None = None
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    suppress_callbacks: Annotated[bool, Meaning.HIDES] | None = None
    dtmf: TonesOnAnswer = None
    indications: Indications | None = None
    amd: AnsweringMachineDetection | None = None
    record: bool | None = None
    recording_options: RecordingOptions | None = None
    tags: Many[Inert[str] | Tag] | None = None


class ConnectMxp(Payload):
    """Connect an in-app user."""

    name: Literal["connectMxp"] = "connectMxp"
    destination: UserDestination | None = None
    call_headers: Many[CallHeader] | None = None


DtmfMode = Literal["ignore", "forward", "detect"]


class ConferenceDtmfOptions(Payload):
    """What happens to keys that a participant presses; ``timeout_mills`` is in milliseconds."""

    mode: DtmfMode | None = None
    max_digits: Annotated[int, Meaning.INERT] | None = None
    timeout_mills: Annotated[int, Meaning.LASTS] | None = None


class ConnectConf(Payload):
    """Join a conference, which is created if it does not exist. ``moh`` plays to a participant who is alone."""

    name: Literal["connectConf"] = "connectConf"
    conference_id: ConferenceId
    conference_dtmf_options: ConferenceDtmfOptions | None = None
    moh: MusicOnHold | None = None
    suppress_callbacks: Annotated[bool, Meaning.HIDES] | None = None
    record: bool | None = None
    recording_options: RecordingOptions | None = None


class ConnectSip(Payload):
    """Connect a SIP address."""

    name: Literal["connectSip"] = "connectSip"
    destination: SipDestination
    max_duration: CallDuration | None = None
    cli: Annotated[str, Meaning.IDENTIFIES] | None = None
    transport: Literal["UDP", "TCP", "TLS"] | None = None
    suppress_callbacks: Annotated[bool, Meaning.HIDES] | None = None
    call_headers: Many[CallHeader] | None = None
    moh: MusicOnHold | None = None


class StreamingOptions(Payload):
    """The version of the streaming protocol, and the sample rate in hertz (8,000 to 96,000)."""

    version: Annotated[int, Meaning.INERT] | None = None
    sample_rate: Annotated[int, Meaning.INERT] | None = None


class ConnectStream(Payload):
    """Stream the audio to a WebSocket server (closed beta at Sinch)."""

    name: Literal["connectStream"] = "connectStream"
    destination: StreamDestination
    streaming_options: StreamingOptions | None = None
    max_duration: CallDuration | None = None
    call_headers: Many[CallHeader] | None = None


class RunMenu(Payload):
    """Play a menu and wait for keys or, with ``enable_voice``, speech."""

    name: Literal["runMenu"] = "runMenu"
    barge: bool | None = None
    locale: Inert[str] | None = None
    main_menu: Inert[str] | None = None
    enable_voice: bool | None = None
    menus: Annotated[Many[Menu], Field(min_length=1)]


class Park(Payload):
    """Hold the call and play prompts until the application updates it, for at most 600 s."""

    name: Literal["park"] = "park"
    intro_prompt: Annotated[str, Meaning.PROMPT] | None = None
    hold_prompt: Annotated[str, Meaning.PROMPT] | None = None
    locale: Inert[str] | None = None
    max_duration: Annotated[int, Field(ge=1, le=MAX_PARK_S), Meaning.LASTS] | None = None


Action = Annotated[
    Hangup | Continue | ConnectPstn | ConnectMxp | ConnectConf | ConnectSip | ConnectStream | RunMenu | Park,
    Field(discriminator="name"),
]

ACTIONS: tuple[type[Payload], ...] = (
    Hangup, Continue, ConnectPstn, ConnectMxp, ConnectConf, ConnectSip, ConnectStream, RunMenu, Park,
)  # fmt: skip
