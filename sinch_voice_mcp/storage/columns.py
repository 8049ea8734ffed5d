"""Every column of the database, and which ones can hold something of a person.

A column that a migration adds has to be listed here; a test compares the list with the tables of both engines, and the
table in ``docs/safety.md`` is generated from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_CALLS = "`forget`, `keep_calls_days`"
_MASKED = "numbers in texts masked"
_HASH = "keyed hash"
_NEVER = "nothing"
_WORD = "Nothing; once a text in the place of a known word"


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column that can hold something of a person.

    Attributes:
        name: Table and column.
        holds: What of a person it can hold.
        form: In which form.
        deleted_by: What deletes it.
    """

    name: str
    holds: str
    form: str
    deleted_by: str


PERSONAL: tuple[PersonalColumn, ...] = (
    PersonalColumn(
        "people.sealed",
        "Numbers called and calling, SIP addresses, in-app users; the conference's name; replies with their texts, "
        "prepared and sent; keys pressed and words spoken; cookies, call headers and other texts of events, also in "
        "the place of codes; words of errors",
        "sealed",
        "`forget`; `keep_calls_days` for numbers, conferences and errors, `keep_replies_days` for prepared replies, "
        "`keep_events_days` for the rest",
    ),
    PersonalColumn("people.hashes", "Numbers in the sealed row", _HASH, "with the sealed row"),
    PersonalColumn("calls.number", "The first callee, or the caller's number", "shortened", _CALLS),
    PersonalColumn("calls.destinations", "The callees, or the caller's number", _HASH, _CALLS),
    PersonalColumn("calls.units", "Numbers with a limit that the call still uses", _HASH, "the end of the call"),
    PersonalColumn("calls.fingerprint", "The request with its numbers and texts", "digest", _CALLS),
    PersonalColumn("calls.content", "What the request asks for, with its numbers and texts", "digest", _CALLS),
    PersonalColumn("calls.principal", "The requester", "as it is", "`keep_calls_days`"),
    PersonalColumn("calls.conference", "Nothing; once the conference's name", "sealed at start", _CALLS),
    PersonalColumn("calls.rooms", "Names of conferences that the call joined", _HASH, _CALLS),
    PersonalColumn("calls.error", "Codes; once the error's words", "sealed at start", _CALLS),
    PersonalColumn("calls.result", _WORD, _MASKED, "`keep_calls_days`"),
    PersonalColumn("calls.reason", _WORD, _MASKED, "`keep_calls_days`"),
    PersonalColumn("events.details", _WORD, _MASKED, "`keep_events_days`"),
    PersonalColumn("events.kind", _WORD, _MASKED, "`keep_events_days`"),
    PersonalColumn("events.digest", "The event, with keys pressed", "digest under the secret", "`keep_events_days`"),
    PersonalColumn("events.reply", "To hang up or to continue", "as it is", "`keep_events_days`"),
    PersonalColumn("people.id", "The event's digest", "digest under the secret", "with the sealed row"),
    PersonalColumn("replies.document", "To hang up", "as it is", "`keep_replies_days`"),
    PersonalColumn("keys.digest", "The requester's idempotency key, or the request", "digest", "2 minutes or 30 days"),
    PersonalColumn("keys.fingerprint", "The request with its numbers and texts", "digest", "2 minutes or 30 days"),
    PersonalColumn("counters.name", "A number with a limit", _HASH, "the end of the limit's period"),
    PersonalColumn("approvals.destination", "A number that a person confirmed", _HASH, "`forget`, one hour"),
    PersonalColumn("approvals.principal", "The requester", "as it is", "one hour"),
    PersonalColumn("confirmations.destinations", "Callees that a person confirmed", _HASH, "`forget`, one hour"),
    PersonalColumn("confirmations.digest", "The request with its numbers and texts", "digest", "`forget`, one hour"),
    PersonalColumn("confirmations.principal", "The person who confirmed", "as it is", "`forget`, one hour"),
    PersonalColumn("gate.reason", "The reason of a stop", _MASKED, "`resume`"),
    PersonalColumn("gate.stopped_by", "Who stopped calling", _MASKED, "`resume`"),
    PersonalColumn("hosts.name", "The name of a server's machine", "as it is", "the end of the last server on it"),
    PersonalColumn(
        "audit.details",
        "Numbers called, the conference, the requester, reasons of stops; spoken text if `audit_text` is on",
        f"{_HASH} and shortened; digest; {_MASKED}",
        _NEVER,
    ),
)
"""Columns that can hold something of a person."""

IMPERSONAL: Mapping[str, str] = {
    "meta": "name value",
    "migrations": "number version",
    "gate": "id seq head stopped_at resumed_at hang_up_at",
    "calls": "call kind state call_id subject claimed_at deadline lease unknown_at reserved currency cost duration "
    "answered events sandbox seconds rate region",
    "confirmations": "until",
    "tones": "call digits until",
    "forgotten": "call mark until",
    "keys": "call until until_unanswered",
    "counters": "bucket used cap until",
    "approvals": "until",
    "hosts": "seen_at",
    "audit": "seq at event call digest",
    "events": "seq call_id at received_at",
    "replies": "call event",
    "people": "kind call call_id at",
}
"""The other columns by table: instants, figures, our tokens, the platform's IDs of calls, states and kinds."""
