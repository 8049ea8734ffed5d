"""The command line: ``sinch-voice-mcp`` serves over stdio; its commands do the rest."""

import os
from pathlib import Path
from typing import Any

import click

from sinch_voice_mcp.cli.audit import audit
from sinch_voice_mcp.cli.callbacks import callbacks
from sinch_voice_mcp.cli.forget import forget
from sinch_voice_mcp.cli.policy import policy
from sinch_voice_mcp.cli.resume import resume
from sinch_voice_mcp.cli.sandbox import sandbox
from sinch_voice_mcp.cli.serve import serve
from sinch_voice_mcp.cli.stop import stop
from sinch_voice_mcp.cli.storage import storage
from sinch_voice_mcp.cli.svaml import svaml
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import Setting, Settings, all_settings, load, split, variable
from sinch_voice_mcp.version import __version__

_OF_THE_JOURNAL = (
    "application_key", "application_secret", "region", "base_url", "calling_url", "configuration_url", "sandbox",
    "rehearse", "database_url",
)  # fmt: skip
_SECRETS = frozenset({"application_key", "application_secret", "database_url"})
"""Not flags: a command line is visible to everybody on the machine, and a URL may hold a password."""

_COMMANDS = (sandbox, callbacks, svaml, policy, stop, resume, audit, forget, storage)


def _option(row: Setting) -> click.Option:
    name = row.name.replace("_", "-")
    help_text = f"{row.description} [{row.variable}]"
    if row.annotation is bool:
        return click.Option([f"--{name}/--no-{name}"], default=None, help=help_text)
    return click.Option([f"--{name}"], help=help_text, metavar="A,B" if row.many else "VALUE")


class _Commands(click.Group):
    """What was foreseen, such as a wrong setting, is one sentence and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        try:
            return super().invoke(ctx)
        except VoiceError as error:
            click.echo(f"sinch-voice-mcp: {error.message}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sinch-voice-mcp")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with settings. [SINCH_VOICE_CONFIG]"
)
@click.pass_context
def cli(context: click.Context, config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - one flag per setting
    """Serve phone calls through Sinch Voice to an MCP client, over standard input and output.

    Without SINCH_APPLICATION_KEY and SINCH_APPLICATION_SECRET the sandbox answers and no phone rings.
    """
    # Commands that need no settings work where the settings are wrong, too.
    context.obj = _Load(flags, config)
    if context.invoked_subcommand is None:
        serve(_settings(flags, config))


cli.params.extend(_option(row) for row in all_settings().values() if row.name not in _SECRETS)
for command in _COMMANDS:
    cli.add_command(command)


class _Load:
    """Reads the settings when somebody needs them."""

    def __init__(self, flags: dict[str, Any], config: Path | None) -> None:
        self._flags = flags
        self._config = config

    def __call__(self) -> Settings:
        return _settings(self._flags, self._config)

    def of_the_journal(self) -> Settings:
        names = [variable(name) for name in _OF_THE_JOURNAL]
        return load({name: os.environ[name] for name in names if name in os.environ})  # noqa: TID251 - as below


def _settings(flags: dict[str, Any], config: Path | None) -> Settings:
    known = all_settings()
    given = {name: split(value) if value and known[name].many else value for name, value in flags.items()}
    return load(os.environ, given, config)  # noqa: TID251 - the one place where the environment enters


def main() -> None:
    """Run the command line."""
    cli.main(prog_name="sinch-voice-mcp")
