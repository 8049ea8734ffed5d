"""The rows of changes in the audit log, which are not written while calling is stopped."""

from collections.abc import Mapping

from sinch_voice_mcp.ports import KillSwitchState
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.database import Commit, Rollback, Statement, Transaction
from sinch_voice_mcp.types import Millis, Token


def beginning_change(token: Token, details: Mapping[str, object], now: Millis) -> Transaction[KillSwitchState]:
    """Append the audit row of a change that is about to be made; none if the kill switch is on."""
    # One statement looks at the switch and takes the number of the row, so no change begins after a stop.
    taken, stopped = yield (Statement(sql.CHECK_SWITCH, {"many": 1}), Statement(sql.SWITCH))
    if not taken:
        return Rollback(sql.read_switch(stopped))
    (gate,) = taken
    return Commit(None, appended(gate["seq"], gate["head"], now, "change", token, details))
