"""The settings as one frozen model: what can be set, and what follows from it."""

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from sinch_voice_mcp.client import Authentication, Region, base_url
from sinch_voice_mcp.policy import VARIABLE_PREFIX, Mode, Policy
from sinch_voice_mcp.policy.amounts import UNLIMITED, Limit
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.storage.urls import URL_FORMS, engine_of
from sinch_voice_mcp.text.cleaning import one_line
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.types import CALLBACK_PATH, TAG_PATTERN, TAG_RULE

_VARIABLES = {
    "application_key": "SINCH_APPLICATION_KEY",
    "application_secret": "SINCH_APPLICATION_SECRET",
}
MAX_PRINCIPAL_CHARS = 100
"""Characters of a principal's name, which every row of the audit log repeats."""
_MIN_KEY_CHARS = 32
"""Characters of a key of the journal: it is not stretched, so a short one could be guessed."""


def _long(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < _MIN_KEY_CHARS:
        raise ValueError(f"must have at least {_MIN_KEY_CHARS} characters")
    return key


def _tag(text: str) -> str:
    if TAG_PATTERN.fullmatch(text) is None:
        raise ValueError(f"must be {TAG_RULE}")
    return text


def _at_least(fewest: int) -> Callable[[int | None], int | None]:
    """Return a validator of a number of days. Calls are kept for longer than a week, because limits count them."""

    def checked(days: int | None) -> int | None:
        if days is not None and days < fewest:
            raise ValueError(f"must be {fewest} or more, or `{UNLIMITED}`")
        return days

    return checked


class Settings(BaseModel):
    """How this server runs. Without credentials, or with ``sandbox``, no phone rings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    application_key: str | None = Field(
        None, description="Application key from the Sinch dashboard; key and secret together mean live mode"
    )
    application_secret: SecretStr | None = Field(
        None, description="Application secret, in base64 as the dashboard shows it"
    )
    region: Region = Field(
        "global", description="Region for calls and conferences: global, use1, euc1, sae1, apse1 or apse2"
    )
    auth: Authentication = Field(
        "signed", description="How requests are authenticated: signed, or basic, which sends the secret itself"
    )
    base_url: str | None = Field(
        None, description="One base URL for the whole Voice API, such as that of a standalone sandbox"
    )
    calling_url: str | None = Field(None, description="Base URL for calls and conferences, instead of the region's")
    configuration_url: str | None = Field(None, description="Base URL for numbers and callback URLs")
    principal: Annotated[str, Field(min_length=1, max_length=MAX_PRINCIPAL_CHARS)] | None = Field(
        None,
        description="Person or team behind this server, at most 100 characters, where servers share a journal; unset, "
        "confirmations belong to user@host and requests to all",
    )
    request_timeout_s: Annotated[float, Field(gt=0, le=15)] = Field(
        15.0, description="Timeout of one request to the Voice API, in seconds, at most 15"
    )
    sandbox: bool = Field(default=False, description="Use the sandbox even if credentials are set")
    rehearse: bool = Field(default=False, description="Use the sandbox, but with the guard's live defaults and rules")
    sandbox_speed: Annotated[float, Field(gt=0, le=1_000)] = Field(
        1.0, description="Speed of simulated time, at most 1000; 1 is real time"
    )
    sandbox_seed: int | None = Field(
        None, description="Seed of simulated ids: the same seed gives the same ids; default other ids at every start"
    )
    sandbox_tag: Annotated[str, AfterValidator(_tag)] | None = Field(
        None, description="Tag of this server's calls in a sandbox, to find them among those of others, such as ci-42"
    )
    sandbox_callback_ports: tuple[Annotated[int, Field(ge=1, le=65_535)], ...] = Field(
        (),
        description="Ports of this machine that callback URLs may name in the sandbox, such as that of an application "
        "of yours; this server's own receiver needs none",
    )
    toolsets: tuple[str, ...] | None = Field(
        None, description="Toolsets to offer; default all, `sandbox` only on a sandbox"
    )
    tools: tuple[str, ...] | None = Field(None, description="Single tools to offer in addition to the toolsets")
    exclude_tools: tuple[str, ...] = Field((), description="Tools not to offer; overrides toolsets and tools")
    read_only: bool = Field(
        default=False, description="Offer only tools that change nothing; overrides the three settings above"
    )
    database_url: SecretStr | None = Field(
        None,
        description="Database of the journal: postgresql://…, sqlite:///path or :memory:; default a file in this "
        "user's data folder, in the sandbox :memory:",
    )
    journal_key: Annotated[SecretStr, AfterValidator(_long)] | None = Field(
        None,
        description="Secret under which the journal seals numbers, texts and keys pressed, at least 32 characters; "
        "default derived from the application secret",
    )
    keep_events_days: Annotated[Limit, AfterValidator(_at_least(1))] = Field(
        30, description="Days for which events with what people said or pressed are kept, at least 1, or unlimited"
    )
    keep_replies_days: Annotated[Limit, AfterValidator(_at_least(1))] = Field(
        1, description="Days for which replies prepared for a call are kept, at least until its end, or unlimited"
    )
    keep_calls_days: Annotated[Limit, AfterValidator(_at_least(8))] = Field(
        400, description="Days for which calls are kept with their numbers, at least 8, or unlimited"
    )
    numbers_in_results: Literal["full", "masked"] = Field(
        "full", description="Numbers of this server's calls in results: full, or masked as +1202…00"
    )
    public_url: str | None = Field(
        None,
        description="https URL under which the platform reaches this server, such as https://voice.example.com/hooks",
    )
    callback_port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="Port on which the server receives events; default none (the embedded sandbox needs none)"
    )
    callback_host: str = Field("127.0.0.1", description="Address on which the server receives events")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Networks of proxies whose X-Forwarded-Prefix header is trusted, such as 10.0.0.0/8"
    )
    incoming_text: Annotated[str, Field(min_length=1, max_length=600)] = Field(
        "Sorry, no one can take this call. Goodbye.",
        description="Text spoken to inbound callers if no reply was prepared for the call",
    )
    policy: Policy = Field(default_factory=Policy.live, exclude=True)
    sources: Mapping[str, str] = Field(default_factory=dict[str, str], exclude=True)
    """The source of every setting's value: a variable, a flag, a file, or the default."""

    @field_validator("principal")
    @classmethod
    def _principal(cls, name: str | None) -> str | None:
        if name is not None and name != one_line(name, MAX_PRINCIPAL_CHARS):
            raise ValueError("must be a name on one line, without invisible characters")
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.application_key is None) != (self.application_secret is None):
            missing = "application_secret" if self.application_secret is None else "application_key"
            raise ValueError(f"{variable(missing)} is missing; key and secret are needed together")
        if self.base_url is not None and (self.calling_url is not None or self.configuration_url is not None):
            raise ValueError(f"{variable('base_url')} is used for both hosts; remove the other two URLs")
        self._check_urls()
        self._check_database()
        self._check_callbacks()
        # Constructing the credentials validates key and secret.
        _ = self.credentials
        return self

    def _check_urls(self) -> None:
        urls: dict[str, str | None] = {
            "base_url": self.base_url,
            "calling_url": self.calling_url,
            "configuration_url": self.configuration_url,
        }
        given = {name: url for name, url in urls.items() if url is not None}
        for name, url in given.items():
            base_url(url, variable(name))
            if self.simulated and not is_loopback(urlsplit(url).hostname or ""):
                raise ValueError(
                    f"{variable(name)}: a sandbox must run on this machine; for any other host, use live mode"
                )
        if given and self.application_key is None and not (self.sandbox or self.rehearse):
            name = variable(next(iter(given)))
            raise ValueError(f"{name} needs {variable('application_key')} and its secret, or SINCH_VOICE_SANDBOX=true")

    def _check_database(self) -> None:
        url = None if self.database_url is None else self.database_url.get_secret_value()
        if url is not None and engine_of(url) is None:
            # The URL may contain a password, so the message does not repeat it.
            raise ValueError(f"{variable('database_url')} must be {URL_FORMS}")

    def _check_callbacks(self) -> None:
        for network in self.trusted_proxies:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"{variable('trusted_proxies')}: {network[:50]!r} is not a network") from None
        parts = urlsplit("https://example.com" if self.public_url is None else self.public_url)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError(
                f"{variable('public_url')} must be a URL without query, fragment and user name, such as https://voice.example.com"
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError(f"{variable('public_url')} must begin with https; http is accepted for this machine only")

    @property
    def callback_url(self) -> str | None:
        """The URL that the platform should send events to; None if no public URL is set."""
        given = None if self.public_url is None else self.public_url.rstrip("/")
        # An owner may copy the complete URL from the dashboard.
        return given if given is None or given.endswith(CALLBACK_PATH) else given + CALLBACK_PATH

    @property
    def sealing_secret(self) -> bytes:
        """The secret under which the journal seals what it knows of people."""
        given = self.credentials.secret if self.journal_key is None else self.journal_key.get_secret_value()
        return given.encode()

    @property
    def simulated(self) -> bool:
        """Whether the platform is a sandbox."""
        return self.sandbox or self.rehearse or self.application_key is None

    @property
    def mode(self) -> Mode:
        """Which defaults and fixed rules of the guard apply; a rehearsal has the live ones."""
        return "sandbox" if self.simulated and not self.rehearse else "live"

    @property
    def embedded(self) -> bool:
        """Whether the platform is the sandbox inside this process."""
        return self.simulated and self.base_url is None

    @property
    def credentials(self) -> Credentials:
        """The key and secret to sign with; the sandbox's own fixed pair if none is set."""
        if self.application_key is None or self.application_secret is None:
            return DEFAULT_CREDENTIALS
        return Credentials(self.application_key, self.application_secret.get_secret_value())


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return _VARIABLES.get(name, f"{VARIABLE_PREFIX}{name.upper()}")
