"""Fault rules: some calls, chosen by what is known of them, behave like a call to a fictional number.

Whether a rule applies to a call is drawn from numbers that the seed of the rule fixes: the same calls in the same order
meet the same faults.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.sandbox.engine.endpoints import Endpoint
from sinch_voice_mcp.sandbox.engine.profiles import NumberProfile, profile_named
from sinch_voice_mcp.sandbox.ledger import chosen

CallKind = Literal["tts", "conference", "custom", "in"]
"""What a call is: one of the three callouts, or a call that comes in."""

_DRAW_BITS = 53
"""The bits of a draw: as many as a float between 0 and 1 can hold."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call when a leg is about to be dialed, or when it comes in.

    Attributes:
        endpoint: What is dialed, or where the call comes from.
        application_key: The application.
        kind: What the call is.
        tag: The tag of the call; None for none.
    """

    endpoint: Endpoint
    application_key: str
    kind: CallKind
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class FaultMatch:
    """Which calls a rule is for: those that agree with every member that is not None.

    Attributes:
        number: A number in E.164 form, or the beginning of one with a star after it: ``+1202*``.
        application: The key of the application.
        tag: The tag of the call.
        kind: What the call is.
    """

    number: str | None = None
    application: str | None = None
    tag: str | None = None
    kind: CallKind | None = None

    def matches(self, facts: CallFacts) -> bool:
        """Return whether a call is one of those."""
        pairs = ((self.application, facts.application_key), (self.tag, facts.tag), (self.kind, facts.kind))
        return all(wanted in {None, given} for wanted, given in pairs) and self._has_number(facts.endpoint)

    def _has_number(self, endpoint: Endpoint) -> bool:
        return self.number is None or is_number(self.number, endpoint.address)


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A rule.

    Attributes:
        fault: The name of a profile, such as ``busy`` or ``callbacks-twice``.
        match: Which calls it is for.
        probability: The share of these calls that it applies to, 0 to 1.
        seed: The seed of the draws.
    """

    fault: str
    match: FaultMatch = FaultMatch()
    probability: float = 1.0
    seed: int = 1

    def applies(self, draw: int) -> bool:
        """Return whether the rule applies to the matching call with this number."""
        digest = hashlib.sha256(f"{self.seed}/{draw}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> (64 - _DRAW_BITS) < self.probability * (1 << _DRAW_BITS)


class FaultRules:
    """The rules in force; they can be replaced while calls are in progress, which keep their profile."""

    def __init__(self, rules: Iterable[FaultRule] = (), draws: Iterable[int] = ()) -> None:
        """Create rules.

        Args:
            rules: The rules; of several that apply to a call, the first counts.
            draws: How many calls each has been drawn for already; 0 unless given.

        Raises:
            UnknownProfileError: A rule names no profile.
        """
        self.replace(rules)
        self._draws[:] = [*draws, *self._draws][: len(self._rules)]

    @property
    def rules(self) -> Sequence[FaultRule]:
        """The rules, in order."""
        return self._rules

    @property
    def draws(self) -> Sequence[int]:
        """For how many calls each rule has been drawn."""
        return tuple(self._draws)

    def replace(self, rules: Iterable[FaultRule]) -> None:
        """Put other rules in force; all draws begin again.

        Raises:
            UnknownProfileError: A rule names no profile; the former rules stay in force.
        """
        wanted = tuple(rules)
        self._profiles: tuple[NumberProfile, ...] = tuple(profile_named(rule.fault) for rule in wanted)
        self._rules = wanted
        self._draws = [0] * len(wanted)

    def remove(self, tag: str) -> None:
        """Remove the rules for calls with a tag; the draws of the others continue."""
        kept = [
            (rule, profile, draws)
            for rule, profile, draws in zip(self._rules, self._profiles, self._draws, strict=True)
            if rule.match.tag != tag
        ]
        self._rules = tuple(rule for rule, _, _ in kept)
        self._profiles = tuple(profile for _, profile, _ in kept)
        self._draws = [draws for _, _, draws in kept]

    def add(self, rule: FaultRule) -> None:
        """Put one more rule in force, after the others.

        Raises:
            UnknownProfileError: It names no profile.
        """
        self._profiles = (*self._profiles, profile_named(rule.fault))
        self._rules = (*self._rules, rule)
        self._draws.append(0)

    def draw(self, facts: CallFacts) -> NumberProfile | None:
        """Return the profile that a call gets instead of that of its number; None for none."""
        for index, rule in enumerate(self._rules):
            if rule.match.matches(facts):
                self._draws[index] += 1
                if rule.applies(self._draws[index]):
                    return self._profiles[index]
        return None


def is_number(pattern: str, number: str) -> bool:
    """Return whether a number in E.164 form is the one that a pattern names, or begins as it says (``+1202*``)."""
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


BEHAVIORS = (chosen("api", "fault rule", "a call that matches behaves like a call to the number that has the fault"),)
