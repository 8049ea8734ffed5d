"""Run the sandbox as a server of its own: the whole platform on one port of this machine."""

import socket
from functools import partial
from urllib.parse import unquote

import anyio
import click

from sinch_voice_mcp.app import embedded_sandbox
from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.app.loopback import LoopbackTransport
from sinch_voice_mcp.cli.serve import run_until_signaled
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.clock import SystemClock
from sinch_voice_mcp.sandbox import DeliveryAttempt, SandboxOptions, SeenRequest
from sinch_voice_mcp.settings import Settings, changed
from sinch_voice_mcp.text.masking import without_numbers
from sinch_voice_mcp.text.quoting import printable

_MAX_LINE_CHARS = 500

_BANNER = """\
Sinch Voice sandbox: every call is simulated, no phone rings.

  base URL  {url}
  key       {key}
  secret    {secret}

To place a call:

  curl -u {key}:{secret} {url}/calling/v1/callouts -H 'Content-Type: application/json' \\
  -d '{{"method":"ttsCallout","ttsCallout":{{"destination":{{"type":"number","endpoint":"+12025550100"}},\
"cli":"+14155550100","text":"Hello"}}}}'

To start a server that uses it:

  SINCH_VOICE_SANDBOX=true SINCH_VOICE_BASE_URL={url} \\
  SINCH_APPLICATION_KEY={key} SINCH_APPLICATION_SECRET={secret} \\
  sinch-voice-mcp

Without SINCH_VOICE_SANDBOX the server applies its live rules, as against the real platform. Ctrl+C stops.
"""


@click.command(short_help="Run the sandbox standalone, for other programs.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8021, show_default=True, help="0 picks a free port.")
@click.option("--speed", type=float, help="Speed of simulated time, 1 is real time. [SINCH_VOICE_SANDBOX_SPEED]")
@click.option("--seed", type=int, help="Seed of simulated ids. [SINCH_VOICE_SANDBOX_SEED]")
@click.pass_obj
def sandbox(loader: SettingsLoader, port: int, speed: float | None, seed: int | None) -> None:
    """Run the sandbox standalone on 127.0.0.1: the Voice API's 14 operations on one base URL.

    Each request and each callback is logged as one line on standard error.

    Key and secret are those of SINCH_APPLICATION_KEY and SINCH_APPLICATION_SECRET, or fixed ones; they are
    printed at the start.
    """
    given = {"sandbox_speed": speed, "sandbox_seed": seed}
    settings = changed(loader.load(), {name: value for name, value in given.items() if value is not None})
    # Opened before the banner is printed, so that a program that reads the banner can connect at once.
    with listening_socket("127.0.0.1", port) as listener:
        anyio.run(_serve, settings, listener)


async def _serve(settings: Settings, listener: socket.socket) -> None:
    loopback = LoopbackTransport()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    platform = embedded_sandbox(settings, loopback, SandboxOptions(base_url=url))
    platform.listeners.on_request, platform.listeners.on_attempt = _log_request, _log_attempt
    credentials = platform.credentials
    click.echo(_BANNER.format(url=url, key=credentials.key, secret=credentials.secret))
    async with loopback.connected(None), anyio.create_task_group() as tasks:
        tasks.start_soon(platform.run)
        await run_until_signaled(partial(serve, platform.asgi, listener, on_stop=platform.close))
        tasks.cancel_scope.cancel()


def _log_request(seen: SeenRequest) -> None:
    what = seen.rejection if seen.fault is None else f"the connection fails: {seen.fault}"
    why = "" if what is None else f"  {what}"
    # The status stands first, because digits behind a number would be taken for a part of it.
    _log(f"{seen.status} {seen.method} {unquote(seen.raw_path)}{why}")


def _log_attempt(attempt: DeliveryAttempt) -> None:
    outcome = attempt.failure or f"{attempt.status} in {attempt.latency_s * 1_000:.0f} ms"
    _log(f"callback {attempt.kind} of {attempt.call_id} to {attempt.url} {outcome}")


def _log(line: str) -> None:
    """Print a line with the time of day; what clients sent can neither hide a number nor begin another line."""
    click.echo(f"{SystemClock().now():%H:%M:%S} {printable(without_numbers(line), _MAX_LINE_CHARS)}", err=True)
