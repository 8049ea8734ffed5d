"""The table ``people``: all that the journal knows of people as it is, sealed, by the row that it belongs to.

The ID of a row names what it belongs to: ``call:<token>``, ``error:<token>``, ``reply:<token>:<event>``,
``event:<digest>``. The other tables hold what remains when the row is deleted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sinch_voice_mcp import svaml
from sinch_voice_mcp.ports import UNTRUSTED, Claim, IncomingEvent, JournalEntry
from sinch_voice_mcp.storage.database import Commit, Database, Rows, Statement, Transaction
from sinch_voice_mcp.storage.sealing import Seal
from sinch_voice_mcp.svaml import Continue, Document
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.text.masking import masked, written_numbers
from sinch_voice_mcp.types import JsonObject, Millis, PhoneNumber, Token, is_list, is_object

_LOGGER = masked_logger(__name__)

HANG_UP = svaml.HANG_UP.to_json()
"""What stands in place of a reply that is sealed: it is sent if the reply cannot be opened any more."""

PLAIN_REPLIES = frozenset({"", HANG_UP, Document(action=Continue()).to_json()})
"""Replies that name no person and say nothing; they are stored as they are."""

UNREADABLE = "unreadable"
_SEALED_OTHERWISE = (
    "Sealed under another secret: the application secret or SINCH_VOICE_JOURNAL_KEY was changed. Restore the old one "
    "as SINCH_VOICE_JOURNAL_KEY to read it."
)
"""What an event says in place of what cannot be opened."""

_KEEP = (
    "INSERT INTO people (id, kind, call, call_id, hashes, at, sealed) "
    "VALUES (:id, :kind, :token, :call_id, :hashes, :at, :sealed) "
    "ON CONFLICT (id) DO UPDATE SET hashes = excluded.hashes, at = excluded.at, sealed = excluded.sealed"
)
_SHOWN_OF_ERRORS = ("code", "error_code", "http_status", "retry_after_s", "retry_safe", "rule")
"""Members of an error that contain only words and figures of this program and the platform's codes."""

_IDS_AT_A_TIME = 500
"""IDs in one statement, far below what either engine accepts."""

_MAX_DIGITS = 15
"""Digits of the longest number in E.164 form."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The row that something belongs to: its kind, and the request or call that it is about."""

    kind: str
    name: str
    token: Token | None = None
    call_id: str | None = None

    @property
    def id(self) -> str:
        """ID of the row in ``people``."""
        return f"{self.kind}:{self.name}"


