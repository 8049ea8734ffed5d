"""Which requests are sent again, after what, and how long after."""

from collections.abc import Callable
from dataclasses import dataclass

from sinch_voice_mcp.client.sending import Answer, NotSent
from sinch_voice_mcp.client.verdicts import Refusal, Unsure, Verdict
from sinch_voice_mcp.errors import CapacityError

LONGEST_WAIT = 30.0
"""Seconds; where the platform asks for a longer wait, the caller hears of it instead of waiting."""

_FIRST_PAUSE = 0.25


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of request is treated when something goes wrong.

    Attributes:
        not_sent: How often it is sent again after it certainly was not sent.
        unsure: How often it is sent again when the platform may have seen it.
        throttled: How often it is sent again after 429.
        tries: How often it is sent in all.
        reads: Whether the body of the answer is needed.
        asks: Whether it changes nothing: then only faults that pass are worth another try.
        rings: Whether it places a call.
        may_have: What to tell when the outcome is unknown.
        next_step: What to do then.
    """

    not_sent: int
    unsure: int
    throttled: int
    tries: int
    reads: bool = False
    asks: bool = False
    rings: bool = False
    may_have: str = "The request may have been carried out."
    next_step: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice has no second effect; anything else gets a fresh connection."""
        return self.unsure > 0


ASKING = Manner(not_sent=2, unsure=2, throttled=2, tries=3, reads=True, asks=True)
"""Requests that change nothing."""

RINGING = Manner(
    not_sent=2,
    unsure=0,
    throttled=1,
    tries=4,
    reads=True,
    rings=True,
    may_have="The call may have been placed. Do not place it again.",
    next_step="Do not place it again. Tell the user that the outcome is unknown.",
)
"""Callouts: at most one of them may reach the platform."""

REPEATABLE = Manner(
    not_sent=2,
    unsure=1,
    throttled=1,
    tries=4,
    next_step="Look how things stand; asking for the same once more does no harm.",
)
"""Changes that end in the same state however often they are made: hang up, mute, kick, assign, set."""

ONCE = Manner(
    not_sent=2,
    unsure=0,
    throttled=0,
    tries=3,
    next_step="Do not repeat it: it may have been heard. Look at the call first.",
)
"""Changes that would be heard twice, such as speaking and playing."""


class Repeats:
    """Decides after each try of one request whether there is another one, and when."""

    def __init__(self, manner: Manner, jitter: Callable[[], float]) -> None:
        self._manner = manner
        self._jitter = jitter
        self._not_sent = manner.not_sent
        self._unsure = manner.unsure
        self._throttled = manner.throttled
        self.made = 0

    def pause_after(self, verdict: Verdict) -> float | None:
        """Seconds to wait before the next try; None when this one was the last."""
        self.made += 1
        if self.made >= self._manner.tries:
            return None
        match verdict:
            case Answer():
                return None
            case NotSent():
                return self._after_not_sent()
            case Unsure():
                return self._after_unsure(verdict)
            case Refusal(error=CapacityError() as error):
                return self._after_throttling(error.retry_after)
            case Refusal():
                return None

    def _after_not_sent(self) -> float | None:
        self._not_sent -= 1
        return self._backoff() if self._not_sent >= 0 else None

    def _after_unsure(self, verdict: Unsure) -> float | None:
        self._unsure -= 1
        if self._unsure < 0 or (self._manner.asks and not verdict.passing):
            return None
        return self._backoff() if verdict.retry_after is None else _bearable(verdict.retry_after)

    def _after_throttling(self, wait: float | None) -> float | None:
        self._throttled -= 1
        if self._throttled < 0:
            return None
        if wait is None:
            return self._backoff() if self._manner.asks else None
        return _bearable(wait)

    def _backoff(self) -> float:
        """A quarter, a half, … of a second, of which a random half is left out so that many do not come at once."""
        return _FIRST_PAUSE * 2 ** (self.made - 1) * (0.5 + 0.5 * self._jitter())


def _bearable(wait: float) -> float | None:
    return wait if wait <= LONGEST_WAIT else None
