"""The kill switch: stops all calling."""

from sinch_voice_mcp.errors import NotFoundError, VoiceError
from sinch_voice_mcp.ports import CallingStopped, Journal, VoiceApi
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.types import CallId

_MAX_HUNG_UP = 500
"""Calls in progress that one stop hangs up, the newest first."""


class KillSwitch:
    """Stops calling for every server on the same journal."""

    def __init__(self, api: VoiceApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    async def stop(self, reason: str, by: str, *, hang_up: bool) -> tuple[CallingStopped, int, int]:
        """Turn the kill switch on, and hang up the calls in progress if requested.

        Returns:
            The state of the switch, the number of calls that were hung up, and the number that could not be.

        Raises:
            StorageError: The journal cannot be used.
        """
        # First, so that no call is placed while others are hung up.
        stopped = await self._journal.stop(reason, by)
        if not hang_up:
            return stopped, 0, 0
        accepted = await self._journal.entries(limit=_MAX_HUNG_UP, states=("accepted",))
        ended = [await self._hang_up(entry.call_id) for entry in accepted if entry.call_id is not None]
        return stopped, sum(ended), len(ended) - sum(ended)

    async def _hang_up(self, call_id: CallId) -> bool:
        """Hang up a call; returns whether it has ended."""
        try:
            await self._api.update_call(call_id, Document(action=Hangup()))
        except NotFoundError:
            # It has ended already.
            return True
        except VoiceError:
            return False
        return True
