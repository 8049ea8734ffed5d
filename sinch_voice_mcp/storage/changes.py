"""Parts of the journal about stopping: pages of open requests, the requests of one call, and the rows of changes."""

from collections.abc import Mapping, Sequence

from sinch_voice_mcp.ports import EntryState, JournalEntry, KillSwitchState
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import appended
from sinch_voice_mcp.storage.database import Commit, Rollback, Rows, Statement, Transaction
from sinch_voice_mcp.types import Millis, Token

OF_CALL = (
    f"SELECT {sql.COLUMNS} FROM calls WHERE call_id = :call_id OR subject = :call_id "  # noqa: S608 - a constant
    "ORDER BY claimed_at, call"
)


def reading_page(
    states: Sequence[EntryState], after: JournalEntry | None, since: Millis | None, limit: int
) -> Transaction[Rows]:
    """Read requests in one of these states, oldest first, from the one after ``after`` on."""
    names = [f"s{at}" for at in range(len(states))]
    values: dict[str, object] = {"limit": limit, **dict(zip(names, states, strict=True))}
    where = [f"state IN ({', '.join(f':{name}' for name in names)})"]
    if after is not None:
        where.append("(claimed_at > :at OR (claimed_at = :at AND call > :token))")
        values |= {"at": after.claimed_at, "token": after.token}
    if since is not None:
        where.append("claimed_at >= :since")
        values["since"] = since
    text = (
        f"SELECT {sql.COLUMNS} FROM calls WHERE {' AND '.join(where)} "  # noqa: S608 - names of ours only
        "ORDER BY claimed_at, call LIMIT :limit"
    )
    (rows,) = yield (Statement(text, values),)
    return Commit(rows)


def beginning_change(token: Token, details: Mapping[str, object], now: Millis) -> Transaction[KillSwitchState]:
    """Append the audit row of a change that is about to be made; none if the kill switch is on."""
    # One statement looks at the switch and takes the number of the row, so no change begins after a stop.
    taken, stopped = yield (Statement(sql.CHECK_SWITCH, {"many": 1}), Statement(sql.SWITCH))
    if not taken:
        return Rollback(sql.read_switch(stopped))
    (gate,) = taken
    return Commit(None, appended(gate["seq"], gate["head"], now, "change", token, details))
