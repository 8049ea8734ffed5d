"""The event log on a database, and who waits for what it hears."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from sinch_voice_mcp.ports import Decide, Entry, Event, IncomingEvent, Listener, Outcome, Replies, Watch
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
    "deadline, lease, reserved, units) VALUES (:call, 'caller', 'inbound', 'accepted', :call_id, '', :number, '', "
    ":now, :now, :lease, 0, '[]')"
)
_SAVE = (
    "INSERT INTO replies (call, event, document) VALUES (:call, :event, :document) "
    "ON CONFLICT (call, event) DO UPDATE SET document = excluded.document"
)
_EVENTS = (
    "SELECT seq, kind, at, received_at, details FROM events WHERE call_id = :call_id AND seq > :after ORDER BY seq"
)


class _Waiter:
    """One who waits; a set event stays set until the next wait has seen it."""

    def __init__(self) -> None:
        self.event = anyio.Event()

    async def news(self, seconds: float) -> None:
        with anyio.move_on_after(min(seconds, _LOOK_S)):
            await self.event.wait()
        self.event = anyio.Event()


class SqlEvents:
    """What :class:`~sinch_voice_mcp.ports.EventLog` promises, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, journal: SqlJournal) -> None:
        self._database = database
        self._journal = journal
        self.listeners: list[Listener] = []
        self._waiting: defaultdict[str, set[_Waiter]] = defaultdict(set)

    async def record(self, heard: IncomingEvent, decide: Decide) -> str:
        """Write an event down with what it changes and its reply, in one transaction."""
        now = self._journal.now()
        notify = self._database.dialect == "postgres"
        reply = await self._database.run(lambda: _hearing(heard, decide, now, notify=notify))
        self.wake(heard.call_id)
        return reply

    async def save_replies(self, call: str, replies: Replies) -> None:
        """Keep what is to be answered to events of a call."""

        def saving() -> Transaction[None]:
            yield [
                Statement(_SAVE, {"call": call, "event": event, "document": document})
                for event, document in sorted(replies.items())
            ]

        await self._database.run(saving)

    async def events(self, call_id: str, *, after: int = 0) -> list[Event]:
        """The events of a call."""
        rows = await self._database.read(lambda: one(_EVENTS, call_id=call_id, after=after))
        return [
            Event(row["seq"], row["kind"], row["at"], row["received_at"], json.loads(row["details"])) for row in rows
        ]

    async def heard_any(self) -> bool:
        """Whether an event ever came."""
        return bool(await self._database.read(lambda: one("SELECT seq FROM events LIMIT 1")))

    def wake(self, call_id: str) -> None:
        """Let those look who wait for news of a call, and tell whoever listens."""
        for listener in self.listeners:
            listener(call_id)
        for waiter in self._waiting.get(call_id, ()):
            waiter.event.set()

    @asynccontextmanager
    async def watch(self, call_id: str) -> AsyncGenerator[Watch]:
        """Watch a call, from now on."""
        waiter = _Waiter()
        self._waiting[call_id].add(waiter)
        try:
            yield waiter
        finally:
            self._waiting[call_id].discard(waiter)
            if not self._waiting[call_id]:
                del self._waiting[call_id]


def _hearing(heard: IncomingEvent, decide: Decide, now: int, *, notify: bool) -> Transaction[str]:
    ids = {"call_id": heard.call_id, "token": heard.token or ""}
    seen, by_id, by_token, saved = yield (
        Statement(_SEEN, {"identity": heard.identity}),
        Statement(sql.BY_CALL_ID, {"call_id": heard.call_id}),
        Statement(sql.CALL, {"call": heard.token or ""}),
        Statement(_REPLIES, ids),
    )
    if seen:
        return str(seen[0]["reply"])
    entry = _entry(by_token) or _entry(by_id)
    decided = decide(entry, {row["event"]: row["document"] for row in saved})
    details = json.dumps(heard.details | decided.remarks, separators=(",", ":"))
    values = {"identity": heard.identity, "call_id": heard.call_id, "kind": heard.kind, "at": heard.at, "now": now}
    last = [Statement(_INSERT, values | {"details": details, "reply": decided.reply})]
    if _changes(heard, entry):
        yield last
        yield from _changing(heard, entry, now)
        last = []
    if notify:
        last.append(Statement("SELECT pg_notify(:channel, :call_id)", {"channel": CHANNEL, "call_id": heard.call_id}))
    return Final(decided.reply, last)  # pyright: ignore[reportReturnType] - the driver unpacks it


def _changes(heard: IncomingEvent, entry: Entry | None) -> bool:
    """Whether an event changes anything in the journal."""
    if entry is None:
        return heard.caller is not None
    return entry.call_id != heard.call_id or heard.report is not None


def _changing(heard: IncomingEvent, entry: Entry | None, now: int) -> Transaction[None]:
    """What an event changes in the journal, whatever the order in which they come."""
    if entry is None:
        yield (Statement(_INBOUND, _inbound(heard, now)),)
        return
    if entry.call_id != heard.call_id:
        # The answer with the call id was lost; or it names another call than this event does.
        yield from recording(entry.call, Outcome("accepted", heard.call_id), now, None)
    if heard.report is not None:
        yield from settling(entry.call, heard.report, now)


def _inbound(heard: IncomingEvent, now: int) -> dict[str, object]:
    # A call that came in has no token of ours; its first event's identity is as good.
    return {
        "call": heard.identity[:32],
        "call_id": heard.call_id,
        "number": heard.caller or None,
        "now": now,
        "lease": now + _LONGEST_CALL_MS,
    }


def _entry(rows: Rows) -> Entry | None:
    return read_entry(rows[0]) if rows else None
