"""The journal on a database: every method is one transaction."""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import (
    INBOUND,
    PROLONGS,
    Approval,
    AuditRow,
    CallingStopped,
    Claim,
    Claimed,
    Duplicate,
    EndReport,
    EntryState,
    JournalEntry,
    KillSwitchState,
    Outcome,
    Prolonged,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import audited, digest
from sinch_voice_mcp.storage.claiming import Undecided, claiming
from sinch_voice_mcp.storage.database import Commit, Database, Rollback, Row, Statement, Transaction, committed, one
from sinch_voice_mcp.storage.outcomes import recording, renewing, settling, stopping
from sinch_voice_mcp.types import CallId, Micros, Millis, PhoneNumber, Token

_CLAIM_TRIES = 10
"""How often a claim is tried that is undecided. Each time another transaction must have released a key or the kill
switch between two statements of the claim, and drivers let one transaction write at a time: twice is rare already."""

_Claiming = Callable[[Sequence[Claim]], Transaction["list[Claimed] | Undecided"]]
"""Starts the transaction that claims some requests."""

_PRUNE_DELAY_MS = 600_000
"""Time for which expired rows are kept: a server whose clock is behind may still need them."""

_PAGE_SIZE = 1_000
"""Rows of the audit log that are read at a time."""


class SqlJournal:
    """:class:`~sinch_voice_mcp.ports.Journal` on SQLite or PostgreSQL.

    Args:
        database: Opened, with all migrations applied.
        clock: Where the time comes from.
        key: Key of the hashes of numbers; the same for every server on this database.
        skew: Milliseconds that the database's clock is ahead of ``clock``.
    """

    def __init__(self, database: Database, clock: Clock, key: bytes, skew: int = 0) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self.skew = skew

    @property
    def durable(self) -> bool:
        """Whether the journal outlives this process."""
        return self._database.durable

    def now(self) -> Millis:
        """Return the database's time."""
        return Millis(int(self._clock.now().timestamp() * 1000) + self.skew)

    def hashed(self, number: PhoneNumber) -> str:
        """Return the first half of the HMAC-SHA256 of a number in E.164 form, in hexadecimal."""
        return hmac.new(self._key, number.encode(), "sha256").hexdigest()[:32]

    async def claim(self, claim: Claim) -> Claimed:
        """Claim a request: keys, gaps, limits, kill switch and audit row in one transaction."""
        return (await self.claim_together([claim]))[0]

    async def claim_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Claim several requests in one transaction, all that were not claimed before or none of them."""
        return await self._together(claims, claiming)

    async def peek_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Return what claims would be answered: they are made, and rolled back."""

        def peeking(claims: Sequence[Claim]) -> Transaction[list[Claimed] | Undecided]:
            end = yield from claiming(claims)
            return Rollback(end.value)

        return await self._together(claims, peeking)

    async def _together(self, claims: Sequence[Claim], start: _Claiming) -> list[Claimed]:
        answers: dict[Token, Claimed] = {}
        rest = list(claims)
        while rest:
            decided = await self._decided(partial(start, rest))
            found = dict(zip((claim.token for claim in rest), decided, strict=True))
            duplicates = {token: answer for token, answer in found.items() if isinstance(answer, Duplicate)}
            answers |= duplicates or found
            # Claims that were withheld because others are duplicates are claimed again without these.
            rest = [claim for claim in claims if claim.token not in answers]
        return [answers[claim.token] for claim in claims]

    async def _decided(self, start: Callable[[], Transaction[list[Claimed] | Undecided]]) -> list[Claimed]:
        reason = ""
        for _ in range(_CLAIM_TRIES):
            claimed = await self._database.run(start)
            if not isinstance(claimed, Undecided):
                return claimed
            reason = claimed.reason
        raise StorageError(f"The journal could not decide on the request in {_CLAIM_TRIES} tries: {reason}.")

    async def record(self, token: Token, outcome: Outcome, *, max_unknown: int | None = None) -> JournalEntry:
        """Record the outcome of a request; the entry may have an earlier, more certain one."""
        now = self.now()
        return await self._database.run(lambda: committed(recording(token, outcome, now, max_unknown)))

    async def settle(self, token: Token, report: EndReport) -> None:
        """Record how a call ended; reserved money that was not spent is released."""
        now = self.now()
        await self._database.run(lambda: committed(settling(token, report, now)))

    async def prolonged(self, call_id: CallId) -> Prolonged:
        """Add up by how much changes of a call prolong it, without those that had no effect."""
        (row,) = await self._database.read(lambda: one(sql.PROLONGED, call_id=call_id))
        return Prolonged(int(row["seconds"]), Micros(int(row["reserved"])))

    async def renew(self, token: Token, lease: Millis, more: Micros) -> None:
        """Hold the limits of a request for longer, and reserve more money for it."""
        now = self.now()
        await self._database.run(lambda: committed(renewing(token, lease, more, now)))

    async def entry(self, token: Token) -> JournalEntry | None:
        """Return the request with this token."""
        return _first(await self._database.read(lambda: one(sql.CALL, token=token)))

    async def by_call_id(self, call_id: CallId) -> JournalEntry | None:
        """Return the callout that led to a call."""
        return _first(await self._database.read(lambda: one(sql.BY_CALL_ID, call_id=call_id)))

    async def entries(
        self,
        *,
        limit: int,
        states: Sequence[EntryState] = (),
        since: Millis | None = None,
        overdue: Millis | None = None,
        inbound: bool | None = None,
        prolonging: bool = True,
    ) -> list[JournalEntry]:
        """Return requests, newest first."""
        values: dict[str, object] = {"limit": limit}
        where = ["1 = 1"]
        if states:
            names = [f"s{at}" for at in range(len(states))]
            values |= dict(zip(names, states, strict=True))
            where.append(f"state IN ({', '.join(f':{name}' for name in names)})")
        if not prolonging:
            where.append("kind <> :prolongs")
            values["prolongs"] = PROLONGS
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
        return [sql.read_entry(row) for row in rows]

    async def approve(self, approval: Approval) -> None:
        """Remember that a person confirmed calls to some destinations."""

        def approving() -> Transaction[None]:
            for destination in sorted(approval.destinations):
                values = {"principal": approval.principal, "destination": destination, "until": approval.until}
                yield (Statement(sql.APPROVE, values),)
            yield from audited("approved", None, {"destinations": list(approval.destinations)}, self.now())
            return Commit(None)

        await self._database.run(approving)

    async def approved(self, principal: str, destinations: Sequence[str]) -> bool:
        """Return whether unexpired approvals cover every one of these destinations."""
        batch = [
            Statement(sql.APPROVED, {"principal": principal, "destination": destination, "now": self.now()})
            for destination in destinations
        ]

        def reading() -> Transaction[bool]:
            found = yield batch
            return Commit(all(found))

        return bool(batch) and await self._database.read(reading)

    async def switch(self) -> KillSwitchState:
        """Return the state of the kill switch."""
        return sql.read_switch(await self._database.read(lambda: one(sql.SWITCH)))

    async def stop(self, reason: str, by: str) -> CallingStopped:
        """Turn the kill switch on."""
        now = self.now()

        def stop() -> Transaction[CallingStopped]:
            yield from stopping(reason, by, now)
            (rows,) = yield (Statement(sql.SWITCH),)
            return Commit(sql.read_switch(rows) or CallingStopped(now, reason, by))

        return await self._database.run(stop)

    async def resume(self, by: str) -> bool:
        """Turn the kill switch off; returns whether it was on."""
        now = self.now()

        def resuming() -> Transaction[bool]:
            (rows,) = yield (Statement(sql.RESUME, {"now": now}),)
            if rows:
                yield from audited("resumed", None, {"by": by}, now)
            return Commit(bool(rows))

        return await self._database.run(resuming)

    async def note(self, event: str, details: Mapping[str, object], token: Token | None = None) -> None:
        """Append a row to the audit log."""
        await self._database.run(lambda: committed(audited(event, token, details, self.now())))

    async def audit(self, *, after: int = 0, limit: int = _PAGE_SIZE) -> list[AuditRow]:
        """Return rows of the audit log with a greater number than ``after``."""
        rows = await self._database.read(lambda: one(sql.AUDIT, after=after, limit=limit))
        return [
            AuditRow(row["seq"], row["at"], row["event"], row["call"], json.loads(row["details"]), row["digest"])
            for row in rows
        ]

    async def verify(self) -> tuple[int, str | None]:
        """Compute the digests again, from the first row to the head that the gate row holds."""
        return await self._database.read(_verifying)

    async def forget(self, number: PhoneNumber) -> int:
        """Erase a number outside the audit log; its counters are deleted when their windows are over."""
        hashed = self.hashed(number)

        def forgetting() -> Transaction[int]:
            rows, _ = yield (
                Statement(sql.FORGET_CALLS, {"pattern": f"%{hashed}%"}),
                Statement(sql.FORGET_APPROVALS, {"destination": hashed}),
            )
            yield from audited("forgotten", None, {"calls": len(rows)}, self.now())
            return Commit(len(rows))

        return await self._database.run(forgetting)

    async def prune(self) -> None:
        """Delete expired keys, counters and approvals."""
        then = self.now() - _PRUNE_DELAY_MS

        def pruning() -> Transaction[None]:
            yield [Statement(text, {"then": then} if ":then" in text else {}) for text in sql.PRUNE]
            return Commit(None)

        await self._database.run(pruning)


def _first(rows: Sequence[Row]) -> JournalEntry | None:
    return sql.read_entry(rows[0]) if rows else None


def _verifying() -> Transaction[tuple[int, str | None]]:
    head, seq, promised = "", 0, 0
    while True:
        rows, (gate,) = yield (
            Statement(sql.AUDIT, {"after": seq, "limit": _PAGE_SIZE}),
            Statement("SELECT seq, head FROM gate WHERE id = 1"),
        )
        for row in rows:
            if row["seq"] != seq + 1:
                return Commit((seq, f"row {seq + 1} is missing"))
            head = digest(head, seq + 1, row["at"], row["event"], row["call"], row["details"])
            if head != row["digest"]:
                return Commit((seq, f"row {seq + 1} was changed, or a row before it"))
            seq += 1
        if len(rows) < _PAGE_SIZE and (gate["seq"], gate["head"]) == (seq, head):
            return Commit((seq, None))
        # Other servers may append rows meanwhile; rows that the gate row had counted at the last look must exist.
        if not rows and seq < promised:
            return Commit((seq, f"the rows after {seq} are missing"))
        if not rows and gate["seq"] <= seq:
            return Commit((seq, "the log does not end as it was written"))
        promised = gate["seq"]
