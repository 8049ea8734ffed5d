"""Stop calling on every server that uses a journal, and allow it again."""

import anyio
import click

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.cli.journal_access import (
    describe_stop,
    journal_url,
    open_existing_journal,
    shell_user,
)
from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.serve import unwrap_expected_error
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.ports import CallingStopped
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import open_storage, sqlite_file

INCOMPLETE = 1
_MAX_REASON_CHARS = 300
_RESUME = "To allow calls again: sinch-voice-mcp resume"
_OUT_OF_REACH = (
    "Calls in progress were not ended: they are simulated inside their server, or SINCH_APPLICATION_KEY and "
    "SINCH_APPLICATION_SECRET are not set here."
)


def _reason(_context: click.Context, _option: click.Parameter, given: str) -> str:
    reason = " ".join(given.split()).rstrip(".")
    if not 0 < len(reason) <= _MAX_REASON_CHARS:
        raise click.BadParameter(f"give a reason of 1 to {_MAX_REASON_CHARS} characters")
    return reason


@click.command(short_help="Stop calling on every server that uses this journal.")
@click.option(
    "--reason",
    default="the owner said so",
    show_default=True,
    callback=_reason,
    help="Reason recorded in the audit log and shown when a call is refused.",
)
@click.option("--hang-up", is_flag=True, help="Also end the calls in progress.")
@click.pass_context
def stop(context: click.Context, reason: str, *, hang_up: bool) -> None:
    """Refuse every new call from now on, on every server that uses the same journal.

    Exit status: 0 if calling is stopped, 1 if calling is stopped but --hang-up could not end every call.
    """
    settings = _load_leniently(context.obj)
    # Asked before the journal is opened, because opening creates it.
    file = sqlite_file(journal_url(settings))
    is_new = file is not None and not file.exists()
    before, stopped, name = anyio.run(_stop, settings, reason)
    printer = Printer()
    opening = "Calling is stopped " if before is None else "Calling had already been stopped "
    printer.line((opening, "bold"), f"{describe_stop(stopped)}.")
    printer.line(f"Every server that uses {name} refuses new calls.")
    if is_new:
        printer.line("This journal did not exist before, so no server uses it yet. If a server runs, check the path.")
    printer.line(_RESUME)
    # An embedded sandbox has its calls in the memory of another process.
    if hang_up and settings.embedded:
        Printer(errors=True).line(_OUT_OF_REACH)
        context.exit(INCOMPLETE)
    if hang_up:
        with unwrap_expected_error():
            ended, left = anyio.run(_hang_up, settings, reason)
        printer.line(f"Calls ended: {ended}. Calls that could not be ended: {left}.")
        context.exit(INCOMPLETE if left else 0)


def _load_leniently(loader: SettingsLoader) -> Settings:
    """Load the settings; if one is wrong that does not concern the journal, load those that do.

    Stopping is urgent, and must not wait for an unrelated setting to be corrected.
    """
    try:
        return loader.load()
    except ConfigurationError as error:
        settings = loader.load_journal_settings()
        Printer(errors=True).line(f"Ignored a wrong setting: {error.message}")
        return settings


async def _stop(settings: Settings, reason: str) -> tuple[CallingStopped | None, CallingStopped, str]:
    """Return the earlier stop, if any, the stop in force, and the journal's name. Creates a missing journal."""
    async with open_storage(journal_url(settings), SystemClock()) as storage:
        before = await storage.journal.switch()
        stopped = await storage.journal.stop(reason, shell_user())
        return before, stopped, storage.database.name


async def _hang_up(settings: Settings, reason: str) -> tuple[int, int]:
    """Return how many calls were ended, and how many could not be."""
    # The callback port belongs to the running server.
    async with open_app(settings.model_copy(update={"callback_port": None})) as service:
        _, ended, left = await service.kill_switch.stop(reason, shell_user(), hang_up=True)
        return ended, left


@click.command(short_help="Allow calls again after a stop.")
@click.pass_obj
def resume(loader: SettingsLoader) -> None:
    """Allow calls again, on every server that uses the same journal."""
    settings = loader.load()
    resumed, name = anyio.run(_resume, settings)
    printer = Printer()
    printer.line(f"Calls are allowed again on {name}." if resumed else f"Calling was not stopped on {name}.")
    if settings.policy.stop:
        source = settings.sources["stop"]
        printer.line(("Every call is still refused: ", "bold"), f"{source} sets `stop`.")


async def _resume(settings: Settings) -> tuple[bool, str]:
    async with open_existing_journal(settings) as storage:
        return await storage.journal.resume(shell_user()), storage.database.name
