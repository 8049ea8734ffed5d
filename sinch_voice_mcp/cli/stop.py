"""The kill switch: no server on the journal places a call any more."""

import anyio
import click

from sinch_voice_mcp.app import open_app
from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, place, shell, sqlite_file, told
from sinch_voice_mcp.cli.serve import expected_error
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.ports import CallingStopped
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import open_storage

INCOMPLETE = 1
_LONGEST = 300
_RESUME = "Allow calls again with: sinch-voice-mcp resume"
_OUT_OF_REACH = (
    "Calls in progress go on: they are simulated inside their server, or SINCH_APPLICATION_KEY and "
    "SINCH_APPLICATION_SECRET are not set here."
)


def _reason(_context: click.Context, _option: click.Parameter, given: str) -> str:
    reason = " ".join(given.split()).rstrip(".")
    if not 0 < len(reason) <= _LONGEST:
        raise click.BadParameter(f"say why in 1 to {_LONGEST} characters")
    return reason


@click.command(short_help="Stop calling on every server of the journal.")
@click.option("--reason", default="the owner said so", show_default=True, callback=_reason, help="Why.")
@click.option("--hang-up", is_flag=True, help="Also end calls in progress.")
@click.pass_context
def stop(context: click.Context, reason: str, *, hang_up: bool) -> None:
    """Refuse every new call from now on, on every server that uses the same journal.

    Exit status: 0 when calling is stopped, 1 when calls in progress were to end and some go on.
    """
    load: Load = context.obj
    settings = _whatever(load)
    file = sqlite_file(place(settings))
    is_new = file is not None and not file.exists()
    before, stopped, name = anyio.run(_stopped, settings, reason)
    printer = console.printer()
    opening = "Calling is stopped " if before is None else "Calling was stopped already, "
    printer.line((opening, "bold"), f"{told(stopped)}.")
    printer.line(f"Every server on {name} refuses new calls.")
    if is_new:
        printer.line("This journal was not there before, so no server uses it yet; check its place if one runs.")
    printer.line(_RESUME)
    if hang_up and settings.embedded:
        console.printer(errors=True).line(_OUT_OF_REACH)
        context.exit(INCOMPLETE)
    if hang_up:
        with expected_error():
            ended, left = anyio.run(_hung_up, settings, reason)
        printer.line(f"Calls ended: {ended}. Calls that could not be ended: {left}.")
        context.exit(INCOMPLETE if left else 0)


def _whatever(load: Load) -> Settings:
    """The settings; where one is wrong that has nothing to do with the journal, the others."""
    try:
        return load()
    except ConfigurationError as error:
        settings = load.of_the_journal()
        console.printer(errors=True).line(f"Another setting is wrong: {error.message}")
        return settings


async def _stopped(settings: Settings, reason: str) -> tuple[CallingStopped | None, CallingStopped, str]:
    """What stopped calling before, what does now, and the name of the journal; a new one is made stopped."""
    async with open_storage(place(settings), SystemClock()) as storage:
        before = await storage.journal.switch()
        stopped = await storage.journal.stop(reason, shell())
        return before, stopped, storage.database.name


async def _hung_up(settings: Settings, reason: str) -> tuple[int, int]:
    """How many calls were ended, and how many not."""
    # The port for events is the server's.
    async with open_app(settings.model_copy(update={"callback_port": None})) as service:
        _, ended, left = await service.kill_switch.stop(reason, shell(), hang_up=True)
        return ended, left
