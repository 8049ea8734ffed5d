"""Run the sandbox alone: the whole platform on one port of this machine."""

import socket
from collections.abc import Callable

import click

from sinch_voice_mcp.app import embedded_sandbox
from sinch_voice_mcp.errors import ConfigurationError
from sinch_voice_mcp.sandbox import Sandbox
from sinch_voice_mcp.settings import Settings, changed

_BANNER = """\
Sinch Voice sandbox: every call is simulated, no phone rings.

  base URL  {url}
  key       {key}
  secret    {secret}

A server that uses it:

  SINCH_VOICE_SANDBOX=true SINCH_VOICE_BASE_URL={url} \\
  SINCH_APPLICATION_KEY={key} SINCH_APPLICATION_SECRET={secret} \\
  sinch-voice-mcp

Without SINCH_VOICE_SANDBOX the live guard applies, as against the platform. Ctrl+C stops.
"""


@click.command(short_help="Run the sandbox alone, for other programs.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8021, show_default=True, help="0 picks a free one.")
@click.option("--speed", type=float, help="How fast simulated time runs. [SINCH_VOICE_SANDBOX_SPEED]")
@click.option("--seed", type=int, help="Where simulated ids start from. [SINCH_VOICE_SANDBOX_SEED]")
@click.pass_obj
def sandbox(load: Callable[[], Settings], port: int, speed: float | None, seed: int | None) -> None:
    """Run the sandbox alone on 127.0.0.1: the Voice API's 14 operations on one base URL.

    Key and secret are those of SINCH_APPLICATION_KEY and SINCH_APPLICATION_SECRET, or fixed ones; they are
    printed at the start.
    """
    given = {"sandbox_speed": speed, "sandbox_seed": seed}
    settings = changed(load(), {name: value for name, value in given.items() if value is not None})
    _listen(embedded_sandbox(settings), port)


def _listen(platform: Sandbox, port: int) -> None:
    import uvicorn  # noqa: PLC0415 - a tenth of a second that serving over stdio does not need

    config = uvicorn.Config(platform.asgi, log_level="warning", lifespan="off")
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be used ({error.strerror}); choose another with --port") from None
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    credentials = platform.credentials
    click.echo(_BANNER.format(url=url, key=credentials.key, secret=credentials.secret))
    uvicorn.Server(config).run(sockets=[listener])