class People:
    """Writes and reads the rows of ``people``.

    Args:
        seal: Seals and opens them.
        hashed: Returns the keyed hash of a number.
        room: Returns the keyed hash of the ID of a conference.
    """

    def __init__(self, seal: Seal, hashed: Callable[[str], str], room: Callable[[str], str]) -> None:
        self._seal = seal
        self.hashed = hashed
        self.room = room

    def keep(self, owner: Owner, content: JsonObject, now: Millis, hashes: Sequence[str] = ()) -> Statement:
        """Store what belongs to a row, under the hashes of all numbers in it and the given ones."""
        found = dict.fromkeys((*hashes, *map(self.hashed, _numbers_in(content))))
        values = {"id": owner.id, "kind": owner.kind, "token": owner.token, "call_id": owner.call_id, "at": now}
        sealed = self._seal.close(owner.id, content)
        return Statement(_KEEP, values | {"hashes": " ".join(found), "sealed": sealed})

    def of_claim(self, claim: Claim) -> tuple[Statement, ...]:
        """Store the numbers and other targets of a request and the name of its conference, if it has any."""
        # Most requests call numbers only, which need not be stored twice.
        called = () if claim.called == claim.numbers else claim.called
        content: JsonObject = {"numbers": list(claim.numbers), "called": list(called), "conference": claim.conference}
        known = {name: value for name, value in content.items() if value}
        owner = Owner("call", claim.token, claim.token, claim.subject)
        return (self.keep(owner, known, claim.now, claim.destinations),) if known else ()

    def of_error(self, token: Token, error: JsonObject, now: Millis) -> tuple[JsonObject, Statement]:
        """Return what the row of a request shows of its error, and the statement that stores all of it."""
        # The words are the platform's, and may name a person; numbers are masked in any case, as in every record.
        whole = masked(error)
        return shown_of_error(error), self.keep(Owner("error", token, token), whole if is_object(whole) else {}, now)

    def identity(self, event: IncomingEvent) -> str:
        """Return what identifies an event in the database.

        Its own identity is a digest of the keys pressed, among others, and they could be guessed from it.
        """
        return self._seal.digest(event.identity)

    def opened(self, owner: str, sealed: str | None) -> JsonObject | None:
        """Return what belongs to a row: empty if nothing does, None if it was sealed under another secret."""
        return {} if sealed is None else self._seal.open(owner, sealed)

    def reply(self, row_id: str, stored: str, sealed: str | None) -> str:
        """Return a reply: the sealed one if it can be opened, else what was stored in its place."""
        content = self.opened(row_id, sealed)
        if content is None:
            _LOGGER.warning(
                "a reply was sealed under another secret, so the call is hung up; see SINCH_VOICE_JOURNAL_KEY"
            )
        return str((content or {}).get("reply", stored))

    def details(self, digest: str, details: JsonObject, sealed: str | None) -> JsonObject:
        """Return the details of an event together with those that are sealed."""
        content = self.opened(f"event:{digest}", sealed)
        if content is None:
            return details | {UNREADABLE: _SEALED_OTHERWISE}
        return details | {UNTRUSTED: content[UNTRUSTED]} if UNTRUSTED in content else details

    def completed(self, entry: JournalEntry, rows: Rows) -> JournalEntry:
        """Add to an entry what is sealed of it, given the rows of its call."""
        return _completed(entry, {str(row["id"]): self.opened(row["id"], row["sealed"]) for row in rows})

    async def complete(self, database: Database, entries: Sequence[JournalEntry]) -> list[JournalEntry]:
        """Add to entries what is sealed: whole numbers, the conference, and the words of an error."""
        ids = [f"call:{entry.token}" for entry in entries]
        ids += [f"error:{entry.token}" for entry in entries if entry.error is not None]
        if not ids:
            return []
        rows = await database.read(lambda: _reading(ids))
        found = {str(row["id"]): self.opened(row["id"], row["sealed"]) for row in rows}
        return [_completed(entry, found) for entry in entries]


def shown_of_error(error: JsonObject) -> JsonObject:
    """Return the members of an error that the row of a request may hold as they are."""
    return {name: error[name] for name in _SHOWN_OF_ERRORS if name in error}


def _reading(ids: Sequence[str]) -> Transaction[Rows]:
    batch: list[Statement] = []
    for start in range(0, len(ids), _IDS_AT_A_TIME):
        values = {f"i{at}": each for at, each in enumerate(ids[start : start + _IDS_AT_A_TIME])}
        names = ", ".join(f":{name}" for name in values)
        batch.append(Statement(f"SELECT id, sealed FROM people WHERE id IN ({names})", values))  # noqa: S608 - names
    results = yield batch
    return Commit([row for rows in results for row in rows])


def _completed(entry: JournalEntry, found: dict[str, JsonObject | None]) -> JournalEntry:
    known, error = found.get(f"call:{entry.token}", {}), found.get(f"error:{entry.token}", {})
    if known is None or error is None:
        entry = replace(entry, unreadable=True)
    known, error = known or {}, error or {}
    numbers, called, conference = known.get("numbers"), known.get("called"), known.get("conference")
    return replace(
        entry,
        numbers=tuple(PhoneNumber(str(number)) for number in numbers) if is_list(numbers) else (),
        called=tuple(str(name) for name in called) if is_list(called) else (),
        conference=entry.conference if conference is None else str(conference),
        error=None if entry.error is None else {**entry.error, **error},
    )


def _numbers_in(value: object) -> Iterator[PhoneNumber]:
    """Yield every number in the texts of a JSON value in the form of E.164, without asking whether it exists."""
    if isinstance(value, str):
        for written in written_numbers(value):
            digits = written.lstrip("+").removeprefix("00")
            if len(digits) <= _MAX_DIGITS:
                yield PhoneNumber(f"+{digits}")
    elif is_list(value):
        for item in value:
            yield from _numbers_in(item)
    elif is_object(value):
        for member in value.values():
            yield from _numbers_in(member)
