"""The journal on a database: every method is one transaction."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import (
    Approval,
    AuditRow,
    Claim,
    Claimed,
    Entry,
    Outcome,
    Report,
    State,
    Stopped,
    Switch,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import NEXT, appended, digest
from sinch_voice_mcp.storage.claiming import GAP, claiming
from sinch_voice_mcp.storage.database import Database, Row, Statement, Transaction, one
from sinch_voice_mcp.storage.rows import read_entry, read_switch
from sinch_voice_mcp.types import JsonObject

_TEN_MINUTES = 600_000
_PAGE = 1_000
_MONEY = ":max_spend_per_day"
"""The counter of what was spent; a name as :func:`~sinch_voice_mcp.storage.statements.counter` makes it."""

_GIVEN_BACK: Mapping[str, tuple[str, ...]] = {
    "rejected": ("ended", "rejected", GAP),
    "not_sent": ("ended", "rejected", "not_sent", GAP),
    "lost": ("ended",),
}


class SqlJournal:
    """What :class:`~sinch_voice_mcp.ports.Journal` promises, on SQLite or PostgreSQL.

    Args:
        database: Opened and migrated.
        clock: Where the time comes from.
        key: Makes hashes of numbers; the same for every server on this database.
        skew: Milliseconds that the database's clock is ahead of ours.
    """

    def __init__(self, database: Database, clock: Clock, key: bytes, skew: int = 0) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self.skew = skew

    @property
    def durable(self) -> bool:
        """Whether it outlives this process."""
        return self._database.durable

    def now(self) -> int:
        """The database's time, in milliseconds."""
        return int(self._clock.now().timestamp() * 1000) + self.skew

    def hashed(self, number: str) -> str:
        """HMAC-SHA256 of a number in E.164 form, half of it."""
        return hmac.new(self._key, number.encode(), "sha256").hexdigest()[:32]

    async def claim(self, claim: Claim) -> Claimed:
        """Write down an intent: kill switch, keys, counters, money and audit in one transaction."""
        while True:
            claimed = await self._database.run(lambda: claiming(claim))
            if claimed is not None:
                return claimed

    async def record(self, call: str, outcome: Outcome, *, max_unknown: int | None = None) -> Entry:
        """Write down what became of a request; says what is recorded, which may be something earlier."""
        now = self.now()

        def recording() -> Transaction[Entry]:
            values = {
                "call": call,
                "state": outcome.state,
                "call_id": outcome.call_id,
                "error": _text(outcome.error),
                "unknown_at": now if outcome.state == "unknown" else None,
            }
            (rows,) = yield (Statement(sql.RECORD, values),)
            if not rows:
                entry = yield from _known(call)
                return (yield from _late(entry, outcome.call_id, now))
            entry = read_entry(rows[0])
            yield from _release(call, rows[0]["units"], outcome.state)
            yield from _audit(outcome.state, call, _told(outcome), now)
            if outcome.state == "unknown" and max_unknown is not None:
                yield from _trip(max_unknown, now)
            return entry

        return await self._database.run(recording)

    async def settle(self, call: str, report: Report) -> None:
        """Write down how a call ended; money that was set aside and not spent is given back."""
        now = self.now()

        def settling() -> Transaction[None]:
            told = {"duration": report.duration, "cost": report.cost, "result": report.result, "reason": report.reason}
            (rows,) = yield (Statement(sql.SETTLE, {"call": call, "call_id": report.call_id, **told}),)
            if rows:
                kept = int(rows[0]["reserved"]) if report.cost is None else report.cost
                yield from _give_back(rows[0]["units"], ("ended",), spent=kept)
                # Everything is given back; which numbers these counters were of is not kept.
                yield (Statement(sql.SET_UNITS, {"call": call, "units": "[]"}),)
                yield from _audit("ended", call, told, now)
                yield from _two_calls({rows[0]["call_id"], report.call_id}, now)
            else:
                entry = yield from _known(call)
                yield from _late(entry, report.call_id, now)

        await self._database.run(settling)

    async def entry(self, call: str) -> Entry | None:
        """A request by our token."""
        return _first(await self._database.read(lambda: one(sql.CALL, call=call)))

    async def by_call_id(self, call_id: str) -> Entry | None:
        """The callout that led to a call."""
        return _first(await self._database.read(lambda: one(sql.BY_CALL_ID, call_id=call_id)))

    async def entries(
        self, *, limit: int, states: Sequence[State] = (), since: int | None = None, overdue: int | None = None
    ) -> list[Entry]:
        """Requests, newest first."""
        values: dict[str, object] = {"limit": limit}
        where = ["1 = 1"]
        if states:
            names = [f"s{at}" for at in range(len(states))]
            values |= dict(zip(names, states, strict=True))
            where.append(f"state IN ({', '.join(f':{name}' for name in names)})")
        if since is not None:
            where.append("claimed_at >= :since")
            values["since"] = since
        if overdue is not None:
            where.append("deadline < :overdue")
            values["overdue"] = overdue
        text = (
            f"SELECT {sql.COLUMNS} FROM calls WHERE {' AND '.join(where)} "  # noqa: S608 - names of ours only
            "ORDER BY claimed_at DESC, call LIMIT :limit"
        )
        rows = await self._database.read(lambda: one(text, **values))
        return [read_entry(row) for row in rows]

    async def approve(self, approval: Approval) -> None:
        """Remember that a person said yes."""

        def approving() -> Transaction[None]:
            for destination in sorted(approval.destinations):
                values = {"principal": approval.principal, "destination": destination, "until": approval.until}
                yield (Statement(sql.APPROVE, values),)
            yield from _audit("approved", None, {"destinations": list(approval.destinations)}, self.now())

        await self._database.run(approving)

    async def approved(self, principal: str, destinations: Sequence[str]) -> bool:
        """Whether a person said yes to all of these, and that still holds."""
        asked = [
            Statement(sql.APPROVED, {"principal": principal, "destination": destination, "now": self.now()})
            for destination in destinations
        ]

        def looking() -> Transaction[bool]:
            found = yield asked
            return all(found)

        return bool(asked) and await self._database.read(looking)

    async def switch(self) -> Switch:
        """What stopped calling, or None."""
        return read_switch(await self._database.read(lambda: one(sql.SWITCH)))

    async def stop(self, reason: str, by: str) -> Stopped:
        """Refuse every claim from now on."""
        now = self.now()

        def stopping() -> Transaction[Stopped]:
            yield from _stop(reason, by, now)
            (rows,) = yield (Statement(sql.SWITCH),)
            return read_switch(rows) or Stopped(now, reason, by)

        return await self._database.run(stopping)

    async def resume(self, by: str) -> bool:
        """Allow claims again."""
        now = self.now()

        def resuming() -> Transaction[bool]:
            (rows,) = yield (Statement(sql.RESUME, {"now": now}),)
            if rows:
                yield from _audit("resumed", None, {"by": by}, now)
            return bool(rows)

        return await self._database.run(resuming)

    async def note(self, event: str, details: Mapping[str, object], call: str | None = None) -> None:
        """Add a row to the audit log."""
        await self._database.run(lambda: _audit(event, call, details, self.now()))

    async def audit(self, *, after: int = 0, limit: int = _PAGE) -> list[AuditRow]:
        """Rows of the audit log after a number."""
        rows = await self._database.read(lambda: one(sql.AUDIT, after=after, limit=limit))
        return [
            AuditRow(row["seq"], row["at"], row["event"], row["call"], json.loads(row["details"]), row["digest"])
            for row in rows
        ]

    async def verify(self) -> tuple[int, str | None]:
        """Compute the chain again, from its beginning to the head that the gate holds."""
        return await self._database.read(_verifying)

    async def forget(self, number: str) -> int:
        """Erase a number's traces outside the audit log; its counters stay no longer than their windows."""
        hashed = self.hashed(number)

        def forgetting() -> Transaction[int]:
            rows, _ = yield (
                Statement(sql.FORGET_CALLS, {"pattern": f"%{hashed}%"}),
                Statement(sql.FORGET_APPROVALS, {"destination": hashed}),
            )
            yield from _audit("forgotten", None, {"calls": len(rows)}, self.now())
            return len(rows)

        return await self._database.run(forgetting)

    async def prune(self) -> None:
        """Drop counters, keys and approvals whose time is over."""
        then = self.now() - _TEN_MINUTES

        def pruning() -> Transaction[None]:
            yield [Statement(text, {"then": then} if ":then" in text else {}) for text in sql.PRUNE]

        await self._database.run(pruning)


