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
from sinch_voice_mcp.operations.dispatch.hang_ups import HungUp
from sinch_voice_mcp.operations.kill_switch import MAX_REASON_CHARS, recorded_reason
from sinch_voice_mcp.ports import CallingStopped, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import open_storage, sqlite_file

INCOMPLETE = 1
_RESUME = "To allow calls again: sinch-voice-mcp resume"
_MAX_SHOWN = 20
_OUT_OF_REACH = (
    "Calls in progress were not ended from here: they are simulated inside their server, or SINCH_APPLICATION_KEY and "
    "SINCH_APPLICATION_SECRET are not set here. Each server that runs ends its calls within a minute."
)


def _reason(_context: click.Context, _option: click.Parameter, given: str) -> str:
    if not given.strip() or len(given) > MAX_REASON_CHARS:
        raise click.BadParameter(f"give a reason of 1 to {MAX_REASON_CHARS} characters")
    return recorded_reason(given)


@click.command(short_help="Stop calling on every server that uses this journal.")
@click.option(
    "--reason",
    default="the owner said so",
    show_default=True,
    callback=_reason,
    help="Reason recorded in the audit log and shown when a call is refused.",
)
@click.option("--hang-up", is_flag=True, help="Also end all calls, now and as they become known.")
@click.pass_context
def stop(context: click.Context, reason: str, *, hang_up: bool) -> None:
    """Refuse every new call from now on, on every server that uses the same journal.

    Exit status: 0 if calling is stopped, 1 if calling is stopped but --hang-up could not end every call.
    """
    settings = _load_leniently(context.obj)
    # Asked before the journal is opened, because opening creates it.
    file = sqlite_file(journal_url(settings))
    is_new = file is not None and not file.exists()
    before, stopped, name = anyio.run(_stop, settings, reason, hang_up)
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
            hung_up = anyio.run(_hang_up, settings, reason)
        left = hung_up.still_going
        printer.line(f"Calls hung up: {hung_up.ended}. Calls that may still go on: {len(left)}.")
        for entry in left[:_MAX_SHOWN]:
            call = entry.of_call or "id not known"
            printer.line(f"  {iso(entry.claimed_at)}  {entry.kind}  {entry.number or '-'}  {entry.state}  {call}")
        if left:
            printer.line("Each server that runs hangs up these calls as soon as their ids are known.")
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


async def _stop(
    settings: Settings,
    reason: str,
    hang_up: bool,  # noqa: FBT001 - anyio.run passes arguments by position
) -> tuple[CallingStopped | None, CallingStopped, str]:
    """Return the earlier stop, if any, the stop in force, and the journal's name. Creates a missing journal."""
    async with open_storage(journal_url(settings), SystemClock()) as storage:
        before = await storage.journal.switch()
        # The wish to hang up is stored too, so that running servers end the calls that this command cannot reach.
        stopped = await storage.journal.stop(reason, shell_user(), hang_up=hang_up)
        return before, stopped, storage.database.name


async def _hang_up(settings: Settings, reason: str) -> HungUp:
    """Hang up every call that may ring; return what came of it."""
    # The callback port belongs to the running server.
    async with open_app(settings.model_copy(update={"callback_port": None})) as service:
        stopped = await service.kill_switch.stop(reason, shell_user(), hang_up=True)
        return stopped.hung_up or HungUp(0, ())


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
