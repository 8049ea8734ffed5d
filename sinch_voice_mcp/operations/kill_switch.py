"""The kill switch."""

from sinch_voice_mcp.errors import NotFoundError, OutcomeUnknownError, VoiceError
from sinch_voice_mcp.ports import Entry, Journal, Stopped, VoiceApi
from sinch_voice_mcp.svaml import Document, Hangup
from sinch_voice_mcp.text.masking import without_numbers

_BUNCH = 500


class KillSwitch:
    """Stops calling for every server on the same journal."""

    def __init__(self, api: VoiceApi, journal: Journal) -> None:
        self._api = api
        self._journal = journal

    async def stop(self, reason: str, by: str, *, hang_up: bool) -> tuple[Stopped, int, int]:
        """Refuse every claim from now on; returns what stopped calling first, and calls ended and not ended.

        Raises:
            StorageError: The journal cannot be used.
        """
        stopped = await self._journal.stop(without_numbers(reason), by)
        if not hang_up:
            return stopped, 0, 0
        going = await self._journal.entries(limit=_BUNCH, states=("accepted",))
        ended = [await self._hung_up(entry) for entry in going if entry.call_id is not None]
        return stopped, sum(ended), len(ended) - sum(ended)

    async def _hung_up(self, entry: Entry) -> bool:
        try:
            await self._api.update_call(entry.call_id or "", Document(action=Hangup()))
        except NotFoundError:
            return True
        except OutcomeUnknownError:
            return False
        except VoiceError:
            return False
        return True