def _first(rows: Sequence[Row]) -> Entry | None:
    return read_entry(rows[0]) if rows else None


def _text(value: JsonObject | None) -> str | None:
    return None if value is None else json.dumps(value)


def _told(outcome: Outcome) -> JsonObject:
    """What the audit log says of an outcome: the error's code, not its words, which may repeat a number."""
    kept = {"call_id": outcome.call_id, "code": (outcome.error or {}).get("code")}
    kept["error_code"] = (outcome.error or {}).get("error_code")
    return {name: value for name, value in kept.items() if value is not None}


def _release(call: str, units: str, state: str) -> Transaction[None]:
    given_back = _GIVEN_BACK.get(state, ())
    # Keys before counters, as in a claim.
    if state in {"rejected", "not_sent"}:
        yield (Statement(sql.DROP_KEYS, {"call": call}),)
    if given_back:
        yield from _give_back(units, given_back, spent=None)
    if state == "lost":
        # Should it turn up after all, what was given back is not given back again.
        rest = [unit for unit in json.loads(units) if unit[-1] not in given_back]
        yield (Statement(sql.SET_UNITS, {"call": call, "units": json.dumps(rest)}),)


def _give_back(units: str, releases: Sequence[str], *, spent: int | None) -> Transaction[None]:
    """Give back what a request held; of money, what was not ``spent`` (None: as the unit itself says)."""
    batch: list[Statement] = []
    for name, bucket, amount, release in cast("list[list[object]]", json.loads(units)):
        back = int(cast("int", amount)) if release in releases else 0
        if name == _MONEY and spent is not None:
            back = int(cast("int", amount)) - spent
        if back:
            text = sql.END_GAP if release == GAP else sql.GIVE_BACK
            batch.append(Statement(text, {"name": name, "bucket": bucket, "amount": back}))
    if batch:
        yield batch


