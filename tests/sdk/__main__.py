"""``make sdk``: the official SDKs and the blocks of ``docs/sandbox-clients.md`` against a standalone sandbox."""

import re
import sys
import tempfile
from pathlib import Path

import anyio
import anyio.to_thread
import click
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from tests.processes import running
from tests.sdk.checks import Row, Target, check_page, check_sdk
from tests.sdk.installing import Missing, install_node, install_python

# Phones are answered in a tenth of a second, and calls that stay do so for ten minutes.
SPEED = "20"


async def _target(process: Process) -> Target:
    """Return where a sandbox is, and the credentials of its application, as its banner says them."""
    assert process.stdout is not None
    banner = ""
    async for text in TextReceiveStream(process.stdout):
        banner += text
        if found := re.search(r"base URL +(\S+)\s+key +(\S+)\s+secret +(\S+)\s", banner):
            return Target(*found.groups())
    raise click.ClickException("the sandbox did not start")


def _rows(scratch: Path, target: Target) -> list[Row]:
    node, python = install_node(scratch / "node"), install_python(scratch / "python")
    rows = check_page(target, node, python)
    for name, installed in (("Node", node), ("Python", python)):
        rows += [Row(name, "every operation", skipped=installed.reason)] if isinstance(installed, Missing) else []
    rows += [] if isinstance(node, Missing) else check_sdk("Node", node, target)
    rows += [] if isinstance(python, Missing) else check_sdk("Python", python, target)
    return rows


async def _run() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="sinch-voice-sdk-") as scratch:
        async with running("sandbox", "--port", "0", "--speed", SPEED) as process:
            return await anyio.to_thread.run_sync(_rows, Path(scratch), await _target(process))


@click.command()
def main() -> None:
    """Print what each SDK can do with the sandbox; the exit status is 1 if something fails."""
    rows = anyio.run(_run)
    width = max(len(row.operation) for row in rows)
    for row in rows:
        click.echo(f"{row.client:<12}  {row.operation:<{width}}  {row.verdict}")
    failed, skipped = (sum(1 for row in rows if getattr(row, kind) is not None) for kind in ("error", "skipped"))
    click.echo(f"{len(rows) - failed - skipped} ok, {failed} failed, {skipped} skipped")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
