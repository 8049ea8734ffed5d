"""The journal's SQL, the same for both engines, and how its rows are read.

Columns keep the names of the first version, so that older programs can use the database: ``call`` is our token,
``units`` what a request uses of its limits, and the table ``gate`` has one row with the kill switch and the audit
log's last number and digest.
"""

import json

from sinch_voice_mcp.ports import CallingStopped, Claim, JournalEntry, KillSwitchState, place_at
from sinch_voice_mcp.storage.database import Row, Rows, Statement

COLUMNS = (
    "call, principal, kind, state, call_id, number, destinations, conference, subject, claimed_at, deadline, lease, "
    "reserved, currency, seconds, rate, error, cost, duration, result, reason, events, region"
)

TAKE_KEY = (
    "INSERT INTO keys (digest, call, fingerprint, until, until_unanswered) "
    "VALUES (:digest, :token, :fingerprint, :until, :until_unanswered) "
    "ON CONFLICT (digest) DO UPDATE SET call = excluded.call, fingerprint = excluded.fingerprint, "
    "until = excluded.until, until_unanswered = excluded.until_unanswered WHERE keys.until <= :now RETURNING call"
)
FIND_KEY = "SELECT call, fingerprint FROM keys WHERE digest = :digest AND until > :now"
DROP_KEYS = "DELETE FROM keys WHERE call = :token"
DROP_UNANSWERED_KEYS = "DELETE FROM keys WHERE call = :token AND until_unanswered = 1"
FIND_UNKNOWN = (
    f"SELECT {COLUMNS} FROM calls WHERE content = :content AND content <> '' "  # noqa: S608 - a constant
    "AND state IN ('pending', 'unknown') AND lease > :now ORDER BY state DESC, claimed_at DESC LIMIT 1"
)
"""A request with the same content that may have rung, first one whose outcome is unknown: until its lease ends, the
next one is its duplicate. What becomes of one that is being sent is not known yet."""

INSERT_CALL = (
    "INSERT INTO calls (call, principal, kind, state, fingerprint, number, destinations, conference, subject, "
    "claimed_at, deadline, lease, reserved, currency, units, content, seconds, rate, events, sandbox, region, rooms) "
    "VALUES (:token, :principal, :kind, 'pending', :fingerprint, :number, :destinations, :conference, :subject, :now, "
    ":deadline, :lease, :reserved, :currency, :units, :content, :seconds, :rate, :events, :sandbox, :region, :rooms)"
)
CALL = f"SELECT {COLUMNS} FROM calls WHERE call = :token"  # noqa: S608 - a constant
BY_CALL_ID = (
    f"SELECT {COLUMNS} FROM calls WHERE call_id = :call_id AND kind NOT IN ('update', 'prolong') "  # noqa: S608 - a constant
    "ORDER BY claimed_at DESC LIMIT 1"
)

PLACE_OF_CALL = "SELECT region FROM calls WHERE call_id = :call_id ORDER BY claimed_at DESC LIMIT 1"
PLACE_OF_ROOM = (
    "SELECT region FROM calls WHERE state IN ('pending', 'accepted', 'unknown') AND rooms LIKE :pattern "
    "ORDER BY claimed_at DESC, call DESC LIMIT 1"
)
SET_REGION = "UPDATE calls SET region = :region WHERE call = :token AND region IS NULL"
"""The first event of a call says where it is; no later one can move it."""

JOIN_ROOM = (
    "UPDATE calls SET rooms = CASE WHEN rooms IS NULL THEN :room ELSE rooms || ' ' || :room END "
    "WHERE call = :token AND coalesce(rooms, '') NOT LIKE :pattern"
)

CHECK_SWITCH = "UPDATE gate SET seq = seq + :many WHERE id = 1 AND stopped_at IS NULL RETURNING seq, head"
"""Looks at the kill switch and takes the next audit numbers in one statement: no row returns if the switch is on."""

SWITCH = "SELECT stopped_at, reason, stopped_by, hang_up_at FROM gate WHERE id = 1 AND stopped_at IS NOT NULL"
STOP = (
    "UPDATE gate SET stopped_at = :now, reason = :reason, stopped_by = :by "
    "WHERE id = 1 AND stopped_at IS NULL RETURNING id"
)
HANG_UP = (
    "UPDATE gate SET hang_up_at = CASE WHEN stopped_at > :now THEN stopped_at ELSE :now END "
    "WHERE id = 1 AND stopped_at IS NOT NULL AND coalesce(hang_up_at, -1) < stopped_at RETURNING id"
)
RESUME = (
    "UPDATE gate SET stopped_at = NULL, reason = NULL, stopped_by = NULL, resumed_at = :now, "
    "hang_up_at = NULL WHERE id = 1 AND stopped_at IS NOT NULL RETURNING id"
)

