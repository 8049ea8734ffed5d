"""The event log on a database, and the tasks that wait for its events."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from sinch_voice_mcp.clock import Clock, Pace, wait_event
from sinch_voice_mcp.ports import (
    HOME,
    UNTRUSTED,
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
from sinch_voice_mcp.storage.chain import audited
from sinch_voice_mcp.storage.database import Batch, Commit, Database, Row, Rows, Statement, Steps, Transaction, one
from sinch_voice_mcp.storage.forgetting import is_forgotten
from sinch_voice_mcp.storage.journal import SqlJournal
from sinch_voice_mcp.storage.outcomes import alerting, recording, settling, warn_of
from sinch_voice_mcp.storage.people import HANG_UP, PLAIN_REPLIES, Owner, People
from sinch_voice_mcp.text.cleaning import clean
from sinch_voice_mcp.text.masking import masked, without_trace
from sinch_voice_mcp.types import CallId, JsonObject, Millis, Token

CHANNEL = "sinch_voice"
"""PostgreSQL channel on which servers announce the ID of a call that an event was stored for."""

_ELSEWHERE = "an event names another host than the platform's; requests about its call go to the usual one"

_INBOUND_LEASE_MS = 15_000_000
"""Time after which an incoming call counts as ended if no end was reported: the platform's longest call, 4 h 10 min."""

_REPLY_TO = (
    "SELECT reply, digest, sealed FROM events LEFT JOIN people ON id = 'event:' || digest "
    "WHERE digest IN (:identity, :plain)"
)
"""Earlier versions stored the identity of an event itself as its digest."""

