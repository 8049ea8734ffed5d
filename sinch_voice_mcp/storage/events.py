"""The event log on a database, and the tasks that wait for its events."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from sinch_voice_mcp.clock import Clock, Pace, wait_event
from sinch_voice_mcp.ports import (
    CallingStopped,
    DecideReply,
    DecideWhileStopped,
    EventListener,
    EventWatch,
    IncomingEvent,
    JournalEntry,
    Outcome,
    Replies,
    Reply,
    StoredEvent,
)
from sinch_voice_mcp.storage import statements as sql
from sinch_voice_mcp.storage.database import Batch, Commit, Database, Rows, Statement, Steps, Transaction, one
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.outcomes import alerting, recording, settling
from sinch_voice_mcp.types import CallId, Millis, Token

CHANNEL = "sinch_voice"
"""PostgreSQL channel on which servers announce the ID of a call that an event was stored for."""

_INBOUND_LEASE_MS = 15_000_000
"""Time after which an incoming call counts as ended if no end was reported: the platform's longest call, 4 h 10 min."""

_REPLY_TO = "SELECT reply FROM events WHERE digest = :identity"
_REPLIES = (
    "SELECT call, event, document FROM replies WHERE call = :token "
    "OR call IN (SELECT call FROM calls WHERE call_id = :call_id)"
)
_STORE = (
    "INSERT INTO events (seq, digest, call_id, kind, at, received_at, details, reply) "
    "SELECT coalesce(max(seq), 0) + 1, :identity, :call_id, :kind, CAST(:at AS BIGINT), CAST(:now AS BIGINT), "
    ":details, :reply FROM events"
)
_STORE_INBOUND = (
    "INSERT INTO calls (call, principal, kind, state, call_id, fingerprint, number, destinations, claimed_at, "
    "deadline, lease, reserved, units) VALUES (:token, 'caller', 'inbound', 'accepted', :call_id, '', :number, '', "
    ":now, :now, :lease, 0, '[]')"
)
_SAVE_REPLY = (
    "INSERT INTO replies (call, event, document) VALUES (:token, :event, :document) "
    "ON CONFLICT (call, event) DO UPDATE SET document = excluded.document"
)
_EVENTS = (
    "SELECT seq, kind, at, received_at, details FROM events WHERE call_id = :call_id AND seq > :after ORDER BY seq"
)


class _Watch:
    """One task that waits; an event that was set stays set until the next wait has returned."""

    def __init__(self, clock: Clock, poll_s: float) -> None:
        self._clock = clock
        self._poll_s = poll_s
        self._arrived = anyio.Event()

    def wake(self) -> None:
        self._arrived.set()

    async def wait(self, seconds: float) -> None:
        # Another process may store an event without an announcement, so the caller looks again after the poll time.
        await wait_event(self._arrived, min(seconds, self._poll_s), self._clock)
        # An event that arrives between the end of the wait and this line is not missed: the caller looks now.
        self._arrived = anyio.Event()


