"""What earlier versions stored as it was: it is sealed when a server opens the journal."""

import json
from collections.abc import Mapping

from sinch_voice_mcp.ports import UNTRUSTED
from sinch_voice_mcp.storage.database import Commit, Database, Row, Statement, Transaction
from sinch_voice_mcp.storage.people import HANG_UP, PLAIN_REPLIES, Owner, People
from sinch_voice_mcp.types import JsonObject, Millis, is_object

_PLAIN: Mapping[str, object] = {f"plain{at}": reply for at, reply in enumerate(sorted(PLAIN_REPLIES))}
_OLD_EVENTS = (
    "SELECT seq, digest, call_id, received_at, details, reply FROM events WHERE seq > :after AND "
    "(details LIKE :sealed OR reply NOT IN (:plain0, :plain1, :plain2)) ORDER BY seq LIMIT 200"
)
_OLD_REPLIES = "SELECT call, event, document FROM replies WHERE document NOT IN (:plain0, :plain1, :plain2) LIMIT 200"
_OLD_CALLS = (
    "SELECT call, call_id, subject, destinations, conference, error, claimed_at FROM calls "
    "WHERE conference IS NOT NULL OR error LIKE :message LIMIT 200"
)
_PATTERNS = {"sealed": f'%"{UNTRUSTED}":%', "message": '%"message":%'}

SET_EVENT = "UPDATE events SET details = :details, reply = :reply WHERE digest = :digest"
SET_ERROR = "UPDATE calls SET error = :error WHERE call = :token"
_SET_CALL = "UPDATE calls SET conference = NULL, error = :error WHERE call = :token"
_SET_REPLY = "UPDATE replies SET document = :document WHERE call = :token AND event = :event"


def stripped(row: Row) -> dict[str, object]:
    """Return what the row of an event may hold as it is."""
    details: JsonObject = json.loads(row["details"])
    reply = str(row["reply"])
    return {
        "digest": row["digest"],
        "details": json.dumps({name: value for name, value in details.items() if name != UNTRUSTED}),
        "reply": reply if reply in PLAIN_REPLIES else HANG_UP,
    }


async def adopt(database: Database, people: People) -> None:
    """Seal what earlier versions stored as it was; may run on several servers at once.

    Raises:
        StorageError: The database cannot be used.
    """
    after = 0
    while after is not None:
        after = await database.run(lambda after=after: _adopting_events(people, after))
    while await database.run(lambda: _adopting_replies(people)):
        pass
    while await database.run(lambda: _adopting_calls(people)):
        pass


def _adopting_events(people: People, after: int) -> Transaction[int | None]:
    """Seal some events; returns the number of the last one, or None if there was none."""
    values = {**_PLAIN, "after": after, "sealed": _PATTERNS["sealed"]}
    (rows,) = yield (Statement(_OLD_EVENTS, values),)
    for row in rows:
        details: JsonObject = json.loads(row["details"])
        content = {"reply": row["reply"], **({UNTRUSTED: details[UNTRUSTED]} if UNTRUSTED in details else {})}
        owner = Owner("event", row["digest"], None, row["call_id"])
        yield (people.keep(owner, content, row["received_at"]), Statement(SET_EVENT, stripped(row)))
    return Commit(rows[-1]["seq"] if rows else None)


def _adopting_replies(people: People) -> Transaction[bool]:
    (rows,) = yield (Statement(_OLD_REPLIES, _PLAIN),)
    for row in rows:
        owner = Owner("reply", f"{row['call']}:{row['event']}", row["call"])
        (found,) = yield (Statement("SELECT claimed_at FROM calls WHERE call = :token", {"token": row["call"]}),)
        at = Millis(found[0]["claimed_at"] if found else 0)
        yield (
            people.keep(owner, {"reply": row["document"]}, at),
            Statement(_SET_REPLY, {"token": row["call"], "event": row["event"], "document": HANG_UP}),
        )
    return Commit(bool(rows))


def _adopting_calls(people: People) -> Transaction[bool]:
    (rows,) = yield (Statement(_OLD_CALLS, {"message": _PATTERNS["message"]}),)
    for row in rows:
        token, at = row["call"], row["claimed_at"]
        batch: list[Statement] = []
        if row["conference"] is not None:
            owner = Owner("call", token, token, row["call_id"] or row["subject"])
            batch.append(people.keep(owner, {"conference": row["conference"]}, at, row["destinations"].split()))
        error: object = None if row["error"] is None else json.loads(row["error"])
        if is_object(error):
            error, kept = people.of_error(token, error, at)
            batch.append(kept)
        shown = None if error is None else json.dumps(error)
        yield (*batch, Statement(_SET_CALL, {"token": token, "error": shown}))
    return Commit(bool(rows))