_REPLIES = (
    "SELECT replies.call AS call, event, document, id, sealed FROM replies "
    "LEFT JOIN people ON id = 'reply:' || replies.call || ':' || replies.event WHERE replies.call = :token "
    "OR replies.call IN (SELECT call FROM calls WHERE call_id = :call_id)"
)
_SEALED = (
    "SELECT id, sealed FROM people WHERE id = 'call:' || :token "
    "OR id IN (SELECT 'call:' || call FROM calls WHERE call_id = :call_id)"
)
_STORE = (
    "INSERT INTO events (seq, digest, call_id, kind, at, received_at, details, reply) "
    "SELECT coalesce(max(seq), 0) + 1, :identity, :call_id, :kind, CAST(:at AS BIGINT), CAST(:now AS BIGINT), "
    ":details, :reply FROM events"
)
_STORE_INBOUND = (
    "INSERT INTO calls (call, principal, kind, state, call_id, fingerprint, number, destinations, claimed_at, "
    "deadline, lease, reserved, units) VALUES (:token, 'caller', 'inbound', 'accepted', :call_id, '', :number, "
    ":destinations, :now, :now, :lease, 0, '[]')"
)
_SAVE_REPLY = (
    "INSERT INTO replies (call, event, document) VALUES (:token, :event, :document) "
    "ON CONFLICT (call, event) DO UPDATE SET document = excluded.document"
)
_EVENTS = (
    "SELECT seq, digest, events.kind, events.at, received_at, details, sealed FROM events "
    "LEFT JOIN people ON id = 'event:' || digest WHERE events.call_id = :call_id AND seq > :after ORDER BY seq"
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
        people = self._journal.people
        deciding = (decide, while_stopped)
        stored = await self._database.run(lambda: _storing(event, deciding, people, now, announcement))
        if stored.alert is not None:
            warn_of(event.call_id, stored.alert)
        self.wake(event.call_id)
        return stored.reply

    async def save_replies(self, token: Token, replies: Replies) -> None:
        """Save the replies to events of the call that a request leads to."""
        people, now = self._journal.people, self._journal.now()

        def saving() -> Transaction[None]:
            forgotten = yield from is_forgotten(token)
            for name, document in sorted(replies.items()):
                # The call is hung up if the sealed reply cannot be opened any more.
                shown = document if document in PLAIN_REPLIES else HANG_UP
                owner = Owner("reply", f"{token}:{name}", token)
                yield (
                    Statement(_SAVE_REPLY, {"token": token, "event": name, "document": shown}),
                    *(() if forgotten else (people.keep(owner, {"reply": document}, now),)),
                )
            return Commit(None)

        await self._database.run(saving)

    async def events(self, call_id: CallId, *, after: int = 0) -> list[StoredEvent]:
        """Return the events of a call with a greater number than ``after``."""
        rows = await self._database.read(lambda: one(_EVENTS, call_id=call_id, after=after))
        return [self._read(row) for row in rows]

    def _read(self, row: Row) -> StoredEvent:
        details = self._journal.people.details(row["digest"], json.loads(row["details"]), row["sealed"])
        return StoredEvent(row["seq"], row["kind"], row["at"], row["received_at"], details)

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


@dataclass(frozen=True, slots=True)
class _Stored:
    """The reply to an event, and the request whose token the event of another call carries."""

    reply: str
    alert: JournalEntry | None = None


_Deciding = tuple[DecideReply, DecideWhileStopped | None]


def _storing(
    event: IncomingEvent, decide: _Deciding, people: People, now: Millis, announcement: Batch
) -> Transaction[_Stored]:
    identity = people.identity(event)
    ids = {"call_id": event.call_id, "token": event.token or ""}
    stored, by_id, by_token, saved, switch, sealed, forgotten = yield (
        Statement(_REPLY_TO, {"identity": identity, "plain": event.identity}),
        Statement(sql.BY_CALL_ID, {"call_id": event.call_id}),
        Statement(sql.CALL, {"token": event.token or ""}),
        Statement(_REPLIES, ids),
        Statement(sql.SWITCH),
        Statement(_SEALED, ids),
        Statement(sql.IS_FORGOTTEN, ids),
    )
    if forgotten:
        event = event.forgotten()
    stopped = None if decide[1] is None else sql.read_switch(switch)
    if stored and stopped is None:
        reply = people.reply(f"event:{stored[0]['digest']}", str(stored[0]["reply"]), stored[0]["sealed"])
        return Commit(_Stored(reply))
    named = _entry(by_token)
    # A call with another ID is not the one that the request led to, so it gets none of the request's replies.
    is_foreign = named is not None and named.call_id not in {None, event.call_id}
    found = _entry(by_id) if named is None or is_foreign else named
    entry = found and people.completed(found, sealed)
    replies = {
        row["event"]: people.reply(str(row["id"]), row["document"], row["sealed"])
        for row in saved
        if entry is not None and row["call"] == entry.token
    }
    reply = _decided(decide, stopped, entry, replies)
    if forgotten and reply.reply not in PLAIN_REPLIES:
        # Its text would have to be kept, for a repeated delivery.
        reply = Reply(HANG_UP, {name: word for name, word in reply.remarks.items() if name != "reply"})
    if stored:
        return Commit(_Stored(reply.reply))
    store = _stored(event, reply, entry, people, now)
    alert = named if is_foreign and not by_id else None
    if alert is not None:
        yield from alerting(alert.token, event.call_id, now)
    if not _has_effects(event, entry, reply):
        # Most events: sent together with the commit, this needs one round trip less.
        return Commit(_Stored(reply.reply, alert), (*store, *announcement))
    yield store
    yield from _apply_effects(event, entry, people, now)
    yield from _located(event, reply, entry, people, now)
    return Commit(_Stored(reply.reply, alert), announcement)


def _stored(
    event: IncomingEvent, reply: Reply, entry: JournalEntry | None, people: People, now: Millis
) -> tuple[Statement, ...]:
    """Return the statements that store an event: what people said or are called is sealed."""
    said = event.details.get(UNTRUSTED)
    shown = {name: value for name, value in event.details.items() if name != UNTRUSTED} | reply.remarks
    plain = reply.reply in PLAIN_REPLIES
    identity = people.identity(event)
    values = {"identity": identity, "call_id": event.call_id, "kind": event.kind, "at": event.at, "now": now}
    values["details"] = json.dumps(masked(shown, without_trace), separators=(",", ":"))
    store = Statement(_STORE, values | {"reply": reply.reply if plain else HANG_UP})
    content: JsonObject = ({} if said is None else {UNTRUSTED: said}) | ({} if plain else {"reply": reply.reply})
    if not content:
        return (store,)
    owner = Owner("event", identity, entry and entry.token, event.call_id)
    return (store, people.keep(owner, content, now))


def _decided(decide: _Deciding, stopped: CallingStopped | None, entry: JournalEntry | None, saved: Replies) -> Reply:
    ordinary, while_stopped = decide
    if stopped is not None and while_stopped is not None:
        return while_stopped(stopped, entry, saved)
    return ordinary(entry, saved)


def _has_effects(event: IncomingEvent, entry: JournalEntry | None, reply: Reply) -> bool:
    """Return whether an event, or the reply to it, changes the journal."""
    if entry is None:
        return event.caller is not None or event.elsewhere is not None
    is_new_place = event.place not in {None, HOME, entry.place} or event.elsewhere is not None
    return is_new_place or reply.joins is not None or entry.call_id != event.call_id or event.report is not None


def _apply_effects(event: IncomingEvent, entry: JournalEntry | None, people: People, now: Millis) -> Steps[None]:
    """Change the journal as an event says, whatever the order in which events arrive."""
    if entry is None:
        values = _inbound_values(event, people, now)
        yield (Statement(_STORE_INBOUND, values),)
        if event.number is not None or event.name is not None:
            known: JsonObject = {"numbers": [event.number]} if event.number is not None else {"called": [event.name]}
            owner = Owner("call", str(values["token"]), Token(str(values["token"])), event.call_id)
            yield (people.keep(owner, known, now, str(values["destinations"]).split()),)
        return
    if entry.call_id != event.call_id:
        # The response with the call ID was lost.
        yield from recording(entry.token, Outcome("accepted", event.call_id), now, None)
    if event.report is not None:
        yield from settling(entry.token, event.report, now)


def _located(
    event: IncomingEvent, reply: Reply, entry: JournalEntry | None, people: People, now: Millis
) -> Steps[None]:
    """Note where a call is, and which conference it joins there."""
    token = Token(_inbound_token(event, people)) if entry is None else entry.token
    batch: list[Statement] = []
    if event.place is not None and event.place.region is not None:
        batch.append(Statement(sql.SET_REGION, {"token": token, "region": event.place.region}))
    if reply.joins is not None:
        room = people.room(reply.joins)
        batch.append(Statement(sql.JOIN_ROOM, {"token": token, "room": room, "pattern": f"%{room}%"}))
    if batch:
        yield batch
    if event.elsewhere is not None:
        details = {"alert": _ELSEWHERE, "call_id": clean(event.call_id), "host": clean(event.elsewhere)}
        yield from audited("alert", None if entry is None else token, details, now)


def _inbound_token(event: IncomingEvent, people: People) -> str:
    # An incoming call has no token of ours; the identity of its first event is as unique.
    return people.identity(event)[:32]


def _inbound_values(event: IncomingEvent, people: People, now: Millis) -> dict[str, object]:
    caller = event.number or event.counted
    return {
        "token": _inbound_token(event, people),
        "call_id": event.call_id,
        "number": event.caller or None,
        "destinations": "" if caller is None else people.hashed(caller),
        "now": now,
        "lease": now + _INBOUND_LEASE_MS,
    }


def _entry(rows: Rows) -> JournalEntry | None:
    return sql.read_entry(rows[0]) if rows else None
