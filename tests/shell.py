"""Run commands as an owner at a shell, without a process for each, and serve applications on a free port."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from click.testing import CliRunner
from starlette.types import ASGIApp

from sinch_voice_mcp.app.http import listening_socket, serve
from sinch_voice_mcp.cli import cli

ANNA, OWN = "+12025550108", "+14155550100"
CANARY = "canary-of-a-password"
_WITHOUT_SETTINGS: dict[str, str | None] = {
    name: None
    for name in os.environ  # noqa: TID251 - only names are read, to remove the machine's own settings
    if name.startswith("SINCH_")
}


@dataclass(frozen=True)
class Ended:
    """The exit status and output of a command."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Shell:
    """Runs commands in one environment, and asserts that no output contains a password or a complete number."""

    def __init__(self, **environ: str) -> None:
        self.environ = environ

    async def run(self, command: str, *more: str) -> Ended:
        words = [*command.split(), *more]
        # In a thread of this process, which starts faster than a process; the command runs its own event loop.
        ended = await anyio.to_thread.run_sync(
            lambda: CliRunner(env=_WITHOUT_SETTINGS | self.environ).invoke(cli, words)
        )
        out, err = ended.stdout, ended.stderr
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        assert CANARY not in out + err
        assert ANNA.removeprefix("+") not in out + err
        return Ended(ended.exit_code, out, err)

    async def ok(self, command: str, *more: str) -> Ended:
        ended = await self.run(command, *more)
        assert (ended.status, ended.err) == (0, "")
        return ended

    async def refused(self, command: str) -> str:
        """Run a command that fails with status 2; return its one line on standard error."""
        ended = await self.run(command)
        assert (ended.status, ended.out) == (2, "")
        (line,) = ended.err.splitlines()
        return line


@asynccontextmanager
async def serving_app(app: ASGIApp) -> AsyncGenerator[str]:
    """Serve an application on a free port of this machine; yield its base URL."""
    with listening_socket("127.0.0.1", 0) as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            tasks.cancel_scope.cancel()
