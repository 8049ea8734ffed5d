"""What the owner of a server allows: one frozen model, with the live defaults and the sandbox's."""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from sinch_voice_mcp.policy.amounts import Limit, Money
from sinch_voice_mcp.policy.hours import ANY, AUTO, written_hours
from sinch_voice_mcp.policy.numbers import Fault, NumberType, caller_id, examine, plainly_spaced
from sinch_voice_mcp.policy.urls import is_host_pattern
from sinch_voice_mcp.svaml.limits import MAX_CALL_S, MAX_SPOKEN_CHARS
from sinch_voice_mcp.text.quoting import quoted
from sinch_voice_mcp.types import is_object

Confirm = Literal["auto", "always", "never"]
"""Whether a person is asked: where the client can ask, or else no call, or never."""

Mode = Literal["sandbox", "live"]
"""Whose rules without a switch apply: fictional numbers and unknown members are refused in live mode."""

NUMBER_TYPES: tuple[NumberType, ...] = get_args(NumberType)
ANY_REGION = "*"
VARIABLE_PREFIX = "SINCH_VOICE_"
LONGEST_TEXT = MAX_SPOKEN_CHARS
"""The platform speaks no more characters in one piece."""

LONGEST_CALL = MAX_CALL_S
"""The platform lets no call last longer, in seconds."""

USUAL_CALL = 600
"""How long a call may last where nobody says, in seconds."""

Duration = Annotated[int, Field(ge=1, le=LONGEST_CALL)]

