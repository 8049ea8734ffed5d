"""What a rule looks at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sinch_voice_mcp.policy.decision import Facts, Intent, Tariff
from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.effects.kinds import Dial, Effect, Unknown
from sinch_voice_mcp.policy.nearest import last_step
from sinch_voice_mcp.policy.numbers import Fault, NumberFacts, caller_id, examine
from sinch_voice_mcp.policy.outgoing import canonical
from sinch_voice_mcp.policy.policy import Policy
from sinch_voice_mcp.types import Payload

E = TypeVar("E", bound=Effect)
NO_REGION = "001"
"""The region of numbers that belong to no country."""


@dataclass(frozen=True)
class Case:
    """One intent, in the form that would be sent, with everything that rules need.

    Attributes:
        intent: What was asked for.
        request: The request as it would be sent; this is what the rules judge.
        effects: What that request does, and the members that were left out of it.
        policy: What the owner allows.
        facts: What is known of the account; None while nobody has asked.
    """

    intent: Intent
    request: Payload
    effects: tuple[Effect, ...]
    policy: Policy
    facts: Facts | None

    @classmethod
    def of(cls, intent: Intent, policy: Policy, facts: Facts | None) -> "Case":
        """Bring the request into its canonical form and walk it."""
        request = canonical(intent.request, policy)
        given = [Unknown(path, last_step(path)) for path in intent.unknown]
        # The canonical form has lost them, so they are taken from what was asked for.
        inside = [effect for effect in effects_of(intent.request) if isinstance(effect, Unknown)]
        return cls(intent, request, (*given, *inside, *effects_of(request)), policy, facts)

    @property
    def live(self) -> bool:
        """Whether the rules of live mode apply."""
        return self.intent.mode == "live"

    def all(self, kind: type[E]) -> Iterator[E]:
        """The effects of one kind."""
        return (effect for effect in self.effects if isinstance(effect, kind))

    @cached_property
    def dialled(self) -> tuple[tuple[str, str, NumberFacts | Fault], ...]:
        """Every number that rings: its path, the number as it would be sent, and what it is."""
        dials = ((dial.path, dial.number) for dial in self.all(Dial))
        return tuple((path, number, examine(number)) for path, number in dials if number is not None)

    @property
    def sound(self) -> Iterator[tuple[str, NumberFacts]]:
        """The numbers among them that exist."""
        return ((path, found) for path, _, found in self.dialled if isinstance(found, NumberFacts))

    @property
    def known_numbers(self) -> tuple[str, ...]:
        """The account's own numbers as far as anybody knows, for messages."""
        own = self.own_numbers
        if own is not None:
            return own
        hint = self.intent.hint
        return tuple(caller_id(number) for number in (hint and hint.own_numbers) or ())

    @cached_property
    def own_numbers(self) -> tuple[str, ...] | None:
        """The account's own numbers; None while nobody has asked."""
        own = None if self.facts is None else self.facts.own_numbers
        return None if own is None else tuple(caller_id(number) for number in own)

    @property
    def tariffs(self) -> Mapping[str, Tariff]:
        """What is known of prices, by number."""
        known = None if self.facts is None else self.facts.tariffs
        return known or {}

    def tariff(self, number: NumberFacts) -> Tariff | None:
        """What a call to a number costs; None while nobody has asked."""
        return self.tariffs.get(number.e164)
