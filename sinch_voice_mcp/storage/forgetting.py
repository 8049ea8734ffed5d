"""Erase what the journal keeps about a number."""

import json

from sinch_voice_mcp.ports import Forgotten
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.adoption import SET_ERROR, SET_EVENT, stripped
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.database import Commit, Statement, Transaction
from sinch_voice_mcp.storage.people import HANG_UP, shown_of_error
from sinch_voice_mcp.types import Millis

_OPEN = frozenset({"pending", "accepted", "unknown"})


def forgetting(hashed: str, now: Millis) -> Transaction[Forgotten]:
    """Erase a number, given its hash, and all that is sealed of the calls with it."""
    calls = {"pattern": f"%{hashed}%"}
    # Sealed rows first: they are found by the hashes in the rows of the calls, which are erased afterwards.
    sealed, events, errors, _ = yield (
        Statement(sql.FORGET_PEOPLE, calls),
        Statement(sql.FORGET_EVENTS, calls),
        Statement(sql.FORGET_ERRORS, calls),
        Statement(sql.FORGET_REPLIES, {**calls, "document": HANG_UP}),
    )
    # An earlier version may have stored these as they were.
    plain = [Statement(SET_EVENT, stripped(row)) for row in events]
    for row in errors:
        error = json.dumps(shown_of_error(json.loads(row["error"])))
        plain.append(Statement(SET_ERROR, {"token": row["call"], "error": error}))
    if plain:
        yield plain
    rows, approvals, confirmations = yield (
        Statement(sql.FORGET_CALLS, calls),
        Statement(sql.FORGET_APPROVALS[0], {"destination": hashed}),
        Statement(sql.FORGET_APPROVALS[1], calls),
    )
    in_progress = sum(row["state"] in _OPEN for row in rows)
    forgotten = Forgotten(len(rows), len(sealed), len(approvals) + len(confirmations), in_progress)
    yield from audited("forgotten", None, {"calls": forgotten.requests, "sealed": forgotten.sealed}, now)
    return Commit(forgotten)
