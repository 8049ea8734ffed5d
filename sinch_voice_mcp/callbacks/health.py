"""How the receiver is: what it counted, whether storage takes events, and how far our clock is off."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sinch_voice_mcp.callbacks.answers import Reason
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.types import JsonObject

_SAMPLES = 9
_ENOUGH = 3
_MEMORY = timedelta(minutes=15)


@dataclass(slots=True)
class Counts:
    """What happened since the start.

    Attributes:
        received: Callbacks that came in, whoever sent them.
        verified: Those whose signature is right.
        answered: Events that were heard, duplicates among them.
        probes: Requests of our own that were sent to see whether callbacks arrive.
        shed: Events that were turned away because too many were in work.
        storage_failures: Events that could not be stored.
        unforeseen_failures: Requests that ended in an error of this program.
        refused: Callbacks that were not accepted, by reason.
    """

    received: int = 0
    verified: int = 0
    answered: int = 0
    probes: int = 0
    shed: int = 0
    storage_failures: int = 0
    unforeseen_failures: int = 0
    refused: Counter[Reason] = field(default_factory=Counter[Reason])

    def to_json(self) -> JsonObject:
        """The counts as a JSON object."""
        return {
            "received": self.received,
            "verified": self.verified,
            "answered": self.answered,
            "probes": self.probes,
            "refused": dict(self.refused),
            "shed": self.shed,
            "failures": {"storage": self.storage_failures, "unforeseen": self.unforeseen_failures},
        }


@dataclass(frozen=True, slots=True)
class _Sample:
    stamp: str
    at: datetime
    off: timedelta


class Skew:
    """How far our clock is from the platform's, by timestamps that it signed.

    One captured request that somebody sends again and again counts once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)

    def note(self, stamp: str, sent_at: datetime, now: datetime) -> None:
        """Take down a timestamp whose signature is right, in time or not."""
        if all(stamp != sample.stamp for sample in self._samples):
            self._samples.append(_Sample(stamp, now, now - sent_at))

    def seconds(self) -> float | None:
        """The median of the last few, in seconds: above zero where our clock is ahead. None without any."""
        recent = self._recent()
        return median(recent) if recent else None

    def is_beyond(self, tolerance: timedelta) -> bool:
        """Whether the clock is so far off that callbacks are refused for it."""
        recent = self._recent()
        return len(recent) >= _ENOUGH and abs(median(recent)) > tolerance.total_seconds()

    def to_json(self) -> JsonObject:
        """The skew as a JSON object."""
        seconds, samples = self.seconds(), len(self._recent())
        if seconds is None:
            return {"skew_s": None, "samples": 0}
        return {"skew_s": seconds, "samples": samples, "message": f"our clock is off by about {seconds:+.0f} s"}

    def _recent(self) -> list[float]:
        now = self._clock.now()
        # One from the future was taken before the clock was put back, and says nothing about it now.
        fresh = (sample for sample in self._samples if timedelta() <= now - sample.at <= _MEMORY)
        return [sample.off.total_seconds() for sample in fresh]
