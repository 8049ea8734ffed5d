"""The journal on a database: every method is one transaction."""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import (
    Approval,
    AuditRow,
    CallingStopped,
    Claim,
    Claimed,
    Duplicate,
    EndReport,
    EntryState,
    Forgotten,
    JournalEntry,
    KillSwitchState,
    Outcome,
    Place,
    Prolonged,
    place_at,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.changes import beginning_change
from sinch_voice_mcp.storage.claiming import Undecided, claiming
from sinch_voice_mcp.storage.confirming import approving, counting, covering
from sinch_voice_mcp.storage.database import (
    Commit,
    Database,
    Rollback,
    Rows,
    Start,
    Statement,
    Transaction,
    committed,
    one,
)
from sinch_voice_mcp.storage.forgetting import forgetting, is_forgotten
from sinch_voice_mcp.storage.identity import Identity, Mark
from sinch_voice_mcp.storage.listing import OF_CALL, Wanted, reading_newest, reading_page
from sinch_voice_mcp.storage.outcomes import recording, renewing, settling, stopping, warn_of
from sinch_voice_mcp.storage.people import People
from sinch_voice_mcp.storage.retention import Terms, expiring
from sinch_voice_mcp.storage.sealing import Seal
from sinch_voice_mcp.storage.verifying import verifying
from sinch_voice_mcp.types import CallId, Micros, Millis, Token

T = TypeVar("T")

_CLAIM_TRIES = 10
"""How often a claim is tried that is undecided. Each time another transaction must have released a key or the kill
switch between two statements of the claim, and drivers let one transaction write at a time: twice is rare already."""

_Claiming = Callable[[Sequence[Claim]], Transaction["list[Claimed] | Undecided"]]
"""Starts the transaction that claims some requests."""

_PRUNE_DELAY_MS = 600_000
"""Time for which expired rows are kept: a server whose clock is behind may still need them."""

_ENTRIES_PER_PAGE = 500
"""Requests that are read at a time where all of them are needed."""

_PAGE_SIZE = 1_000
"""Rows of the audit log that are read at a time."""


class SqlJournal:
    """:class:`~sinch_voice_mcp.ports.Journal` on SQLite or PostgreSQL.

    Args:
        database: Opened, with all migrations applied.
        clock: Where the time comes from.
        key: Key of the hashes of numbers; the same for every server on this database.
        skew: Milliseconds that the database's clock is ahead of ``clock``.
        seal: Seals what is known of people; by default under a secret that ends with this object.
        terms: How long what is kept.

    Attributes:
        sandbox: ID of the embedded sandbox that requests go to; None if the platform is outside this process.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        key: bytes,
        skew: int = 0,
        *,
        seal: Seal | None = None,
        terms: Terms | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._identity = Identity(database, key)
        self.skew = skew
        self._terms = terms or Terms()
        self.people = People(seal or Seal(secrets.token_bytes()), self.hashed, self.room)
        self.sandbox: str | None = None

    @property
    def durable(self) -> bool:
        """Whether the journal outlives this process."""
        return self._database.durable

    def now(self) -> Millis:
        """Return the database's time."""
        return Millis(int(self._clock.now().timestamp() * 1000) + self.skew)

    def hashed(self, number: str) -> str:
        """Return the first half of the HMAC-SHA256 of a number in E.164 form or another target, in hexadecimal."""
        return hmac.new(self._key, number.encode(), "sha256").hexdigest()[:32]

    async def claim(self, claim: Claim) -> Claimed:
        """Claim a request: keys, gaps, limits, kill switch and audit row in one transaction."""
        return (await self.claim_together([claim]))[0]

    def _claiming(self, claims: Sequence[Claim]) -> Transaction[list[Claimed] | Undecided]:
        """Claim requests, and store sealed what their rows must not hold."""
        end = yield from claiming([self._unnamed(claim) for claim in claims])
        if isinstance(end, Rollback):
            return end
        sealed = [statement for claim in claims for statement in self.people.of_claim(claim)]
        changes = [Statement(sql.FORGET_CHANGE, {"token": claim.token}) for claim in claims if claim.subject]
        return Commit(end.value, (*sealed, *changes, *end.last))

    def _unnamed(self, claim: Claim) -> Claim:
        """Return a claim in whose row no conference has its name."""
        return replace(claim, conference=None, joins=None if claim.joins is None else self.room(claim.joins))

    def room(self, conference_id: str) -> str:
        """Return the keyed hash of the ID of a conference, which may contain a name."""
        return self.hashed(f"conference {conference_id}")

    async def claim_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Claim several requests in one transaction, all that were not claimed before or none of them."""
        return await self._together(claims, self._claiming)

    async def peek_together(self, claims: Sequence[Claim]) -> list[Claimed]:
        """Return what claims would be answered: they are made, and rolled back."""

        def peeking(claims: Sequence[Claim]) -> Transaction[list[Claimed] | Undecided]:
            end = yield from claiming([self._unnamed(claim) for claim in claims])
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

    async def _completed(self, claimed: Claimed) -> Claimed:
        """Return an answer with what is sealed of an earlier request."""
        if not isinstance(claimed, Duplicate):
            return claimed
        (entry,) = await self._complete([claimed.entry])
        return Duplicate(entry)

    async def _decided(self, start: Callable[[], Transaction[list[Claimed] | Undecided]]) -> list[Claimed]:
        reason = ""
        for _ in range(_CLAIM_TRIES):
            claimed = await self._compared(start)
            if not isinstance(claimed, Undecided):
                return [await self._completed(one) for one in claimed]
            reason = claimed.reason
        raise StorageError(f"The journal could not decide on the request in {_CLAIM_TRIES} tries: {reason}.")

    async def _compared(self, start: Start[T]) -> T:
        """Run a transaction if the journal is still the one that was opened."""
        marks: list[Mark] = []

        def comparing() -> Transaction[T]:
            marks.append((yield from self._identity.comparing()))
            return (yield from start())

        value = await self._database.run(comparing)
        # Not before: the row may have been part of a commit that failed.
        self._identity.remember(marks[-1])
        return value

    async def check_identity(self) -> None:
        """Raise unless the journal is still the one that was opened.

        Raises:
            StorageError: It was deleted, replaced or restored from an old copy, or cannot be used.
        """

        def nothing() -> Transaction[None]:
            yield ()
            return Rollback(None)

        await self._compared(nothing)

    async def record(self, token: Token, outcome: Outcome, *, max_unknown: int | None = None) -> JournalEntry:
        """Record the outcome of a request; the entry may have an earlier, more certain one."""
        now = self.now()

        def storing() -> Transaction[JournalEntry]:
            shown, kept = outcome, ()
            if outcome.error is not None:
                error, sealed = self.people.of_error(token, outcome.error, now)
                forgotten = yield from is_forgotten(token)
                shown, kept = replace(outcome, error=error), () if forgotten else (sealed,)
            entry = yield from recording(token, shown, now, max_unknown)
            # An earlier, more certain outcome keeps its own error.
            return Commit(entry, kept if entry.state == outcome.state else ())

        (entry,) = await self._complete([await self._database.run(storing)])
        if None not in (entry.call_id, outcome.call_id) and entry.call_id != outcome.call_id:
            warn_of(outcome.call_id, entry)
        return entry

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
        return await self._first(lambda: one(sql.CALL, token=token))

    async def by_call_id(self, call_id: CallId) -> JournalEntry | None:
        """Return the callout that led to a call."""
        return await self._first(lambda: one(sql.BY_CALL_ID, call_id=call_id))

    async def entries(
        self,
        *,
        limit: int,
        states: Sequence[EntryState] = (),
        since: Millis | None = None,
        overdue: Millis | None = None,
        inbound: bool | None = None,
        number: str | None = None,
        prolonging: bool = True,
    ) -> list[JournalEntry]:
        """Return requests, newest first."""
        hashed = None if number is None else self.hashed(number)
        wanted = Wanted(states, since, overdue, inbound, hashed, prolonging)
        rows = await self._database.read(lambda: reading_newest(wanted, limit))
        return await self._complete([sql.read_entry(row) for row in rows])

    async def _first(self, start: Callable[[], Transaction[Rows]]) -> JournalEntry | None:
        """Return the entry of the first row, with what is sealed of it."""
        rows = await self._database.read(start)
        completed = await self._complete([sql.read_entry(row) for row in rows[:1]])
        return completed[0] if completed else None

    async def _complete(self, entries: Sequence[JournalEntry]) -> list[JournalEntry]:
        return await self.people.complete(self._database, entries)

    async def page(
        self,
        states: Sequence[EntryState],
        *,
        after: JournalEntry | None = None,
        since: Millis | None = None,
        limit: int = _ENTRIES_PER_PAGE,
    ) -> list[JournalEntry]:
        """Return requests in one of these states, oldest first."""
        rows = await self._database.read(lambda: reading_page(states, after, since, limit))
        return await self._complete([sql.read_entry(row) for row in rows])

    async def of_call(self, call_id: CallId) -> list[JournalEntry]:
        """Return every request that led to a call or changed it, oldest first."""
        rows = await self._database.read(lambda: one(OF_CALL, call_id=call_id))
        return await self._complete([sql.read_entry(row) for row in rows])

    async def place_of_call(self, call_id: CallId) -> Place | None:
        """Return where a call is, as its first event said."""
        rows = await self._database.read(lambda: one(sql.PLACE_OF_CALL, call_id=call_id))
        return place_at(rows[0]["region"]) if rows else None

    async def place_of_conference(self, conference_id: str) -> Place | None:
        """Return where the newest open call is that joined a conference."""
        pattern = f"%{self.room(conference_id)}%"
        rows = await self._database.read(lambda: one(sql.PLACE_OF_ROOM, pattern=pattern))
        return place_at(rows[0]["region"]) if rows else None

    async def approve(self, approval: Approval) -> bool:
        """Remember that a person confirmed some requests, unless calling is stopped."""
        return await self._database.run(lambda: approving(approval, self.now()))

    async def approved(self, principal: str, digests: Sequence[str]) -> bool:
        """Return whether unexpired approvals cover every one of these requests."""
        now = self.now()
        return bool(digests) and await self._database.read(lambda: covering(principal, digests, now))

    async def digits(self, call: str) -> int:
        """Return how many digits were sent as tones in a call, which our token or its ID names."""
        rows = await self._database.read(lambda: one(sql.DIGITS, call=call, now=self.now()))
        return int(rows[0]["digits"]) if rows else 0

    async def count_digits(self, call: str, digits: int, most: int | None = None) -> bool:
        """Count digits that are about to be sent in a call, unless it would then have more than ``most``."""
        now = self.now()
        return await self._database.run(lambda: counting(call, digits, most, now))

    async def switch(self) -> KillSwitchState:
        """Return the state of the kill switch."""
        return sql.read_switch(await self._database.read(lambda: one(sql.SWITCH)))

    async def begin_change(self, token: Token, details: Mapping[str, object]) -> KillSwitchState:
        """Append the audit row of a change, unless calling is stopped; both in one transaction."""
        now = self.now()
        return await self._database.run(lambda: beginning_change(token, details, now))

    async def stop(self, reason: str, by: str, *, hang_up: bool = False) -> CallingStopped:
        """Turn the kill switch on, or add to a switch that is on that calls are hung up."""
        now = self.now()

        def stop() -> Transaction[CallingStopped]:
            yield from stopping(reason, by, now, hang_up=hang_up)
            (rows,) = yield (Statement(sql.SWITCH),)
            return Commit(sql.read_switch(rows) or CallingStopped(now, reason, by, hang_up))

        stopped = await self._database.run(stop)
        # Afterwards, so that at least this server is stopped; the others would not see it.
        await self.check_identity()
        return stopped

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
        return await self._database.read(verifying)

    async def forget(self, number: str) -> Forgotten:
        """Erase a number outside the audit log; its counters are deleted when their windows are over."""
        hashed, now = self.hashed(number), self.now()
        return await self._database.run(lambda: forgetting(hashed, now))

    async def prune(self) -> None:
        """Delete expired keys, counters, approvals and counts of tones, and what is older than the terms."""
        now = self.now()
        then = now - _PRUNE_DELAY_MS

        def pruning() -> Transaction[None]:
            yield [Statement(text, {"then": then} if ":then" in text else {}) for text in sql.PRUNE]
            yield list(expiring(self._terms, now))
            return Commit(None)

        await self._database.run(pruning)
