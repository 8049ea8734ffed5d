"""What the owner allows, as it holds: every setting of the guard, and where its value came from."""

import json

import anyio
import click

from sinch_voice_mcp.app import database_url
from sinch_voice_mcp.cli import console
from sinch_voice_mcp.cli.journal import Load, connected, sqlite_file, switch_of, told
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.operations.usage import effective
from sinch_voice_mcp.ports import CallingStopped, KillSwitchState, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MEMORY

_IN_MEMORY = "kept in the memory of each server"


@click.command(short_help="Show every effective setting of the guard and where it came from.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_obj
def policy(load: Load, *, as_json: bool) -> None:
    """Show every effective setting of the guard, its value, and the flag, variable or file that set it.

    Numbers of people are shortened; secrets are no part of it.
    """
    settings = load()
    switch = anyio.run(_switch, settings)
    if as_json:
        console.write(json.dumps(_as_json(settings, switch), indent=2, ensure_ascii=False))
    else:
        _show(settings, switch)


async def _switch(settings: Settings) -> KillSwitchState | str:
    """What stopped calling, or why nobody knows; makes no journal."""
    url = database_url(settings)
    file = sqlite_file(url)
    if url == MEMORY:
        return _IN_MEMORY
    if file is not None and not file.exists():
        return None
    try:
        async with connected(url) as database:
            return await switch_of(database)
    except StorageError as error:
        return error.message


def _as_json(settings: Settings, switch: KillSwitchState | str) -> dict[str, object]:
    state: dict[str, object] = {"stopped": isinstance(switch, CallingStopped)}
    match switch:
        case CallingStopped():
            state |= {"since": iso(switch.since), "by": switch.by, "reason": switch.reason}
        case str():
            state = {"stopped": None, "reason": switch}
        case None:
            pass
    rows = effective(settings.policy, settings.sources)
    return {
        "mode": settings.mode,
        "simulated": settings.simulated,
        "kill_switch": state,
        "settings": [
            {"name": row.name, "variable": row.variable, "value": row.value, "source": row.source} for row in rows
        ],
    }


def _show(settings: Settings, switch: KillSwitchState | str) -> None:
    printer = console.printer()
    platform = "the sandbox, no phone rings" if settings.simulated else "the real platform"
    printer.line(("Mode: ", "bold"), f"{settings.mode} rules, on {platform}")
    match switch:
        case CallingStopped():
            printer.line(("Kill switch: on ", "bold red"), told(switch))
        case str():
            printer.line(("Kill switch: ", "bold"), switch)
        case None:
            printer.line(("Kill switch: ", "bold"), "off")
    printer.line()
    rows = effective(settings.policy, settings.sources)
    widest = max(len(row.name) for row in rows)
    for row in rows:
        printer.line((f"{row.name:<{widest}}", "bold"), f"  {row.text}  ", (f"[{row.source}]", "dim"))
