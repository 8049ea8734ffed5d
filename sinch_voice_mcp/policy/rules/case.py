"""What a rule may say, and what it is made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.policy import variable
from sinch_voice_mcp.text.quoting import printable

_MOST_LISTED = 5
NO_SWITCH = "This rule has no switch."
NO_REGION = "001"
"""The region of numbers that belong to no country."""


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
