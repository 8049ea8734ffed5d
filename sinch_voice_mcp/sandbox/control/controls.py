"""What the control API controls: the parts of one sandbox."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from sinch_voice_mcp.clock import Clock
from sinch_voice_mcp.sandbox.callbacks import CallbackSender, DeliveryAttempt, Driver
from sinch_voice_mcp.sandbox.callbacks.log import AttemptLog
from sinch_voice_mcp.sandbox.control.errors import ControlError
from sinch_voice_mcp.sandbox.control.feed import Feed
from sinch_voice_mcp.sandbox.engine import Engine
from sinch_voice_mcp.sandbox.state import StateKeeper

MAX_STREAMS = 32
MAX_WAITS = 64


class Room:
    """Places for requests that stay open, as many as a sandbox has at once."""

    def __init__(self, places: int, what: str) -> None:
        self._free = self._places = places
        self._what = what

    @contextmanager
    def place(self) -> Generator[None]:
        """Take a place for the block.

        Raises:
            ControlError: All are taken.
        """
        if self._free == 0:
            message = f"there are already {self._places} {self._what}"
            raise ControlError("too_many_requests", message, "Close one of them, then try again.")
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


@dataclass(frozen=True, slots=True)
class Controls:
    """The parts of a sandbox.

    Attributes:
        engine: The simulated platform.
        driver: Lets time pass and delivers callbacks.
        clock: Simulated time.
        wall: Real time.
        sender: Sends callbacks; None if none are sent.
        feed: What happens, as it happens.
        keeper: Resets, exports and imports the state.
        streams: Places for streams of events.
        waits: Places for requests that wait.
        attempts: The attempts to deliver callbacks.
    """

    engine: Engine
    driver: Driver
    clock: Clock
    wall: Clock
    sender: CallbackSender | None
    feed: Feed
    keeper: StateKeeper
    streams: Room = field(default_factory=lambda: Room(MAX_STREAMS, "streams"))
    waits: Room = field(default_factory=lambda: Room(MAX_WAITS, "requests that wait"))
    attempts: AttemptLog = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "attempts", AttemptLog() if self.sender is None else self.sender.attempts)

    def deliveries(self) -> "DeliveryStates":
        """Return how the callbacks of every call were delivered until now."""
        return DeliveryStates(self)


class DeliveryStates:
    """How the callbacks of calls were delivered, at one instant; replays do not count."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def failed(self, call_id: str) -> bool:
        """Return whether an attempt to deliver a callback of a call failed."""
        return any(not attempt.is_delivered for attempt in self._attempts(call_id))

    def delivered(self, call_id: str) -> bool:
        """Return whether there was an attempt for a call, and none failed."""
        attempts = self._attempts(call_id)
        return bool(attempts) and all(attempt.is_delivered for attempt in attempts)

    def pending(self, call_id: str) -> bool:
        """Return whether a callback of a call is on its way."""
        return call_id in self._undelivered

    def _attempts(self, call_id: str) -> Sequence[DeliveryAttempt]:
        return [one for one in self._controls.attempts.of(call_id) if one.replay_of is None]

    @cached_property
    def _undelivered(self) -> frozenset[str]:
        return self._controls.driver.undelivered()
