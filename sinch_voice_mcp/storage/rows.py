"""Rows of the journal as what they mean."""

import json
from collections.abc import Sequence

from sinch_voice_mcp.ports import CallingStopped, JournalEntry, KillSwitchState
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.database import Row


def read_entry(row: Row) -> JournalEntry:
    """A row of ``calls`` as an entry."""
    members = {name: row[name] for name in sql.COLUMNS.split(", ")}
    members["token"] = members.pop("call")
    members["destinations"] = tuple(str(row["destinations"]).split())
    members["error"] = None if row["error"] is None else json.loads(row["error"])
    return JournalEntry(**members)


def read_switch(rows: Sequence[Row]) -> KillSwitchState:
    """What stopped calling, if something did."""
    return CallingStopped(rows[0]["stopped_at"], rows[0]["reason"], rows[0]["stopped_by"]) if rows else None
