"""Erase what the journal keeps about a number."""

import json
import secrets

from sinch_voice_mcp.ports import Forgotten
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.adoption import SET_ERROR, SET_EVENT, stripped
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.database import Commit, Statement, Steps, Transaction
from sinch_voice_mcp.storage.people import HANG_UP, shown_of_error
from sinch_voice_mcp.types import Millis, Token

_OPEN = frozenset({"pending", "accepted", "unknown"})


_REMEMBERED_MS = 86_400_000
"""Time for which a call stays forgotten, so that nothing of a person is kept of what is still reported of it; far
longer than the platform's longest call."""


def forgetting(hashed: str, now: Millis) -> Transaction[Forgotten]:
    """Erase a number, given its hash, and all that is kept of a person of every call in which it occurs."""
    number = {"pattern": f"%{hashed}%"}
    calls = {"mark": secrets.token_hex(16)}
    marking = number | calls | {"until": now + _REMEMBERED_MS}
    *_, sealed, events, errors, _ = yield (
        # First: the calls are found by the hashes in rows that are erased afterwards.
        *(Statement(text, marking) for text in sql.MARK_FORGOTTEN),
        Statement(sql.FORGET_PEOPLE, number | calls),
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
        Statement(sql.FORGET_APPROVALS[1], number),
    )
    in_progress = sum(row["state"] in _OPEN for row in rows)
    forgotten = Forgotten(len(rows), len(sealed), len(approvals) + len(confirmations), in_progress)
    yield from audited("forgotten", None, {"calls": forgotten.requests, "sealed": forgotten.sealed}, now)
    return Commit(forgotten)


def is_forgotten(token: Token) -> Steps[bool]:
    """Return whether a number of this request was forgotten, so that nothing of a person is kept of it any more."""
    (rows,) = yield (Statement(sql.IS_FORGOTTEN, {"token": token, "call_id": None}),)
    return bool(rows)