class SqlEvents:
    """:class:`~sinch_voice_mcp.ports.EventLog` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, journal: SqlJournal, clock: Clock, pace: Pace) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        self._poll_s = pace.event_poll_s
        self.listeners: list[EventListener] = []
        self._watches: defaultdict[str, set[_Watch]] = defaultdict(set)

    async def record(
        self, event: IncomingEvent, decide: DecideReply, while_stopped: DecideWhileStopped | None = None
    ) -> str:
        """Store an event with its effects and its reply in one transaction."""
        now = self._journal.now()
        announcement = self._database.announcement(CHANNEL, event.call_id)
        reply = await self._database.run(lambda: _storing(event, (decide, while_stopped), now, announcement))
        self.wake(event.call_id)
        return reply

    async def save_replies(self, token: Token, replies: Replies) -> None:
        """Save the replies to events of the call that a request leads to."""

        def saving() -> Transaction[None]:
            yield [
                Statement(_SAVE_REPLY, {"token": token, "event": name, "document": document})
                for name, document in sorted(replies.items())
            ]
            return Commit(None)

        await self._database.run(saving)

    async def events(self, call_id: CallId, *, after: int = 0) -> list[StoredEvent]:
        """Return the events of a call with a greater number than ``after``."""
        rows = await self._database.read(lambda: one(_EVENTS, call_id=call_id, after=after))
        return [
            StoredEvent(row["seq"], row["kind"], row["at"], row["received_at"], json.loads(row["details"]))
            for row in rows
        ]

    async def has_events(self) -> bool:
        """Return whether any event was ever stored."""
        return bool(await self._database.read(lambda: one("SELECT seq FROM events LIMIT 1")))

    def wake(self, call_id: CallId) -> None:
        """Wake the tasks that watch a call, and call the listeners."""
        for listener in self.listeners:
            listener(CallId(call_id))
        for watch in self._watches.get(call_id, ()):
            watch.wake()

    @asynccontextmanager
    async def watch(self, call_id: CallId) -> AsyncGenerator[EventWatch]:
        """Watch a call, from now on."""
        watch = _Watch(self._clock, self._poll_s)
        self._watches[call_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[call_id].discard(watch)
            if not self._watches[call_id]:
                del self._watches[call_id]


_Deciding = tuple[DecideReply, DecideWhileStopped | None]


def _storing(event: IncomingEvent, decide: _Deciding, now: Millis, announcement: Batch) -> Transaction[str]:
    ids = {"call_id": event.call_id, "token": event.token or ""}
    stored, by_id, by_token, saved, switch = yield (
        Statement(_REPLY_TO, {"identity": event.identity}),
        Statement(sql.BY_CALL_ID, {"call_id": event.call_id}),
        Statement(sql.CALL, {"token": event.token or ""}),
        Statement(_REPLIES, ids),
        Statement(sql.SWITCH),
    )
    stopped = None if decide[1] is None else sql.read_switch(switch)
    if stored and stopped is None:
        return Commit(str(stored[0]["reply"]))
    named = _entry(by_token)
    # A call with another ID is not the one that the request led to, so it gets none of the request's replies.
    is_foreign = named is not None and named.call_id not in {None, event.call_id}
    entry = _entry(by_id) if named is None or is_foreign else named
    replies = {row["event"]: row["document"] for row in saved if entry is not None and row["call"] == entry.token}
    reply = _decided(decide, stopped, entry, replies)
    if stored:
        return Commit(reply.reply)
    details = json.dumps(event.details | reply.remarks, separators=(",", ":"))
    values = {"identity": event.identity, "call_id": event.call_id, "kind": event.kind, "at": event.at, "now": now}
    store = Statement(_STORE, values | {"details": details, "reply": reply.reply})
    if is_foreign and named is not None and not by_id:
        yield from alerting(named.token, event.call_id, now)
    if not _has_effects(event, entry):
        # Most events: sent together with the commit, this needs one round trip less.
        return Commit(reply.reply, (store, *announcement))
    yield (store,)
    yield from _apply_effects(event, entry, now)
    return Commit(reply.reply, announcement)


def _decided(decide: _Deciding, stopped: CallingStopped | None, entry: JournalEntry | None, saved: Replies) -> Reply:
    ordinary, while_stopped = decide
    if stopped is not None and while_stopped is not None:
        return while_stopped(stopped, entry, saved)
    return ordinary(entry, saved)


def _has_effects(event: IncomingEvent, entry: JournalEntry | None) -> bool:
    """Return whether an event changes the journal."""
    if entry is None:
        return event.caller is not None
    return entry.call_id != event.call_id or event.report is not None


def _apply_effects(event: IncomingEvent, entry: JournalEntry | None, now: Millis) -> Steps[None]:
    """Change the journal as an event says, whatever the order in which events arrive."""
    if entry is None:
        yield (Statement(_STORE_INBOUND, _inbound_values(event, now)),)
        return
    if entry.call_id != event.call_id:
        # The response with the call ID was lost.
        yield from recording(entry.token, Outcome("accepted", event.call_id), now, None)
    if event.report is not None:
        yield from settling(entry.token, event.report, now)


def _inbound_values(event: IncomingEvent, now: Millis) -> dict[str, object]:
    return {
        # An incoming call has no token of ours; the identity of its first event is as unique.
        "token": event.identity[:32],
        "call_id": event.call_id,
        "number": event.caller or None,
        "now": now,
        "lease": now + _INBOUND_LEASE_MS,
    }


def _entry(rows: Rows) -> JournalEntry | None:
    return sql.read_entry(rows[0]) if rows else None
