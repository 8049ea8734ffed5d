"""Every setting, read once from flags, environment and file into one frozen model.

Flags win over the environment, the environment over the file, the file over defaults. An unknown name stops the start:
a misspelled safety setting must not silently mean "default".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import (
    ValidationError,
)

from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.policy import VARIABLE_PREFIX, Mode, Policy
from sinch_voice_mcp.settings.model import Settings, variable
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.text.validation import complaint, faults

CONFIG_VARIABLE = f"{VARIABLE_PREFIX}CONFIG"

TOKEN_VARIABLE = f"{VARIABLE_PREFIX}SANDBOX_TOKEN"
URL_VARIABLE = f"{VARIABLE_PREFIX}SANDBOX_URL"
"""The variables of two options of the ``sandbox`` commands; no server needs them, so they are no settings."""
_NO_SETTINGS = frozenset({"policy", "sources"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, as the loader, the command line and the documentation need it.

    Attributes:
        name: Its name in a file; as a flag, with dashes for underscores.
        description: What it means.
        default: Its default, in live mode if there are two.
        annotation: The type of its value.
        guard: Whether it is part of the guard's policy.
    """

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
        """Whether it is a list, written with commas in a flag or variable."""
        kinds = (self.annotation, *get_args(self.annotation))
        return any((get_origin(kind) or kind) in (tuple, frozenset) for kind in kinds)


def all_settings() -> dict[str, Setting]:
    """Return every setting by its name."""
    rows = [
        Setting(name, info.description or "", info.get_default(), info.annotation, guard=model is Policy)
        for model in (Settings, Policy)
        for name, info in model.model_fields.items()
        if name not in _NO_SETTINGS
    ]
    return {setting.name: setting for setting in rows}


def load(environ: Mapping[str, str], flags: Mapping[str, object] | None = None, file: Path | None = None) -> Settings:
    """Load the settings.

    Args:
        environ: Environment variables; those of other programs are ignored.
        flags: Values by the setting's name; None is a flag that was not given.
        file: A TOML file; by default the one that ``SINCH_VOICE_CONFIG`` names, if any.

    Raises:
        ConfigurationError: A setting is unknown or wrong; the message names it and its source.
    """
    known = all_settings()
    _reject_misspelled(environ, known)
    named = environ.get(CONFIG_VARIABLE)
    file = file or (Path(named) if named else None)
    given = {} if file is None else _from_file(file, known)
    given |= _from_environment(environ, known)
    given |= {name: (value, flag(name)) for name, value in (flags or {}).items() if value is not None}
    return _validated(given, known)


def changed(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """Return a copy of the settings with changes from flags, validated like the original.

    Raises:
        ConfigurationError: A value is wrong.
    """
    own = {name: getattr(settings, name) for name in Settings.model_fields if name not in _NO_SETTINGS}
    sources = {**settings.sources, **{name: flag(name) for name in changes}}
    try:
        new = Settings.model_validate({**own, **changes})
        return new.model_copy(update={"policy": settings.policy, "sources": sources})
    except ValidationError as error:
        raise _sentence(error, {name: (value, flag(name)) for name, value in changes.items()}) from None


def flag(name: str) -> str:
    """Return the command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def _reject_misspelled(environ: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    names = {setting.variable for setting in known.values()} | {CONFIG_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE}
    for name in environ:
        if name in names or not name.upper().startswith("SINCH_"):
            continue
        # Sinch's own SDKs and tools use further SINCH_ variables, such as SINCH_KEY_SECRET; only near misses of ours
        # are errors.
        is_ours = name.upper().startswith(VARIABLE_PREFIX)
        near = nearest(name, names, VARIABLE_PREFIX if is_ours else "")
        if is_ours or near is not None:
            hint = f"did you mean {near}?" if near else "see the README's table of settings"
            raise ConfigurationError(f"there is no setting {name}; {hint}", field=name)


def _from_environment(environ: Mapping[str, str], known: Mapping[str, Setting]) -> dict[str, tuple[object, str]]:
    rows = ((setting, environ.get(setting.variable)) for setting in known.values())
    return {setting.name: (split(text) if setting.many else text, setting.variable) for setting, text in rows if text}


def split(text: str) -> tuple[str, ...]:
    """Split a list that is written with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _from_file(file: Path, known: Mapping[str, Setting]) -> dict[str, tuple[object, str]]:
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}", field=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not TOML: {error}", field=str(file)) from None
    except RecursionError:
        raise ConfigurationError(f"{file} is nested too deep; settings are at most a list", field=str(file)) from None
    for name in table:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean `{near}`?" if near else ""
            raise ConfigurationError(f"there is no setting `{name}` in {file}{hint}", field=name)
    return {name: (value, f"`{name}` in {file}") for name, value in table.items()}


def _validated(given: Mapping[str, tuple[object, str]], known: Mapping[str, Setting]) -> Settings:
    # Values that are copied or read from a file often end in a line break; no setting means one.
    values = {name: value.strip() if isinstance(value, str) else value for name, (value, _) in given.items()}
    own = {name: value for name, value in values.items() if not known[name].guard}
    rules = {name: value for name, value in values.items() if known[name].guard}
    try:
        settings = Settings.model_validate(own)
        defaults = Policy.live() if settings.mode == "live" else Policy.sandbox()
        # Only what the sandbox sets differently is passed on: some defaults depend on what the owner sets.
        policy = Policy.model_validate({**defaults.model_dump(exclude_unset=True), **rules})
    except ValidationError as error:
        raise _sentence(error, given) from None
    except ConfigurationError as error:
        source = given.get(f"application_{error.field}", (None, None))[1]
        raise error if source is None else ConfigurationError(f"{source}: {error.message}", field=source) from None
    mode = settings.mode
    sources = {name: given[name][1] if name in given else _unset(setting, mode) for name, setting in known.items()}
    return settings.model_copy(update={"policy": policy, "sources": sources})


def _unset(setting: Setting, mode: Mode) -> str:
    return f"default ({mode})" if setting.guard else "default"


def _sentence(error: ValidationError, given: Mapping[str, tuple[object, str]]) -> ConfigurationError:
    fault = faults(error)[0]
    message = complaint(fault)
    name = next((step for step in fault["loc"] if isinstance(step, str)), None)
    if name is None:
        return ConfigurationError(message)
    source = given[name][1] if name in given else variable(name)
    return ConfigurationError(f"{source}: {message}", field=source)