def _audit(event: str, call: str | None, details: Mapping[str, object], now: int) -> Transaction[None]:
    (rows,) = yield (Statement(NEXT),)
    yield appended(rows[0]["seq"], rows[0]["head"], now, event, call, details)


def _stop(reason: str, by: str, now: int) -> Transaction[None]:
    (rows,) = yield (Statement(sql.STOP, {"now": now, "reason": reason, "by": by}),)
    if rows:
        yield from _audit("stopped", None, {"reason": reason, "by": by}, now)


def _known(call: str) -> Transaction[Entry]:
    (rows,) = yield (Statement(sql.CALL, {"call": call}),)
    if not rows:
        raise StorageError(f"The journal has no request {call}; it may be another one, or an older copy.")
    return read_entry(rows[0])


def _late(entry: Entry, call_id: str | None, now: int) -> Transaction[Entry]:
    """What comes after the end changes nothing, but may name the call."""
    if entry.state == "ended" and entry.call_id is None and call_id is not None:
        yield (Statement(sql.NAME_CALL, {"call": entry.call, "call_id": call_id}),)
        return replace(entry, call_id=call_id)
    yield from _two_calls({entry.call_id, call_id}, now)
    return entry


def _two_calls(ids: set[str | None], now: int) -> Transaction[None]:
    """One request that became two calls is what must never happen: nothing is placed until a person has looked."""
    known = sorted(one for one in ids if one is not None)
    if len(known) > 1:
        yield from _stop(f"one request led to two calls ({' and '.join(known)})", "this server", now)


def _trip(most: int, now: int) -> Transaction[None]:
    (rows,) = yield (Statement(sql.COUNT_UNKNOWN, {"since": now - _TEN_MINUTES}),)
    found = int(rows[0]["unknown"])
    if found >= most:
        reason = f"{found} callouts with an unknown outcome within ten minutes"
        yield from _stop(reason, "this server", now)


def _verifying() -> Transaction[tuple[int, str | None]]:
    head, seq, promised = "", 0, 0
    while True:
        rows, (gate,) = yield (
            Statement(sql.AUDIT, {"after": seq, "limit": _PAGE}),
            Statement("SELECT seq, head FROM gate WHERE id = 1"),
        )
        for row in rows:
            if row["seq"] != seq + 1:
                return seq, f"row {seq + 1} is missing"
            head = digest(head, seq + 1, row["at"], row["event"], row["call"], row["details"])
            if head != row["digest"]:
                return seq, f"row {seq + 1} was changed, or a row before it"
            seq += 1
        if len(rows) < _PAGE and (gate["seq"], gate["head"]) == (seq, head):
            return seq, None
        # Others may add rows meanwhile; those that the gate knew of before this look are there, or gone.
        if not rows and seq < promised:
            return seq, f"the rows after {seq} are missing"
        if not rows and gate["seq"] <= seq:
            return seq, "the log does not end as it was written"
        promised = gate["seq"]
