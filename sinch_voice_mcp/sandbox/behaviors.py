"""Every behavior of the sandbox, collected from the modules that declare them, for the documentation."""

from collections.abc import Mapping

from sinch_voice_mcp.sandbox import sandbox
from sinch_voice_mcp.sandbox.callbacks import driver, posting, sender
from sinch_voice_mcp.sandbox.engine import (
    accounts,
    acting,
    admission,
    attached,
    bodies,
    callees,
    conferences,
    connecting,
    dialing,
    documents,
    endpoints,
    engine,
    exchange,
    faults,
    handlers,
    hostile,
    interpreter,
    menus,
    numbers,
    profiles,
    receiving,
    recordings,
    reports,
    script_entries,
    scripts,
    session,
    tags,
)
from sinch_voice_mcp.sandbox.ledger import Behavior, Group
from sinch_voice_mcp.sandbox.routes import broken, gateway, reading

GROUPS: Mapping[Group, str] = {
    "feature": "Callouts and SVAML",
    "call": "Calls",
    "menu": "Menus",
    "callback": "Callbacks",
    "script": "Scripts",
    "api": "The API",
    "time": "Time",
    "money": "Money",
}
"""The groups in the order of the documentation, and their headings."""

_MODULES = (
    admission, interpreter, connecting, endpoints, session, recordings, conferences, receiving, dialing, engine,
    handlers, bodies, menus, documents, callees, profiles, reports, hostile, scripts, script_entries, acting, attached,
    numbers, accounts, exchange, tags, faults, driver, posting, sender, gateway, reading, broken, sandbox,
)  # fmt: skip


def all_behaviors() -> tuple[Behavior, ...]:
    """Return every behavior, in the order of the groups."""
    declared = [behavior for module in _MODULES for behavior in module.BEHAVIORS]
    order = tuple(GROUPS)
    return tuple(sorted(declared, key=lambda behavior: order.index(behavior.group)))
