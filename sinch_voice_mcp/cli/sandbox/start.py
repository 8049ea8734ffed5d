"""Run the sandbox as a server of its own: the whole platform on one port."""

import secrets
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anyio
import click

from sinch_voice_mcp.app import embedded_sandbox
from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.app.loopback import LoopbackTransport
from sinch_voice_mcp.cli.sandbox.seeding import Seeding, read_seeding
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.cli.signals import run_until_signaled
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import DeliveryAttempt, Sandbox, SandboxOptions, SeenRequest, StateError
from sinch_voice_mcp.sandbox.control import TOKEN_RULE, is_token
from sinch_voice_mcp.sandbox.engine import KEEP, MAX_KEEP
from sinch_voice_mcp.settings import TOKEN_VARIABLE, URL_VARIABLE, Settings, changed
from sinch_voice_mcp.text.hosts import is_loopback
from sinch_voice_mcp.text.masking import without_numbers
from sinch_voice_mcp.text.quoting import printable

DEFAULT_PORT = 8021
_MAX_LINE_CHARS = 500
_TOKEN_BYTES = 24
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - how a URL names this machine instead

_BANNER = """\
Sinch Voice sandbox: every call is simulated, no phone rings.

  base URL   {url}
  key        {key}
  secret     {secret}
  control    {url}/_sandbox/openapi.json
{more}
To place a call:

  curl {url}/calling/v1/callouts \\
  -u {key}:{secret} \\
  -H 'Content-Type: application/json' -d '{{"method": "ttsCallout", "ttsCallout": {{
  "cli": "{cli}", "text": "Hello",
  "destination": {{"type": "number", "endpoint": "+12025550100"}}}}}}'

To let a call come in, and to list all calls:

  {environ}sinch-voice-mcp sandbox trigger inbound
  {environ}sinch-voice-mcp sandbox calls

To start a server that uses it:

  SINCH_VOICE_SANDBOX=true SINCH_VOICE_BASE_URL={url} \\
  SINCH_APPLICATION_KEY={key} \\
  SINCH_APPLICATION_SECRET={secret} \\
  sinch-voice-mcp

Without SINCH_VOICE_SANDBOX the server applies its live rules, as against the
real platform. Ctrl+C stops.
"""


@dataclass(frozen=True, slots=True)
class StartOptions:
    """The options of the command; None for one that is not given."""

    port: int
    host: str
    speed: float | None
    seed: int | None
    seed_file: Path | None
    keep: int | None
    allow_remote: bool
    token: str | None

    def check(self) -> None:
        """Raise unless the options fit together.

        Raises:
            click.UsageError: The sandbox would listen for other machines, which is not allowed; or the token is none.
        """
        if self.token is not None and not is_token(self.token):
            raise click.UsageError(f"--token: {TOKEN_RULE}")
        if not self.allow_remote and not is_loopback(self.host):
            raise click.UsageError(f"--host {self.host} is open to other machines; allow them with --allow-remote")

    def control_token(self) -> tuple[str | None, bool]:
        """Return the token of the control API, and whether it was made now: other machines always need one."""
        if self.token is None and not is_loopback(self.host):
            return secrets.token_urlsafe(_TOKEN_BYTES), True
        return self.token, False


