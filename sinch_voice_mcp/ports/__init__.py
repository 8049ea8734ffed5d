"""What operations need from the outside, as protocols."""

from sinch_voice_mcp.ports.audit import AuditRow, iso
from sinch_voice_mcp.ports.events import (
    DecideReply,
    EventListener,
    EventLog,
    EventWatch,
    IncomingEvent,
    Replies,
    Reply,
    StoredEvent,
)
from sinch_voice_mcp.ports.journal import Journal
from sinch_voice_mcp.ports.kill_switch import CallingStopped, KillSwitchState
from sinch_voice_mcp.ports.requests import (
    INBOUND,
    Approval,
    Claim,
    Claimed,
    ClaimKey,
    CountedLimit,
    Duplicate,
    EndReport,
    EntryState,
    EventKind,
    Exhausted,
    Gap,
    Granted,
    JournalEntry,
    Mismatch,
    Outcome,
    Release,
)
from sinch_voice_mcp.ports.voice import VoiceApi

__all__ = [
    "INBOUND",
    "Approval",
    "AuditRow",
    "CallingStopped",
    "Claim",
    "ClaimKey",
    "Claimed",
    "CountedLimit",
    "DecideReply",
    "Duplicate",
    "EndReport",
    "EntryState",
    "EventKind",
    "EventListener",
    "EventLog",
    "EventWatch",
    "Exhausted",
    "Gap",
    "Granted",
    "IncomingEvent",
    "Journal",
    "JournalEntry",
    "KillSwitchState",
    "Mismatch",
    "Outcome",
    "Release",
    "Replies",
    "Reply",
    "StoredEvent",
    "VoiceApi",
    "iso",
]