RECORD = (
    "UPDATE calls SET state = :state, call_id = coalesce(:call_id, call_id), "  # noqa: S608 - a constant
    "answered = CASE WHEN :answered = 1 THEN 1 ELSE answered END, "
    "error = CASE WHEN :state = 'lost' THEN error ELSE :error END, unknown_at = :unknown_at "
    "WHERE call = :token AND coalesce(call_id, :call_id, '') = coalesce(:call_id, call_id, '') "
    "AND (state = 'pending' OR (state = 'unknown' AND :state <> 'unknown') "
    "OR (state = 'lost' AND :state = 'accepted') OR (state = 'accepted' AND :state = 'lost')) "
    f"RETURNING units, {COLUMNS}"
)
"""A certain outcome replaces an uncertain one; a second call ID never replaces the first."""

SET_CALL_ID = "UPDATE calls SET call_id = :call_id WHERE call = :token AND call_id IS NULL AND state = 'ended'"
CORRECT_CALL_ID = (
    "UPDATE calls SET call_id = :call_id, answered = 1 WHERE call = :token AND answered IS NULL RETURNING call"
)
"""The platform's own answer overrides what an event or a lookup said, but never another answer."""
SETTLE = (
    "UPDATE calls SET state = 'ended', call_id = coalesce(call_id, :call_id), duration = :duration, cost = :cost, "
    "result = :result, reason = :reason "
    "WHERE call = :token AND state IN ('pending', 'accepted', 'unknown', 'lost') "
    "AND coalesce(call_id, :call_id, '') = coalesce(:call_id, call_id, '') "
    "RETURNING units, reserved, call_id, kind, currency"
)
OPEN_CHANGES = (
    "SELECT call FROM calls WHERE subject = :call_id AND state IN ('pending', 'accepted', 'unknown', 'lost') "
    "ORDER BY claimed_at, call"
)
PROLONGED = (
    "SELECT coalesce(sum(seconds), 0) AS seconds, coalesce(sum(reserved), 0) AS reserved FROM calls "
    "WHERE subject = :call_id AND state NOT IN ('rejected', 'not_sent')"
)
RENEW = (
    "UPDATE calls SET lease = :lease, reserved = reserved + :more "
    "WHERE call = :token AND state IN ('pending', 'accepted', 'unknown') RETURNING units"
)
COUNT_UNKNOWN = (
    "SELECT count(*) AS unknown FROM calls, gate "
    "WHERE gate.id = 1 AND kind <> 'prolong' AND unknown_at > :since AND unknown_at > coalesce(gate.resumed_at, 0)"
)
RELEASE = "UPDATE counters SET used = used - :amount WHERE name = :name AND bucket = :bucket"
END_GAP = "UPDATE counters SET used = 0 WHERE name = :name AND bucket = :bucket AND used = :amount"
"""Unless another call was claimed since; then the gap belongs to that one."""

CONFIRMING = ("approvals", "confirmations", "tones")
"""Tables of confirmations; servers of an older version on the same database write the first one."""

PRUNE = (
    *(f"DELETE FROM {table} WHERE until < :then" for table in ("keys", "counters", "forgotten", *CONFIRMING)),  # noqa: S608 - names
    "DELETE FROM counters WHERE bucket = 0 AND used <= 0",
)

APPROVE = (
    "INSERT INTO confirmations (principal, digest, destinations, until) "
    "VALUES (:principal, :digest, :destinations, :until) "
    "ON CONFLICT (principal, digest) DO UPDATE SET until = excluded.until"
)
APPROVED = "SELECT digest FROM confirmations WHERE principal = :principal AND digest = :digest AND until > :now"
DIGITS = "SELECT digits FROM tones WHERE call = :call AND until > :now"
COUNT_DIGITS = (
    "INSERT INTO tones (call, digits, until) VALUES (:call, :digits, :until) "
    "ON CONFLICT (call) DO UPDATE SET digits = tones.digits + excluded.digits, until = excluded.until "
    "WHERE tones.digits + excluded.digits <= :most RETURNING digits"
)
_MARK = (
    "INSERT INTO forgotten (call, mark, until) SELECT call, CAST(:mark AS TEXT), CAST(:until AS BIGINT) "
    "FROM (FOUND) AS found WHERE call IS NOT NULL "
    "ON CONFLICT (call) DO UPDATE SET mark = excluded.mark, until = excluded.until"
)
_NAMING = (
    "SELECT call FROM calls WHERE destinations LIKE :pattern "
    "UNION SELECT call FROM people WHERE hashes LIKE :pattern "
    "UNION SELECT call_id FROM people WHERE hashes LIKE :pattern"
)
_THEIR_CALLS = (
    "SELECT call_id AS call FROM calls WHERE call IN (SELECT call FROM forgotten WHERE mark = :mark) "
    "UNION SELECT subject FROM calls WHERE call IN (SELECT call FROM forgotten WHERE mark = :mark)"
)
_ABOUT_THESE = (
    "SELECT call FROM calls WHERE call_id IN (SELECT call FROM forgotten WHERE mark = :mark) "
    "UNION SELECT call FROM calls WHERE subject IN (SELECT call FROM forgotten WHERE mark = :mark)"
)
MARK_FORGOTTEN = tuple(_MARK.replace("FOUND", found) for found in (_NAMING, _THEIR_CALLS, _ABOUT_THESE))
"""Mark every call in which a number occurs: first the requests that name it and what a sealed row with it belongs to,
then the calls that these requests led to or change, then every request about one of these calls."""

