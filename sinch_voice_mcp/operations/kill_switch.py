"""The kill switch: stops all calling."""

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.ports import CallingStopped, Journal, JournalEntry, VoiceApi
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.text.masking import without_numbers

_MAX_HUNG_UP = 500


class KillSwitch:
    """Stops calling for every server on the same journal."""

    def __init__(self, api: VoiceApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    async def stop(self, reason: str, by: str, *, hang_up: bool) -> tuple[CallingStopped, int, int]:
        """Refuse every claim from now on.

        Returns:
            What stopped calling first, and the numbers of calls that were hung up and that could not be.

        Raises:
            StorageError: The journal cannot be used.
        """
        stopped = await self._journal.stop(without_numbers(reason), by)
        if not hang_up:
            return stopped, 0, 0
        accepted = await self._journal.entries(limit=_MAX_HUNG_UP, states=("accepted",))
        ended = [await self._hung_up(entry) for entry in accepted if entry.call_id is not None]
        return stopped, sum(ended), len(ended) - sum(ended)

    async def _hung_up(self, entry: JournalEntry) -> bool:
        try:
            await self._api.update_call(entry.call_id or "", Document(action=Hangup()))
        except NotFoundError:
            return True
        except OutcomeUnknownError:
            return False
        except VoiceError:
            return False
        return True
