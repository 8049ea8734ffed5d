"""The database: where it is, what is in it, and whether its tables are those of this program."""

from dataclasses import dataclass

import anyio
import click

from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, connected, existing, place, switch_of, told
from sinch_voice_mcp.ports import KillSwitchState
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MIGRATIONS, NEWEST, Applied, Database, applied, migrate
from sinch_voice_mcp.storage.database import one


@dataclass(frozen=True, slots=True)
class _Status:
    name: str
    taken: tuple[Applied, ...]
    requests: dict[str, int]
    rows: int
    switch: KillSwitchState

    @property
    def missing(self) -> list[str]:
        """The steps that this program has and the database has not."""
        taken = {step.number for step in self.taken}
        return [f"{step.number} ({step.title})" for step in MIGRATIONS if step.number not in taken]


@click.group(short_help="Look at the database of the journal, or bring it up to date.")
def storage() -> None:
    """Look at the database of the journal, or bring it up to date."""


@storage.command("status", short_help="Say where the journal is and what is in it.")
@click.pass_obj
def status_command(load: Load) -> None:
    """Say where the journal is, which steps its tables have had, how large it is, and whether calling is stopped."""
    found = anyio.run(_status, load())
    printer = console.printer()
    taken = ", ".join(f"{step.number} (version {step.version})" for step in found.taken) or "none"
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(found.requests.items()))
    printer.line(("Journal    ", "bold"), found.name)
    printer.line(("Steps      ", "bold"), f"taken: {taken}; missing: {', '.join(found.missing) or 'none'}")
    printer.line(("Requests   ", "bold"), f"{sum(found.requests.values()):,}" + (f": {states}" if states else ""))
    printer.line(("Audit rows ", "bold"), f"{found.rows:,}")
    printer.line(("Calling    ", "bold"), "allowed" if found.switch is None else f"stopped {told(found.switch)}")
    if found.missing:
        printer.line("Take the missing steps with: sinch-voice-mcp storage migrate")


async def _status(settings: Settings) -> _Status:
    async with connected(existing(settings)) as database:
        taken = tuple(await applied(database))
        if any(step.number > NEWEST for step in taken):
            # Says that this database is newer than this program, and changes nothing.
            await migrate(database)
        if not taken:
            return _Status(database.name, taken, {}, 0, None)
        requests, rows = await _sizes(database)
        return _Status(database.name, taken, requests, rows, await switch_of(database))


async def _sizes(database: Database) -> tuple[dict[str, int], int]:
    """Requests by state, and rows of the audit log."""
    states = await database.read(lambda: one("SELECT state, count(*) AS requests FROM calls GROUP BY state"))
    (gate,) = await database.read(lambda: one("SELECT seq FROM gate WHERE id = 1"))
    return {str(row["state"]): int(row["requests"]) for row in states}, int(gate["seq"])


@storage.command("migrate", short_help="Make the tables, or bring them up to date.")
@click.pass_obj
def migrate_command(load: Load) -> None:
    """Take the steps that the tables have not had; servers do the same when they start."""
    taken, name = anyio.run(_migrated, load())
    titles = {step.number: f"{step.number} ({step.title})" for step in MIGRATIONS}
    told_of = ", ".join(titles[number] for number in taken)
    printer = console.printer()
    printer.line(("Journal    ", "bold"), name)
    printer.line(("Steps      ", "bold"), f"taken now: {told_of}" if taken else "none was missing")


async def _migrated(settings: Settings) -> tuple[list[int], str]:
    async with connected(place(settings)) as database:
        return await migrate(database), database.name
