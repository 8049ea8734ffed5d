"""The journal on a database: every method is one transaction."""

import hmac
import json
from collections.abc import Mapping, Sequence

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.ports import (
    INBOUND,
    Approval,
    AuditRow,
    CallingStopped,
    Claim,
    Claimed,
    EndReport,
    EntryState,
    JournalEntry,
    KillSwitchState,
    Outcome,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import digest
from sinch_voice_mcp.storage.claiming import claiming
from sinch_voice_mcp.storage.database import Abandon, Database, Final, Row, Statement, Transaction, one
from sinch_voice_mcp.storage.outcomes import audited, recording, settling, stopping
from sinch_voice_mcp.storage.rows import read_entry, read_switch
from sinch_voice_mcp.types import Millis

_TEN_MINUTES = 600_000
_PAGE = 1_000


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

    def now(self) -> Millis:
        """The database's time, in milliseconds."""
        return Millis(int(self._clock.now().timestamp() * 1000) + self.skew)

    def hashed(self, number: str) -> str:
        """HMAC-SHA256 of a number in E.164 form, half of it."""
        return hmac.new(self._key, number.encode(), "sha256").hexdigest()[:32]

    async def claim(self, claim: Claim) -> Claimed:
        """Write down an intent: kill switch, keys, counters, money and audit in one transaction."""
        while True:
            claimed = await self._database.run(lambda: claiming(claim))
            if claimed is not None:
                return claimed

    async def peek(self, claim: Claim) -> Claimed:
        """What a claim would be answered: it is made, and rolled back."""

        def peeking() -> Transaction[Claimed | None]:
            answer = yield from claiming(claim)
            raise Abandon(answer.value if isinstance(answer, Final) else answer)

        while True:
            claimed = await self._database.run(peeking)
            if claimed is not None:
                return claimed

    async def record(self, token: str, outcome: Outcome, *, max_unknown: int | None = None) -> JournalEntry:
        """Write down what became of a request; says what is recorded, which may be something earlier."""
        now = self.now()

        return await self._database.run(lambda: recording(token, outcome, now, max_unknown))

    async def settle(self, token: str, report: EndReport) -> None:
        """Write down how a call ended; money that was set aside and not spent is given back."""
        now = self.now()

        await self._database.run(lambda: settling(token, report, now))

    async def entry(self, token: str) -> JournalEntry | None:
        """A request by our token."""
        return _first(await self._database.read(lambda: one(sql.CALL, token=token)))

    async def by_call_id(self, call_id: str) -> JournalEntry | None:
        """The callout that led to a call."""
        return _first(await self._database.read(lambda: one(sql.BY_CALL_ID, call_id=call_id)))

    async def entries(
        self,
        *,
        limit: int,
        states: Sequence[EntryState] = (),
        since: int | None = None,
        overdue: int | None = None,
        inbound: bool | None = None,
    ) -> list[JournalEntry]:
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
        if inbound is not None:
            where.append("kind = :inbound" if inbound else "kind <> :inbound")
            values["inbound"] = INBOUND
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
            yield from audited("approved", None, {"destinations": list(approval.destinations)}, self.now())

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

    async def switch(self) -> KillSwitchState:
        """What stopped calling, or None."""
        return read_switch(await self._database.read(lambda: one(sql.SWITCH)))

    async def stop(self, reason: str, by: str) -> CallingStopped:
        """Refuse every claim from now on."""
        now = self.now()

        def stop() -> Transaction[CallingStopped]:
            yield from stopping(reason, by, now)
            (rows,) = yield (Statement(sql.SWITCH),)
            return read_switch(rows) or CallingStopped(now, reason, by)

        return await self._database.run(stop)

    async def resume(self, by: str) -> bool:
        """Allow claims again."""
        now = self.now()

        def resuming() -> Transaction[bool]:
            (rows,) = yield (Statement(sql.RESUME, {"now": now}),)
            if rows:
                yield from audited("resumed", None, {"by": by}, now)
            return bool(rows)

        return await self._database.run(resuming)

    async def note(self, event: str, details: Mapping[str, object], token: str | None = None) -> None:
        """Add a row to the audit log."""
        await self._database.run(lambda: audited(event, token, details, self.now()))

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
            yield from audited("forgotten", None, {"calls": len(rows)}, self.now())
            return len(rows)

        return await self._database.run(forgetting)

    async def prune(self) -> None:
        """Drop counters, keys and approvals whose time is over."""
        then = self.now() - _TEN_MINUTES

        def pruning() -> Transaction[None]:
            yield [Statement(text, {"then": then} if ":then" in text else {}) for text in sql.PRUNE]

        await self._database.run(pruning)


def _first(rows: Sequence[Row]) -> JournalEntry | None:
    return read_entry(rows[0]) if rows else None


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
