"""Every knob, read once from flags, environment and file into one frozen model.

Flags win over the environment, the environment over the file, the file over defaults. A name that
nobody knows stops the start: in a safety setting a typing error must not mean "default".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from sinch_voice_mcp.client import Authentication, Region, base_url
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.policy import VARIABLE_PREFIX, Mode, Policy
from sinch_voice_mcp.sandbox import DEFAULT_CREDENTIALS
from sinch_voice_mcp.signing import Credentials
from sinch_voice_mcp.storage.urls import URL_FORMS, engine_of
from sinch_voice_mcp.text.validation import complaint, faults

CALLBACK_PATH = "/callbacks/voice"
CONFIG_VARIABLE = f"{VARIABLE_PREFIX}CONFIG"
_NEAR = 0.75
"""How like ours a foreign name is before it counts as misspelt; SINCH_KEY_SECRET of Sinch's other SDKs is not."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NO_SETTINGS = frozenset({"policy", "sources"})
_VARIABLES = {
    "application_key": "SINCH_APPLICATION_KEY",
    "application_secret": "SINCH_APPLICATION_SECRET",
}


class Settings(BaseModel):
    """How this server runs. Without credentials, or with ``sandbox``, no phone ever rings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    application_key: str | None = Field(
        None, description="Application key of the Sinch dashboard; with the secret: live"
    )
    application_secret: SecretStr | None = Field(
        None, description="Application secret, base64 as the dashboard shows it"
    )
    region: Region = Field(
        "global", description="Where calls and conferences live: global, use1, euc1, sae1, apse1 or apse2"
    )
    auth: Authentication = Field("signed", description="How requests prove who sends them: signed or basic")
    base_url: str | None = Field(None, description="One base URL for everything, such as a sandbox of its own")
    calling_url: str | None = Field(None, description="Base URL for calls and conferences")
    configuration_url: str | None = Field(None, description="Base URL for numbers and callback URLs")
    request_timeout_s: Annotated[float, Field(gt=0, le=15)] = Field(
        15.0, description="Longest wait for one answer, in seconds"
    )
    sandbox: bool = Field(default=False, description="Use the sandbox even where credentials are set")
    rehearse: bool = Field(default=False, description="The sandbox, guarded like the real thing")
    sandbox_speed: Annotated[float, Field(gt=0, le=1_000)] = Field(1.0, description="How fast simulated time runs")
    sandbox_seed: int = Field(1, description="Where simulated ids start from")
    toolsets: tuple[str, ...] | None = Field(None, description="Toolsets to offer; default all")
    tools: tuple[str, ...] | None = Field(None, description="Single tools to offer as well")
    exclude_tools: tuple[str, ...] = Field((), description="Tools to leave out; wins over the two above")
    read_only: bool = Field(default=False, description="Offer only tools that change nothing; beats everything")
    database_url: SecretStr | None = Field(
        None,
        description="Where calls are recorded: postgresql://…, sqlite:///path, or :memory:; default a file in this "
        "user's data folder, in the sandbox memory",
    )
    public_url: str | None = Field(
        None, description="Where this server is reached from outside, such as https://voice.example.com/hooks"
    )
    callback_port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="Port for the platform's events beside MCP; default none, in the sandbox not needed"
    )
    callback_host: str = Field("127.0.0.1", description="Address to listen on for events")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Networks of proxies whose X-Forwarded-Prefix counts, such as 10.0.0.0/8"
    )
    incoming_text: Annotated[str, Field(min_length=1, max_length=600)] = Field(
        "Sorry, nobody can take this call. Goodbye.", description="What callers hear whom nothing answers"
    )
    policy: Policy = Field(default_factory=Policy.live, exclude=True)
    sources: Mapping[str, str] = Field(default_factory=dict[str, str], exclude=True)
    """Where the value of every setting came from: a variable, a flag, a file, or the default."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.application_key is None) != (self.application_secret is None):
            missing = "application_secret" if self.application_secret is None else "application_key"
            other = "key" if self.application_secret is None else "secret"
            raise ValueError(f"{variable(missing)} is missing: an application {other} needs both")
        if self.base_url is not None and (self.calling_url is not None or self.configuration_url is not None):
            raise ValueError(f"{variable('base_url')} already names both hosts; leave out the other two")
        self._check_urls()
        self._check_database()
        self._check_callbacks()
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
            if self.simulated and urlsplit(url).hostname not in _LOOPBACK:
                raise ValueError(f"{variable(name)}: a sandbox is reached on this machine only; or set credentials")
        if given and self.application_key is None and not (self.sandbox or self.rehearse):
            name = variable(next(iter(given)))
            raise ValueError(f"{name} needs {variable('application_key')} and its secret, or SINCH_VOICE_SANDBOX=true")

    def _check_database(self) -> None:
        url = None if self.database_url is None else self.database_url.get_secret_value()
        if url is not None and engine_of(url) is None:
            # The URL can hold a password, so it is not repeated.
            raise ValueError(f"{variable('database_url')} must be {URL_FORMS}")

    def _check_callbacks(self) -> None:
        for network in self.trusted_proxies:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(f"{variable('trusted_proxies')}: {network[:50]!r} is no network") from None
        parts = urlsplit(self.public_url or "https://example.com")
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError(f"{variable('public_url')} must be a plain URL such as https://voice.example.com")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError(f"{variable('public_url')} must begin with https, for the platform posts to it")

    @property
    def callback_url(self) -> str | None:
        """Where the platform should send events; None where nobody said."""
        given = None if self.public_url is None else self.public_url.rstrip("/")
        # Whoever wrote down the whole of it meant that.
        return given if given is None or given.endswith(CALLBACK_PATH) else given + CALLBACK_PATH

    @property
    def simulated(self) -> bool:
        """Whether the platform is a sandbox."""
        return self.sandbox or self.rehearse or self.application_key is None

    @property
    def mode(self) -> Mode:
        """Whose defaults and rules without a switch apply: a rehearsal is guarded like the real thing."""
        return "sandbox" if self.simulated and not self.rehearse else "live"

    @property
    def embedded(self) -> bool:
        """Whether the platform is the sandbox inside this process."""
        return self.simulated and self.base_url is None

    @property
    def credentials(self) -> Credentials:
        """Key and secret to sign with; the sandbox has fixed ones of its own."""
        if self.application_key is None or self.application_secret is None:
            return DEFAULT_CREDENTIALS
        return Credentials(self.application_key, self.application_secret.get_secret_value())


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return _VARIABLES.get(name, f"{VARIABLE_PREFIX}{name.upper()}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, for documentation and for reading it."""

    name: str
    description: str
    default: object
    annotation: Any
    guard: bool

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return variable(self.name)

    @property
    def many(self) -> bool:
        """Whether it is a list, written with commas in the environment."""
        kinds = (self.annotation, *get_args(self.annotation))
        return any((get_origin(kind) or kind) in (tuple, frozenset) for kind in kinds)


def all_settings() -> dict[str, Setting]:
    """Every setting by its name in a file, which is also its flag with dashes for underscores."""
    rows = [
        Setting(name, info.description or "", info.get_default(), info.annotation, guard=model is Policy)
        for model in (Settings, Policy)
        for name, info in model.model_fields.items()
        if name not in _NO_SETTINGS
    ]
    return {row.name: row for row in rows}


def load(environ: Mapping[str, str], flags: Mapping[str, object] | None = None, file: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: Environment variables; only those of this server are looked at.
        flags: Settings by name; None is a flag that was not given.
        file: A TOML file; default is the one that ``SINCH_VOICE_CONFIG`` names, if any.

    Raises:
        ConfigurationError: One clear sentence about what is wrong and where it was set.
    """
    known = all_settings()
    _refuse_misspelt(environ, known)
    named = environ.get(CONFIG_VARIABLE)
    file = file or (Path(named) if named else None)
    given = {} if file is None else _from_file(file, known)
    given |= _from_environment(environ, known)
    given |= {name: (value, flag(name)) for name, value in (flags or {}).items() if value is not None}
    return _validated(given, known)


def changed(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """The same settings with some of them changed, checked like any other.

    Raises:
        ConfigurationError: A value does not fit.
    """
    own = {name: getattr(settings, name) for name in Settings.model_fields if name not in _NO_SETTINGS}
    sources = {**settings.sources, **{name: flag(name) for name in changes}}
    try:
        new = Settings.model_validate({**own, **changes})
        return new.model_copy(update={"policy": settings.policy, "sources": sources})
    except ValidationError as error:
        raise _sentence(error, {name: (value, flag(name)) for name, value in changes.items()}) from None


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def _refuse_misspelt(environ: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    names = {row.variable for row in known.values()} | {CONFIG_VARIABLE}
    for name in environ:
        if name in names or not name.upper().startswith("SINCH_"):
            continue
        near = get_close_matches(name.upper(), names, n=1, cutoff=_NEAR)
        if near or name.upper().startswith(VARIABLE_PREFIX):
            hint = f"did you mean {near[0]}?" if near else "see the README's table of settings"
            raise ConfigurationError(f"there is no setting {name}; {hint}", field=name)


def _from_environment(environ: Mapping[str, str], known: Mapping[str, Setting]) -> dict[str, tuple[object, str]]:
    rows = ((row, environ.get(row.variable)) for row in known.values())
    return {row.name: (split(text) if row.many else text, row.variable) for row, text in rows if text}


def split(text: str) -> tuple[str, ...]:
    """A list as flags and the environment write it: with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _from_file(file: Path, known: Mapping[str, Setting]) -> dict[str, tuple[object, str]]:
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}", field=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not TOML: {error}", field=str(file)) from None
    for name in table:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise ConfigurationError(f"there is no setting `{name}` in {file}{hint}", field=name)
    return {name: (value, f"`{name}` in {file}") for name, value in table.items()}


