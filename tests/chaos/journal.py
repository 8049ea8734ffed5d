"""The servers' journal, read with the commands that an owner uses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any

import anyio

from tests.chaos.servers import CLEAN, MODULE


@dataclass(frozen=True, slots=True)
class Journal:
    """The audit log: the events of each claim, in order, by its token; and what ``audit verify`` reports."""

    events: dict[str, list[str]]
    complaint: str | None


async def read_journal(environ: Mapping[str, str]) -> Journal:
    """Verify and export the audit log.

    Raises:
        RuntimeError: It could not be read.
    """
    ended: dict[str, CompletedProcess[bytes]] = {}

    async def audit(command: str) -> None:
        arguments = [*MODULE, "audit", command]
        ended[command] = await anyio.run_process(arguments, env=CLEAN | dict(environ), check=False)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audit, "verify")
        tasks.start_soon(audit, "export")
    verified, exported = ended["verify"], ended["export"]
    if exported.returncode != 0:
        raise RuntimeError(f"audit export: {_said(exported)}")
    events: dict[str, list[str]] = {}
    for line in exported.stdout.decode().splitlines():
        row: dict[str, Any] = json.loads(line)
        if row.get("call") is not None:
            events.setdefault(row["call"], []).append(row["event"])
    return Journal(events, None if verified.returncode == 0 else _said(verified))


def _said(ended: CompletedProcess[bytes]) -> str:
    return " ".join((ended.stdout[-500:] + ended.stderr[-500:]).decode(errors="replace").split())
