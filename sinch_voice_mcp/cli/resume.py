"""Calling again after the kill switch."""

import anyio
import click

from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, opened, shell
from sinch_voice_mcp.settings import Settings


@click.command(short_help="Allow calls again after a stop.")
@click.pass_obj
def resume(load: Load) -> None:
    """Allow calls again, on every server that uses the same journal."""
    settings = load()
    resumed, name = anyio.run(_resumed, settings)
    printer = console.printer()
    printer.line(f"Calls are allowed again on {name}." if resumed else f"Calling was not stopped on {name}.")
    if settings.policy.stop:
        printer.line(("Every call is refused all the same: ", "bold"), f"`stop` is set by {settings.sources['stop']}.")


async def _resumed(settings: Settings) -> tuple[bool, str]:
    async with opened(settings) as storage:
        return await storage.journal.resume(shell()), storage.database.name
