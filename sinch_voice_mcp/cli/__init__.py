"""The command line: ``sinch-voice-mcp`` serves over stdio; its commands do the rest."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from sinch_voice_mcp.cli.audit import audit
from sinch_voice_mcp.cli.forget import forget
from sinch_voice_mcp.cli.policy import policy
from sinch_voice_mcp.cli.resume import resume
from sinch_voice_mcp.cli.sandbox import sandbox
from sinch_voice_mcp.cli.serve import serve
from sinch_voice_mcp.cli.stop import stop
from sinch_voice_mcp.cli.storage import storage
from sinch_voice_mcp.cli.svaml import svaml
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import Setting, Settings, all_settings, load, split
from sinch_voice_mcp.version import __version__

_SECRETS = frozenset({"application_key", "application_secret", "database_url"})
"""Not flags: a command line is visible to everybody on the machine, and a URL may hold a password."""

_COMMANDS = (sandbox, svaml, policy, stop, resume, audit, forget, storage)


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
    context.obj = partial(_settings, flags, config)
    if context.invoked_subcommand is None:
        serve(_settings(flags, config))


cli.params.extend(_option(row) for row in all_settings().values() if row.name not in _SECRETS)
for command in _COMMANDS:
    cli.add_command(command)


def _settings(flags: dict[str, Any], config: Path | None) -> Settings:
    known = all_settings()
    given = {name: split(value) if value and known[name].many else value for name, value in flags.items()}
    return load(os.environ, given, config)  # noqa: TID251 - the one place where the environment enters


def main() -> None:
    """Run the command line."""
    cli.main(prog_name="sinch-voice-mcp")
