"""The directory: what happens at every number, by the number itself, by prices, and by fault rules."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint
from sinch_voice_mcp.sandbox.engine.faults import CallFacts, FaultRule, FaultRules
from sinch_voice_mcp.sandbox.engine.profiles import DEFAULT_RATE, NumberProfile


class Directory:
    """What happens at every number.

    Attributes:
        prices: USD per minute by a number in E.164 form, or by the beginning of numbers with a star after it
            (``+1202*``), instead of the prices that numbers have by themselves.
        faults: The fault rules in force.
    """

    def __init__(
        self,
        prices: Mapping[str, Decimal] | None = None,
        faults: Iterable[FaultRule] = (),
        draws: Iterable[int] = (),
    ) -> None:
        """Create a directory; ``draws`` says for how many calls each rule has been drawn already."""
        self.prices: Mapping[str, Decimal] = dict(prices or {})
        self.faults = FaultRules(faults, draws)

    def profile(self, endpoint: Endpoint) -> NumberProfile:
        """Return what happens at an endpoint, without fault rules."""
        own, price = endpoint.profile, self._price(endpoint.address)
        rate = endpoint.rate if price is None else price
        return own if rate == own.rate else replace(own, rate=rate)

    def profile_for(self, facts: CallFacts) -> NumberProfile:
        """Return what happens in a call to an endpoint; this draws the fault rules, so ask once for each leg.

        A fault that says nothing about the price leaves the endpoint its own.
        """
        own, drawn = self.profile(facts.endpoint), self.faults.draw(facts)
        if drawn is None:
            return own
        return replace(drawn, rate=own.rate) if drawn.rate == DEFAULT_RATE else drawn

    def _price(self, number: str) -> Decimal | None:
        """Return the price of a number; of several beginnings the longest counts, and the number itself most."""
        if not self.prices:
            return None
        beginnings = (f"{number[:length]}*" for length in range(len(number), -1, -1))
        return next((self.prices[name] for name in (number, *beginnings) if name in self.prices), None)
