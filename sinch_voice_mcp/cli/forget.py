"""Erase what the journal keeps about a number."""

import anyio
import click

from sinch_voice_mcp.cli.journal_access import open_existing_journal
from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.policy import describe_number
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.text.masking import shortened
from sinch_voice_mcp.types import PhoneNumber


@click.command(short_help="Erase what the journal keeps about a number.")
@click.argument("number")
@click.pass_obj
def forget(loader: SettingsLoader, number: str) -> None:
    """Erase what the journal keeps about NUMBER (E.164).

    The audit log keeps the number's hash and shortened form: it is append-only.
    """
    # The journal knows a number only by the hash of its E.164 form, so another spelling would not be found.
    e164 = describe_number(number).e164
    found = anyio.run(_forget, loader.load(), e164)
    requests = "1 request" if found == 1 else f"{found} requests"
    Printer().line(f"{shortened(e164)} was in {requests}. Now only the audit log mentions it, by hash and short form.")


async def _forget(settings: Settings, number: PhoneNumber) -> int:
    """Return how many requests mentioned the number."""
    async with open_existing_journal(settings) as storage:
        return await storage.journal.forget(number)
