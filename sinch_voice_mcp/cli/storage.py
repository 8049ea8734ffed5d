"""Show the status of the journal's database, and apply its migrations."""

from dataclasses import dataclass

import anyio
import click

from sinch_voice_mcp.cli.journal_access import (
    describe_stop,
    existing_journal_url,
    journal_url,
    open_database_as_is,
    read_switch,
)
from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.ports import KillSwitchState
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import (
    MIGRATIONS,
    NEWEST,
    Applied,
    Database,
    access_warning,
    applied,
    migrate,
    sqlite_file,
)
from sinch_voice_mcp.storage.database import one


@dataclass(frozen=True, slots=True)
class _Status:
    """What ``storage status`` shows.

    Attributes:
        name: The database, without a password.
        applied: The migrations that it has had.
        requests: How many requests are in each state.
        audit_rows: How many rows the audit log has.
        switch: What stopped calling, if anything.
        warning: Who else may use the file, if anyone.
    """

    name: str
    applied: tuple[Applied, ...]
    requests: dict[str, int]
    audit_rows: int
    switch: KillSwitchState
    warning: str | None

    @property
    def pending(self) -> list[str]:
        """The migrations that this program has and the database has not had."""
        numbers = {migration.number for migration in self.applied}
        return [
            f"{migration.number} ({migration.title})" for migration in MIGRATIONS if migration.number not in numbers
        ]


@click.group(short_help="Show the status of the journal's database, or migrate it.")
def storage() -> None:
    """Show the status of the journal's database, or migrate it."""


@storage.command("status", short_help="Show where the journal is and what it contains.")
@click.pass_obj
def status_command(loader: SettingsLoader) -> None:
    """Show the database location, applied migrations, size, and whether calling is stopped."""
    status = anyio.run(_status, loader.load())
    printer = Printer()
    done = ", ".join(f"{migration.number} (version {migration.version})" for migration in status.applied) or "none"
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(status.requests.items()))
    requests = f"{sum(status.requests.values()):,}" + (f": {states}" if states else "")
    calling = "allowed" if status.switch is None else f"stopped {describe_stop(status.switch)}"
    printer.line(("Journal    ", "bold"), status.name)
    if status.warning is not None:
        printer.line(("Access     ", "bold yellow"), status.warning)
    printer.line(("Migrations ", "bold"), f"applied: {done}; pending: {', '.join(status.pending) or 'none'}")
    printer.line(("Requests   ", "bold"), requests)
    printer.line(("Audit rows ", "bold"), f"{status.audit_rows:,}")
    printer.line(("Calling    ", "bold"), calling)
    if status.pending:
        printer.line("To apply the pending migrations: sinch-voice-mcp storage migrate")


async def _status(settings: Settings) -> _Status:
    url = existing_journal_url(settings)
    file = sqlite_file(url)
    warning = None if file is None else access_warning(file)
    async with open_database_as_is(url) as database:
        done = tuple(await applied(database))
        if any(migration.number > NEWEST for migration in done):
            # Raises that the database is newer than this program, and changes nothing.
            await migrate(database)
        # Before the first migration there are no tables to read.
        if not done:
            return _Status(database.name, done, {}, 0, None, warning)
        requests, audit_rows = await _sizes(database)
        return _Status(database.name, done, requests, audit_rows, await read_switch(database), warning)


async def _sizes(database: Database) -> tuple[dict[str, int], int]:
    """Return the number of requests by state, and the number of rows in the audit log."""
    states = await database.read(lambda: one("SELECT state, count(*) AS requests FROM calls GROUP BY state"))
    (head,) = await database.read(lambda: one("SELECT seq FROM gate WHERE id = 1"))
    return {str(row["state"]): int(row["requests"]) for row in states}, int(head["seq"])


@storage.command("migrate", short_help="Apply pending database migrations.")
@click.pass_obj
def migrate_command(loader: SettingsLoader) -> None:
    """Apply pending database migrations. Servers also do this when they start."""
    numbers, name = anyio.run(_migrate, loader.load())
    titles = {migration.number: f"{migration.number} ({migration.title})" for migration in MIGRATIONS}
    done = ", ".join(titles[number] for number in numbers)
    printer = Printer()
    printer.line(("Journal    ", "bold"), name)
    printer.line(("Migrations ", "bold"), f"applied now: {done}" if done else "none was pending")


async def _migrate(settings: Settings) -> tuple[list[int], str]:
    """Return the numbers of the migrations that were applied, and the database's name."""
    async with open_database_as_is(journal_url(settings)) as database:
        return await migrate(database), database.name
