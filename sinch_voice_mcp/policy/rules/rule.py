"""A rule of the guard, and what it can find at one place of a request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sinch_voice_mcp.policy.case import Case
from sinch_voice_mcp.policy.refusal import NO_SWITCH, Refusal
from sinch_voice_mcp.text.quoting import printable

MAX_LISTED = 5
"""How many values a message lists before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The rule allows the value at this path."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The rule refuses the value at this path.

    Attributes:
        path: JSON path from the root of the request.
        value: The refused value, safe to show.
        message: What is wrong, in one sentence.
        next_step: None for the rule's default.
        how_to_change: None for the rule's default.
        next_allowed_at: When the same request passes, in UTC as ISO 8601; None if no time is known.
    """

    path: str
    value: str
    message: str
    next_step: str | None = None
    how_to_change: str | None = None
    next_allowed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The rule cannot decide without a fact: the account's numbers, the price of a number, or the time."""

    path: str
    needs: Literal["own_numbers", "tariffs", "now"]


RuleResult = Passed | Failed | Unsettled
"""What a rule finds at one path."""

Check = Callable[[Case], Iterator[RuleResult]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the guard.

    Attributes:
        refusal: Its row in the table of refusals: code, text, settings and default next step.
        check: Checks every place of a case that the rule is about.
        needs_facts: Whether it may need what only the platform knows.
    """

    refusal: Refusal
    check: Check
    needs_facts: bool = False

    @property
    def code(self) -> str:
        """The stable name of the rule."""
        return self.refusal.code


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is refused.

    Attributes:
        message: What is wrong, in one sentence.
        next_step: None for the rule's default.
        how_to_change: None for the rule's default.
    """

    message: str
    next_step: str | None = None
    how_to_change: str | None = None


def mistake(message: str, next_step: str) -> Problem:
    """Return the problem of a malformed value: the client can correct it, and no setting allows it."""
    return Problem(message, next_step, NO_SWITCH)


def result_of(path: str, value: str, problem: Problem | None) -> RuleResult:
    """Return a pass if there is no problem, else a failure with that problem."""
    if problem is None:
        return Passed(path, value)
    return Failed(path, value, problem.message, problem.next_step, problem.how_to_change)


def listed(values: tuple[str, ...]) -> str:
    """Return the first few values as a list in words, and how many more there are."""
    rest = len(values) - MAX_LISTED
    more = f" and {rest} more" if rest > 0 else ""
    return ", ".join(printable(value) for value in values[:MAX_LISTED]) + more
