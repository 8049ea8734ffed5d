"""Cached facts about the account: its own numbers for ten minutes, prices of calls for a day."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import anyio

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.errors import VoiceError
from sinch_voice_mcp.operations.admission.lookups import within_lookups
from sinch_voice_mcp.policy import UNKNOWN_TARIFF, Facts, Needs, Tariff
from sinch_voice_mcp.policy.numbers import region_of
from sinch_voice_mcp.ports import VoiceApi
from sinch_voice_mcp.text.masked_logs import masked_logger
from sinch_voice_mcp.types import E164_PATTERN, PhoneNumber
from sinch_voice_mcp.wire.applications import OwnedNumber, QueriedNumber

_LOGGER = masked_logger(__name__)
NUMBERS_FRESH_FOR = timedelta(minutes=10)
"""Age at which the account's own numbers are looked up again."""

PRICES_FRESH_FOR = timedelta(hours=24)
"""Age at which a price is looked up again."""

MAX_PRICES = 10_000
"""Prices that are kept; the oldest are dropped first."""

_CURRENCY = re.compile("[A-Z]{3}")


class Account:
    """Looks up the account's own numbers and the prices of calls, and caches them."""

    def __init__(self, api: VoiceApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._own: tuple[str, ...] | None = None
        self._as_of: datetime | None = None
        self._regions: dict[str, str] = {}
        self._tariffs: OrderedDict[PhoneNumber, tuple[Tariff, datetime]] = OrderedDict()

    @property
    def known(self) -> Facts | None:
        """The account's numbers as last looked up, however old; None if they never were. Sends nothing."""
        return None if self._own is None else Facts(own_numbers=self._own, own_regions=self._regions)

    @property
    def fresh(self) -> Facts | None:
        """The account's numbers if they need not be looked up again; else None. Sends nothing."""
        return self.known if self._is_fresh else None

    @property
    def _is_fresh(self) -> bool:
        return self._as_of is not None and self._clock.now() - self._as_of <= NUMBERS_FRESH_FOR

    async def facts(self, needs: Needs) -> Facts:
        """Return the needed facts, and only these.

        Raises:
            VoiceError: The account's numbers are needed and could not be looked up.
        """
        own = await self.own_numbers() if needs.own_numbers else None
        tariffs = await self.tariffs(needs.tariffs) if needs.tariffs else None
        return Facts(own_numbers=own, tariffs=tariffs, own_regions=self._regions)

    async def own_numbers(self) -> tuple[str, ...]:
        """Return the account's voice numbers in E.164 form, at most ten minutes old.

        Raises:
            VoiceError: They could not be looked up.
        """
        if self._own is None or not self._is_fresh:
            await self.numbers()
        return self._own or ()

    async def numbers(self) -> list[OwnedNumber]:
        """Look up the account's numbers now, and keep them.

        Raises:
            VoiceError: They could not be looked up.
        """
        numbers = await within_lookups("the account's numbers", self._api.list_numbers, self._clock)
        voice = (owned.number for owned in numbers if (owned.capability or "voice").lower() == "voice")
        own = tuple(number for number in map(_with_plus, voice) if E164_PATTERN.fullmatch(number))
        await self._find_regions(number for number in own if region_of(number) is None)
        self._own = own
        self._as_of = self._clock.now()
        return numbers

    async def _find_regions(self, numbers: Iterable[str]) -> None:
        """Look up the regions of own numbers that numbering metadata does not know; never raises."""

        async def find(number: str) -> None:
            try:
                known = await self.query(PhoneNumber(number))
            except VoiceError:
                return
            if (region := region_of(number, known.country_id)) is not None:
                self._regions[number] = region

        async with anyio.create_task_group() as lookups:
            for number in numbers:
                if number not in self._regions:
                    lookups.start_soon(find, number)

    async def tariffs(self, numbers: Iterable[PhoneNumber]) -> Mapping[PhoneNumber, Tariff]:
        """Return the prices of calls to numbers in E.164 form, at most a day old; lookups run at the same time.

        A number whose lookup fails gets a tariff without a rate, and is looked up again the next time.
        """
        wanted = tuple(dict.fromkeys(numbers))
        found = {number: tariff for number in wanted if (tariff := self._fresh(number)) is not None}

        async def look_up(number: PhoneNumber) -> None:
            try:
                found[number] = _tariff(await self.query(number))
            except VoiceError:
                found[number] = UNKNOWN_TARIFF

        async with anyio.create_task_group() as lookups:
            for number in wanted:
                if number not in found:
                    lookups.start_soon(look_up, number)
        return {number: found[number] for number in wanted}

    def cached(self, numbers: Iterable[PhoneNumber]) -> Facts:
        """Return the facts about the account and these numbers as last looked up, however old; sends nothing."""
        # A number that was never looked up counts as one whose lookup failed.
        known = {number: self._tariffs.get(number, (UNKNOWN_TARIFF, None))[0] for number in numbers}
        return Facts(own_numbers=self._own or (), tariffs=known, own_regions=self._regions)

    async def query(self, number: PhoneNumber) -> QueriedNumber:
        """Look up now what the platform knows of a number in E.164 form, and keep its price.

        Raises:
            VoiceError: The lookup failed.
        """
        known = await within_lookups(f"the price of {number}", lambda: self._api.query_number(number), self._clock)
        self._tariffs[number] = (_tariff(known), self._clock.now())
        self._tariffs.move_to_end(number)
        if len(self._tariffs) > MAX_PRICES:
            self._tariffs.popitem(last=False)
        return known

    def _fresh(self, number: PhoneNumber) -> Tariff | None:
        tariff, as_of = self._tariffs.get(number, (None, None))
        is_fresh = as_of is not None and self._clock.now() - as_of <= PRICES_FRESH_FOR
        return tariff if is_fresh else None

    async def warm(self) -> None:
        """Look up the account's numbers ahead of the first call, so that a refusal can list them; never raises."""
        try:
            await self.numbers()
        except VoiceError:
            # The first request that needs the numbers looks them up again, and gets the error.
            return
        except Exception:
            # A lookup ahead of need must not stop the server.
            _LOGGER.exception("the account's numbers could not be looked up")


def _with_plus(number: str) -> str:
    # The platform may list numbers without the plus of E.164.
    return number if number.startswith("+") else f"+{number}"


def _tariff(known: QueriedNumber) -> Tariff:
    amount = known.rate and known.rate.known
    if known.rate is None or amount is None:
        # A price that is absent or cannot be right is unknown, never zero.
        return Tariff(None, None, known.restricted)
    # Through text, because a float of 0.1 is not exactly 0.1.
    currency = known.rate.currency_id
    # The rules and the journal repeat it, so it is a code or nothing.
    is_code = currency is not None and _CURRENCY.fullmatch(currency) is not None
    return Tariff(Decimal(str(amount)), currency if is_code else None, known.restricted)
