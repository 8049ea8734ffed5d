"""The event log on a database, and who waits for what it hears."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from sinch_voice_mcp.ports import (
    DecideReply,
    EventListener,
    EventWatch,
    IncomingEvent,
    JournalEntry,
    Outcome,
    Replies,
    StoredEvent,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.database import Database, Final, Rows, Statement, Transaction, one
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.outcomes import recording, settling
from sinch_voice_mcp.storage.rows import read_entry

CHANNEL = "sinch_voice"
"""Where PostgreSQL tells servers which call there is news of."""

_LONGEST_CALL_MS = 15_000_000
_LOOK_S = 1.0
"""Nobody waits longer than this for a look at the database: news may come without notice."""

_SEEN = "SELECT reply FROM events WHERE digest = :identity"
_REPLIES = (
    "SELECT event, document FROM replies WHERE call = :token "
    "OR call IN (SELECT call FROM calls WHERE call_id = :call_id)"
)
_INSERT = (
    "INSERT INTO events (seq, digest, call_id, kind, at, received_at, details, reply) "
    "SELECT coalesce(max(seq), 0) + 1, :identity, :call_id, :kind, CAST(:at AS BIGINT), CAST(:now AS BIGINT), "
    ":details, :reply FROM events"
)
_INBOUND = (
    "INSERT INTO calls (call, principal, kind, state, call_id, fingerprint, number, destinations, claimed_at, "
    "deadline, lease, reserved, units) VALUES (:token, 'caller', 'inbound', 'accepted', :call_id, '', :number, '', "
    ":now, :now, :lease, 0, '[]')"
)
_SAVE = (
    "INSERT INTO replies (call, event, document) VALUES (:token, :event, :document) "
    "ON CONFLICT (call, event) DO UPDATE SET document = excluded.document"
)
_EVENTS = (
    "SELECT seq, kind, at, received_at, details FROM events WHERE call_id = :call_id AND seq > :after ORDER BY seq"
)


class _Waiter:
    """One who waits; a set event stays set until the next wait has seen it."""

    def __init__(self) -> None:
        self.event = anyio.Event()

    async def wait(self, seconds: float) -> None:
        with anyio.move_on_after(min(seconds, _LOOK_S)):
            await self.event.wait()
        self.event = anyio.Event()


class SqlEvents:
    """What :class:`~sinch_voice_mcp.ports.EventLog` promises, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, journal: SqlJournal) -> None:
        self._database = database
        self._journal = journal
        self.listeners: list[EventListener] = []
        self._waiting: defaultdict[str, set[_Waiter]] = defaultdict(set)

    async def record(self, event: IncomingEvent, decide: DecideReply) -> str:
        """Write an event down with what it changes and its reply, in one transaction."""
        now = self._journal.now()
        notify = self._database.dialect == "postgres"
        reply = await self._database.run(lambda: _hearing(event, decide, now, notify=notify))
        self.wake(event.call_id)
        return reply

    async def save_replies(self, token: str, replies: Replies) -> None:
        """Keep what is to be answered to events of a call."""

        def saving() -> Transaction[None]:
            yield [
                Statement(_SAVE, {"token": token, "event": name, "document": document})
                for name, document in sorted(replies.items())
            ]

        await self._database.run(saving)

    async def events(self, call_id: str, *, after: int = 0) -> list[StoredEvent]:
        """The events of a call."""
        rows = await self._database.read(lambda: one(_EVENTS, call_id=call_id, after=after))
        return [
            StoredEvent(row["seq"], row["kind"], row["at"], row["received_at"], json.loads(row["details"]))
            for row in rows
        ]

    async def has_events(self) -> bool:
        """Whether an event ever came."""
        return bool(await self._database.read(lambda: one("SELECT seq FROM events LIMIT 1")))

    def wake(self, call_id: str) -> None:
        """Let those look who wait for news of a call, and tell whoever listens."""
        for listener in self.listeners:
            listener(call_id)
        for waiter in self._waiting.get(call_id, ()):
            waiter.event.set()

    @asynccontextmanager
    async def watch(self, call_id: str) -> AsyncGenerator[EventWatch]:
        """Watch a call, from now on."""
        waiter = _Waiter()
        self._waiting[call_id].add(waiter)
        try:
            yield waiter
        finally:
            self._waiting[call_id].discard(waiter)
            if not self._waiting[call_id]:
                del self._waiting[call_id]


def _hearing(event: IncomingEvent, decide: DecideReply, now: int, *, notify: bool) -> Transaction[str]:
    ids = {"call_id": event.call_id, "token": event.token or ""}
    seen, by_id, by_token, saved = yield (
        Statement(_SEEN, {"identity": event.identity}),
        Statement(sql.BY_CALL_ID, {"call_id": event.call_id}),
        Statement(sql.CALL, {"token": event.token or ""}),
        Statement(_REPLIES, ids),
    )
    if seen:
        return str(seen[0]["reply"])
    entry = _entry(by_token) or _entry(by_id)
    decided = decide(entry, {row["event"]: row["document"] for row in saved})
    details = json.dumps(event.details | decided.remarks, separators=(",", ":"))
    values = {"identity": event.identity, "call_id": event.call_id, "kind": event.kind, "at": event.at, "now": now}
    last = [Statement(_INSERT, values | {"details": details, "reply": decided.reply})]
    if _changes(event, entry):
        yield last
        yield from _changing(event, entry, now)
        last = []
    if notify:
        last.append(Statement("SELECT pg_notify(:channel, :call_id)", {"channel": CHANNEL, "call_id": event.call_id}))
    return Final(decided.reply, last)  # pyright: ignore[reportReturnType] - the driver unpacks it


def _changes(event: IncomingEvent, entry: JournalEntry | None) -> bool:
    """Whether an event changes anything in the journal."""
    if entry is None:
        return event.caller is not None
    return entry.call_id != event.call_id or event.report is not None


def _changing(event: IncomingEvent, entry: JournalEntry | None, now: int) -> Transaction[None]:
    """What an event changes in the journal, whatever the order in which they come."""
    if entry is None:
        yield (Statement(_INBOUND, _inbound(event, now)),)
        return
    if entry.call_id != event.call_id:
        # The answer with the call id was lost; or it names another call than this event does.
        yield from recording(entry.token, Outcome("accepted", event.call_id), now, None)
    if event.report is not None:
        yield from settling(entry.token, event.report, now)


def _inbound(event: IncomingEvent, now: int) -> dict[str, object]:
    # A call that came in has no token of ours; its first event's identity is as good.
    return {
        "token": event.identity[:32],
        "call_id": event.call_id,
        "number": event.caller or None,
        "now": now,
        "lease": now + _LONGEST_CALL_MS,
    }


def _entry(rows: Rows) -> JournalEntry | None:
    return read_entry(rows[0]) if rows else None
