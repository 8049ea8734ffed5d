"""The receiver's health: what it counted, and how far this machine's clock is from the platform's."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sinch_voice_mcp.callbacks.responses import RefusalReason
from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.types import JsonObject

# The last samples to keep, how many of them it takes to judge the clock, and how long they count.
_MAX_SAMPLES = 9
_MIN_SAMPLES = 3
_MAX_SAMPLE_AGE = timedelta(minutes=15)


@dataclass(slots=True)
class Counts:
    """What happened since the start.

    Attributes:
        received: Requests to the callback path, verified or not.
        verified: Those of them with a valid signature.
        answered: Events that were recorded and replied to, including repeated deliveries.
        probes: Probes, which this server sends itself to check that callbacks arrive.
        shed: Events that were turned away because too many were in progress.
        storage_failures: Events that could not be stored.
        unexpected_failures: Requests that ended in an unexpected error.
        refused: Refused callbacks, by reason.
    """

    received: int = 0
    verified: int = 0
    answered: int = 0
    probes: int = 0
    shed: int = 0
    storage_failures: int = 0
    unexpected_failures: int = 0
    refused: Counter[RefusalReason] = field(default_factory=Counter[RefusalReason])

    def to_json(self) -> JsonObject:
        """Return the counts as a JSON object."""
        return {
            "received": self.received,
            "verified": self.verified,
            "answered": self.answered,
            "probes": self.probes,
            "refused": dict(self.refused),
            "shed": self.shed,
            "failures": {"storage": self.storage_failures, "unforeseen": self.unexpected_failures},
        }


@dataclass(frozen=True, slots=True)
class _Sample:
    stamp: str
    at: datetime
    skew: timedelta


class Skew:
    """How far this machine's clock is from the platform's, by the timestamps that the platform signed.

    A captured request that is sent repeatedly counts once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._samples: deque[_Sample] = deque(maxlen=_MAX_SAMPLES)

    def note(self, stamp: str, sent_at: datetime, now: datetime) -> None:
        """Record a timestamp with a valid signature, whether it is within the tolerance or not."""
        if all(stamp != sample.stamp for sample in self._samples):
            self._samples.append(_Sample(stamp, now, now - sent_at))

    def seconds(self) -> float | None:
        """Return the median skew in seconds: positive if this machine's clock is ahead, None without samples."""
        recent = self._recent()
        return median(recent) if recent else None

    def is_beyond(self, tolerance: timedelta) -> bool:
        """Return whether the clock is so far off that callbacks are refused because of it."""
        recent = self._recent()
        return len(recent) >= _MIN_SAMPLES and abs(median(recent)) > tolerance.total_seconds()

    def to_json(self) -> JsonObject:
        """Return the skew as a JSON object."""
        seconds, samples = self.seconds(), len(self._recent())
        if seconds is None:
            return {"skew_s": None, "samples": 0}
        return {"skew_s": seconds, "samples": samples, "message": f"our clock is off by about {seconds:+.0f} s"}

    def _recent(self) -> list[float]:
        now = self._clock.now()
        # A sample from the future was taken before the clock was set back, and says nothing about it now.
        fresh = (sample for sample in self._samples if timedelta() <= now - sample.at <= _MAX_SAMPLE_AGE)
        return [sample.skew.total_seconds() for sample in fresh]
