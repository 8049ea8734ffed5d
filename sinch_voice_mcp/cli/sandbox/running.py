"""A sandbox that runs, through its control API."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import httpx2

from sinch_voice_mcp.cli.sandbox.start import DEFAULT_PORT
from sinch_voice_mcp.settings import TOKEN_VARIABLE, URL_VARIABLE
from sinch_voice_mcp.text.quoting import terminal_safe
from sinch_voice_mcp.types import SANDBOX_HEADER, JsonObject, is_object

DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
NOT_THERE = 2
LATE = 1

_TIMEOUT_S = 90.0
"""Longer than the control API waits for anything."""

_MAX_MESSAGE_CHARS = 1_000
Command = TypeVar("Command", bound=Callable[..., object])


class NoSandboxError(click.ClickException):
    """No sandbox answers, or it does not do what is asked."""

    exit_code = NOT_THERE


class RunningSandbox:
    """The control API of a sandbox.

    Args:
        url: The base URL of the sandbox.
        token: What opens the control API; None on the machine of the sandbox.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | float] | None = None,
        body: JsonObject | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Send a request and return the JSON object of the response.

        Raises:
            NoSandboxError: No sandbox answers there, or it refuses the request.
        """
        # The environment's proxies are ignored: the sandbox is on this machine, or on one that is named.
        client = httpx2.Client(headers=self._headers, timeout=_TIMEOUT_S, trust_env=False)
        try:
            with client:
                response = client.request(method, f"{self._url}/_sandbox/{path}", params=query, json=body)
        except httpx2.InvalidURL:
            raise click.BadParameter(f"{self._url!r} is not a URL", param_hint="--url") from None
        except (httpx2.HTTPError, OSError):
            message = f"no sandbox answers at {self._url}; `sinch-voice-mcp sandbox start` starts one"
            raise NoSandboxError(terminal_safe(message)) from None
        return self._read(response)

    def _read(self, response: httpx2.Response) -> object:
        try:
            data: object = response.json()
        except ValueError:
            data = None
        if SANDBOX_HEADER not in response.headers or not is_object(data):
            raise NoSandboxError(terminal_safe(f"what answers at {self._url} is not a sandbox with a control API"))
        if response.is_success:
            return data
        raise NoSandboxError(terminal_safe(_reason(data))[:_MAX_MESSAGE_CHARS])


def _reason(data: JsonObject) -> str:
    error = data.get("error")
    if not is_object(error):
        return "the sandbox refuses the request"
    message, step = str(error.get("message")), str(error.get("next_step", ""))
    # A person at a shell gives options; the document of the requests is for programs.
    return message if "openapi.json" in step else f"{message}{'' if message.endswith('?') else '.'} {step}".rstrip()


def control_options(command: Command) -> Command:
    """Add the options that name a running sandbox."""
    url = click.option(
        "--url",
        default=DEFAULT_URL,
        show_default=True,
        envvar=URL_VARIABLE,
        help=f"Base URL of the sandbox. [{URL_VARIABLE}]",
    )
    token = click.option(
        "--token", envvar=TOKEN_VARIABLE, help=f"What opens its control API on another machine. [{TOKEN_VARIABLE}]"
    )
    return url(token(command))