@click.command("start", short_help="Run the sandbox until Ctrl+C.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=DEFAULT_PORT, show_default=True, help="0 picks a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--speed", type=float, help="Speed of simulated time, 1 is real time. [SINCH_VOICE_SANDBOX_SPEED]")
@click.option("--seed", type=int, help="Seed of simulated ids. [SINCH_VOICE_SANDBOX_SEED]")
@click.option(
    "--seed-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Applications, numbers, prices, scripts, faults to begin with. [default: sandbox.yaml or sandbox.json]",
)
@click.option(
    "--keep",
    type=click.IntRange(1, MAX_KEEP),
    help=f"How many ended calls are kept, at most {MAX_KEEP:,}. [default: {KEEP}]",
)
@click.option("--allow-remote", is_flag=True, help="Let --host be open to other machines, and send callbacks to them.")
@click.option(
    "--token",
    envvar=TOKEN_VARIABLE,
    help=f"What opens the control API to other machines; made if --host is open to them. [{TOKEN_VARIABLE}]",
)
@click.pass_obj
def start_command(loader: SettingsLoader, **given: Any) -> None:  # noqa: ANN401 - one per option
    """Run the sandbox: the Voice API's 14 operations and the control API on one base URL.

    Each request, each change by the control API and each callback is logged as one line on standard error.

    Key and secret are those of the seed file, of SINCH_APPLICATION_KEY and SINCH_APPLICATION_SECRET, or fixed ones;
    they are printed at the start.
    """
    options = StartOptions(**given)
    options.check()
    settings = loader.load()
    seeding = read_seeding(options.seed_file)
    # Opened before the banner is printed, so that a program that reads the banner can connect at once.
    with listening_socket(options.host, options.port) as listener:
        anyio.run(_serve, _with_options(settings, options, seeding), options, seeding, listener)


def _with_options(settings: Settings, options: StartOptions, seeding: Seeding) -> Settings:
    """Return the settings with the options; flags count more than the environment, and that more than the file."""
    wanted = seeding.file.settings
    values = {
        "sandbox_speed": (options.speed, wanted.speed),
        "sandbox_seed": (options.seed, wanted.seed),
    }
    given = {
        name: _first(flag, file, is_set=settings.sources[name] != "default") for name, (flag, file) in values.items()
    }
    return changed(settings, {name: value for name, value in given.items() if value is not None})


def _first(flag: float | None, file: float | None, *, is_set: bool) -> float | None:
    return flag if flag is not None or is_set else file


async def _serve(settings: Settings, options: StartOptions, seeding: Seeding, listener: socket.socket) -> None:
    loopback = LoopbackTransport()
    token, is_new = options.control_token()
    url = _url(options.host, listener.getsockname()[1])
    sandbox = _sandbox(settings, options, seeding, loopback, url, token)
    sandbox.listeners.on_request = sandbox.listeners.on_control = _log_request
    sandbox.listeners.on_attempt = _log_attempt
    click.echo(_banner(sandbox, url, seeding, token if is_new else None))
    async with loopback.connected(None), anyio.create_task_group() as tasks:
        tasks.start_soon(sandbox.run)
        await run_until_signaled(partial(serve, sandbox.asgi, listener, on_stop=sandbox.close))
        tasks.cancel_scope.cancel()


def _sandbox(
    settings: Settings,
    options: StartOptions,
    seeding: Seeding,
    loopback: LoopbackTransport,
    url: str,
    token: str | None,
) -> Sandbox:
    """Create the sandbox.

    Raises:
        ConfigurationError: The seed file contradicts itself.
    """
    given = SandboxOptions(
        allow_remote=options.allow_remote,
        base_url=url,
        keep=options.keep or seeding.file.settings.keep or KEEP,
        setup=seeding.file.setup,
        control_token=token,
    )
    try:
        return embedded_sandbox(settings, loopback, given)
    except StateError as error:
        raise seeding.located(error) from None


def _url(host: str, port: int) -> str:
    """Return the URL by which programs on this machine reach an address."""
    return f"http://{_ANY_ADDRESS.get(host) or (f'[{host}]' if ':' in host else host)}:{port}"


def _banner(sandbox: Sandbox, url: str, seeding: Seeding, new_token: str | None) -> str:
    more = f"  token      {new_token}\n" if new_token else ""
    more += f"  seed file  {printable(seeding.name, _MAX_LINE_CHARS)}\n" if seeding.name else ""
    numbers = sandbox.engine.account.numbers()
    own = next((one.number for one in numbers if one.application_key == sandbox.credentials.key), "+14155550100")
    credentials = sandbox.credentials
    # The commands look for a sandbox on the default port of this machine.
    environ = "" if url == f"http://127.0.0.1:{DEFAULT_PORT}" else f"{URL_VARIABLE}={url} "
    key, secret = credentials.key, credentials.secret
    return _BANNER.format(url=url, key=key, secret=secret, cli=own, more=more, environ=environ)


def _log_request(seen: SeenRequest) -> None:
    what = seen.rejection if seen.fault is None else f"the connection fails: {seen.fault}"
    why = "" if what is None else f"  {what}"
    # The status stands first, because digits behind a number would be taken for a part of it.
    _log(f"{seen.status} {seen.method} {unquote(seen.raw_path)}{why}")


def _log_attempt(attempt: DeliveryAttempt) -> None:
    what = "callback" if attempt.replay_of is None else f"replay of attempt {attempt.replay_of}:"
    how = f"in {attempt.latency_s * 1_000:.0f} ms" if attempt.failure is None else f" {attempt.failure}"
    _log(f"{attempt.status or 'failed'} {what} {attempt.kind} of {attempt.call_id} to {attempt.url} {how}")


def _log(line: str) -> None:
    """Print a line with the time of day; what clients sent can neither hide a number nor begin another line."""
    click.echo(f"{SystemClock().now():%H:%M:%S} {printable(without_numbers(line), _MAX_LINE_CHARS)}", err=True)
