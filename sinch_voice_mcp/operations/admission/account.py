"""What is known of the account and of prices: its numbers for ten minutes, what a number costs for a day."""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import anyio

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.policy import Facts, Needs, Tariff
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.wire.applications import OwnedNumber, QueriedNumber

_LOGGER = logging.getLogger(__name__)
REMEMBERED_FOR = timedelta(minutes=10)
PRICES_REMEMBERED_FOR = timedelta(hours=24)
MOST_PRICES = 10_000
_UNKNOWN = Tariff(None, None, restricted=False)


class Account:
    """The account's own numbers and the prices of others, so that the guard can judge without asking each time."""

    def __init__(self, api: VoiceApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._own: tuple[str, ...] | None = None
        self._as_of: datetime | None = None
        self._tariffs: OrderedDict[str, tuple[Tariff, datetime]] = OrderedDict()

    @property
    def known(self) -> Facts | None:
        """The account's numbers as remembered, however old; asks nobody."""
        return None if self._own is None else Facts(own_numbers=self._own)

    async def facts(self, needs: Needs) -> Facts:
        """What is needed, and nothing else.

        Raises:
            VoiceError: The account's numbers are needed, could not be asked for, and none are remembered.
        """
        own = await self.own_numbers() if needs.own_numbers else None
        return Facts(own_numbers=own, tariffs=await self.tariffs(needs.tariffs) if needs.tariffs else None)

    async def own_numbers(self) -> tuple[str, ...]:
        """The account's voice numbers, asked for when older than ten minutes.

        Raises:
            VoiceError: The platform could not be asked.
        """
        now = self._clock.now()
        if self._own is None or self._as_of is None or now - self._as_of > REMEMBERED_FOR:
            await self.numbers()
        return self._own or ()

    async def numbers(self) -> list[OwnedNumber]:
        """The account's numbers, asked for now and remembered."""
        numbers = await self._api.list_numbers()
        voice = (owned.number for owned in numbers if (owned.capability or "voice").lower() == "voice")
        self._own = tuple(_with_plus(number) for number in voice)
        self._as_of = self._clock.now()
        return numbers

    async def tariffs(self, numbers: Iterable[str]) -> Mapping[str, Tariff]:
        """What calls to numbers in E.164 cost, asked for together when older than a day.

        A look-up that fails has no rate, and is tried again the next time.
        """
        wanted = tuple(dict.fromkeys(numbers))
        found = {number: tariff for number in wanted if (tariff := self._remembered(number)) is not None}

        async def look_up(number: str) -> None:
            try:
                found[number] = _tariff(await self.query(number))
            except VoiceError:
                found[number] = _UNKNOWN

        async with anyio.create_task_group() as lookups:
            for number in wanted:
                if number not in found:
                    lookups.start_soon(look_up, number)
        return {number: found[number] for number in wanted}

    def remembered(self, numbers: Iterable[str]) -> Facts:
        """What is remembered, however old, of the account and of these numbers; asks nobody."""
        # What was never asked for counts as a look-up that failed.
        known = {number: self._tariffs.get(number, (_UNKNOWN, None))[0] for number in numbers}
        return Facts(own_numbers=self._own or (), tariffs=known)

    async def query(self, number: str) -> QueriedNumber:
        """What the platform knows of a number in E.164, asked for now; its price is remembered for a day.

        Raises:
            VoiceError: The platform could not be asked, or said no.
        """
        known = await self._api.query_number(number)
        self._tariffs[number] = (_tariff(known), self._clock.now())
        self._tariffs.move_to_end(number)
        if len(self._tariffs) > MOST_PRICES:
            self._tariffs.popitem(last=False)
        return known

    def _remembered(self, number: str) -> Tariff | None:
        tariff, as_of = self._tariffs.get(number, (None, None))
        fresh = as_of is not None and self._clock.now() - as_of <= PRICES_REMEMBERED_FOR
        return tariff if fresh else None

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


def _tariff(known: QueriedNumber) -> Tariff:
    if known.rate is None:
        return Tariff(None, None, known.restricted)
    # By way of text, so that 0.1 stays 0.1.
    rate = Decimal(str(known.rate.amount))
    sensible = rate.is_finite() and rate >= 0
    return Tariff(rate if sensible else None, known.rate.currency_id, known.restricted)
