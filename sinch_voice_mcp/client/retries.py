"""Which requests are retried, after what, and how long after."""

from collections.abc import Callable
from dataclasses import dataclass

from sinch_voice_mcp.client.error_mapping import AttemptResult, Rejected, Uncertain
from sinch_voice_mcp.client.transport import Answered, NotSent
from sinch_voice_mcp.errors import CapacityError

MAX_DELAY_S = 30.0
"""If the platform asks for a longer wait, the error is raised at once instead."""

_FIRST_DELAY_S = 0.25


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How one kind of request is retried, and what its errors say.

    Attributes:
        not_sent: Retries after attempts that certainly were not sent.
        uncertain: Retries after attempts that the platform may have seen.
        rate_limited: Retries after 429.
        attempts: The most attempts in all, the first one included.
        needs_body: Whether the answer's body is needed; without it, a status of success is enough.
        read_only: Whether the request changes nothing. Then only transient errors are worth a retry.
        places_call: Whether the request places a call.
        unknown: What an error says first if the outcome is unknown.
        next_step: What to do then.
    """

    not_sent: int
    uncertain: int
    rate_limited: int
    attempts: int
    needs_body: bool = False
    read_only: bool = False
    places_call: bool = False
    unknown: str = "The request may have been carried out."
    next_step: str = ""

    @property
    def idempotent(self) -> bool:
        """Whether a second execution has no further effect; every other request gets a new connection."""
        return self.uncertain > 0


# A request that was not sent is harmless to repeat, so every policy retries it twice.

READ = RetryPolicy(not_sent=2, uncertain=2, rate_limited=2, attempts=3, needs_body=True, read_only=True)
"""Requests that change nothing."""

CALLOUT = RetryPolicy(
    not_sent=2,
    uncertain=0,
    rate_limited=1,
    attempts=4,
    needs_body=True,
    places_call=True,
    unknown="The call may have been placed. Do not place it again.",
    next_step="Do not place it again. Tell the user that the outcome is unknown.",
)
"""Callouts: at most one of them may reach the platform."""

IDEMPOTENT = RetryPolicy(
    not_sent=2,
    uncertain=1,
    rate_limited=1,
    attempts=4,
    next_step="Check the current state; repeating the request does no harm.",
)
"""Changes that lead to the same state however often they are made: hang up, mute, kick, assign, set."""

ONCE = RetryPolicy(
    not_sent=2,
    uncertain=0,
    rate_limited=0,
    attempts=3,
    next_step="Do not repeat it: the caller may have heard it. Look at the call first.",
)
"""Changes that a person would hear twice, such as speaking and playing."""


class Retries:
    """Counts the attempts of one request and decides after each of them whether another one follows."""

    def __init__(self, policy: RetryPolicy, jitter: Callable[[], float]) -> None:
        self._policy = policy
        self._jitter = jitter
        self._not_sent = policy.not_sent
        self._uncertain = policy.uncertain
        self._rate_limited = policy.rate_limited
        self._attempts = 0

    def delay_after(self, result: AttemptResult) -> float | None:
        """Return the seconds to wait before the next attempt; None if this one was the last."""
        self._attempts += 1
        if self._attempts >= self._policy.attempts:
            return None
        match result:
            case Answered():
                return None
            case NotSent():
                return self._after_not_sent()
            case Uncertain():
                return self._after_uncertain(result)
            case Rejected(error=CapacityError() as error):
                return self._after_rate_limit(error.retry_after)
            case Rejected():
                return None

    def _after_not_sent(self) -> float | None:
        self._not_sent -= 1
        return self._backoff() if self._not_sent >= 0 else None

    def _after_uncertain(self, result: Uncertain) -> float | None:
        self._uncertain -= 1
        if self._uncertain < 0 or (self._policy.read_only and not result.transient):
            return None
        return self._backoff() if result.retry_after is None else _acceptable(result.retry_after)

    def _after_rate_limit(self, wait: float | None) -> float | None:
        self._rate_limited -= 1
        if self._rate_limited < 0:
            return None
        # A change is not retried after a guessed delay: it would add to the load that the platform complains of.
        if wait is None:
            return self._backoff() if self._policy.read_only else None
        return _acceptable(wait)

    def _backoff(self) -> float:
        """Return a quarter, a half, … of a second, shortened at random by up to a half."""
        # Without jitter, clients that failed together would return together.
        return _FIRST_DELAY_S * 2 ** (self._attempts - 1) * (0.5 + 0.5 * self._jitter())


def _acceptable(wait: float) -> float | None:
    return wait if wait <= MAX_DELAY_S else None
