"""What the servers wrote down, read the way an owner would read it."""

import json
from collections.abc import Mapping
from typing import Any

import anyio

from tests.chaos.servers import CLEAN, MODULE


async def exported(environ: Mapping[str, str]) -> dict[str, list[str]]:
    """The events of each claim, in order, by its token.

    Raises:
        RuntimeError: The audit log could not be read, or its chain is broken.
    """
    await _audit("verify", environ)
    events: dict[str, list[str]] = {}
    for line in (await _audit("export", environ)).splitlines():
        row: dict[str, Any] = json.loads(line)
        if row.get("call") is not None:
            events.setdefault(row["call"], []).append(row["event"])
    return events


async def _audit(command: str, environ: Mapping[str, str]) -> str:
    ended = await anyio.run_process([*MODULE, "audit", command], env=CLEAN | dict(environ), check=False)
    if ended.returncode != 0:
        said = (ended.stdout[-500:] + ended.stderr[-500:]).decode(errors="replace")
        raise RuntimeError(f"audit {command}: {said.strip()}")
    return ended.stdout.decode()
