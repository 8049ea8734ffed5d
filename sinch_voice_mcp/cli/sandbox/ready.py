"""The command ``sandbox ready``."""

import anyio
import click

from sinch_voice_mcp.cli.sandbox.running import LATE, NoSandboxError, RunningSandbox, control_options
from sinch_voice_mcp.clock import SystemClock

_POLL_S = 0.1


@click.command("ready", short_help="Check whether the sandbox is ready.")
@click.option("--wait", "waits", is_flag=True, help="Wait until it is.")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=30.0, show_default=True, help="Longest time to wait, in seconds."
)
@control_options
@click.pass_context
def ready_command(context: click.Context, url: str, token: str | None, timeout: float, *, waits: bool) -> None:
    """Check whether the sandbox is ready, or wait until it is. Exit status: 0 if it is, else 1."""
    sandbox = RunningSandbox(url, token)
    reason = anyio.run(_wait, sandbox, timeout) if waits else _try(sandbox)
    if reason is None:
        click.echo("The sandbox is ready.")
        return
    click.echo(f"The sandbox is not ready: {reason}", err=True)
    context.exit(LATE)


async def _wait(sandbox: RunningSandbox, timeout_s: float) -> str | None:
    clock = SystemClock()
    end = clock.monotonic() + timeout_s
    while (reason := _try(sandbox)) is not None and clock.monotonic() < end:
        await clock.sleep(_POLL_S)
    return reason


def _try(sandbox: RunningSandbox) -> str | None:
    """Return why the sandbox is not ready; None if it is."""
    try:
        sandbox.send("GET", "ready")
    except NoSandboxError as error:
        return error.message
    return None
