"""The audit log: looked at, verified, and written out for others to keep."""

import json
from collections import deque
from collections.abc import AsyncGenerator

import anyio
import click

from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, opened
from sinch_voice_mcp.ports import AuditRow, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import Storage
from sinch_voice_mcp.storage.database import one

FOUND = 1
_PAGE = 1_000


@click.group(short_help="Look at the audit log, verify it, export it.")
def audit() -> None:
    """Look at the audit log, verify it, export it; servers may run meanwhile."""


@audit.command("list", short_help="Show the newest rows.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many.")
@click.option("--call", metavar="TOKEN", help="Only rows of one request: the `call` of another row.")
@click.pass_obj
def list_command(load: Load, limit: int, call: str | None) -> None:
    """Show the newest rows of the audit log, oldest first."""
    rows = anyio.run(_newest, load(), limit, call)
    printer = console.printer()
    for row in rows:
        details = " ".join(f"{name}={_value(value)}" for name, value in row.details.items())
        printer.line(f"{row.seq:>6}  {iso(row.at)}  ", (f"{row.event:<10}", "bold"), f"  {row.token or '-'}  {details}")
    if not rows:
        printer.line("There are no such rows." if call else "The audit log is empty.")


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def _newest(settings: Settings, limit: int, call: str | None) -> list[AuditRow]:
    async with opened(settings) as storage:
        if call is None:
            (head,) = await storage.database.read(lambda: one("SELECT seq FROM gate WHERE id = 1"))
            return await storage.journal.audit(after=max(0, head["seq"] - limit), limit=limit)
        return list(deque([row async for row in _rows(storage, 0) if row.token == call], maxlen=limit))


async def _rows(storage: Storage, after: int) -> AsyncGenerator[AuditRow]:
    """Every row after a number, read in pages."""
    while True:
        page = await storage.journal.audit(after=after, limit=_PAGE)
        for row in page:
            yield row
        if len(page) < _PAGE:
            return
        after = page[-1].seq


@audit.command("verify", short_help="Find out whether a row was changed or is missing.")
@click.pass_context
def verify_command(context: click.Context) -> None:
    """Compute the chain of digests again, from the first row to the newest.

    Exit status: 0 when every row is as it was written, 1 with the first row that is not.
    """
    load: Load = context.obj
    checked, fault = anyio.run(_verified, load())
    printer = console.printer()
    if fault is None:
        printer.line(f"Rows verified: {checked:,}. None is missing, none was changed.")
        return
    printer.line(("The audit log is not as it was written: ", "bold red"), f"{fault}.")
    printer.line(f"Rows verified before that: {checked:,}.")
    context.exit(FOUND)


async def _verified(settings: Settings) -> tuple[int, str | None]:
    async with opened(settings) as storage:
        return await storage.journal.verify()


@audit.command("export", short_help="Write the rows as JSON lines.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ", help="Only rows with a higher `seq`.")
@click.pass_obj
def export_command(load: Load, after: int) -> None:
    """Write every row to standard output, one JSON object a line, oldest first."""
    anyio.run(_exported, load(), after)


async def _exported(settings: Settings, after: int) -> None:
    async with opened(settings) as storage:
        async for row in _rows(storage, after):
            console.write(json.dumps(row.to_json(), ensure_ascii=False))
