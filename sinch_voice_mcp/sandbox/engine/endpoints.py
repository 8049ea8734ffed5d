"""Where legs lead: telephones, SIP addresses, in-app users and streams; and how an action dials them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from sinch_voice_mcp.sandbox.engine.numbers import normalize
from sinch_voice_mcp.sandbox.engine.profiles import INCOMING_RATE, ORDINARY, NumberProfile, profile_of
from sinch_voice_mcp.sandbox.engine.rejections import RejectedError
from sinch_voice_mcp.sandbox.ledger import chosen
from sinch_voice_mcp.svaml import (
    AnsweringMachineDetection,
    CallHeader,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    RecordingOptions,
)

Region = Literal["use1", "euc1", "sae1", "apse1", "apse2"]
"""Where a call or a conference lives."""

REGIONS: tuple[Region, ...] = get_args(Region)

DEFAULT_REGION: Region = "use1"
"""The region of requests that name none."""

EndpointType = Literal["number", "sip", "username", "Websocket"]

Connect = ConnectPstn | ConnectSip | ConnectMxp | ConnectStream
"""The actions that dial a leg."""

_RATES: Mapping[EndpointType, Decimal] = {
    "sip": Decimal("0.005"),
    "username": Decimal("0.003"),
    "Websocket": Decimal("0.005"),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a leg leads to. ``address`` is a number in E.164 form, ``user@host``, a user name or a URL."""

    type: EndpointType
    address: str

    @property
    def profile(self) -> NumberProfile:
        """What happens there; a SIP address whose user is a fictional number behaves like that number."""
        if self.type == "number":
            return profile_of(self.address)
        user = self.address.removeprefix("sip:").partition("@")[0] if self.type == "sip" else self.address
        try:
            return profile_of(normalize(user))
        except RejectedError:
            return ORDINARY

    @property
    def rate(self) -> Decimal:
        """The price in USD per minute."""
        return _RATES.get(self.type) or self.profile.rate


@dataclass(frozen=True, slots=True)
class DialOptions:
    """How a leg is dialed, whatever it leads to.

    Attributes:
        cli: The caller ID; None if the action gives none.
        max_duration_s: Seconds after the answer; None for the platform's limit.
        dial_timeout_s: Seconds of ringing; None for the platform's limit.
        tones: The tones to send on answer.
        amd: Answering machine detection.
        records: Whether the call is recorded from the answer on.
        recording: How it is recorded.
        hides: Whether the application gets no answered-call and disconnected-call events.
    """

    cli: str | None = None
    max_duration_s: int | None = None
    dial_timeout_s: int | None = None
    tones: str | None = None
    amd: AnsweringMachineDetection | None = None
    records: bool = False
    recording: RecordingOptions | None = None
    hides: bool = False


NO_OPTIONS = DialOptions()


def dial_options(action: Connect) -> DialOptions:
    """Return how an action dials."""
    match action:
        case ConnectPstn():
            return DialOptions(
                cli=action.cli,
                max_duration_s=action.max_duration,
                dial_timeout_s=action.dial_timeout,
                tones=action.dtmf,
                amd=action.amd,
                records=action.record is True,
                recording=action.recording_options,
                hides=action.suppress_callbacks is True,
            )
        case ConnectSip():
            return DialOptions(
                cli=action.cli,
                max_duration_s=action.max_duration,
                hides=action.suppress_callbacks is True,
            )
        case ConnectMxp():
            return NO_OPTIONS
        case ConnectStream():
            return DialOptions(max_duration_s=action.max_duration)


def endpoint_of(action: Connect, default: Endpoint | None) -> Endpoint:
    """Return what an action dials; one that names nothing dials what the call was meant for.

    Raises:
        RejectedError: 40001 if it names no number, or nothing and the call was meant for nothing else.
    """
    match action:
        case ConnectPstn(number=str(number)):
            return Endpoint("number", normalize(number))
        case ConnectSip(destination=destination):
            return Endpoint("sip", destination.endpoint)
        case ConnectStream(destination=destination):
            return Endpoint("Websocket", destination.endpoint)
        case ConnectMxp(destination=destination) if destination is not None:
            return Endpoint("username", destination.endpoint)
        case _:
            wanted: EndpointType = "number" if isinstance(action, ConnectPstn) else "username"
            if default is None or default.type != wanted:
                member = "number" if wanted == "number" else "destination"
                raise RejectedError(40001, f"`{action.name}` needs a `{member}`, because the call was meant for none")
            return default


Origin = Literal["PSTN", "SIP", "MXP"]
"""Where a call came from: the telephone network, a SIP trunk, or an app."""

_CALLERS: Mapping[Origin, EndpointType] = {"PSTN": "number", "SIP": "sip", "MXP": "username"}

DialedType = Literal["did", "number", "username", "conference"]


@dataclass(frozen=True, slots=True)
class Dialed:
    """What the caller of a call that came in dialed: an own number, or from an app anything."""

    type: DialedType
    address: str


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call that comes in.

    Attributes:
        origin: Where it comes from.
        caller: The caller's number in E.164 form, SIP address or user name; ``private`` if it is withheld.
        dialed: What the caller dialed.
        region: The region that it comes in at.
        rdnis: The number that forwarded it; empty for none.
        headers: The headers that it carries, from SIP or from an app.
        custom: What the app passed along; empty for nothing.
    """

    origin: Origin
    caller: str
    dialed: Dialed
    region: Region = DEFAULT_REGION
    rdnis: str = ""
    headers: tuple[CallHeader, ...] = ()
    custom: str = ""

    @property
    def domain(self) -> Literal["pstn", "mxp"]:
        """The domain that events name."""
        return "mxp" if self.origin == "MXP" else "pstn"

    @property
    def endpoint(self) -> Endpoint:
        """The caller's side of the call."""
        return Endpoint(_CALLERS[self.origin], self.caller)

    @property
    def forwarded_to(self) -> Endpoint | None:
        """What an action that names nothing dials; an own number is no such thing, because it is the application."""
        match self.dialed:
            case Dialed(type="number", address=address):
                return Endpoint("number", address)
            case Dialed(type="username", address=address):
                return Endpoint("username", address)
            case _:
                return None

    @property
    def rate(self) -> Decimal:
        """What the call itself costs in USD per minute."""
        return INCOMING_RATE if self.origin == "PSTN" else Decimal(0)


BEHAVIORS = (
    chosen("feature", "SIP addresses", "behave like the number before the `@`, else like +12025550100"),
    chosen("feature", "apps and streams", "behave like +12025550100"),
    chosen(
        "call",
        "regions",
        "a path that begins with /euc1, for example; else use1. Elsewhere the call is not found",
        "the platform has a host for each region",
    ),
    chosen(
        "money",
        "other rates",
        "SIP and streams 0.005, apps 0.003 USD per minute",
    ),
)
