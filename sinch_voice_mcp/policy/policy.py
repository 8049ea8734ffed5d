"""What the owner of a server allows: one frozen model, with the defaults of live mode and of the sandbox."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from sinch_voice_mcp.policy.amounts import Limit, Money
from sinch_voice_mcp.policy.hours import ANY, AUTO, normalize_hours
from sinch_voice_mcp.policy.numbers import NumberType
from sinch_voice_mcp.policy.values import (
    ANY_REGION,
    normalize_caller_id,
    normalize_destination,
    normalize_host,
    normalize_number,
    normalize_prefix,
    normalize_region,
    normalize_verified_caller_id,
)
from sinch_voice_mcp.svaml.limits import MAX_CALL_S, MAX_SPOKEN_CHARS, MOST_SPOKEN_CHARS
from sinch_voice_mcp.types import is_object

Confirm = Literal["auto", "always", "never"]
"""When a person confirms a call: if the client can ask; always, else no call is placed; or never."""

Mode = Literal["sandbox", "live"]
"""Which rules apply: live mode also refuses fictional numbers and undocumented members."""

NUMBER_TYPES: tuple[NumberType, ...] = get_args(NumberType)
"""Every kind of number that the owner can allow."""

VARIABLE_PREFIX = "SINCH_VOICE_"
MAX_TEXT_CHARS = MOST_SPOKEN_CHARS
"""The platform speaks at most so many characters in one piece."""

DEFAULT_CALL_S = 600
"""Longest duration of a call that names none, in seconds."""

Duration = Annotated[int, Field(ge=1, le=MAX_CALL_S)]

# Premium, shared-cost and personal numbers and pagers cost the account extra; a voicemail number reaches no person.
_DEFAULT_TYPES: frozenset[NumberType] = frozenset({"fixed", "mobile", "fixed_or_mobile", "voip", "toll_free", "uan"})
_NOTHING: frozenset[str] = frozenset()
# RFC 2606 reserves these names for examples, so no real site is named by mistake.
_RESERVED_HOSTS = frozenset({"example.com", "*.example.com"})


def variable(name: str) -> str:
    """Return the environment variable of a member of the policy, or of another setting named by the same pattern."""
    return f"{VARIABLE_PREFIX}{name.upper()}"


class Policy(BaseModel):
    """What may be sent to the platform. The defaults are those of live mode; an empty list allows nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    allowed_number_types: frozenset[NumberType] = Field(
        default=_DEFAULT_TYPES, description="Kinds of numbers that may be called"
    )
    allowed_regions: frozenset[str] | None = Field(
        default=None,
        description="Regions that may be called, ISO 3166 (SE, US), * for any; default: those of your voice numbers",
    )
    allowed_numbers: frozenset[str] = Field(
        default=_NOTHING, description="Exact numbers that may be called regardless of region and kind, E.164"
    )
    denied_prefixes: tuple[str, ...] = Field(
        default=(),
        description="Prefixes of numbers that are never called, such as +1900; overrides all else",
    )
    default_cli: str | None = Field(default=None, description="Caller ID of a call that names none, E.164")
    verified_cli: frozenset[str] = Field(
        default=_NOTHING, description="Caller IDs allowed besides your own voice numbers: E.164, private, incoming"
    )
    max_text_chars: Annotated[int, Field(ge=1, le=MAX_TEXT_CHARS)] = Field(
        default=MAX_SPOKEN_CHARS,
        description=f"Longest text spoken in one piece, in characters; above {MAX_SPOKEN_CHARS}, Sinch must allow it",
    )
    media_hosts: frozenset[str] = Field(
        default=_NOTHING,
        description="Hosts that audio may be played from; *.example.com for subdomains",
    )
    callback_hosts: frozenset[str] = Field(
        default=_NOTHING, description="Hosts that call events and streams may be sent to; *.example.com for subdomains"
    )
    application_keys: frozenset[str] = Field(
        default=_NOTHING, description="Keys of other applications that numbers may be assigned to or taken from"
    )
    allow_suppress_callbacks: bool = Field(default=False, description="Allow calls that report no events")
    allow_recording: bool = Field(default=False, description="Allow recording, to recording_destinations")
    allow_sip: bool = Field(default=False, description="Allow connecting SIP addresses at sip_hosts")
    sip_hosts: frozenset[str] = Field(
        default=_NOTHING, description="Hosts of SIP addresses that may be connected; *.example.com for subdomains"
    )
    allow_in_app: bool = Field(default=False, description="Allow connecting in-app users")
    allow_streams: bool = Field(default=False, description="Allow streaming audio to callback_hosts")
    recording_destinations: frozenset[str] = Field(
        default=_NOTHING,
        description="Where recordings may be stored, such as s3://bucket/folder and everything below it",
    )
    calling_hours: str = Field(
        default=AUTO,
        description="Local times of calls: auto, any, or hours such as Mon-Fri 09:00-20:00, Sat 09:00-17:00",
    )
    repeat_in_flight: Limit = Field(default=1, description="Calls to one number at the same time")
    repeat_gap_s: Limit = Field(default=300, description="Pause between two calls to one number, in seconds")
    repeat_per_day: Limit = Field(default=3, description="Calls to one number per day")
    repeat_per_week: Limit = Field(default=7, description="Calls to one number per week")
    calls_per_minute: Limit = Field(default=5, description="Calls per minute, of all clients together")
    calls_per_hour: Limit = Field(default=30, description="Calls per hour, of all clients together")
    calls_per_day: Limit = Field(default=100, description="Calls per day, of all clients together")
    max_concurrent_calls: Limit = Field(default=3, description="Calls at the same time, of all clients together")
    max_unknown_outcomes: Limit = Field(default=3, description="Unknown outcomes within ten minutes that stop calling")
    max_duration_s: Duration = Field(default=3_600, description="Longest duration that a call may request, in seconds")
    default_duration_s: Duration = Field(
        default=DEFAULT_CALL_S,
        description="Longest duration of a call that requests none, in seconds; at most max_duration_s",
    )
    dial_timeout_s: Annotated[int, Field(ge=1)] = Field(
        default=60, description="Longest time that a connected telephone rings, in seconds"
    )
    max_rate_per_minute: Money = Field(
        default=Decimal("0.25"), description="Highest allowed price per minute, in the account's currency"
    )
    max_spend_per_day: Money = Field(
        default=Decimal("5.00"), description="Highest total cost of calls per day, in the account's currency"
    )
    confirm: Confirm = Field(
        default="auto", description="Whether a person confirms calls: auto (if the client can ask), always or never"
    )
    trusted_numbers: frozenset[str] = Field(
        default=_NOTHING, description="Numbers exempt from confirmation, calling hours and repeat limits, E.164"
    )
    audit_text: bool = Field(default=False, description="Keep spoken text in the audit log")
    stop: bool = Field(default=False, description="Refuse every call: the kill switch as a setting")

    @classmethod
    def live(cls) -> Self:
        """Return the defaults for the real platform; the account's own numbers decide which regions may be called."""
        return cls()

    @classmethod
    def sandbox(cls) -> Self:
        """Return the defaults for the sandbox: any region and hour, reserved example hosts, no confirmation."""
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
    def _lower_default_duration(cls, given: object) -> object:
        """Lower a default duration that is not set to a maximum that is set below it."""
        if not is_object(given) or "default_duration_s" in given or "max_duration_s" not in given:
            return given
        try:
            maximum = int(str(given["max_duration_s"]))
        except ValueError:
            # The field's own validator rejects it with a better message.
            return given
        return {**given, "default_duration_s": maximum} if 1 <= maximum < DEFAULT_CALL_S else given

    @field_validator("allowed_regions")
    @classmethod
    def _regions(cls, regions: frozenset[str] | None) -> frozenset[str] | None:
        return None if regions is None else frozenset(normalize_region(region) for region in regions)

    @field_validator("allowed_numbers", "trusted_numbers")
    @classmethod
    def _numbers(cls, numbers: frozenset[str]) -> frozenset[str]:
        return frozenset(normalize_number(number) for number in numbers)

    @field_validator("denied_prefixes")
    @classmethod
    def _prefixes(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(normalize_prefix(prefix) for prefix in prefixes)

    @field_validator("default_cli")
    @classmethod
    def _one_caller_id(cls, cli: str | None) -> str | None:
        return None if cli is None else normalize_caller_id(cli)

    @field_validator("verified_cli")
    @classmethod
    def _caller_ids(cls, clis: frozenset[str]) -> frozenset[str]:
        return frozenset(normalize_verified_caller_id(cli) for cli in clis)

    @field_validator("media_hosts", "callback_hosts", "sip_hosts")
    @classmethod
    def _hosts(cls, patterns: frozenset[str]) -> frozenset[str]:
        return frozenset(normalize_host(pattern) for pattern in patterns)

    @field_validator("recording_destinations")
    @classmethod
    def _destinations(cls, destinations: frozenset[str]) -> frozenset[str]:
        return frozenset(normalize_destination(destination) for destination in destinations)

    @field_validator("calling_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        return normalize_hours(text)

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
                "lower the first or raise the second"
            )
        if self.confirm == "never" and not self.allowed_numbers and self.allowed_regions is None:
            numbers, regions = variable("allowed_numbers"), variable("allowed_regions")
            raise ValueError(
                f"{variable('confirm')}=never needs {numbers} or {regions}: "
                "without confirmation, list the allowed numbers or regions explicitly"
            )
        return self

    @field_serializer(
        "allowed_number_types",
        "allowed_regions",
        "allowed_numbers",
        "verified_cli",
        "media_hosts",
        "callback_hosts",
        "sip_hosts",
        "application_keys",
        "recording_destinations",
        "trusted_numbers",
        when_used="json",
    )
    def _in_order(self, values: Collection[str] | None) -> list[str] | None:
        return None if values is None else sorted(values)

    @property
    def listed_numbers(self) -> frozenset[str]:
        """Numbers that the owner listed one by one; numbering metadata need not know their ranges."""
        return self.allowed_numbers | self.trusted_numbers

    @property
    def accepted_cli(self) -> frozenset[str]:
        """Caller IDs that the owner listed; for these, the account's numbers need not be looked up."""
        return self.verified_cli if self.default_cli is None else self.verified_cli | {self.default_cli}
