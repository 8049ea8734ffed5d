"""The ``sinch-voice-mcp`` command: without a subcommand it serves MCP over standard input and output."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.cli.streams import ending_with_the_output
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.settings import Setting, all_settings
from sinch_voice_mcp.text.quoting import terminal_safe
from sinch_voice_mcp.text.suggestions import nearest
from sinch_voice_mcp.version import __version__

_SECRETS = frozenset({"application_key", "application_secret", "database_url", "journal_key"})
"""Never flags: every user of the machine can see a command line, and a database URL may contain a password."""

_COMMANDS: Mapping[str, str] = {
    "sandbox": "sandbox",
    "callbacks": "callbacks",
    "svaml": "svaml",
    "policy": "policy",
    "stop": "kill_switch",
    "resume": "kill_switch",
    "audit": "audit",
    "forget": "forget",
    "storage": "storage",
}
"""Each command and its module, which is imported when the command is needed: most need no MCP server."""

_EXPECTED_ERROR = 2


def _option(setting: Setting) -> click.Option:
    name = setting.name.replace("_", "-")
    help_text = f"{setting.description} [{setting.variable}]"
    if setting.annotation is bool:
        return click.Option([f"--{name}/--no-{name}"], default=None, help=help_text)
    return click.Option([f"--{name}"], help=help_text, metavar="A,B" if setting.many else "VALUE")


@contextmanager
def _similar_suggestions() -> Generator[None]:
    """Remove from an error the suggested options and commands that are not similar enough; click's floor is low."""
    try:
        yield
    except click.UsageError as error:
        suggested: list[str] | None = getattr(error, "possibilities", None)
        if suggested:
            written = str(getattr(error, "option_name", None) or getattr(error, "command_name", ""))
            suggested[:] = [name for name in suggested if nearest(written, [name], "--")]
        raise


class _Commands(click.Group):
    """Prints an expected error, such as a wrong setting, as one sentence, and exits with status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"sinch_voice_mcp.cli.{_COMMANDS[cmd_name]}"), cmd_name)
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _similar_suggestions():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        try:
            with _similar_suggestions():
                return super().invoke(ctx)
        except VoiceError as error:
            click.echo(f"sinch-voice-mcp: {terminal_safe(error.message)}", err=True)
            ctx.exit(_EXPECTED_ERROR)


@click.group(cls=_Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sinch-voice-mcp")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file with settings. [SINCH_VOICE_CONFIG]"
)
@click.pass_context
def cli(context: click.Context, config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - one flag per setting
    """Let an MCP client place and control phone calls through Sinch Voice, over standard input and output.

    Without SINCH_APPLICATION_KEY and SINCH_APPLICATION_SECRET, every call is simulated and no phone rings.
    """
    loader = SettingsLoader(flags, config)
    context.obj = loader
    if context.invoked_subcommand is None:
        # Imported here for the same reason as the commands.
        from sinch_voice_mcp.cli.serve import serve  # noqa: PLC0415 - commands start without the MCP server

        serve(loader.load())


# Names only, which click compares with a misspelled one; the commands themselves come from get_command.
cli.commands.update({name: click.Command(name) for name in _COMMANDS})
# Every setting is a flag of the group, so flags precede the command: all commands use the same settings.
cli.params.extend(_option(setting) for setting in all_settings().values() if setting.name not in _SECRETS)


def main() -> None:
    """Run the command line."""
    with ending_with_the_output():
        cli.main(prog_name="sinch-voice-mcp")
