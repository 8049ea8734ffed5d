"""Lists of requests: the newest ones, pages of open ones, and those of one call."""

from collections.abc import Sequence
from dataclasses import dataclass

from sinch_voice_mcp.ports import INBOUND, PROLONGS, EntryState, JournalEntry
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.database import Commit, Rows, Statement, Transaction
from sinch_voice_mcp.types import Millis

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are listed; what is None or empty excludes none.

    Attributes:
        states: Only requests in one of these states.
        since: Only requests claimed at this instant or later.
        overdue: Only requests whose deadline is before this instant.
        inbound: Only incoming calls (True), or only requests of ours (False).
        party: Only requests that call the number with this keyed hash, and incoming calls from it.
        prolonging: Whether changes are listed too that ring no phone and only let a call last longer.
    """

    states: Sequence[EntryState] = ()
    since: Millis | None = None
    overdue: Millis | None = None
    inbound: bool | None = None
    party: str | None = None
    prolonging: bool = True

    def conditions(self) -> dict[str, dict[str, object]]:
        """Return the conditions in SQL, each with the values of its names."""
        names = {f"s{at}": state for at, state in enumerate(self.states)}
        among = ", ".join(f":{name}" for name in names)
        given: dict[str, tuple[bool, dict[str, object]]] = {
            f"state IN ({among})": (bool(self.states), {**names}),
            "kind <> :prolongs": (not self.prolonging, {"prolongs": PROLONGS}),
            "claimed_at >= :since": (self.since is not None, {"since": self.since}),
            "kind = :inbound": (self.inbound is True, {"inbound": INBOUND}),
            "kind <> :inbound": (self.inbound is False, {"inbound": INBOUND}),
            "destinations LIKE :party": (self.party is not None, {"party": f"%{self.party}%"}),
            "deadline < :overdue": (self.overdue is not None, {"overdue": self.overdue}),
        }
        return {condition: values for condition, (applies, values) in given.items() if applies}


def reading_newest(wanted: Wanted, limit: int) -> Transaction[Rows]:
    """Read requests, newest first."""
    conditions = wanted.conditions()
    values: dict[str, object] = {"limit": limit}
    for named in conditions.values():
        values |= named
    text = (
        f"SELECT {sql.COLUMNS} FROM calls WHERE {' AND '.join(['1 = 1', *conditions])} "  # noqa: S608 - names of ours only
        "ORDER BY claimed_at DESC, call LIMIT :limit"
    )
    (rows,) = yield (Statement(text, values),)
    return Commit(rows)
