"""Find the call of a request whose answer was lost, in the conference that it was to join."""

from datetime import UTC, datetime

from sinch_voice_mcp.errors import NotFoundError
from sinch_voice_mcp.operations.admission.limits import MINUTE
from sinch_voice_mcp.ports import Journal, JournalEntry, Outcome, VoiceApi
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.calls import Call

_MAX_PARTICIPANTS = 20
"""Participants of one conference that are looked up, so that a search stays within the platform's rate limits."""

_CLOCKS_MS = MINUTE
"""Milliseconds that the platform's clock may be behind that of the journal; its instants are whole seconds."""


async def find_in_conference(api: VoiceApi, journal: Journal, entry: JournalEntry) -> CallId | None:
    """Return the ID of the call that a request led to, and record it; None if it is not in the conference.

    A participant with the right number may be a stranger who dialed in, so only our token in the call counts.

    Raises:
        VoiceError: A lookup failed.
    """
    if entry.conference is None:
        return None
    try:
        participants = await api.get_conference(entry.conference)
    except NotFoundError:
        return None
    for participant in participants[:_MAX_PARTICIPANTS]:
        if await journal.by_call_id(participant.id) is None and carries_token(
            await api.get_call(participant.id), entry
        ):
            await journal.record(entry.token, Outcome("accepted", participant.id))
            return participant.id
    return None


def carries_token(call: Call, entry: JournalEntry) -> bool:
    """Return whether a call contains the token of a request, and did not begin before it."""
    if call.custom != entry.token:
        return False
    claimed = datetime.fromtimestamp((entry.claimed_at - _CLOCKS_MS) / 1000, UTC)
    return call.timestamp is None or call.timestamp >= claimed
