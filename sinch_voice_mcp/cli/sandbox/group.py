"""The group of the ``sandbox`` commands."""

from typing import Any

import click

from sinch_voice_mcp.cli.sandbox.calls import calls_command, wait_command
from sinch_voice_mcp.cli.sandbox.ready import ready_command
from sinch_voice_mcp.cli.sandbox.reset import reset_command
from sinch_voice_mcp.cli.sandbox.start import start_command
from sinch_voice_mcp.cli.sandbox.trigger import trigger


@click.group(invoke_without_command=True, short_help="Run the sandbox standalone, for other programs.")
@click.pass_context
def sandbox(context: click.Context, **options: Any) -> None:  # noqa: ANN401 - the options of `start`
    """Run the sandbox standalone, or use one that runs. Without a command this is `sandbox start`.

    Exit status: 0, 1 if something is not ready or did not happen in time, 2 if a command is wrong or no sandbox is
    there.
    """
    if context.invoked_subcommand is None:
        context.invoke(start_command, **options)
        return
    for parameter in start_command.params:
        name = parameter.name or ""
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"`{parameter.opts[-1]}` belongs to `sandbox start`")


# `sandbox --port 8021` is older than `sandbox start --port 8021`, and stays.
sandbox.params.extend(start_command.params)
for command in (start_command, ready_command, trigger, calls_command, wait_command, reset_command):
    sandbox.add_command(command)
