"""Find the call of a request whose answer was lost, in the conference that it was to join."""

from dataclasses import dataclass

from sinch_voice_mcp.errors import NotFoundError
from sinch_voice_mcp.operations.admission.limits import MINUTE
from sinch_voice_mcp.ports import Journal, JournalEntry, Outcome, VoiceApi
from sinch_voice_mcp.svaml import ConnectConf, Document
from sinch_voice_mcp.types import CallId, Millis, instant_of
from sinch_voice_mcp.wire.calls import Call

MAX_PARTICIPANTS = 20
"""Participants of one conference that a search looks up, so that it stays within the platform's rate limits."""

_MAX_CONFERENCES = 100
"""Conferences whose participants are remembered, those searched last."""

_CLOCKS_MS = MINUTE
"""Milliseconds that the platform's clock may be behind that of the journal; its instants are whole seconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        call_id: The call; None if it was not found.
        everyone: Whether every participant is known now, so that the call is not in the conference.
    """

    call_id: CallId | None
    everyone: bool


class Rooms:
    """Searches conferences; a participant that belongs to no request of this journal is looked up once."""

    def __init__(self, api: VoiceApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal
        self._seen: dict[str, dict[CallId, Call]] = {}

    async def find(self, entry: JournalEntry, *, most: int | None = MAX_PARTICIPANTS) -> Found:
        """Search the conference of a request for its call, and record the ID.

        A participant with the right number may be a stranger who dialed in, so only our token in the call counts.

        Args:
            entry: The request.
            most: Highest number of participants to look up now; the next search continues. None: all of them.

        Raises:
            VoiceError: A lookup failed.
        """
        if entry.conference is None:
            return Found(None, everyone=True)
        # Where the request was sent, because another region may have a conference with the same ID.
        api = self._api.at(entry.place)
        try:
            participants = await api.get_conference(entry.conference)
        except NotFoundError:
            self._seen.pop(entry.conference, None)
            return Found(None, everyone=True)
        before = self._seen.pop(entry.conference, {})
        # What a call carries never changes, so only those who are new are looked up; who has left is forgotten.
        seen = {one.id: before[one.id] for one in participants if one.id in before}
        self._remember(entry.conference, seen)
        left = most
        for participant in participants:
            if participant.id not in seen and await self._journal.by_call_id(participant.id) is None:
                if left == 0:
                    return Found(None, everyone=False)
                left = None if left is None else left - 1
                seen[participant.id] = await api.get_call(participant.id)
            found = seen.get(participant.id)
            if found is not None and carries_token(found, entry):
                await self._journal.record(entry.token, Outcome("accepted", participant.id))
                return Found(participant.id, everyone=True)
        return Found(None, everyone=True)

    def _remember(self, conference: str, seen: dict[CallId, Call]) -> None:
        self._seen[conference] = seen
        if len(self._seen) > _MAX_CONFERENCES:
            del self._seen[next(iter(self._seen))]


def carries_token(call: Call, entry: JournalEntry) -> bool:
    """Return whether a call contains the token of a request, and did not begin before it."""
    if call.custom != entry.token:
        return False
    claimed = instant_of(Millis(entry.claimed_at - _CLOCKS_MS))
    return call.timestamp is None or call.timestamp >= claimed


def joined(document: Document) -> str | None:
    """Return the ID of the conference that a call joins as a document says; None if it says nothing of one."""
    return document.action.conference_id if isinstance(document.action, ConnectConf) else None
