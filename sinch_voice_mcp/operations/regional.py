"""Calls and conferences at the hosts where they are: one of a region is unknown at the host of every other region."""

from collections.abc import Awaitable

import anyio

from sinch_voice_mcp.errors import StorageError
from sinch_voice_mcp.ports import HOME, Journal, Place, StillAllowed, VoiceApi
from sinch_voice_mcp.svaml import Document
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import CallId
from sinch_voice_mcp.wire.callouts import CalloutRequest, ConferenceCalloutRequest
from sinch_voice_mcp.wire.calls import Call, CallLeg, ManageParticipant, Participant

_LOGGER = masked_logger(__name__)


class RegionalCalls:
    """:class:`~sinch_voice_mcp.ports.CallsApi` that sends each request to the host where the call or conference is.

    The journal knows where calls are that came in, and the conferences that they joined. Everything that it does not
    know is at the usual host.

    Args:
        api: The platform.
        journal: Knows where calls and conferences are.
    """

    def __init__(self, api: VoiceApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    async def place_for(self, request: CalloutRequest) -> Place:
        """Return where a callout is to be placed: one into a conference, where that is."""
        if not isinstance(request, ConferenceCalloutRequest):
            return HOME
        return await self._of_conference(request.conference_callout.conference_id) or HOME

    def at(self, place: Place) -> VoiceApi:
        """Return the API at one place, whatever the journal knows."""
        return self._api.at(place)

    async def get_call(self, call_id: CallId) -> Call:
        """Return state and outcome of a call."""
        return await (await self._at_call(call_id)).get_call(call_id)

    async def update_call(self, call_id: CallId, document: Document, *, again: StillAllowed | None = None) -> None:
        """Send a call in progress new SVAML."""
        await (await self._at_call(call_id)).update_call(call_id, document, again=again)

    async def manage_leg(
        self, call_id: CallId, leg: CallLeg, document: Document, *, again: StillAllowed | None = None
    ) -> None:
        """Play or speak to one side of a call."""
        await (await self._at_call(call_id)).manage_leg(call_id, leg, document, again=again)

    async def get_conference(self, conference_id: str) -> list[Participant]:
        """Return the participants of a conference."""
        return await (await self._at_conference(conference_id)).get_conference(conference_id)

    async def close_conference(self, conference_id: str) -> None:
        """End every call in a conference."""
        await (await self._at_conference(conference_id)).close_conference(conference_id)

    async def manage_participant(
        self, conference_id: str, call_id: CallId, command: ManageParticipant, *, again: StillAllowed | None = None
    ) -> None:
        """Mute, unmute, hold or resume one participant."""
        api = await self._at_participant(conference_id, call_id)
        await api.manage_participant(conference_id, call_id, command, again=again)

    async def kick_participant(self, conference_id: str, call_id: CallId) -> None:
        """End one participant's call."""
        await (await self._at_participant(conference_id, call_id)).kick_participant(conference_id, call_id)

    async def _at_call(self, call_id: CallId) -> VoiceApi:
        return self._api.at(await self._of_call(call_id) or HOME)

    async def _at_conference(self, conference_id: str) -> VoiceApi:
        return self._api.at(await self._of_conference(conference_id) or HOME)

    async def _at_participant(self, conference_id: str, call_id: CallId) -> VoiceApi:
        # Two regions can have a conference with the same ID; a call is in one of them.
        return self._api.at(await self._of_call(call_id) or await self._of_conference(conference_id) or HOME)

    async def _of_call(self, call_id: CallId) -> Place | None:
        return await _if_readable(self._journal.place_of_call(call_id))

    async def _of_conference(self, conference_id: str) -> Place | None:
        return await _if_readable(self._journal.place_of_conference(conference_id))


async def _if_readable(reading: Awaitable[Place | None]) -> Place | None:
    """Return what the journal knows of a place; None if the journal cannot be used."""
    try:
        # Not cut off with the request that it precedes: a query that ends halfway costs a connection to the database.
        with anyio.CancelScope(shield=True):
            return await reading
    except StorageError:
        # Calls have to be ended also while the journal cannot be used, and most of them are at the usual host.
        _LOGGER.warning("where a call is could not be read from the journal; the request goes to the usual host")
        return None
