"""Show the guard's effective settings and the kill switch."""

from contextlib import suppress
from dataclasses import dataclass

import anyio
import click

from sinch_voice_mcp.app import database_url, make_client
from sinch_voice_mcp.cli.journal_access import describe_stop, open_database_as_is, read_switch
from sinch_voice_mcp.cli.output import Printer, write_json
from sinch_voice_mcp.cli.settings_loader import SettingsLoader
from sinch_voice_mcp.client import REGIONS
from sinch_voice_mcp.errors import StorageError, VoiceError
from sinch_voice_mcp.operations.usage import confirming, effective
from sinch_voice_mcp.ports import CallingStopped, KillSwitchState, iso
from sinch_voice_mcp.settings import Settings
from sinch_voice_mcp.storage import MEMORY, access_warning, sqlite_file

_ANSWER_S = 3.0
"""Seconds to wait for a platform on this machine."""

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
    platform = anyio.run(_platform, settings)
    if as_json:
        write_json(_as_json(settings, platform, switch), indent=2)
    else:
        _show(settings, platform, switch)


@dataclass(frozen=True, slots=True)
class _Platform:
    """Where requests go, and whether it is a sandbox; None if that is not known."""

    url: str | None
    is_sandbox: bool | None
    description: str


async def _platform(settings: Settings) -> _Platform:
    """Return where requests go; a live platform on this machine is asked, with a lookup that changes nothing."""
    if settings.embedded:
        return _Platform(None, is_sandbox=True, description="the sandbox inside the server: no phone rings")
    url = settings.calling_url or settings.base_url or REGIONS[settings.region]
    if settings.simulated:
        return _Platform(url, is_sandbox=True, description=f"{url}, a sandbox by your settings: no phone rings")
    async with make_client(settings) as client:
        if not client.is_local:
            return _Platform(url, is_sandbox=False, description=f"{url}, the real platform")
        with anyio.move_on_after(_ANSWER_S):
            # A rejection is an answer too.
            with suppress(VoiceError):
                await client.list_numbers()
        if client.is_sandbox:
            return _Platform(url, is_sandbox=True, description=f"{url}, which answers as a sandbox: no phone rings")
        unknown = f"{url}, which does not answer as a sandbox: its calls count as real"
        return _Platform(url, is_sandbox=None, description=unknown)


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


def _as_json(settings: Settings, platform: _Platform, switch: KillSwitchState | str) -> dict[str, object]:
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
        "simulated": platform.is_sandbox is True,
        "platform": {"url": platform.url, "sandbox": platform.is_sandbox},
        "kill_switch": state,
        "confirmation": confirming(settings.policy),
        "settings": [
            {"name": row.name, "variable": row.variable, "value": row.value, "source": row.source} for row in rows
        ],
    }


def _warnings(settings: Settings) -> list[str]:
    """Return what the owner should know about the ground that the guard stands on."""
    file = sqlite_file(database_url(settings))
    warning = None if file is None else access_warning(file)
    return [] if warning is None else [warning]


def _show(settings: Settings, platform: _Platform, switch: KillSwitchState | str) -> None:
    printer = Printer()
    printer.line(("Mode: ", "bold"), f"{settings.mode} rules, on {platform.description}")
    match switch:
        case CallingStopped():
            printer.line(("Kill switch: on ", "bold red"), describe_stop(switch))
        case str():
            printer.line(("Kill switch: ", "bold"), switch)
        case None:
            printer.line(("Kill switch: ", "bold"), "off")
    printer.line(("Confirmation: ", "bold"), confirming(settings.policy))
    for warning in _warnings(settings):
        printer.line(("Warning: ", "bold yellow"), warning)
    printer.line()
    rows = effective(settings.policy, settings.sources)
    width = max(len(row.name) for row in rows)
    for row in rows:
        printer.line((f"{row.name:<{width}}", "bold"), f"  {row.text}  ", (f"[{row.source}]", "dim"))
