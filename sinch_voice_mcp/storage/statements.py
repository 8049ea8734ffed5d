"""The journal's SQL, the same for both engines, and how its rows are read.

Columns keep the names of the first version, so that older programs can use the database: ``call`` is our token,
``units`` what a request uses of its limits, and the table ``gate`` has one row with the kill switch and the audit
log's last number and digest.
"""

import json
from collections.abc import Sequence
from functools import lru_cache

from sinch_voice_mcp.ports import CallingStopped, Claim, CountedLimit, Gap, JournalEntry, KillSwitchState
from sinch_voice_mcp.storage.database import Row, Rows, Statement
from sinch_voice_mcp.types import Millis

COLUMNS = (
    "call, principal, kind, state, call_id, number, destinations, conference, subject, claimed_at, deadline, lease, "
    "reserved, currency, error, cost, duration, result, reason, events"
)

TAKE_KEY = (
    "INSERT INTO keys (digest, call, fingerprint, until) VALUES (:digest, :token, :fingerprint, :until) "
    "ON CONFLICT (digest) DO UPDATE SET call = excluded.call, fingerprint = excluded.fingerprint, "
    "until = excluded.until WHERE keys.until <= :now RETURNING call"
)
FIND_KEY = "SELECT call, fingerprint FROM keys WHERE digest = :digest AND until > :now"
DROP_KEYS = "DELETE FROM keys WHERE call = :token"

INSERT_CALL = (
    "INSERT INTO calls (call, principal, kind, state, fingerprint, number, destinations, conference, subject, "
    "claimed_at, deadline, lease, reserved, currency, units, events, sandbox) VALUES (:token, :principal, :kind, "
    "'pending', :fingerprint, :number, :destinations, :conference, :subject, :now, :deadline, :lease, :reserved, "
    ":currency, :units, :events, :sandbox)"
)
CALL = f"SELECT {COLUMNS} FROM calls WHERE call = :token"  # noqa: S608 - a constant
BY_CALL_ID = (
    f"SELECT {COLUMNS} FROM calls WHERE call_id = :call_id AND kind <> 'update' "  # noqa: S608 - a constant
    "ORDER BY claimed_at DESC LIMIT 1"
)

CHECK_SWITCH = "UPDATE gate SET seq = seq + 1 WHERE id = 1 AND stopped_at IS NULL RETURNING seq, head"
"""Looks at the kill switch and takes the next audit number in one statement: no row is returned if the switch is on."""

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
    "RETURNING units, reserved, call_id, currency"
)
COUNT_UNKNOWN = (
    "SELECT count(*) AS unknown FROM calls, gate "
    "WHERE gate.id = 1 AND unknown_at > :since AND unknown_at > coalesce(gate.resumed_at, 0)"
)
RELEASE = "UPDATE counters SET used = used - :amount WHERE name = :name AND bucket = :bucket"
END_GAP = "UPDATE counters SET used = 0 WHERE name = :name AND bucket = :bucket AND used = :amount"
"""Unless another call was claimed since; then the gap belongs to that one."""

CONFIRMING = ("approvals", "confirmations", "tones")
"""Tables of confirmations; servers of an older version on the same database write the first one."""

PRUNE = (
    *(f"DELETE FROM {table} WHERE until < :then" for table in ("keys", "counters", *CONFIRMING)),  # noqa: S608 - names
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
FORGET_PEOPLE = (
    "DELETE FROM people WHERE hashes LIKE :pattern "
    "OR call IN (SELECT call FROM calls WHERE destinations LIKE :pattern) "
    "OR call_id IN (SELECT coalesce(call_id, subject) FROM calls WHERE destinations LIKE :pattern) RETURNING id"
)
FORGET_EVENTS = (
    "SELECT digest, details, reply FROM events WHERE call_id IN "
    "(SELECT coalesce(call_id, subject) FROM calls WHERE destinations LIKE :pattern)"
)
"""What an earlier version stored as it was; see :mod:`~sinch_voice_mcp.storage.adoption`."""

FORGET_ERRORS = "SELECT call, error FROM calls WHERE destinations LIKE :pattern AND error IS NOT NULL"
FORGET_REPLIES = (
    "UPDATE replies SET document = :document WHERE call IN (SELECT call FROM calls WHERE destinations LIKE :pattern)"
)
FORGET_CALLS = (
    "UPDATE calls SET number = NULL, destinations = '', fingerprint = '', conference = NULL, "
    "units = CASE WHEN state IN ('pending', 'accepted', 'unknown') THEN units ELSE '[]' END "
    "WHERE destinations LIKE :pattern RETURNING call, state"
)
FORGET_APPROVALS = (
    "DELETE FROM approvals WHERE destination = :destination RETURNING destination",
    "DELETE FROM confirmations WHERE destinations LIKE :pattern RETURNING digest",
)
AUDIT = "SELECT seq, at, event, call, details, digest FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit"
SET_UNITS = "UPDATE calls SET units = :units WHERE call = :token"
USED = "SELECT used FROM counters WHERE name = :name AND bucket = :bucket"

_UNBOUNDED_LIMIT_MS = 366 * 24 * 3_600_000
"""Time after which the counter of a limit without a window is deleted if no claim has used it since."""


def counter(one: CountedLimit | Gap) -> str:
    """Return the name of a counter. The scope comes first, so that one claim's rows lie together on the disk."""
    return f"{one.scope}:{one.rule}"


def use_limits(limits: Sequence[CountedLimit], now: Millis) -> Statement:
    """Use all of these limits in one statement; it returns no row for a counter that has too little left."""
    values: dict[str, object] = {}
    for at, limit in enumerate(limits):
        until = limit.bucket + 2 * limit.width if limit.width else now + _UNBOUNDED_LIMIT_MS
        values |= {f"n{at}": counter(limit), f"b{at}": limit.bucket, f"a{at}": limit.amount, f"c{at}": limit.cap}
        values[f"u{at}"] = until
    return Statement(_use_limits(len(limits)), values)


@lru_cache
def _use_limits(many: int) -> str:
    rows = ", ".join(f"(:n{at}, :b{at}, :a{at}, :c{at}, :u{at})" for at in range(many))
    return (
        f"INSERT INTO counters (name, bucket, used, cap, until) VALUES {rows} "  # noqa: S608 - numbered names
        "ON CONFLICT (name, bucket) DO UPDATE SET used = counters.used + excluded.used, cap = excluded.cap, "
        "until = excluded.until WHERE counters.used + excluded.used <= excluded.cap RETURNING name"
    )


def keep_gap(gap: Gap, now: Millis) -> Statement:
    """Record a call to a destination; the statement returns no row if the gap since the last call is too short."""
    return Statement(
        "INSERT INTO counters (name, bucket, used, cap, until) VALUES (:name, 0, :now, 0, :until) "
        "ON CONFLICT (name, bucket) DO UPDATE SET used = excluded.used, until = excluded.until "
        "WHERE counters.used <= :latest RETURNING name",
        {"name": counter(gap), "now": now, "latest": now - gap.length, "until": now + gap.length},
    )


def insert_call(claim: Claim, units: str) -> Statement:
    """Insert a request before it is sent."""
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
        },
    )


def read_entry(row: Row) -> JournalEntry:
    """Read a row of ``calls`` that has :data:`COLUMNS`."""
    members = {name: row[name] for name in COLUMNS.split(", ")}
    members["token"] = members.pop("call")
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
