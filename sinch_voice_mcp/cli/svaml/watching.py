"""Run a command again whenever its files change."""

from collections.abc import Callable, Sequence

import anyio

from sinch_voice_mcp.cli.svaml.files import Source, Unreadable, read_files

_INTERVAL_S = 0.5
"""How often the files are read. Comparing what they contain needs no library, and works on any file system."""


async def watch(files: Sequence[str], show: Callable[[Sequence[Source | Unreadable]], None]) -> None:
    """Show the files now and after each change, a new, renamed or deleted file included, until canceled."""
    seen: list[Source | Unreadable] | None = None
    while True:
        now = await anyio.to_thread.run_sync(lambda: list(read_files(files)))
        if now != seen:
            seen = now
            show(now)
        await anyio.sleep(_INTERVAL_S)
