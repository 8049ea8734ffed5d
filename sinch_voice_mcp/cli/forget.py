"""Erasing what the journal keeps of a number."""

import anyio
import click

from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, opened
from sinch_voice_mcp.policy import describe_number
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.text.masking import shortened


@click.command(short_help="Erase what the journal keeps of a number.")
@click.argument("number")
@click.pass_obj
def forget(load: Load, number: str) -> None:
    """Erase what the journal keeps of NUMBER (E.164), other than its hash and shortened form in the audit log."""
    known = describe_number(number).e164
    found = anyio.run(_forgotten, load(), known)
    requests = "1 request" if found == 1 else f"{found} requests"
    console.printer().line(f"{shortened(known)} was in {requests}; nothing is kept of it outside the audit log.")


async def _forgotten(settings: Settings, number: str) -> int:
    async with opened(settings) as storage:
        return await storage.journal.forget(number)
