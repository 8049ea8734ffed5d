"""The receiver of events, alone on the journal of the servers; and whether events would arrive."""

import socket
from functools import partial

import anyio
import click

from sinch_voice_mcp.app import database_url, open_app
from sinch_voice_mcp.app.http import listening_socket, receiver_for, serve
from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.checking import NOT_SET, Report, look
from sinch_voice_mcp.cli.journal import Load
from sinch_voice_mcp.cli.serve import until_signalled
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.settings import CALLBACK_PATH, Settings, variable
from sinch_voice_mcp.storage import MEMORY

PORT = 8022
WRONG = 1
_BANNER = """\
Receiving events of calls.

  listens on    {url}{path}
  path          {path}
  public URL    {public}
  alive         {url}/healthz
  ready         {url}/readyz

`sinch-voice-mcp callbacks check` tells whether events arrive. Ctrl+C stops.
"""
_INSIDE = (
    "the sandbox inside a server tells that server of its calls by itself; to receive events of a platform, set "
    f"{variable('application_key')} and {variable('application_secret')}"
)
_NOBODY_ELSE = (
    "a receiver that runs alone shares a journal with the servers, and a journal in memory cannot be shared; "
    f"set {variable('database_url')} for all of them"
)


@click.group(invoke_without_command=True, short_help="Receive events of calls, alone on the servers' journal.")
@click.option("--port", type=click.IntRange(0, 65_535), help=f"0 picks a free one. [default: {PORT}]")
@click.pass_context
def callbacks(context: click.Context, port: int | None) -> None:
    """Receive the events of calls on a port, and write them into the journal that the servers use.

    Port and address are those of SINCH_VOICE_CALLBACK_PORT and SINCH_VOICE_CALLBACK_HOST where nothing else is said.
    """
    if context.invoked_subcommand is not None:
        return
    load: Load = context.obj
    settings = _of_a_platform(load())
    if database_url(settings) == MEMORY:
        raise ConfigurationError(_NOBODY_ELSE, field=variable("database_url"))
    given = settings.callback_port if port is None else port
    with listening_socket(settings.callback_host, PORT if given is None else given) as listener:
        anyio.run(_receive, settings, listener)


def _of_a_platform(settings: Settings) -> Settings:
    """The settings, if there is a platform outside that sends events.

    Raises:
        ConfigurationError: There is none. Its key and secret are published: anybody could sign events with them.
    """
    if settings.embedded:
        raise ConfigurationError(_INSIDE, field=variable("application_key"))
    return settings


async def _receive(settings: Settings, listener: socket.socket) -> None:
    # The socket is open already, and a second one is not wanted.
    async with open_app(settings.model_copy(update={"callback_port": None})) as service:
        host, port = listener.getsockname()[:2]
        public = settings.callback_url or NOT_SET
        address = f"[{host}]" if ":" in host else host
        click.echo(_BANNER.format(url=f"http://{address}:{port}", path=CALLBACK_PATH, public=public))
        await until_signalled(partial(serve, receiver_for(settings, service, SystemClock()), listener))


@callbacks.command("check", short_help="Find out whether events of calls arrive, and what is wrong if not.")
@click.pass_context
def check_command(context: click.Context) -> None:
    """Compare what the platform has with what is expected here, and send a signed probe to the public URL.

    Nothing is changed and no phone rings. Exit status: 0 when all is well, 1 otherwise.
    """
    load: Load = context.obj
    report = anyio.run(look, _of_a_platform(load()))
    _print(report)
    context.exit(WRONG if report.findings else 0)


def _print(report: Report) -> None:
    printer = console.printer()
    printer.line(("Expected    ", "bold"), report.expected)
    printer.line(("Configured  ", "bold"), report.configured)
    printer.line(("Probe       ", "bold"), report.probe)
    for note in report.notes:
        printer.line(("Note        ", "bold"), note)
    for finding in report.findings:
        printer.line(("Wrong       ", "bold red"), finding.what)
        printer.line(("  do        ", "bold"), finding.todo)
    if not report.findings:
        printer.line(("All is well: ", "bold green"), "events that the platform sends are received and accepted.")