def _validated(given: Mapping[str, tuple[object, str]], known: Mapping[str, Setting]) -> Settings:
    own = {name: value for name, (value, _) in given.items() if not known[name].guard}
    rules = {name: value for name, (value, _) in given.items() if known[name].guard}
    try:
        settings = Settings.model_validate(own)
        defaults = Policy.live() if settings.mode == "live" else Policy.sandbox()
        # Only what the sandbox sets differently: a default may follow what the owner sets.
        policy = Policy.model_validate({**defaults.model_dump(exclude_unset=True), **rules})
    except ValidationError as error:
        raise _sentence(error, given) from None
    except ConfigurationError as error:
        source = given.get(f"application_{error.field}", (None, None))[1]
        raise error if source is None else ConfigurationError(f"{source}: {error.message}", field=source) from None
    sources = {name: given[name][1] if name in given else _unset(row, settings.mode) for name, row in known.items()}
    return settings.model_copy(update={"policy": policy, "sources": sources})


def _unset(row: Setting, mode: Mode) -> str:
    return f"default ({mode})" if row.guard else "default"


def _sentence(error: ValidationError, given: Mapping[str, tuple[object, str]]) -> ConfigurationError:
    fault = faults(error)[0]
    message = complaint(fault)
    name = next((step for step in fault["loc"] if isinstance(step, str)), None)
    if name is None:
        return ConfigurationError(message)
    source = given[name][1] if name in given else variable(name)
    return ConfigurationError(f"{source}: {message}", field=source)
