"""Show, verify and export the audit log."""

import json
from collections import deque
from collections.abc import AsyncGenerator

import anyio
import click

from sinch_voice_mcp.cli.journal_access import open_existing_journal
from sinch_voice_mcp.cli.output import Printer, write_json
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.operations.endings import why_in
from sinch_voice_mcp.ports import AuditRow, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.storage.database import one

NOT_INTACT = 1
_PAGE_ROWS = 1_000
_ENDED = "ended"
"""Event of the rows that say how a call ended; the list adds what that means."""


@click.group(short_help="Show, verify and export the audit log.")
def audit() -> None:
    """Show, verify and export the audit log; servers may run meanwhile."""


@audit.command("list", short_help="Show the newest rows of the audit log.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="The most rows to show.")
@click.option("--call", metavar="TOKEN", help="Only the rows of one request: the `call` of another row.")
@click.pass_obj
def list_command(loader: SettingsLoader, limit: int, call: str | None) -> None:
    """Show the newest rows of the audit log, oldest first."""
    rows = anyio.run(_newest, loader.load(), limit, call)
    printer = Printer()
    for row in rows:
        details = " ".join(f"{name}={_value(value)}" for name, value in row.shown.items())
        if row.event == _ENDED:
            details += f" ({why_in(row.details)})"
        printer.line(f"{row.seq:>6}  {iso(row.at)}  ", (f"{row.event:<10}", "bold"), f"  {row.token or '-'}  {details}")
    if not rows:
        printer.line("The audit log has no row of this request." if call else "The audit log is empty.")


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _newest(settings: Settings, limit: int, token: str | None) -> list[AuditRow]:
    async with open_existing_journal(settings) as storage:
        if token is None:
            # This row holds the number of the newest audit row, so the log need not be counted.
            (head,) = await storage.database.read(lambda: one("SELECT seq FROM gate WHERE id = 1"))
            return await storage.journal.audit(after=max(0, head["seq"] - limit), limit=limit)
        return list(deque([row async for row in _rows(storage, 0) if row.token == token], maxlen=limit))


async def _rows(storage: Storage, after: int) -> AsyncGenerator[AuditRow]:
    """Yield every row after a sequence number."""
    # In pages, because a log of years does not fit into memory.
    while True:
        page = await storage.journal.audit(after=after, limit=_PAGE_ROWS)
        for row in page:
            yield row
        if len(page) < _PAGE_ROWS:
            return
        after = page[-1].seq


@audit.command("verify", short_help="Check that no row was changed or removed.")
@click.pass_context
def verify_command(context: click.Context) -> None:
    """Recompute the chain of digests, from the first row to the newest.

    Exit status: 0 if every row is as it was written, 1 if one is not; the first such row is named.
    """
    checked, fault = anyio.run(_verify, context.obj.load())
    printer = Printer()
    if fault is None:
        printer.line(f"Rows verified: {checked:,}. No row was changed or removed.")
        return
    printer.line(("The audit log is not intact: ", "bold red"), f"{fault}.")
    printer.line(f"Rows verified before that: {checked:,}.")
    context.exit(NOT_INTACT)


async def _verify(settings: Settings) -> tuple[int, str | None]:
    """Return how many rows are intact, and what is wrong with the next one, if anything."""
    async with open_existing_journal(settings) as storage:
        return await storage.journal.verify()


@audit.command("export", short_help="Write the rows as JSON lines.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ", help="Only rows with a higher `seq`.")
@click.pass_obj
def export_command(loader: SettingsLoader, after: int) -> None:
    """Write every row to standard output, one JSON object per line, oldest first."""
    anyio.run(_export, loader.load(), after)


async def _export(settings: Settings, after: int) -> None:
    async with open_existing_journal(settings) as storage:
        async for row in _rows(storage, after):
            write_json(row.to_json())
