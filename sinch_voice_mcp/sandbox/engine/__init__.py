"""The simulated platform itself. It knows calls, time and money, and no HTTP."""

from sinch_voice_mcp.sandbox.engine.accounts import UNCHANGED, Account, Application, OwnNumber, Unchanged
from sinch_voice_mcp.sandbox.engine.engine import Engine
from sinch_voice_mcp.sandbox.engine.numbers import Queried
from sinch_voice_mcp.sandbox.engine.outbox import CallbackFault, CallbackKind, Outgoing
from sinch_voice_mcp.sandbox.engine.rejections import MEANINGS, RejectedError
from sinch_voice_mcp.sandbox.engine.reports import CURRENCY, CallReport, ParticipantReport
from sinch_voice_mcp.sandbox.engine.state import Entry

__all__ = [
    "CURRENCY",
    "MEANINGS",
    "UNCHANGED",
    "Account",
    "Application",
    "CallReport",
    "CallbackFault",
    "CallbackKind",
    "Engine",
    "Entry",
    "Outgoing",
    "OwnNumber",
    "ParticipantReport",
    "Queried",
    "RejectedError",
    "Unchanged",
]
