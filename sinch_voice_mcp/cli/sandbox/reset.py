"""The command ``sandbox reset``."""

import click

from sinch_voice_mcp.cli.sandbox.running import RunningSandbox, control_options


@click.command("reset", short_help="Forget all calls and return to the seed file.")
@control_options
def reset_command(url: str, token: str | None) -> None:
    """Forget all calls, and return to the applications, numbers, prices, scripts and faults that it began with."""
    RunningSandbox(url, token).send("POST", "reset")
    click.echo("The sandbox is as it began: no calls.")
