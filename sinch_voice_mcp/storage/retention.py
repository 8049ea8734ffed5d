"""How long the journal keeps what, and how what is kept no longer is deleted."""

from collections.abc import Iterator
from dataclasses import dataclass

from sinch_voice_mcp.storage.database import Statement
from sinch_voice_mcp.types import Millis

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Days for which rows are kept; None keeps them for ever.

    Attributes:
        events: Events with what the caller or callee said, typed or sent, after they arrived.
        replies: Replies that were prepared for a call, after it was requested; at least until it has ended.
        calls: Requests and incoming calls with their numbers; at least until the call has ended, and as long as an
            idempotency key names the request.
    """

    events: int | None = None
    replies: int | None = None
    calls: int | None = None


_STALE_EVENTS = (
    # The newest event stays, without what people said: its number is the highest, and the next one follows it.
    "DELETE FROM events WHERE received_at < :then AND seq < (SELECT max(seq) FROM events) AND call_id NOT IN "
    "(SELECT call_id FROM calls WHERE state IN ('pending', 'accepted', 'unknown') AND call_id IS NOT NULL)"
)
_SAID = (
    "DELETE FROM people WHERE kind = 'event' AND at < :then AND call_id NOT IN "
    "(SELECT call_id FROM calls WHERE state IN ('pending', 'accepted', 'unknown') AND call_id IS NOT NULL)"
)
_STALE_REPLIES = (
    "DELETE FROM replies WHERE call NOT IN "
    "(SELECT call FROM calls WHERE claimed_at >= :then OR state IN ('pending', 'accepted', 'unknown'))"
)
_PREPARED = (
    "DELETE FROM people WHERE kind = 'reply' AND call NOT IN "
    "(SELECT call FROM calls WHERE claimed_at >= :then OR state IN ('pending', 'accepted', 'unknown'))"
)
_STALE_CALLS = (
    "DELETE FROM calls WHERE claimed_at < :then AND lease < :then "
    "AND state NOT IN ('pending', 'accepted', 'unknown') AND call NOT IN (SELECT call FROM keys)"
)
_CALLED = "DELETE FROM people WHERE kind IN ('call', 'error') AND at < :then AND call NOT IN (SELECT call FROM calls)"


def expiring(terms: Terms, now: Millis) -> Iterator[Statement]:
    """Return the statements that delete what is older than its term; expired keys must be deleted before."""
    for days, texts in (
        (terms.events, (_STALE_EVENTS, _SAID)),
        (terms.replies, (_STALE_REPLIES, _PREPARED)),
        (terms.calls, (_STALE_CALLS, _CALLED)),
    ):
        if days is not None:
            yield from (Statement(text, {"then": now - days * _DAY_MS}) for text in texts)
