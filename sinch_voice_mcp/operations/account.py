"""What is known of the account: its numbers, remembered for ten minutes."""

import logging
from datetime import datetime, timedelta

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.policy import Facts
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.wire.applications import OwnedNumber

_LOGGER = logging.getLogger(__name__)
REMEMBERED_FOR = timedelta(minutes=10)


class Account:
    """The account's own numbers, so that the guard can judge caller ids without asking each time."""

    def __init__(self, api: VoiceApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._facts: Facts | None = None
        self._as_of: datetime | None = None

    @property
    def known(self) -> Facts | None:
        """What is remembered, however old; asks nobody."""
        return self._facts

    async def facts(self) -> Facts:
        """The account's voice numbers, asked for when older than ten minutes.

        Raises:
            VoiceError: The platform could not be asked, and nothing is remembered.
        """
        now = self._clock.now()
        if self._facts is None or self._as_of is None or now - self._as_of > REMEMBERED_FOR:
            await self.numbers()
        return self._facts or Facts(own_numbers=())

    async def numbers(self) -> list[OwnedNumber]:
        """The account's numbers, asked for now and remembered."""
        numbers = await self._api.list_numbers()
        voice = (owned.number for owned in numbers if (owned.capability or "voice").lower() == "voice")
        self._facts = Facts(own_numbers=tuple(_with_plus(number) for number in voice))
        self._as_of = self._clock.now()
        return numbers

    async def warm(self) -> None:
        """Ask ahead of the first call, so that a refusal can name the account's numbers without asking."""
        try:
            await self.numbers()
        except VoiceError:
            # Whoever needs the numbers asks again, and is told then what is wrong.
            return
        except Exception:
            # What is done ahead of need must not stop the server.
            _LOGGER.exception("the account's numbers could not be asked for")


def _with_plus(number: str) -> str:
    return number if number.startswith("+") else f"+{number}"
