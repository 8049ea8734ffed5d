"""Run the callback receiver as a process of its own, and check whether the platform's events arrive."""

import socket
from collections.abc import Mapping
from functools import partial

import anyio
import click

from sinch_voice_mcp.app import database_url, make_client, open_app
from sinch_voice_mcp.app.http import listening_socket, receiver_for, serve
from sinch_voice_mcp.callbacks import probe_request
from sinch_voice_mcp.cli.output import Printer
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.cli.signals import run_until_signaled
from sinch_voice_mcp.client import Poster
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.operations.events.check import NOT_SET, EventCheck, EventTarget, check_events
from sinch_voice_mcp.settings import Settings, variable
from sinch_voice_mcp.storage import MEMORY
from sinch_voice_mcp.types import CALLBACK_PATH

DEFAULT_PORT = 8022
FAILED = 1
_BANNER = """\
Receiving the events of calls.

  listens on    {url}{path}
  path          {path}
  public URL    {public}
  alive         {url}/healthz
  ready         {url}/readyz

`sinch-voice-mcp callbacks check` checks whether events arrive. Ctrl+C stops.
"""
_EMBEDDED = (
    "the sandbox inside a server delivers its events to that server directly; to receive the events of a platform, set "
    f"{variable('application_key')} and {variable('application_secret')}"
)
_NOT_SHARED = (
    "a standalone receiver shares a journal with the servers, and a journal in memory cannot be shared; "
    f"set {variable('database_url')} for all of them"
)


@click.group(
    invoke_without_command=True,
    short_help="Run the callback receiver as a separate process, sharing the servers' journal.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), help=f"Port to listen on; 0 picks a free port. [default: {DEFAULT_PORT}]"
)
@click.pass_context
def callbacks(context: click.Context, port: int | None) -> None:
    """Receive the events of calls on a port, and record them in the journal that the servers use.

    Without --port, the port is SINCH_VOICE_CALLBACK_PORT; the address is SINCH_VOICE_CALLBACK_HOST.
    """
    if context.invoked_subcommand is not None:
        return
    settings = _load_for_platform(context.obj)
    if database_url(settings) == MEMORY:
        raise ConfigurationError(_NOT_SHARED, field=variable("database_url"))
    given = settings.callback_port if port is None else port
    with listening_socket(settings.callback_host, DEFAULT_PORT if given is None else given) as listener:
        anyio.run(_receive, settings, listener)


def _load_for_platform(loader: SettingsLoader) -> Settings:
    """Load the settings of a server whose platform runs outside it.

    Raises:
        ConfigurationError: There is no platform outside. The embedded sandbox's key and secret are public, so anyone
            could sign events with them.
    """
    settings = loader.load()
    if settings.embedded:
        raise ConfigurationError(_EMBEDDED, field=variable("application_key"))
    return settings


async def _receive(settings: Settings, listener: socket.socket) -> None:
    # The socket is already open; without this, the app would open a second one on the same port.
    async with open_app(settings.model_copy(update={"callback_port": None})) as service:
        host, port = listener.getsockname()[:2]
        public = settings.callback_url or NOT_SET
        address = f"[{host}]" if ":" in host else host
        click.echo(_BANNER.format(url=f"http://{address}:{port}", path=CALLBACK_PATH, public=public))
        await run_until_signaled(partial(serve, receiver_for(settings, service, SystemClock()), listener))


@callbacks.command("check", short_help="Check whether the events of calls arrive; if not, find out why.")
@click.pass_context
def check_command(context: click.Context) -> None:
    """Compare the platform's callback URL with the public URL, and send a signed probe to the public URL.

    Nothing is changed and no phone rings. Exit status: 0 if events arrive, 1 if there is a problem.
    """
    check = anyio.run(_check, _load_for_platform(context.obj))
    _print(check)
    context.exit(FAILED if check.diagnoses else 0)


async def _check(settings: Settings) -> EventCheck:
    # A standalone sandbox calls back on this machine only, so a private address is enough for it.
    target = EventTarget(settings.callback_url, CALLBACK_PATH, local=settings.simulated)

    def sign_probe(url: str, nonce: str) -> tuple[Mapping[str, str], bytes]:
        return probe_request(settings.credentials, url, SystemClock().now(), nonce)

    async with make_client(settings) as client, Poster() as poster:
        read_callbacks = partial(client.get_callbacks, client.application_key)
        return await check_events(target, read_callbacks, sign_probe, poster.post)


def _print(check: EventCheck) -> None:
    printer = Printer()
    printer.line(("Expected    ", "bold"), check.expected)
    printer.line(("Configured  ", "bold"), check.configured)
    printer.line(("Probe       ", "bold"), check.probe)
    for note in check.notes:
        printer.line(("Note        ", "bold"), note)
    for diagnosis in check.diagnoses:
        printer.line(("Problem     ", "bold red"), diagnosis.problem)
        printer.line(("  next step ", "bold"), diagnosis.next_step)
    if not check.diagnoses:
        printer.line(("No problems: ", "bold green"), "this server receives and accepts the platform's events.")