IS_FORGOTTEN = (
    "SELECT call FROM forgotten WHERE call IN (:call_id, :token) "
    "OR call IN (SELECT call FROM calls WHERE call_id = :call_id) LIMIT 1"
)
FORGET_PEOPLE = (
    "DELETE FROM people WHERE hashes LIKE :pattern OR call IN (SELECT call FROM forgotten WHERE mark = :mark) "
    "OR call_id IN (SELECT call FROM forgotten WHERE mark = :mark) RETURNING id"
)
FORGET_EVENTS = (
    "SELECT digest, details, reply FROM events WHERE call_id IN (SELECT call FROM forgotten WHERE mark = :mark)"
)
"""What an earlier version stored as it was; see :mod:`~sinch_voice_mcp.storage.adoption`."""

FORGET_ERRORS = (
    "SELECT call, error FROM calls WHERE call IN (SELECT call FROM forgotten WHERE mark = :mark) AND error IS NOT NULL"
)
FORGET_REPLIES = "UPDATE replies SET document = :document WHERE call IN (SELECT call FROM forgotten WHERE mark = :mark)"
FORGET_CALLS = (
    "UPDATE calls SET number = NULL, destinations = '', fingerprint = '', content = '', conference = NULL, "
    "rooms = NULL, units = CASE WHEN state IN ('pending', 'accepted', 'unknown') THEN units ELSE '[]' END "
    "WHERE call IN (SELECT call FROM forgotten WHERE mark = :mark) RETURNING call, state"
)
FORGET_CHANGE = (
    "UPDATE calls SET fingerprint = '', content = '' WHERE call = :token AND subject IN (SELECT call FROM forgotten)"
)
"""Of a change that is claimed after its call was forgotten, no digest is kept."""

FORGET_APPROVALS = (
    "DELETE FROM approvals WHERE destination = :destination RETURNING destination",
    "DELETE FROM confirmations WHERE destinations LIKE :pattern RETURNING digest",
)
AUDIT = "SELECT seq, at, event, call, details, digest FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit"
SET_UNITS = "UPDATE calls SET units = :units WHERE call = :token"


def insert_call(claim: Claim, units: str) -> Statement:
    """Insert a request before it is sent; what is in ``joins`` must be a keyed hash by now."""
    return Statement(
        INSERT_CALL,
        {
            "token": claim.token,
            "principal": claim.principal,
            "kind": claim.kind,
            "fingerprint": claim.fingerprint,
            "number": claim.number,
            "destinations": " ".join(claim.destinations),
            "conference": claim.conference,
            "subject": claim.subject,
            "now": claim.now,
            "deadline": claim.deadline,
            "lease": claim.lease,
            "reserved": claim.reserved,
            "currency": claim.currency,
            "units": units,
            "events": " ".join(sorted(claim.events)),
            "sandbox": claim.sandbox,
            "region": claim.place.region,
            "rooms": claim.joins,
            "content": claim.content,
            "seconds": claim.seconds,
            "rate": claim.rate,
        },
    )


def read_entry(row: Row) -> JournalEntry:
    """Read a row of ``calls`` that has :data:`COLUMNS`."""
    members = {name: row[name] for name in COLUMNS.split(", ")}
    members["token"] = members.pop("call")
    members["place"] = place_at(members.pop("region"))
    members["destinations"] = tuple(str(row["destinations"]).split())
    members["events"] = None if row["events"] is None else frozenset(str(row["events"]).split())
    members["error"] = None if row["error"] is None else json.loads(row["error"])
    return JournalEntry(**members)


def read_switch(rows: Rows) -> KillSwitchState:
    """Read the rows that :data:`SWITCH` returned."""
    if not rows:
        return None
    (row,) = rows
    # A resume by an older program leaves the instant in place, so one before the stop does not count.
    hang_up = row["hang_up_at"] is not None and row["hang_up_at"] >= row["stopped_at"]
    return CallingStopped(row["stopped_at"], row["reason"], row["stopped_by"], hang_up)
