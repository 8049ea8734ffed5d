"""What a rule looks at, and what it may say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

from sinch_voice_mcp.policy.decision import Facts, Intent, Tariff
from sinch_voice_mcp.policy.effects.collecting import effects_of
from sinch_voice_mcp.policy.effects.kinds import Dial, Effect, Unknown
from sinch_voice_mcp.policy.nearest import last_step
from sinch_voice_mcp.policy.numbers import Fault, NumberFacts, caller_id, examine
from sinch_voice_mcp.policy.outgoing import canonical
from sinch_voice_mcp.policy.policy import Policy, variable
from sinch_voice_mcp.text.quoting import printable
from sinch_voice_mcp.types import Payload

E = TypeVar("E", bound=Effect)
_MOST_LISTED = 5
NO_SWITCH = "This rule has no switch."
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


@dataclass(frozen=True, slots=True)
class Passed:
    """The rule has nothing against this."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The rule refuses this. What is None is the rule's own."""

    path: str
    value: str
    message: str
    next_step: str | None = None
    how_to_change: str | None = None
    next_allowed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The rule needs a fact first: the account's numbers, what a number costs, or the time."""

    path: str
    needs: Literal["own_numbers", "tariffs", "now"]


Judgement = Passed | Failed | Unsettled
Check = Callable[[Case], Iterator[Judgement]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the guard.

    Attributes:
        code: Its stable name.
        title: What it is about, for people.
        exactly: What it says, precisely.
        settings: The members of the policy that change it; empty where it has no switch.
        check: Judges every place of a case that the rule is about.
        needs_facts: Whether it may need what only the platform knows.
    """

    code: str
    title: str
    exactly: str
    settings: tuple[str, ...]
    check: Check
    needs_facts: bool = False

    @property
    def how_to_change(self) -> str:
        """One sentence about who can change what."""
        if not self.settings:
            return NO_SWITCH
        return owner_sets(*self.settings)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something is refused, and what to do. What is None is the rule's own."""

    message: str
    next_step: str | None = None
    how_to_change: str | None = None


def mistake(message: str, next_step: str) -> Problem:
    """A mistake of form: whoever made it can mend it, and no setting allows it."""
    return Problem(message, next_step, NO_SWITCH)


def owner_sets(*names: str, word: str = "or") -> str:
    """One sentence about the settings that change something; ``word`` joins them."""
    variables = f" {word} ".join(variable(name) for name in names)
    return f"Only the owner of this server can change this, with {variables}."


def judged(path: str, value: str, problem: Problem | None) -> Judgement:
    """Passed where there is no problem, else failed with it."""
    if problem is None:
        return Passed(path, value)
    return Failed(path, value, problem.message, problem.next_step, problem.how_to_change)


def listed(values: tuple[str, ...]) -> str:
    """The first few of the values, and how many more there are."""
    rest = len(values) - _MOST_LISTED
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(printable(value) for value in values[:_MOST_LISTED]) + more