_DEFAULT_TYPES: frozenset[NumberType] = frozenset({"fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "uan"})
_NOTHING: frozenset[str] = frozenset()
_RESERVED_HOSTS = frozenset({"example.com", "*.example.com"})
_CALLER_ID = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_CALLER_ID_WORDS = frozenset({"private", "incoming"})
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_DESTINATION = re.compile(r"(?:s3|azure|gs)://[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._-]+)*/?", re.ASCII)
_MISTAKEN_REGIONS = {"UK": "GB", "EL": "GR", "EN": "GB", "JA": "JP"}


def variable(name: str) -> str:
    """The environment variable that sets a member of the policy, or any other setting without a name of its own."""
    return f"{VARIABLE_PREFIX}{name.upper()}"


class Policy(BaseModel):
    """What may be sent. The defaults are the live ones; an empty list allows nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    allowed_number_types: frozenset[NumberType] = Field(
        default=_DEFAULT_TYPES, description="Kinds of numbers that may be rung"
    )
    allowed_regions: frozenset[str] | None = Field(
        default=None,
        description="Regions that may be rung, ISO 3166 (SE, US), * for any; default those of your own voice numbers",
    )
    allowed_numbers: frozenset[str] = Field(
        default=_NOTHING, description="Exact numbers that may be rung whatever their region and kind, E.164"
    )
    denied_prefixes: tuple[str, ...] = Field(
        default=(), description="Beginnings of numbers never rung, such as +1900; wins over everything"
    )
    default_cli: str | None = Field(default=None, description="Caller id where a call names none, E.164")
    verified_cli: frozenset[str] = Field(
        default=_NOTHING, description="Caller ids allowed besides your own voice numbers: E.164, private, incoming"
    )
    max_text_chars: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] = Field(
        default=LONGEST_TEXT, description="Longest text that is spoken in one piece, in characters"
    )
    media_hosts: frozenset[str] = Field(
        default=_NOTHING, description="Hosts that audio may be played from; *.example.com for subdomains; empty is off"
    )
    callback_hosts: frozenset[str] = Field(
        default=_NOTHING, description="Hosts that call events and streams may be sent to; *.example.com for subdomains"
    )
    allow_suppress_callbacks: bool = Field(default=False, description="Allow calls that report no events")
    allow_recording: bool = Field(default=False, description="Allow recording, to recording_destinations")
    allow_sip: bool = Field(default=False, description="Allow connecting SIP addresses")
    allow_in_app: bool = Field(default=False, description="Allow connecting in-app users")
    allow_streams: bool = Field(default=False, description="Allow streaming audio to callback_hosts")
    recording_destinations: frozenset[str] = Field(
        default=_NOTHING,
        description="Where recordings may go, such as s3://bucket/folder, and below",
    )
    calling_hours: str = Field(
        default=AUTO,
        description="When phones may ring, local time: auto, any, or such as Mon-Fri 09:00-20:00, Sat 09:00-17:00",
    )
    repeat_in_flight: Limit = Field(default=1, description="Calls to one number at the same time")
    repeat_gap_s: Limit = Field(default=300, description="Pause between two calls to one number, in seconds")
    repeat_per_day: Limit = Field(default=3, description="Calls to one number within a day")
    repeat_per_week: Limit = Field(default=7, description="Calls to one number within a week")
    calls_per_minute: Limit = Field(default=5, description="Calls within a minute, of everybody together")
    calls_per_hour: Limit = Field(default=30, description="Calls within an hour, of everybody together")
    calls_per_day: Limit = Field(default=100, description="Calls within a day, of everybody together")
    max_concurrent_calls: Limit = Field(default=3, description="Calls at the same time, of everybody together")
    max_unknown_outcomes: Limit = Field(
        default=5, description="Unknown outcomes within ten minutes after which calling stops"
    )
    max_duration_s: Duration = Field(default=3_600, description="Longest call that may be asked for, in seconds")
    default_duration_s: Duration = Field(
        default=USUAL_CALL,
        description="Longest call where none is asked for, in seconds; never more than max_duration_s",
    )
    dial_timeout_s: Annotated[int, Field(ge=1)] = Field(
        default=60, description="Longest ringing where a call is connected to a telephone, in seconds"
    )
    max_rate_per_minute: Money = Field(
        default=Decimal("0.25"), description="Dearest minute that may be called, in the account's currency"
    )
    max_spend_per_day: Money = Field(
        default=Decimal("5.00"), description="Most that calls may cost within a day, in the account's currency"
    )
    confirm: Confirm = Field(
        default="auto", description="Whether a person confirms calls: auto where the client can ask, always, never"
    )
    trusted_numbers: frozenset[str] = Field(
        default=_NOTHING, description="Numbers that need no consent and no calling hours and may be repeated, E.164"
    )
    audit_text: bool = Field(default=False, description="Keep spoken text in the audit log")
    stop: bool = Field(default=False, description="Refuse every call: the kill switch as a setting")

    @classmethod
    def live(cls) -> Self:
        """The defaults against the real platform: what may be rung is what the account's own numbers suggest."""
        return cls()

    @classmethod
    def sandbox(cls) -> Self:
        """The defaults where no phone rings: any region and hour, the reserved hosts of examples, no consent."""
        return cls(
            allowed_regions=frozenset({ANY_REGION}),
            media_hosts=_RESERVED_HOSTS,
            callback_hosts=_RESERVED_HOSTS,
            calling_hours=ANY,
            repeat_in_flight=None,
            repeat_gap_s=None,
            repeat_per_day=None,
            repeat_per_week=None,
            calls_per_minute=60,
            calls_per_hour=1_000,
            calls_per_day=1_000,
            max_concurrent_calls=50,
            max_spend_per_day=Decimal("100.00"),
            confirm="never",
        )

    @model_validator(mode="before")
    @classmethod
    def _following(cls, given: object) -> object:
        """A usual length that nobody wrote down follows a lower ceiling."""
        if not is_object(given) or "default_duration_s" in given or "max_duration_s" not in given:
            return given
        try:
            ceiling = int(str(given["max_duration_s"]))
        except ValueError:
            return given
        return {**given, "default_duration_s": ceiling} if 1 <= ceiling < USUAL_CALL else given

    @field_validator("allowed_regions")
    @classmethod
    def _regions(cls, regions: frozenset[str] | None) -> frozenset[str] | None:
        return None if regions is None else frozenset(_region(region) for region in regions)

    @field_validator("allowed_numbers", "trusted_numbers")
    @classmethod
    def _numbers(cls, numbers: frozenset[str]) -> frozenset[str]:
        return frozenset(_number(number) for number in numbers)

    @field_validator("denied_prefixes")
    @classmethod
    def _prefixes(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_prefix(prefix) for prefix in prefixes)

    @field_validator("default_cli")
    @classmethod
    def _one_caller_id(cls, cli: str | None) -> str | None:
        return None if cli is None else _caller_id(cli)

    @field_validator("verified_cli")
    @classmethod
    def _caller_ids(cls, clis: frozenset[str]) -> frozenset[str]:
        return frozenset(
            cli.strip().lower() if cli.strip().lower() in _CALLER_ID_WORDS else _caller_id(cli) for cli in clis
        )

    @field_validator("media_hosts", "callback_hosts")
    @classmethod
    def _hosts(cls, patterns: frozenset[str]) -> frozenset[str]:
        return frozenset(_host(pattern) for pattern in patterns)

    @field_validator("recording_destinations")
    @classmethod
    def _destinations(cls, destinations: frozenset[str]) -> frozenset[str]:
        return frozenset(_destination(destination) for destination in destinations)

    @field_validator("calling_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        return written_hours(text)

    @field_validator("confirm", mode="before")
    @classmethod
    def _confirm(cls, word: object) -> object:
        return word.strip().lower() if isinstance(word, str) else word

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.default_duration_s > self.max_duration_s:
            default, most = variable("default_duration_s"), variable("max_duration_s")
            raise ValueError(
                f"{default} ({self.default_duration_s} s) is more than {most} ({self.max_duration_s} s); "
                "lower the one or raise the other"
            )
        if self.confirm == "never" and not self.allowed_numbers and self.allowed_regions is None:
            numbers, regions = variable("allowed_numbers"), variable("allowed_regions")
            raise ValueError(
                f"{variable('confirm')}=never needs {numbers} or {regions}: "
                "where nobody is asked, say yourself whom to ring"
            )
        return self

    @field_serializer(
        "allowed_number_types",
        "allowed_regions",
        "allowed_numbers",
        "verified_cli",
        "media_hosts",
        "callback_hosts",
        "recording_destinations",
        "trusted_numbers",
        when_used="json",
    )
    def _in_order(self, values: Collection[str] | None) -> list[str] | None:
        return None if values is None else sorted(values)

    @property
    def accepted_cli(self) -> frozenset[str]:
        """Caller ids that the owner wrote down, and that therefore need no look at the account."""
        return self.verified_cli if self.default_cli is None else self.verified_cli | {self.default_cli}


def is_caller_id_number(text: str) -> bool:
    """Whether a caller id has the form of a number: a plus and 7 to 15 digits."""
    return _CALLER_ID.fullmatch(text) is not None


def is_caller_id_word(text: str) -> bool:
    """Whether a caller id is a word that the owner may list, such as ``private``."""
    return text in _CALLER_ID_WORDS


def is_recording_url(url: str) -> bool:
    """Whether a URL names a bucket and plain folders in it, nothing that could lead elsewhere."""
    return _DESTINATION.fullmatch(url) is not None and not any(part in {".", ".."} for part in url.split("/"))


def is_below(url: str, destinations: Iterable[str]) -> bool:
    """Whether a recording goes to one of the listed destinations, or below one."""
    return any(
        url.rstrip("/") == listed.rstrip("/") or url.startswith(f"{listed.rstrip('/')}/") for listed in destinations
    )


def _region(region: str) -> str:
    code = region.strip().upper()
    if code == ANY_REGION or code in phonenumbers.SUPPORTED_REGIONS:
        return code
    meant = _MISTAKEN_REGIONS.get(code)
    hint = f"did you mean {meant}" if meant else "regions are ISO 3166 codes of two letters, such as SE, or *"
    raise ValueError(f"{quoted(region)} is no region with telephone numbers; {hint}")


def _number(number: str) -> str:
    match examine(number):
        case Fault(message=message):
            raise ValueError(message)
        case found:
            return found.e164


def _prefix(prefix: str) -> str:
    digits = re.sub(r"[ ().\-]", "", plainly_spaced(prefix))
    if not _PREFIX.fullmatch(digits):
        raise ValueError(f"{quoted(prefix)} is not the beginning of a number, such as +1900")
    return digits


def _caller_id(cli: str) -> str:
    written = caller_id(cli)
    if not is_caller_id_number(written):
        raise ValueError(f"{quoted(cli)} is not a number in E.164 form, such as +14155550100")
    return written


def _host(pattern: str) -> str:
    name = pattern.strip().lower()
    if not is_host_pattern(name):
        raise ValueError(f"{quoted(pattern)} is not a DNS name such as example.com or *.example.com")
    return name


def _destination(destination: str) -> str:
    url = destination.strip()
    if not is_recording_url(url):
        raise ValueError(f"{quoted(destination)} is not a place for recordings, such as s3://bucket/folder")
    return url
