"""Show the guard's effective settings and the kill switch."""

import json

import anyio
import click

from sinch_voice_mcp.app import database_url
from sinch_voice_mcp.cli.journal_access import describe_stop, open_database_as_is, read_switch
from sinch_voice_mcp.cli.output import Printer, write
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.operations.usage import effective
from sinch_voice_mcp.ports import CallingStopped, KillSwitchState, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MEMORY, access_warning, sqlite_file

_IN_MEMORY = "unknown: it is in the memory of each server"


@click.command(short_help="Show every effective setting of the guard and its source.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.pass_obj
def policy(loader: SettingsLoader, *, as_json: bool) -> None:
    """Show every effective setting of the guard: its value, and the flag, variable or file that set it.

    Phone numbers of people are shortened; secrets are not shown.
    """
    settings = loader.load()
    switch = anyio.run(_switch, settings)
    if as_json:
        write(json.dumps(_as_json(settings, switch), indent=2, ensure_ascii=False))
    else:
        _show(settings, switch)


async def _switch(settings: Settings) -> KillSwitchState | str:
    """Return the kill switch, or why it is unknown. Does not create a journal."""
    url = database_url(settings)
    file = sqlite_file(url)
    if url == MEMORY:
        return _IN_MEMORY
    # Without a journal, no command and no server has stopped calling yet.
    if file is not None and not file.exists():
        return None
    try:
        async with open_database_as_is(url) as database:
            return await read_switch(database)
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
    warnings = {"warnings": found} if (found := _warnings(settings)) else {}
    return {
        "mode": settings.mode,
        **warnings,
        "simulated": settings.simulated,
        "kill_switch": state,
        "settings": [
            {"name": row.name, "variable": row.variable, "value": row.value, "source": row.source} for row in rows
        ],
    }


def _warnings(settings: Settings) -> list[str]:
    """Return what the owner should know about the ground that the guard stands on."""
    file = sqlite_file(database_url(settings))
    warning = None if file is None else access_warning(file)
    return [] if warning is None else [warning]


def _show(settings: Settings, switch: KillSwitchState | str) -> None:
    printer = Printer()
    platform = "the sandbox, no phone rings" if settings.simulated else "the real platform"
    printer.line(("Mode: ", "bold"), f"{settings.mode} rules, on {platform}")
    match switch:
        case CallingStopped():
            printer.line(("Kill switch: on ", "bold red"), describe_stop(switch))
        case str():
            printer.line(("Kill switch: ", "bold"), switch)
        case None:
            printer.line(("Kill switch: ", "bold"), "off")
    for warning in _warnings(settings):
        printer.line(("Warning: ", "bold yellow"), warning)
    printer.line()
    rows = effective(settings.policy, settings.sources)
    width = max(len(row.name) for row in rows)
    for row in rows:
        printer.line((f"{row.name:<{width}}", "bold"), f"  {row.text}  ", (f"[{row.source}]", "dim"))
